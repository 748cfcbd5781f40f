package mockserver

import (
	"strconv"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// list sends a multi-line reply of one line for each message that is not marked. There may be a hundred
// thousand, so the form of a line is taken apart once.
func (s *pop3Session) list(r *saying, status phrases.Args) {
	s.say(r, status)
	form := lineFormOf(r.Body)
	var room [128]byte
	for i, m := range s.drop.messages {
		if !s.drop.marked[i] {
			line := form.appendTo(room[:0], i+1, s.told(m.Octets(), 1), m.ID)
			_, _ = s.wire.out.Write(append(line, protocol.CRLF...))
		}
	}
	s.end()
}

// The places of a line about a message.
const (
	placeNumber = "n"
	placeOctets = "octets"
	placeID     = "id"
)

// lineForm is the form of a line about a message: text, a place, text, a place and so on.
type lineForm []string

func lineFormOf(body string) lineForm {
	var out lineForm
	for {
		text, rest, open := strings.Cut(body, "{")
		place, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			return append(out, body)
		}
		out, body = append(out, text, place), after
	}
}

// appendTo adds the line of a message: its number, its octets as they are told, its unique-id.
func (f lineForm) appendTo(dst []byte, n, octets int, id string) []byte {
	for i, part := range f {
		switch {
		case i%2 == 0:
			dst = append(dst, part...)
		case part == placeNumber:
			dst = strconv.AppendInt(dst, int64(n), 10)
		case part == placeOctets:
			dst = strconv.AppendInt(dst, int64(octets), 10)
		case part == placeID:
			dst = append(dst, id...)
		default:
			dst = append(append(append(dst, '{'), part...), '}')
		}
	}
	return dst
}

func (s *pop3Session) messageArgs(n int, m *Message) phrases.Args {
	return phrases.Args{placeNumber: strconv.Itoa(n), placeOctets: strconv.Itoa(s.told(m.Octets(), 1)), placeID: m.ID}
}

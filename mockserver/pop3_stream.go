package mockserver

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"maillab/phrases"
	"maillab/protocol"
)

// wholeMail asks for all lines of a mail's body.
const wholeMail = -1

// headOctets is how much of a mail on disk is looked at for its header.
const headOctets = 16 << 10

// stream sends a mail from disk, a piece at a time. When the disk fails in the middle, the
// connection is all that can still tell the client: no dot may follow half a mail.
func (s *pop3Session) stream(r *saying, args phrases.Args, m *Message, lines int) {
	in, err := s.lab.store.read(s.drop.box, m)
	if err != nil {
		s.say(&s.book.CannotRead, phrases.Args{"n": args["n"]})
		return
	}
	defer in.Close()
	from := bufio.NewReaderSize(in, headOctets)
	if head, _ := from.Peek(headOctets); s.keepsFrom(head, args) {
		return
	}
	s.tellRead(m, lines)
	s.say(r, args)
	if err := copyTop(&stuffer{to: &s.wire.out, fresh: true}, from, lines); err != nil {
		_ = s.wire.nc.Close()
		return
	}
	s.end()
}

// copyTop copies a header, the empty line after it and some lines of the body.
func copyTop(to io.Writer, from io.Reader, lines int) error {
	if lines == wholeMail {
		_, err := io.Copy(to, from)
		return err
	}
	in := bufio.NewReaderSize(from, 4<<10)
	body, fresh := false, true
	for !body || lines > 0 {
		piece, err := in.ReadSlice('\n')
		if _, err := to.Write(piece); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			fresh = false
			continue
		case err != nil:
			return err
		case body:
			lines--
		case fresh && string(piece) == string(protocol.CRLF):
			body = true
		}
		fresh = true
	}
	return nil
}

// stuffer byte-stuffs what goes through it (RFC 1939 §3).
type stuffer struct {
	to    io.Writer
	fresh bool // the next octet begins a line
}

func (s *stuffer) Write(p []byte) (int, error) {
	total := len(p)
	for len(p) > 0 {
		if s.fresh && p[0] == '.' {
			if _, err := s.to.Write([]byte{'.'}); err != nil {
				return 0, err
			}
		}
		n := len(p)
		if i := bytes.Index(p, []byte("\n.")); i >= 0 {
			n = i + 1
		}
		if _, err := s.to.Write(p[:n]); err != nil {
			return 0, err
		}
		s.fresh = p[n-1] == '\n'
		p = p[n:]
	}
	return total, nil
}

package protocol

import (
	"strconv"
	"strings"
)

// BDAT (RFC 3030) carries content without a dot at its end: the command tells how many octets
// follow its CRLF, and its reply comes when they have come. So the state does not change with a
// reply here but with the line itself: while Context.Octets is not 0, what the client says is content.

// lastChunk ends the mail.
const lastChunk = "LAST"

func isLastChunk(args string) bool {
	words := strings.Fields(args)
	return len(words) == 2 && strings.EqualFold(words[1], lastChunk)
}

// ParseChunk reads the argument of BDAT.
func ParseChunk(args string) (octets int, last, ok bool) {
	if checkChunk(args) != nil {
		return 0, false, false
	}
	n, _ := strconv.ParseInt(strings.Fields(args)[0], 10, 63)
	return int(n), isLastChunk(args), true
}

func checkChunk(args string) *argError {
	if bad := checkWords(1, 2)(args); bad != nil {
		return bad
	}
	words := strings.Fields(args)
	if _, err := strconv.ParseUint(words[0], 10, strconv.IntSize-1); err != nil || words[0][0] == '+' {
		return &argError{BadParameter, 0, len(words[0]), ""}
	}
	if len(words) == 2 && !strings.EqualFold(words[1], lastChunk) {
		at := wordAt(args, 1)
		return &argError{BadParameter, at, len(words[1]), lastChunk}
	}
	return nil
}

// chunkOf returns how many octets follow a line, 0 for every line but BDAT. They follow a refused
// BDAT as well (RFC 3030 §2).
func (u Utterance) chunkOf() int {
	if u.Row == nil || u.Row.Args != ArgsChunk {
		return 0
	}
	n, _, _ := ParseChunk(u.Args)
	return n
}

// InContent reports whether what the client says next is content, so that nothing in it is a command.
func (c Context) InContent() bool { return c.State == StateContent || c.Octets > 0 }

// Took records that so many octets of a chunk have come: the server's way, which reads no lines here.
func (m *Machine) Took(n int) { m.ctx.Octets = max(0, m.ctx.Octets-n) }

// lookInChunk understands a line that is said while octets of a chunk are due.
func (m *Machine) lookInChunk(line string) Utterance {
	u := Utterance{Speech: SpeechContent, line: line}
	if over := len(line) + len(CRLF) - m.ctx.Octets; over > 0 {
		u.Fault = newFault(m.ctx.Protocol, BeyondChunk, min(m.ctx.Octets, len(line)), max(1, len(line)-m.ctx.Octets), "")
	}
	return u
}

// saidInChunk counts a line's octets, and takes what is over as the server will: for a command.
func (m *Machine) saidInChunk(line string) {
	left := m.ctx.Octets
	m.Took(len(line) + len(CRLF))
	if len(line)+len(CRLF) > left {
		rest := m.foresee()
		m.await(m.table.parse(line[min(left, len(line)):], &rest))
	}
}

// await notes a line that gets a reply, and the octets that follow it.
func (m *Machine) await(u Utterance) {
	m.pending = append(m.pending, u)
	if n := u.chunkOf(); n > 0 {
		m.ctx.Octets = n
	}
}

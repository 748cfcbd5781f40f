package capture

import (
	"bytes"
	"io"
)

// maxLine is how much of a line is kept, in octets.
const maxLine = 64 << 10

// lines cuts what one side said into lines.
type lines struct {
	part []byte // of a line that has not ended
	cut  int    // octets of it that were left out
}

// add takes octets and gives each line that they end, without its ending, to say.
func (l *lines) add(data []byte, say func(line string, crlf bool, cut int)) {
	for {
		at := bytes.IndexByte(data, '\n')
		if at < 0 {
			l.keep(data)
			return
		}
		l.keep(data[:at])
		data = data[at+1:]
		line, crlf := bytes.CutSuffix(l.part, []byte("\r"))
		say(string(line), crlf, l.cut)
		l.part, l.cut = l.part[:0], 0
	}
}

func (l *lines) keep(data []byte) {
	room := min(maxLine-len(l.part), len(data))
	l.part = append(l.part, data[:room]...)
	l.cut += len(data) - room
}

// rest gives back what has come of a line that has not ended, and forgets it.
func (l *lines) rest() string {
	s := string(l.part)
	l.part, l.cut = l.part[:0], 0
	return s
}

func newBytes(b []byte) io.Reader { return bytes.NewReader(b) }

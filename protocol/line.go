package protocol

import (
	"bufio"
	"errors"
	"io"
)

// Ending is how a line ended on the wire.
type Ending string

// The endings. A line without one was cut off by the end of the connection.
const (
	CRLF    Ending = "\r\n"
	LF      Ending = "\n"
	Unended Ending = ""
)

// Line is one line from the wire.
type Line struct {
	// Text without its ending. It is valid until the next read.
	Text []byte
	// Ending as it came. Only CRLF ends a line by the standards; LF alone is reported, not hidden.
	Ending Ending
	// Cut counts the octets over the reader's limit that were read and thrown away.
	Cut int
}

// LineReader reads lines in bounded memory: what a line has over the limit is
// read and counted, never kept. After a time-out it goes on where it stopped.
type LineReader struct {
	r     *bufio.Reader
	limit int
	line  []byte  // the first limit+2 octets of the line that is being read
	total int     // octets of it read so far
	tail  [2]byte // the last two of them, to tell the ending of a line that was cut
}

// NewLineReader reads lines of at most limit octets, their ending not counted,
// through a buffer of 32 KiB.
func NewLineReader(r io.Reader, limit int) *LineReader {
	return NewLineReaderSize(r, limit, 32<<10)
}

// NewLineReaderSize is NewLineReader with a buffer of so many octets.
func NewLineReaderSize(r io.Reader, limit, buffer int) *LineReader {
	return &LineReader{r: bufio.NewReaderSize(r, buffer), limit: limit}
}

// SetLimit changes the limit for the lines to come.
func (l *LineReader) SetLimit(limit int) { l.limit = limit }

// ReadLine returns the next line. At the end of the input what came after the
// last ending is returned as a line with no Ending, then io.EOF. Any other
// error (a deadline) leaves the part read in place: see Partial.
func (l *LineReader) ReadLine() (Line, error) {
	for {
		chunk, err := l.r.ReadSlice('\n')
		l.keep(chunk)
		switch {
		case err == nil:
			return l.take(), nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && l.total > 0:
			return l.take(), nil
		default:
			return Line{}, err
		}
	}
}

func (l *LineReader) keep(chunk []byte) {
	if len(chunk) == 0 {
		return
	}
	if l.total == 0 {
		l.line = l.line[:0]
	}
	l.total += len(chunk)
	if room := l.limit + len(CRLF) - len(l.line); room > 0 {
		l.line = append(l.line, chunk[:min(room, len(chunk))]...)
	}
	if len(chunk) > 1 {
		l.tail[1] = chunk[len(chunk)-2]
	} else {
		l.tail[1] = l.tail[0]
	}
	l.tail[0] = chunk[len(chunk)-1]
}

// take hands out the line collected and starts anew.
func (l *LineReader) take() Line {
	ending := Unended
	switch {
	case l.tail[0] == '\n' && l.total > 1 && l.tail[1] == '\r':
		ending = CRLF
	case l.tail[0] == '\n':
		ending = LF
	}
	body := l.total - len(ending)
	kept := min(body, l.limit)
	l.total = 0
	return Line{Text: l.line[:kept], Ending: ending, Cut: body - kept}
}

// Partial returns what has come of a line that has not ended yet.
func (l *LineReader) Partial() []byte {
	if l.total == 0 {
		return nil
	}
	return l.line[:min(len(l.line), l.limit)]
}

// Discard throws away everything that has been read and not been handed out, and returns how
// many octets that were: nothing said in the clear may be taken for part of what TLS protects.
func (l *LineReader) Discard() int {
	n := l.total + l.r.Buffered()
	_, _ = l.r.Discard(l.r.Buffered())
	l.total = 0
	return n
}

// Read hands out what has arrived beyond the line handed out, or reads on: straight into p when p is
// larger than the reader's own buffer. It is not for the middle of a line.
func (l *LineReader) Read(p []byte) (int, error) { return l.r.Read(p) }

// Buffered returns how many octets have arrived beyond the line handed out.
func (l *LineReader) Buffered() int { return l.r.Buffered() }

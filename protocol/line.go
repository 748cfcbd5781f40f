package protocol

import (
	"bytes"
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
	from  io.Reader
	buf   []byte // what has arrived and not been handed out is buf[r:w]
	r, w  int
	err   error // came with the last octets, and is reported after them
	limit int
	line  []byte  // the first limit+2 octets of a line that does not stand in buf whole
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
	return &LineReader{from: r, limit: limit, buf: make([]byte, buffer)}
}

// SetLimit changes the limit for the lines to come.
func (l *LineReader) SetLimit(limit int) { l.limit = limit }

// ReadLine returns the next line. At the end of the input what came after the
// last ending is returned as a line with no Ending, then io.EOF. Any other
// error (a deadline) leaves the part read in place: see Partial.
func (l *LineReader) ReadLine() (Line, error) {
	seen := 0
	for {
		if i := bytes.IndexByte(l.buf[l.r+seen:l.w], '\n'); i >= 0 {
			chunk := l.buf[l.r : l.r+seen+i+1]
			l.r += len(chunk)
			return l.whole(chunk), nil
		}
		seen = l.w - l.r
		if seen == len(l.buf) {
			l.keep(l.buf)
			l.r, l.w, seen = 0, 0, 0
		}
		if err := l.fill(); err != nil {
			l.keep(l.buf[l.r:l.w])
			l.r, l.w = 0, 0
			if errors.Is(err, io.EOF) && l.total > 0 {
				return l.take(), nil
			}
			return Line{}, err
		}
	}
}

// Wait returns when something has arrived, or an error that the next read will report. It needs less
// stack than ReadLine: this is where a server that holds many idle connections waits.
func (l *LineReader) Wait() {
	if l.r == l.w && l.err == nil {
		l.err = l.fill()
	}
}

// fill reads once, for at least one octet.
func (l *LineReader) fill() error {
	if l.r > 0 {
		l.w = copy(l.buf, l.buf[l.r:l.w])
		l.r = 0
	}
	n, err := l.read(l.buf[l.w:])
	l.w += n
	return err
}

// maxEmptyReads is how often a source may return nothing at all.
const maxEmptyReads = 100

// read reads from the source. An error that comes with octets waits for the next call.
func (l *LineReader) read(p []byte) (int, error) {
	if err := l.err; err != nil {
		l.err = nil
		return 0, err
	}
	for range maxEmptyReads {
		n, err := l.from.Read(p)
		if n > 0 {
			l.err = err
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, io.ErrNoProgress
}

// whole makes a line of its last octets, which are all of it when it stands in the buffer.
func (l *LineReader) whole(chunk []byte) Line {
	if l.total > 0 || len(chunk) > l.limit {
		l.keep(chunk)
		return l.take()
	}
	if n := len(chunk) - len(CRLF); n >= 0 && chunk[n] == '\r' {
		return Line{Text: chunk[:n], Ending: CRLF}
	}
	return Line{Text: chunk[:len(chunk)-len(LF)], Ending: LF}
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
	n := l.total + l.Buffered()
	l.r, l.w, l.total = 0, 0, 0
	return n
}

// Read hands out what has arrived beyond the line handed out, or reads on: straight into p when p is
// larger than the reader's own buffer. It is not for the middle of a line.
func (l *LineReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if l.r == l.w {
		if len(p) >= len(l.buf) {
			return l.read(p)
		}
		if err := l.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, l.buf[l.r:l.w])
	l.r += n
	return n, nil
}

// Buffered returns how many octets have arrived beyond the line handed out.
func (l *LineReader) Buffered() int { return l.w - l.r }

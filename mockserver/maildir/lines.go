package maildir

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"sync"
)

const bufferSize = 64 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// LFWriter writes to a file, each CRLF as LF. Nothing else is changed. A small mail
// is one write to the system.
type LFWriter struct {
	f   *os.File
	buf *[bufferSize]byte
	n   int
	cr  bool // a CR has come that may begin a CRLF
}

// NewLFWriter makes a writer; Flush must follow the last Write.
func NewLFWriter(f *os.File) *LFWriter {
	return &LFWriter{f: f, buf: buffers.Get().(*[bufferSize]byte)}
}

// Write takes octets, lines cut anywhere.
func (w *LFWriter) Write(p []byte) (int, error) {
	total := len(p)
	if w.cr && total > 0 {
		w.cr = false
		if p[0] != '\n' {
			if err := w.put([]byte{'\r'}); err != nil {
				return 0, err
			}
		}
	}
	for len(p) > 0 {
		i := bytes.Index(p, []byte("\r\n"))
		piece, skip := p, 0
		switch {
		case i >= 0:
			piece, skip = p[:i], 1
		case p[len(p)-1] == '\r':
			piece, skip, w.cr = p[:len(p)-1], 1, true
		}
		if err := w.put(piece); err != nil {
			return 0, err
		}
		p = p[len(piece)+skip:]
		if i >= 0 {
			// The LF goes with what follows it.
			if err := w.put(p[:1]); err != nil {
				return 0, err
			}
			p = p[1:]
		}
	}
	return total, nil
}

func (w *LFWriter) put(p []byte) error {
	for len(p) > 0 {
		if w.n == bufferSize {
			if err := w.empty(); err != nil {
				return err
			}
		}
		n := copy(w.buf[w.n:], p)
		w.n += n
		p = p[n:]
	}
	return nil
}

func (w *LFWriter) empty() error {
	_, err := w.f.Write(w.buf[:w.n])
	w.n = 0
	return err
}

// Flush writes what is left and ends the writer.
func (w *LFWriter) Flush() error {
	if w.cr {
		if err := w.put([]byte{'\r'}); err != nil {
			return err
		}
	}
	err := w.empty()
	buffers.Put(w.buf)
	w.buf = nil
	return err
}

// crlfReader reads a file with LF line ends as one with CRLF.
type crlfReader struct {
	f    io.ReadCloser
	in   *bufio.Reader
	ours bool // every LF gets a CR; otherwise only those that have none
	last byte // the octet handed out last
	lf   bool // a CR was handed out and its LF is owed
	end  bool // the last line had no end and has got one
}

// NewCRLFReader reads f, each line end as CRLF, and gives the last line one when it has none.
// With exact every LF stands for CRLF; otherwise a CRLF in the file is kept as it is.
func NewCRLFReader(f io.ReadCloser, exact bool) io.ReadCloser {
	return &crlfReader{f: f, in: bufio.NewReaderSize(f, 32<<10), ours: exact, last: '\n'}
}

func (r *crlfReader) Close() error { return r.f.Close() }

func (r *crlfReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.lf {
			p[n], r.last, r.lf = '\n', '\n', false
			n++
			continue
		}
		if r.in.Buffered() == 0 && n > 0 {
			return n, nil
		}
		if _, err := r.in.Peek(1); err != nil {
			if err == io.EOF && r.last != '\n' && !r.end {
				p[n], r.lf, r.end, r.last = '\r', true, true, '\r'
				n++
				continue
			}
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		n += r.line(p[n:])
	}
	return n, nil
}

// line copies up to the next LF, and stands its CR before it.
func (r *crlfReader) line(p []byte) int {
	chunk, _ := r.in.Peek(min(r.in.Buffered(), len(p)))
	i := bytes.IndexByte(chunk, '\n')
	if i != 0 {
		if i > 0 {
			chunk = chunk[:i]
		}
		n := copy(p, chunk)
		r.last = chunk[n-1]
		_, _ = r.in.Discard(n)
		return n
	}
	_, _ = r.in.Discard(1)
	if r.last == '\r' && !r.ours {
		p[0], r.last = '\n', '\n'
		return 1
	}
	p[0], r.lf = '\r', true
	return 1
}

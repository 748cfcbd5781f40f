package mockserver

import (
	"io"
	"sync"
)

// outBuffer gathers replies. It holds memory only between the first octet and the flush: a connection
// that waits for its client has none.
type outBuffer struct {
	to  io.Writer
	buf *[outSize]byte
	n   int
	err error // the first; then nothing is written any more
}

const outSize = 16 << 10

var outBuffers = sync.Pool{New: func() any { return new([outSize]byte) }}

func (b *outBuffer) Write(p []byte) (int, error) {
	if len(p) >= outSize {
		if b.empty(); b.err == nil {
			_, b.err = b.to.Write(p)
		}
		return len(p), b.err
	}
	for rest := p; len(rest) > 0 && b.err == nil; {
		n := copy(b.room(), rest)
		b.n += n
		rest = rest[n:]
	}
	return len(p), b.err
}

func (b *outBuffer) WriteString(s string) (int, error) {
	for rest := s; rest != "" && b.err == nil; {
		n := copy(b.room(), rest)
		b.n += n
		rest = rest[n:]
	}
	return len(s), b.err
}

func (b *outBuffer) WriteByte(c byte) error {
	_, err := b.Write([]byte{c})
	return err
}

// room is where the next octets go, at least one.
func (b *outBuffer) room() []byte {
	if b.n == outSize {
		b.empty()
	}
	if b.buf == nil {
		b.buf = outBuffers.Get().(*[outSize]byte)
	}
	return b.buf[b.n:]
}

func (b *outBuffer) empty() {
	if b.n > 0 && b.err == nil {
		_, b.err = b.to.Write(b.buf[:b.n])
	}
	b.n = 0
}

// Flush writes what is there and gives the memory back.
func (b *outBuffer) Flush() error {
	b.empty()
	if b.buf != nil {
		outBuffers.Put(b.buf)
		b.buf = nil
	}
	return b.err
}

package transcript

import (
	"bufio"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"maillab/protocol"
)

// Options say how to read. The zero value finds everything out.
type Options struct {
	Format   Format
	Protocol protocol.Protocol
}

// ErrUnknownFormat says that nothing in the text looks like a conversation.
var ErrUnknownFormat = errors.New("transcript: no conversation recognised")

const (
	sampleSize = 32 << 10
	lineLimit  = 64 << 10
)

// Read tells the conversations of a text to emit, and returns the format it was in.
func Read(in io.Reader, o Options, emit protocol.Sink) (Format, error) {
	// A file that Windows wrote may be UTF-16, and says so in its first octets.
	b := bufio.NewReaderSize(transform.NewReader(in, unicode.BOMOverride(transform.Nop)), sampleSize)
	beginning, err := b.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	format := o.Format
	if format == "" {
		format = Detect(string(beginning))
	}
	for _, f := range formats {
		if f.name == format {
			r := NewReplay(o.Protocol, emit)
			return format, feed(b, f.open(r, sampleOf(string(beginning))), r)
		}
	}
	return "", ErrUnknownFormat
}

// feed gives a source its lines.
func feed(in io.Reader, s source, r *Replay) error {
	lines := protocol.NewLineReader(in, lineLimit)
	for {
		line, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			s.done()
			r.Finish()
			return nil
		}
		if err != nil {
			r.Finish()
			return err
		}
		s.take(string(line.Text))
	}
}

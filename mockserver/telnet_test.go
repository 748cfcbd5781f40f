package mockserver

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTelnetFilter: commands cut anywhere, and content that only looks like them.
func TestTelnetFilter(t *testing.T) {
	for _, c := range []struct {
		name, in, want, answer string
		content                bool
	}{
		{"nothing", "EHLO x\r\n", "EHLO x\r\n", "", false},
		{"interrupt", "EH\xff\xf4\xff\xfd\x06LO\r\n", "EHLO\r\n", "\xff\xfb\x06", false},
		{"negotiation", "\xff\xfb\x18\xff\xfd\x01\xff\xfa\x18\x00vt\xff\xf0EHLO\r\n", "EHLO\r\n", "", false},
		{"doubled", "a\xff\xffb", "a\xffb", "", false},
		{"8-bit content", "\xff\xfe\xff\xf4\xff\xff\xffz\r\n", "\xff\xfe\xff\xf4\xff\xff\xffz\r\n", "", true},
		{"interrupt in content", "a\xff\xf4\xff\xfd\x06b\xff\xf7c\r\n", "abc\r\n", "\xff\xfb\x06", true},
		{"almost a timing mark", "a\xff\xfd\x07b\xff\xf4\xff\xfdc\r\n", "a\xff\xfd\x07b\xff\xf4\xff\xfdc\r\n", "", true},
	} {
		for size := 1; size <= len(c.in); size++ {
			f := telnetFilter{content: c.content}
			var answer writerTo
			var got []byte
			for at := 0; at < len(c.in); at += size {
				buf := make([]byte, 64)
				n := copy(buf, c.in[at:min(at+size, len(c.in))])
				got = append(got, f.filter(buf[:n], &answer)...)
			}
			assert.Equal(t, c.want, string(got), "%s, %d octets a time", c.name, size)
			assert.Equal(t, c.answer, string(answer), "%s, %d octets a time", c.name, size)
		}
	}
}

type writerTo []byte

func (w *writerTo) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

package mockserver

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTelnetFilter: a telnet's commands, cut anywhere once it has shown itself, and what only looks like them.
func TestTelnetFilter(t *testing.T) {
	const interrupt = "\xff\xf4\xff\xfd\x06"
	for _, c := range []struct {
		name   string
		in     speech
		pieces []string // as they come
		want   string
		answer string
	}{
		{"nothing", commands, []string{"EHLO x\r\n"}, "EHLO x\r\n", ""},
		{"interrupt", commands, []string{"EH", interrupt, "LO\r\n"}, "EHLO\r\n", "\xff\xfb\x06"},
		{"interrupt, its octets apart", commands, []string{"EH", "\xff", "\xf4", "\xff", "\xfd", "\x06", "LO\r\n"}, "EHLO\r\n", "\xff\xfb\x06"},
		{"negotiation", commands, []string{"\xff\xfb\x18\xff\xfd\x01\xff\xfa\x18\x00vt\xff\xf0EHLO\r\n"}, "EHLO\r\n", ""},
		{"a known telnet doubles its letters", commands, []string{"\xff\xf1", "a\xff\xffb\xff\xf4c"}, "a\xffbc", ""},
		{"8-bit in a command", commands, []string{"RCPT TO:<an\xffzna@x>\xff\xf4\r\n"}, "RCPT TO:<an\xffzna@x>\xff\xf4\r\n", ""},
		{"8-bit in a command, octet by octet", commands, []string{"a", "\xff", "z", "\xff", "\xff"}, "a\xffz\xff\xff", ""},
		{"8-bit content", content, []string{"\xff\xfe\xff\xf4\xff\xff\xffz\r\n", "\xff", "\xf4", "\xff\xfd\x06b"}, "\xff\xfe\xff\xf4\xff\xff\xffz\r\n\xff\xf4\xff\xfd\x06b", ""},
		{"a timing mark amid content", content, []string{"ab\xff\xfd\x06c\r\n"}, "ab\xff\xfd\x06c\r\n", ""},
		{"a timing mark alone", content, []string{"a", "\xff\xfd\x06", "b\r\n"}, "a\xff\xfd\x06b\r\n", ""},
		{"interrupt in content", content, []string{"a", interrupt, "b\xff\xf7c\r\n"}, "abc\r\n", "\xff\xfb\x06"},
		{"almost a timing mark", content, []string{"a\xff\xfd\x07b\xff\xf4\xff\xfdc\r\n"}, "a\xff\xfd\x07b\xff\xf4\xff\xfdc\r\n", ""},
		{"a chunk", counted, []string{interrupt, "\xff", interrupt}, interrupt + "\xff" + interrupt, ""},
	} {
		f := telnetFilter{in: c.in}
		var answer writerTo
		var got []byte
		for _, piece := range c.pieces {
			got = append(got, f.filter([]byte(piece), &answer)...)
		}
		assert.Equal(t, c.want, string(got), c.name)
		assert.Equal(t, c.answer, string(answer), c.name)
	}
}

// TestKnownTelnetCutAnywhere: from a telnet that has shown itself commands come in any pieces.
func TestKnownTelnetCutAnywhere(t *testing.T) {
	in, want := "a\xff\xf4\xff\xfd\x06b\xff\xfa\x18\x00vt\xff\xf0\xff\xffc\xff\xfb\x01\xffz\r\n", "ab\xffc\xffz\r\n"
	for size := 1; size <= len(in); size++ {
		f := telnetFilter{known: true}
		var answer writerTo
		var got []byte
		for at := 0; at < len(in); at += size {
			got = append(got, f.filter([]byte(in[at:min(at+size, len(in))]), &answer)...)
		}
		assert.Equal(t, want, string(got), "%d octets a time", size)
		assert.Equal(t, "\xff\xfb\x06", string(answer), "%d octets a time", size)
	}
}

type writerTo []byte

func (w *writerTo) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

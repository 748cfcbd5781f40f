package phrases

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text that came from outside safe to show: control characters,
// bidirectional controls and octets that are no UTF-8 become visible escapes.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n <= 1:
			writeHex(&b, s[0])
		case r == '\t':
			b.WriteByte('\t')
		case r < ' ' || r == 0x7f:
			b.WriteByte('^')
			b.WriteByte(byte(r) ^ 0x40)
		case !Harmless(r):
			b.WriteString("\\u{")
			b.WriteString(strings.ToUpper(hex(uint32(r))))
			b.WriteByte('}')
		default:
			b.WriteRune(r)
		}
		s = s[n:]
	}
	return b.String()
}

func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r != '\t' && !Harmless(r) }) < 0
		}
	}
	return true
}

// Harmless reports whether a character takes its place on the screen and does nothing else.
func Harmless(r rune) bool {
	switch { // nearly everything that is written, without a search in the tables
	case r >= ' ' && r < 0x7f, r >= 0x2070 && r < 0xd800, r >= 0xff00 && r < 0xfff0:
		return true
	}
	return !unicode.IsControl(r) && !unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co)
}

func writeHex(b *strings.Builder, c byte) {
	b.WriteString("\\x")
	if c < 0x10 {
		b.WriteByte('0')
	}
	b.WriteString(hex(uint32(c)))
}

func hex(v uint32) string {
	const digits = "0123456789abcdef"
	if v < 16 {
		return digits[v : v+1]
	}
	return hex(v/16) + digits[v%16:v%16+1]
}

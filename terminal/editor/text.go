package editor

import "unicode/utf8"

// readline keeps a line as runes and gives some of them a meaning of their own.
// Bytes which are not text (control characters, invalid UTF-8) therefore travel
// as runes at the end of the last private plane, and so do our keys. Text which
// really contains such a rune is taken apart into bytes, so the way back is exact.
const (
	keyBase  rune = 0x10FE00
	byteBase rune = 0x10FF00
)

func escapeByte(b byte) rune { return byteBase + rune(b) }

// escapedByte tells whether r stands for a single byte, and for which.
func escapedByte(r rune) (byte, bool) {
	if r < byteBase || r > byteBase+0xFF {
		return 0, false
	}
	return byte(r - byteBase), true
}

// toRunes turns the bytes of a line into the runes readline may see.
func toRunes(s string) []rune {
	out := make([]rune, 0, len(s))
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if isPlain(r, size) {
			out = append(out, r)
		} else {
			for i := range size {
				out = append(out, escapeByte(s[i]))
			}
		}
		s = s[size:]
	}
	return out
}

func isPlain(r rune, size int) bool {
	if r == utf8.RuneError && size == 1 {
		return false
	}
	return r >= ' ' && r != 0x7F && r < keyBase
}

// fromRunes is the inverse of toRunes.
func fromRunes(rs []rune) string {
	out := make([]byte, 0, len(rs))
	for _, r := range rs {
		if b, ok := escapedByte(r); ok {
			out = append(out, b)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

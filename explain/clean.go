package explain

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"maillab/phrases"
)

// maxShown bounds a value of the server's inside a sentence, in characters.
const maxShown = 100

// Clean makes text from outside safe to show inside a sentence: what
// phrases.Clean does, and a tab shows as ^I.
func Clean(s string) string { return strings.ReplaceAll(phrases.Clean(s), "\t", "^I") }

// invisible holds for characters that a terminal acts on or hides.
func invisible(r rune) bool { return r == '\t' || !phrases.Harmless(r) }

// shown is Clean, shortened for use inside a sentence.
func shown(s string) string {
	if len(s) > 4*maxShown {
		s = s[:4*maxShown]
	}
	s = Clean(s)
	if len(s) <= maxShown {
		return s
	}
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// decodeText turns a server's text into UTF-8. Text that is none is tried as
// GBK, which QQ and NetEase may send; gbk tells that this was done.
func decodeText(s string) (text string, gbk bool) {
	if isASCII(s) || utf8.ValidString(s) {
		return s, false
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil || !plausibleChinese(out) {
		return s, false
	}
	return out, true
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// plausibleChinese wants the non-ASCII part to be Chinese text, mostly of the
// common ideographs: random octets decode to rare ones.
func plausibleChinese(s string) bool {
	han, other := 0, 0
	for _, r := range s {
		switch {
		case r < 0x80:
			if r < ' ' && r != '\t' && r != '\r' && r != '\n' {
				return false
			}
		case r == utf8.RuneError:
			return false
		case r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef, r >= 0x2010 && r <= 0x2026:
			han++
		default:
			other++
		}
	}
	return han > 0 && other*4 <= han
}

// lowerASCII is strings.ToLower for ASCII letters only: every octet keeps its place.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

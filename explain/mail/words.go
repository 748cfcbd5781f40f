package mail

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// word is an encoded word, its octets decoded from B or Q (RFC 2047 §2).
type word struct{ charset, octets string }

// DecodeHeader decodes the encoded words of a header field. Words of one
// character set that follow one another are joined before they are decoded:
// many programs cut a character in two, which the standard forbids. What cannot
// be decoded stays as it is.
func DecodeHeader(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var b strings.Builder
	last := strings.LastIndex(s, "?=") // no word ends behind it
	i := 0
	for i <= last {
		n := strings.Index(s[i:], "=?")
		if n < 0 {
			break
		}
		b.WriteString(s[i : i+n])
		i += n
		w, end := wordsAt(s, i)
		if end == i {
			b.WriteString("=?")
			i += len("=?")
			continue
		}
		if charsetEncoding(w.charset) == nil {
			b.WriteString(s[i:end])
		} else {
			b.WriteString(decodeCharset(w.charset, w.octets))
		}
		i = end
		if blank := blanksAt(s, i); blank > i { // white space between encoded words is none
			if _, n := wordAt(s[blank:]); n > 0 {
				i = blank
			}
		}
	}
	b.WriteString(s[i:])
	return b.String()
}

// wordsAt reads as many encoded words of one character set as follow one another.
func wordsAt(s string, at int) (w word, end int) {
	w, n := wordAt(s[at:])
	if n == 0 {
		return w, at
	}
	end = at + n
	var octets strings.Builder
	octets.WriteString(w.octets)
	for {
		from := blanksAt(s, end)
		next, n := wordAt(s[from:])
		if n == 0 || !strings.EqualFold(next.charset, w.charset) {
			w.octets = octets.String()
			return w, end
		}
		octets.WriteString(next.octets)
		end = from + n
	}
}

func blanksAt(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// maxWord is far more than the 75 characters that the standard allows a word.
const maxWord = 2000

// maxCharset is longer than any registered name of a character set.
const maxCharset = 60

// wordAt reads an encoded word from the start of s and returns its length, 0 where there is none.
func wordAt(s string) (w word, length int) {
	if !strings.HasPrefix(s, "=?") {
		return word{}, 0
	}
	charset, rest, ok := strings.Cut(s[2:], "?")
	if !ok || charset == "" || len(charset) > maxCharset || len(rest) < 3 || rest[1] != '?' || strings.ContainsAny(charset, " \t=") {
		return word{}, 0
	}
	text, _, ok := strings.Cut(rest[2:min(len(rest), maxWord)], "?=")
	if !ok {
		return word{}, 0
	}
	length = len("=?") + len(charset) + len("?x?") + len(text) + len("?=")
	charset, _, _ = strings.Cut(charset, "*") // the language of RFC 2231 §5
	switch rest[0] {
	case 'B', 'b':
		octets, ok := lenientBase64(text)
		if !ok {
			return word{}, 0
		}
		return word{charset, octets}, length
	case 'Q', 'q':
		return word{charset, hexEscapes(strings.ReplaceAll(text, "_", " "), '=')}, length
	}
	return word{}, 0
}

func lenientBase64(s string) (string, bool) {
	out, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "= "))
	return string(out), err == nil
}

// charsetEncoding finds a character set by any of its names, nil where it is not known.
func charsetEncoding(name string) encoding.Encoding {
	name = strings.ToLower(strings.Trim(name, ` "'`))
	switch {
	case name == "" || len(name) > maxCharset:
		return nil
	case name == "hz-gb-2312" || name == "hz":
		return simplifiedchinese.HZGB2312
	// Writers say gb2312 and mean what their system has; GB18030 holds all of the family.
	case strings.HasPrefix(name, "gb"), name == "cp936", name == "ms936", name == "windows-936", name == "x-gbk":
		return simplifiedchinese.GB18030
	}
	if e, err := htmlindex.Get(name); err == nil {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil {
		return e
	}
	return nil
}

func decodeCharset(charset, octets string) string {
	e := charsetEncoding(charset)
	if e == nil {
		if utf8.ValidString(octets) {
			return octets
		}
		return strings.ToValidUTF8(octets, "\ufffd")
	}
	out, err := e.NewDecoder().String(octets)
	if err != nil {
		return strings.ToValidUTF8(octets, "\ufffd")
	}
	return out
}

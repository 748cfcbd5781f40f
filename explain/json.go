package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"maillab/phrases"
)

// MarshalJSON writes the annotation as one flat object. No control or
// direction-changing character appears in it raw, so it may go to a terminal.
func (a Annotation) MarshalJSON() ([]byte, error) { return a.AppendJSON(nil) }

// AppendJSON is MarshalJSON behind what dst holds already. It writes octet for
// octet what encoding/json would (its HTML escapes switched off), without
// reflection, because in bulk the writing took most of the time.
func (a Annotation) AppendJSON(dst []byte) ([]byte, error) {
	dst = appendMember(dst, `{"protocol":`, a.Protocol)
	dst = appendMember(dst, `,"command":`, a.Command)
	dst = appendMember(dst, `,"code":`, a.Code)
	dst = appendMember(dst, `,"enhanced":`, a.Enhanced)
	dst = appendMember(dst, `,"class":`, a.Class)
	dst = appendMember(dst, `,"severity":`, a.Severity)
	dst, err := appendFields(append(dst, `,"fields":`...), a.Fields)
	if err != nil {
		return nil, err
	}
	dst = appendSpans(append(dst, `,"spans":`...), a.Spans)
	dst = appendSpans(append(dst, `,"digits":`...), a.Digits)
	dst = appendText(append(dst, `,"summary":`...), a.Summary)
	dst = append(dst, `,"details":[`...)
	for i, t := range a.Details {
		dst = appendText(appendComma(dst, i), t)
	}
	dst = append(dst, `],"causes":[`...)
	for i, t := range a.Causes {
		dst = appendText(appendComma(dst, i), t)
	}
	dst = append(dst, `],"notices":[`...)
	for i, n := range a.Notices {
		dst = appendMember(appendComma(dst, i), `{"kind":`, n.Kind)
		dst = appendMember(dst, `,"en":`, n.Text.EN)
		dst = append(appendMember(dst, `,"zh":`, n.Text.ZH), '}')
	}
	dst = appendSections(append(dst, `],"sections":`...), a.Sections)
	dst = append(dst, `,"next":[`...)
	for i, n := range a.Next {
		dst = appendString(appendComma(dst, i), n.Line)
	}
	dst = appendMember(dst, `],"ref":`, a.Ref)
	dst = appendMember(dst, `,"topic":`, a.Topic)
	return append(dst, '}'), nil
}

func appendComma(dst []byte, i int) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return dst
}

func appendMember(dst []byte, name, value string) []byte {
	return appendString(append(dst, name...), value)
}

func appendText(dst []byte, t phrases.Text) []byte {
	dst = appendMember(dst, `{"en":`, t.EN)
	dst = appendMember(dst, `,"zh":`, t.ZH)
	return append(dst, '}')
}

func appendSpans(dst []byte, spans []Span) []byte {
	dst = append(dst, '[')
	for i, s := range spans {
		dst = append(appendComma(dst, i), `{"start":`...)
		dst = strconv.AppendInt(dst, int64(s.Start), 10)
		dst = append(dst, `,"end":`...)
		dst = strconv.AppendInt(dst, int64(s.End), 10)
		dst = appendMember(dst, `,"kind":`, s.Kind)
		dst = appendMember(dst, `,"en":`, s.Text.EN)
		dst = appendMember(dst, `,"zh":`, s.Text.ZH)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// MarshalJSON writes the table as Annotation does.
func (s Section) MarshalJSON() ([]byte, error) { return appendSection(nil, s), nil }

func appendSections(dst []byte, sections []Section) []byte {
	dst = append(dst, '[')
	for i, s := range sections {
		dst = appendSection(appendComma(dst, i), s)
	}
	return append(dst, ']')
}

func appendSection(dst []byte, s Section) []byte {
	dst = appendMember(dst, `{"kind":`, s.Kind)
	dst = appendMember(dst, `,"en":`, s.Title.EN)
	dst = appendMember(dst, `,"zh":`, s.Title.ZH)
	dst = append(dst, `,"rows":[`...)
	for i, r := range s.Rows {
		dst = appendMember(appendComma(dst, i), `{"label":`, r.Label)
		dst = appendMember(dst, `,"en":`, r.Text.EN)
		dst = appendMember(dst, `,"zh":`, r.Text.ZH)
		dst = strconv.AppendInt(append(dst, `,"depth":`...), int64(r.Depth), 10)
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}

func appendFields(dst []byte, fields map[string]any) ([]byte, error) {
	var room [16]string
	names := room[:0]
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, '{')
	for i, name := range names {
		dst = append(appendString(appendComma(dst, i), name), ':')
		var err error
		if dst, err = appendValue(dst, fields[name]); err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
	}
	return append(dst, '}'), nil
}

// appendValue knows the types that fields mostly have and leaves the rest to encoding/json.
func appendValue(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return appendString(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case []string:
		if v == nil {
			return append(dst, "null"...), nil
		}
		dst = append(dst, '[')
		for i, s := range v {
			dst = appendString(appendComma(dst, i), s)
		}
		return append(dst, ']'), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return appendVisible(dst, bytes.TrimRight(b.Bytes(), "\n")), nil
}

// VisibleJSON escapes what encoding/json leaves raw although a terminal would act on it.
func VisibleJSON(data []byte) []byte {
	if !bytes.ContainsFunc(data, invisible) {
		return data
	}
	return appendVisible(make([]byte, 0, len(data)+16), data)
}

// appendVisible escapes what encoding/json leaves raw although a terminal
// would act on it: DEL, C1 controls and bidirectional controls.
func appendVisible(dst, in []byte) []byte {
	for len(in) > 0 {
		r, n := utf8.DecodeRune(in)
		if invisible(r) {
			dst = appendEscape(dst, r)
		} else {
			dst = append(dst, in[:n]...)
		}
		in = in[n:]
	}
	return dst
}

// appendEscape writes \uXXXX. Invisible characters beyond the 16 bits of that form are left out.
func appendEscape(dst []byte, r rune) []byte {
	if r > 0xffff {
		return dst
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// appendString writes a string of JSON: what need not be escaped goes over in one piece.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if plainASCII[c] {
				i++
				continue
			}
			dst = appendASCII(append(dst, s[start:i]...), c)
			i++
			start = i
			continue
		}
		if plainWide(c) && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80 {
			i += 3
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(append(dst, s[start:i]...), `\ufffd`...)
			start = i + n
		case invisible(r):
			dst = appendEscape(append(dst, s[start:i]...), r)
			start = i + n
		}
		i += n
	}
	return append(append(dst, s[start:]...), '"')
}

// plainWide holds for the first octets of U+3000 to U+CFFF, three octets each, all
// of them characters to be seen: nearly all of Chinese.
func plainWide(c byte) bool { return c >= 0xe3 && c <= 0xec }

// plainASCII are the characters that stand for themselves in a string of JSON.
var plainASCII = func() (plain [utf8.RuneSelf]bool) {
	for c := ' '; c < 0x7f; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

func appendASCII(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return appendEscape(dst, rune(c))
}

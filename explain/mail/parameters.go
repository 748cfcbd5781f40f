package mail

import (
	"strconv"
	"strings"
)

// Parameters takes "value; name=value; ..." apart (RFC 2045 §5.1). Names come in
// lower case; values in pieces or with a character set of their own (RFC 2231)
// are put together and decoded, encoded words in quotes, which the standard
// forbids and many programs write, too. What is broken is read as far as it goes.
func Parameters(s string) (value string, params map[string]string) {
	value, rest, _ := strings.Cut(s, ";")
	value = strings.TrimSpace(withoutComments(value))
	raw := map[string]string{}
	for rest != "" && len(raw) < 60 {
		var name, v string
		name, v, rest = oneParameter(rest)
		if _, twice := raw[name]; name != "" && !twice {
			raw[name] = v
		}
	}
	params = map[string]string{}
	for name, v := range raw {
		base, mark, extended := strings.Cut(name, "*")
		switch {
		case !extended:
			if _, better := params[name]; !better {
				params[name] = DecodeHeader(v)
			}
		case mark == "":
			params[base] = percentText(v)
		case mark == "0" || mark == "0*":
			params[base] = joinPieces(raw, base)
		}
	}
	return value, params
}

// oneParameter reads up to the next semicolon that is not in quotes.
func oneParameter(s string) (name, value, rest string) {
	at := strings.IndexAny(s, "=;")
	switch {
	case at < 0:
		return "", "", ""
	case s[at] == ';': // a piece without =
		return "", "", s[at+1:]
	}
	name = strings.ToLower(strings.TrimSpace(withoutComments(s[:at])))
	s = strings.TrimLeft(s[at+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimSpace(withoutComments(value)), rest
	}
	value, s = quoted(s)
	_, rest, _ = strings.Cut(s, ";")
	return name, value, rest
}

// quoted reads a quoted string from the start of s (RFC 5322 §3.2.4).
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// joinPieces joins name*0, name*1*, ... (RFC 2231 §3, §4.1).
func joinPieces(raw map[string]string, base string) string {
	var octets strings.Builder
	charset := "utf-8"
	for i := range 60 {
		key := base + "*" + strconv.Itoa(i)
		if v, ok := raw[key]; ok {
			octets.WriteString(v)
			continue
		}
		v, ok := raw[key+"*"]
		if !ok {
			break
		}
		if i == 0 {
			charset, v = charsetOf(v)
		}
		octets.WriteString(percent(v))
	}
	return decodeCharset(charset, octets.String())
}

// percentText decodes charset'language'text with %XX in it (RFC 2231 §4).
func percentText(v string) string {
	charset, v := charsetOf(v)
	return decodeCharset(charset, percent(v))
}

func charsetOf(v string) (charset, text string) {
	first := strings.IndexByte(v, '\'')
	if first < 0 {
		return "utf-8", v
	}
	second := strings.IndexByte(v[first+1:], '\'')
	if second < 0 {
		return "utf-8", v
	}
	return v[:first], v[first+second+2:]
}

func percent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	return hexEscapes(s, '%')
}

// hexEscapes replaces a mark and two hexadecimal digits by the octet they stand for.
func hexEscapes(s string, mark byte) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// withoutComments takes comments in parentheses off (RFC 5322 §3.2.2).
func withoutComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var b strings.Builder
	depth, inQuotes := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				b.WriteByte(c)
				b.WriteByte(s[i+1])
			}
			i++
			continue
		case c == '"' && depth == 0:
			inQuotes = !inQuotes
		case c == '(' && !inQuotes:
			depth++
			continue
		case c == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteByte(c)
		}
	}
	return b.String()
}

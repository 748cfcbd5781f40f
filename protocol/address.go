package protocol

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Octet limits of RFC 5321 §4.5.3.1.
const (
	MaxLocalPart = 64
	MaxDomain    = 255
	// MaxPath counts < and > (§4.5.3.1.3).
	MaxPath = 256
	// MaxCommandLine counts the CRLF (§4.5.3.1.4).
	MaxCommandLine = 512
	// MaxTextLine is a content line's limit with its CRLF (§4.5.3.1.6).
	MaxTextLine = 1000
)

// Path is what stands between < and > after FROM: or TO: (RFC 5321 §4.1.2).
type Path struct {
	// Local is the local part with its quoting taken off; Domain is as written.
	Local, Domain string
	// Route is the obsolete source route, accepted and ignored (§F.2); "" without one.
	Route string
	// Null is the empty reverse-path <> of bounces (§4.5.5).
	Null bool
}

// String returns the mailbox as it is written in an envelope, without < and >.
func (p Path) String() string {
	if p.Null {
		return ""
	}
	local := p.Local
	if !isDotString(local) {
		local = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"`
	}
	if p.Domain == "" {
		return local
	}
	return local + "@" + p.Domain
}

// Parameter is one ESMTP parameter after a path, SIZE=1000 for instance.
type Parameter struct {
	Keyword string // upper case
	Value   string // "" when none was given
}

// Envelope is the argument of MAIL or RCPT, taken apart.
type Envelope struct {
	Path       Path
	Parameters []Parameter
}

// Parameter returns a parameter's value and whether it was given.
func (e Envelope) Parameter(keyword string) (string, bool) {
	for _, p := range e.Parameters {
		if p.Keyword == keyword {
			return p.Value, true
		}
	}
	return "", false
}

// addressError is a parse failure at an octet of the text given.
type addressError struct {
	reason  Reason
	at, len int
	want    string
}

// parseEnvelope reads "FROM:<path> params" or "TO:<path> params"; keyword is "FROM:" or "TO:".
// Spaces after the colon are forgiven, as servers do, though §4.1.1.2 has none.
func parseEnvelope(text, keyword string) (Envelope, *addressError) {
	rest, at, bad := afterKeyword(text, keyword)
	if bad != nil {
		return Envelope{}, bad
	}
	end, bad := pathEnd(rest, at)
	if bad != nil {
		return Envelope{}, bad
	}
	path, bad := parsePath(rest[1:end], at+1, keyword == "FROM:")
	if bad != nil {
		return Envelope{}, bad
	}
	params, bad := parseParameters(rest[end+1:], at+end+1)
	return Envelope{Path: path, Parameters: params}, bad
}

// afterKeyword steps over FROM: or TO: and the spaces behind it, and says exactly what is
// wrong with it otherwise: this is where beginners slip.
func afterKeyword(text, keyword string) (rest string, at int, bad *addressError) {
	word := strings.TrimSuffix(keyword, ":")
	if len(text) < len(word) || !strings.EqualFold(text[:len(word)], word) {
		return "", 0, &addressError{MissingKeyword, 0, wordLen(text), keyword}
	}
	rest = text[len(word):]
	if !strings.HasPrefix(rest, ":") {
		trimmed := strings.TrimLeft(rest, " ")
		if strings.HasPrefix(trimmed, ":") {
			return "", 0, &addressError{SpaceBeforeColon, len(word), len(rest) - len(trimmed), keyword}
		}
		return "", 0, &addressError{MissingColon, len(word), 1, keyword}
	}
	after := strings.TrimLeft(rest[1:], " ")
	return after, len(text) - len(after), nil
}

// pathEnd returns the index of the > that closes the path that rest begins with.
func pathEnd(rest string, at int) (int, *addressError) {
	if rest == "" {
		return 0, &addressError{MissingArgument, at, 1, "<>"}
	}
	if rest[0] != '<' {
		return 0, &addressError{MissingBrackets, at, wordLen(rest), "<" + rest[:wordLen(rest)] + ">"}
	}
	quoted := false
	for i := 1; i < len(rest); i++ {
		switch {
		case quoted && rest[i] == '\\':
			i++
		case rest[i] == '"':
			quoted = !quoted
		case rest[i] == '>' && !quoted:
			return i, nil
		}
	}
	return 0, &addressError{UnclosedBracket, at + len(rest), 1, ">"}
}

func wordLen(s string) int {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return i
	}
	return len(s)
}

// ParseMailbox reads a mailbox as VRFY, a command line or a lesson file writes
// it: with or without < and >, with or without a domain.
func ParseMailbox(text string) (Path, bool) {
	text = strings.Trim(text, " \t\r\n") // not what Unicode takes for space: that is a letter here
	text = strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
	local, domain, bad := splitMailbox(text, 0)
	if bad != nil {
		return Path{}, false
	}
	return Path{Local: local, Domain: domain}, true
}

func parsePath(text string, at int, reverse bool) (Path, *addressError) {
	if text == "" {
		if reverse {
			return Path{Null: true}, nil
		}
		return Path{}, &addressError{EmptyPath, at - 1, 2, ""}
	}
	whole, wholeAt := text, at
	var route string
	if text[0] == '@' {
		colon := strings.IndexByte(text, ':')
		if colon < 0 {
			return Path{}, &addressError{BadAddress, at, len(text), ""}
		}
		route, text, at = text[:colon], text[colon+1:], at+colon+1
		for _, hop := range strings.Split(route, ",") {
			if !strings.HasPrefix(hop, "@") || !isDomain(hop[1:]) {
				return Path{}, &addressError{BadAddress, at - len(route) - 1, len(route), ""}
			}
		}
	}
	local, domain, bad := splitMailbox(text, at)
	if bad != nil {
		return Path{}, bad
	}
	if domain == "" && (reverse || !strings.EqualFold(local, "postmaster")) {
		return Path{}, &addressError{BadAddress, at, len(text), ""}
	}
	if len(whole)+len("<>") > MaxPath {
		return Path{}, &addressError{TooLongPath, wholeAt, len(whole), ""}
	}
	return Path{Local: local, Domain: domain, Route: route}, nil
}

// splitMailbox takes local part and domain apart and checks both; at is where text begins in the line.
func splitMailbox(text string, at int) (local, domain string, bad *addressError) {
	local, rest, ok := cutLocal(text)
	if !ok {
		return "", "", &addressError{BadAddress, at, max(len(text), 1), ""}
	}
	if len(local) > MaxLocalPart {
		return "", "", &addressError{TooLongLocal, at, len(text) - len(rest), ""}
	}
	if rest == "" {
		return local, "", nil
	}
	domain, at = rest[1:], at+len(text)-len(rest)+1
	if rest[0] != '@' || domain == "" {
		return "", "", &addressError{BadAddress, at - 1, max(len(rest), 1), ""}
	}
	if len(domain) > MaxDomain {
		return "", "", &addressError{TooLongDomain, at, len(domain), ""}
	}
	if !isDomain(domain) && !isAddressLiteral(domain) {
		return "", "", &addressError{BadAddress, at, len(domain), ""}
	}
	return local, domain, nil
}

// cutLocal reads a dot-string or a quoted string and returns it unquoted.
func cutLocal(text string) (local, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		i := strings.IndexByte(text, '@')
		if i < 0 {
			i = len(text)
		}
		return text[:i], text[i:], isDotString(text[:i])
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:], utf8.ValidString(b.String())
		case c == '\\' && i+1 < len(text) && text[i+1] >= ' ' && text[i+1] < 0x7f:
			i++
			b.WriteByte(text[i])
		case c == '\\' || c < ' ' || c == 0x7f:
			return "", "", false
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// isDotString: atoms joined by single dots (RFC 5321 §4.1.2).
func isDotString(s string) bool {
	for _, atom := range strings.Split(s, ".") {
		if atom == "" || strings.IndexFunc(atom, notAtext) >= 0 {
			return false
		}
	}
	return true
}

func notAtext(r rune) bool { return !isAtext(r) }

func isAtext(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return r != utf8.RuneError && (r >= 0x80 || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)) // RFC 6531 §3.3
}

// isDomain accepts labels of letters, digits, hyphens and (as servers do) underscores, and
// those outside ASCII of RFC 6531 §3.3; utf8Fault says where these may stand.
func isDomain(s string) bool {
	if s == "" || len(s) > MaxDomain {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || !utf8.ValidString(label) || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			c := label[i]
			alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
			if !alnum && c != '-' && c != '_' && c < 0x80 {
				return false
			}
		}
	}
	return true
}

// isAddressLiteral: [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321 §4.1.3).
func isAddressLiteral(s string) bool {
	if len(s) < 3 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	inner := s[1 : len(s)-1]
	if tag := "IPv6:"; len(inner) > len(tag) && strings.EqualFold(inner[:len(tag)], tag) {
		a, err := netip.ParseAddr(inner[len(tag):])
		return err == nil && a.Is6()
	}
	a, err := netip.ParseAddr(inner)
	return err == nil && a.Is4()
}

func parseParameters(text string, at int) ([]Parameter, *addressError) {
	var out []Parameter
	if text != "" && text[0] != ' ' {
		return nil, &addressError{BadParameter, at, len(text), " "}
	}
	for _, word := range strings.Split(text, " ") {
		if word == "" {
			at++
			continue
		}
		keyword, value, given := strings.Cut(word, "=")
		if !isParameterKeyword(keyword) || given && !isParameterValue(value) {
			return nil, &addressError{BadParameter, at, len(word), ""}
		}
		out = append(out, Parameter{Keyword: strings.ToUpper(keyword), Value: value})
		at += len(word) + 1
	}
	return out, nil
}

func isParameterKeyword(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alnum && (c != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

func isParameterValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == '=' || s[i] == 0x7f {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}

// ValidDomain reports whether a text is a domain name of ASCII.
func ValidDomain(s string) bool { return isDomain(strings.TrimSuffix(s, ".")) && ASCII(s) }

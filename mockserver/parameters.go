package mockserver

import (
	"strings"

	"maillab/protocol"
)

// The parameters of MAIL and RCPT that the announced extensions define, each with the test of its
// value.
var (
	// mailParameters: SIZE (RFC 1870), BODY (RFC 6152), AUTH (RFC 4954 §5), RET and ENVID
	// (RFC 3461 §4.3, §4.4), SMTPUTF8 (RFC 6531 §3.4).
	mailParameters = map[string]func(value string) bool{
		"SIZE":     func(v string) bool { return v != "" && len(v) <= 20 && strings.Trim(v, "0123456789") == "" },
		"BODY":     oneOf("7BIT", "8BITMIME"),
		"AUTH":     func(v string) bool { return v != "" },
		"RET":      oneOf(retFull, retHeaders),
		"ENVID":    func(v string) bool { return v != "" && len(v) <= 100 && isXtext(v) },
		"SMTPUTF8": func(v string) bool { return v == "" },
	}
	// rcptParameters: RFC 3461 §4.1, §4.2.
	rcptParameters = map[string]func(value string) bool{
		"NOTIFY": isNotify,
		"ORCPT":  isOriginalRecipient,
	}
)

// Words of the parameters.
const (
	retFull       = "FULL"
	retHeaders    = "HDRS"
	notifyNever   = "NEVER"
	notifySuccess = "SUCCESS"
	notifyFailure = "FAILURE"
	notifyDelay   = "DELAY"
)

func oneOf(words ...string) func(string) bool {
	return func(v string) bool {
		for _, w := range words {
			if strings.EqualFold(v, w) {
				return true
			}
		}
		return false
	}
}

// isNotify: NEVER alone, or any of the others.
func isNotify(v string) bool {
	known := oneOf(notifySuccess, notifyFailure, notifyDelay)
	for _, w := range strings.Split(v, ",") {
		if !known(w) && !(strings.EqualFold(v, notifyNever)) {
			return false
		}
	}
	return true
}

// isOriginalRecipient: an address type, a semicolon, the address in xtext (RFC 3461 §4.2) or, for
// the type utf-8, in a form of RFC 6533 §3 that reads like it.
func isOriginalRecipient(v string) bool {
	kind, address, found := strings.Cut(v, ";")
	if !found || kind == "" || address == "" || len(v) > 500 {
		return false
	}
	for i := 0; i < len(kind); i++ {
		c := kind[i] | 0x20
		if (c < 'a' || c > 'z') && (kind[i] < '0' || kind[i] > '9') && kind[i] != '-' {
			return false
		}
	}
	return strings.EqualFold(kind, "utf-8") || isXtext(address)
}

// isXtext: printable ASCII, "+" only before two hexadecimal digits in upper case (RFC 3461 §4).
func isXtext(v string) bool {
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] <= ' ' || v[i] > '~' || v[i] == '=':
			return false
		case v[i] == '+' && (i+2 >= len(v) || !isHex(v[i+1]) || !isHex(v[i+2])):
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

// fromXtext decodes what isXtext has accepted.
func fromXtext(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '+' && i+2 < len(v) {
			b.WriteByte(hexValue(v[i+1])<<4 | hexValue(v[i+2]))
			i += 2
			continue
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

func hexValue(c byte) byte {
	if c >= 'A' {
		return c - 'A' + 10
	}
	return c - '0'
}

// parameters judges those of MAIL or RCPT. A client that said HELO knows of no extension.
func (s *smtpSession) parameters(e protocol.Envelope, known map[string]func(string) bool) (reason protocol.Reason, bad bool) {
	seen := map[string]bool{}
	for _, p := range e.Parameters {
		valid, ok := known[p.Keyword]
		switch {
		case !ok || !s.m.Now().ESMTP:
			return protocol.UnknownParameter, true
		case seen[p.Keyword] || !valid(p.Value):
			return protocol.BadParameter, true
		}
		seen[p.Keyword] = true
	}
	return "", false
}

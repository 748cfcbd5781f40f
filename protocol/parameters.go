package protocol

import (
	"slices"
	"strings"
)

// parameterForm is a parameter of MAIL or RCPT (RFC 5321 §4.1.1.11) and the extension that brings it.
type parameterForm struct {
	keyword string
	// extension is the EHLO keyword that announces it.
	extension string
	// form is what a learner may write; right judges a value.
	form  string
	right func(value string, c *Context) bool
}

// mailParameters: SIZE (RFC 1870), BODY (RFC 6152, RFC 3030 §3), AUTH (RFC 4954 §5), RET and ENVID (RFC 3461 §4.3,
// §4.4), SMTPUTF8 (RFC 6531 §3.4).
var mailParameters = []parameterForm{
	{"SIZE", "SIZE", "SIZE=1024", isSize},
	{"BODY", "8BITMIME", "BODY=7BIT|8BITMIME", isBody},
	{"AUTH", "AUTH", "AUTH=<>", func(v string, _ *Context) bool { return v != "" && isXtext(v) }},
	{"RET", "DSN", "RET=" + RetFull + "|" + RetHeaders, oneOf(RetFull, RetHeaders)},
	{"ENVID", "DSN", "ENVID=id", func(v string, _ *Context) bool { return v != "" && len(v) <= 100 && isXtext(v) }},
	{ParameterUTF8, ParameterUTF8, ParameterUTF8, func(v string, _ *Context) bool { return v == "" }},
}

// rcptParameters: RFC 3461 §4.1, §4.2.
var rcptParameters = []parameterForm{
	{"NOTIFY", "DSN", "NOTIFY=" + NotifyNever + "|" + NotifySuccess + "," + NotifyFailure + "," + NotifyDelay, isNotify},
	{"ORCPT", "DSN", "ORCPT=rfc822;user@example.org", isOriginalRecipient},
}

// Words of the parameters RET and NOTIFY (RFC 3461 §4.1, §4.3).
const (
	RetFull       = "FULL"
	RetHeaders    = "HDRS"
	NotifyNever   = "NEVER"
	NotifySuccess = "SUCCESS"
	NotifyFailure = "FAILURE"
	NotifyDelay   = "DELAY"
)

// HasParameter reports whether an extension brings a parameter of MAIL or RCPT that the table knows.
func HasParameter(extension string) bool {
	return slices.ContainsFunc(slices.Concat(mailParameters, rcptParameters), func(p parameterForm) bool { return p.extension == extension })
}

// parameterFault judges the parameters of MAIL or RCPT, whose form is right. After HELO no extension is known; which
// others a server offers is known from its EHLO reply.
func parameterFault(u *Utterance, c *Context) *Fault {
	known, keyword := mailParameters, "FROM:"
	switch u.Row.Args {
	case ArgsFrom:
	case ArgsTo:
		known, keyword = rcptParameters, "TO:"
	default:
		return nil
	}
	rest, at, bad := afterKeyword(u.Args, keyword)
	if bad != nil {
		return nil
	}
	end, bad := pathEnd(rest, at)
	if bad != nil || end+1 == len(rest) {
		return nil
	}
	at += u.ArgsAt + end + 1
	var seen []string
	for _, word := range strings.Split(rest[end+1:], " ") {
		if word != "" {
			if f := judgeParameter(word, at, known, &seen, c); f != nil {
				return f
			}
		}
		at += len(word) + 1
	}
	return nil
}

func judgeParameter(word string, at int, known []parameterForm, seen *[]string, c *Context) *Fault {
	name, value, _ := strings.Cut(word, "=")
	name = upperASCII(name)
	i := slices.IndexFunc(known, func(p parameterForm) bool { return p.keyword == name })
	switch {
	case i < 0 && c.ESMTP && c.announced(name):
		return nil // it may be a parameter of an extension that has no place in the table
	case i < 0 || !c.ESMTP || len(c.Keywords) > 0 && !c.announced(known[i].extension):
		return newFault(SMTP, UnknownParameter, at, len(word), "")
	case slices.Contains(*seen, name):
		return newFault(SMTP, RepeatedParameter, at, len(word), "")
	case !known[i].right(value, c):
		return newFault(SMTP, BadValue, at, len(word), known[i].form)
	}
	*seen = append(*seen, name)
	return nil
}

// announced reports whether the server has announced a keyword.
func (c *Context) announced(keyword string) bool {
	return slices.ContainsFunc(c.Keywords, func(k string) bool { return strings.EqualFold(announcedWord(k), keyword) })
}

func isSize(v string, _ *Context) bool {
	return v != "" && len(v) <= 20 && strings.Trim(v, "0123456789") == ""
}

func isBody(v string, c *Context) bool {
	const binary = "BINARYMIME"
	return oneOf("7BIT", "8BITMIME")(v, c) || strings.EqualFold(v, binary) && c.announced(binary)
}

func oneOf(words ...string) func(string, *Context) bool {
	return func(v string, _ *Context) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(v, w) })
	}
}

// isNotify: NEVER alone, or any of the others.
func isNotify(v string, c *Context) bool {
	known := oneOf(NotifySuccess, NotifyFailure, NotifyDelay)
	for _, w := range strings.Split(v, ",") {
		if !known(w, c) && !strings.EqualFold(v, NotifyNever) {
			return false
		}
	}
	return true
}

// isOriginalRecipient: an address type, a semicolon, the address in xtext (RFC 3461 §4.2) or, for
// the type utf-8, in a form of RFC 6533 §3 that reads like it.
func isOriginalRecipient(v string, _ *Context) bool {
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
		case v[i] == '+' && (i+2 >= len(v) || !isUpperHex(v[i+1]) || !isUpperHex(v[i+2])):
			return false
		}
	}
	return true
}

func isUpperHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

// DecodeXtext reads the value of ENVID, or the address of ORCPT (RFC 3461 §4). What is no xtext stays as it is.
func DecodeXtext(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '+' && i+2 < len(v) && isUpperHex(v[i+1]) && isUpperHex(v[i+2]) {
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

package protocol

import "strings"

// SMTPUTF8 (RFC 6531) lets addresses, and the header of the mail, go beyond ASCII, if the client
// asks for it with a parameter of MAIL.

// ParameterUTF8 is the keyword of the extension and of its parameter.
const ParameterUTF8 = "SMTPUTF8"

// ASCII reports whether a text is.
func ASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// asksUTF8: MAIL with the parameter.
func asksUTF8(u Utterance) bool {
	if u.Row == nil || u.Row.Args != ArgsFrom {
		return false
	}
	e, ok := ParseFrom(u.Args)
	_, given := e.Parameter(ParameterUTF8)
	return ok && given
}

// CutUTF8 takes the parameter off the argument of VRFY or EXPN (RFC 6531 §3.7.4.2).
func CutUTF8(args string) (name string, given bool) {
	at := len(args) - len(" "+ParameterUTF8)
	if at <= 0 || !strings.EqualFold(args[at:], " "+ParameterUTF8) {
		return args, false
	}
	return strings.TrimRight(args[:at], " "), true
}

// utf8Fault: outside ASCII an argument of MAIL, RCPT, VRFY and EXPN needs SMTPUTF8, and no other may go there.
func utf8Fault(u *Utterance, c *Context) *Fault {
	if c.Protocol != SMTP || ASCII(u.Args) {
		return nil
	}
	at := 0
	for u.Args[at] < 0x80 {
		at++
	}
	switch u.Row.Args {
	case ArgsFrom:
		if asksUTF8(*u) {
			return nil
		}
	case ArgsTo:
		if c.UTF8 {
			return nil
		}
	case ArgsText:
		if _, given := CutUTF8(u.Args); given || u.Row.Keyword == "ETRN" {
			return nil
		}
	case ArgsDomain:
		return newFault(SMTP, BadDomain, u.ArgsAt, len(u.Args), "")
	default:
		return nil
	}
	return newFault(SMTP, NeedsUTF8, u.ArgsAt+at, len(u.Args)-at, ParameterUTF8)
}

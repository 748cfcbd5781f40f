package protocol

import "strings"

// Mask stands for a secret part. Its length says nothing of what it hides.
const Mask = "********"

// Secret reports whether any part of the line must not be stored: the row says so,
// and a misspelt row that looks like one is given the benefit of the doubt.
func (u Utterance) Secret() bool { return u.Redacted() != u.line }

// Redacted returns the line with its secret part masked.
func (u Utterance) Redacted() string {
	if u.Row == nil {
		return u.line
	}
	switch u.Row.Secrecy {
	case SecretLine:
		if u.line == "*" || u.line == "" {
			return u.line
		}
		return Mask
	case SecretArgs:
		if u.Args != "" {
			return u.line[:u.ArgsAt] + Mask
		}
	case SecretAfter1:
		first, rest, _ := strings.Cut(u.Args, " ")
		if strings.TrimSpace(rest) != "" {
			return u.line[:u.ArgsAt] + first + " " + Mask
		}
	}
	return u.line
}

// Redacted returns the event with every secret of the client's masked, for
// transcripts that others may read.
func (e Event) Redacted() Event {
	if e.Kind == KindClient {
		e.Raw = []byte(redactIn(e.Context, string(e.Raw), e.Speech))
	}
	if e.Kind == KindNote {
		e.Raw = []byte(redactNote(string(e.Raw)))
	}
	e.Context = e.Context.redacted()
	if e.After != nil {
		after := e.After.redacted() // a line that was sent ahead waits there
		e.After = &after
	}
	return e
}

// redacted masks the secret of the line that is being answered.
func (c Context) redacted() Context {
	if c.Line != "" {
		if clean := redactIn(c, c.Line, c.Speech); clean != c.Line {
			c.Line, c.Args = clean, Mask
		}
	}
	return c
}

func redactIn(c Context, line string, s Speech) string {
	t := TableOf(c.Protocol)
	switch {
	case s == SpeechContent || s == SpeechContentEnd:
		return line
	case t != nil && s == SpeechResponse:
		return Utterance{Row: &t.Response, line: line}.Redacted()
	}
	for _, t := range []*Table{t, &smtpTable, &pop3Table} { // a PASS said to an SMTP server is a password all the same
		if t == nil {
			continue
		}
		u := t.parse(line, &c)
		switch clean := u.Redacted(); {
		case clean != line:
			return clean
		case u.Row != nil:
			return line
		}
	}
	return redactUnknown(c, line)
}

// redactUnknown masks what no table knows and may be a secret: a misspelt PASS, and a response
// that was typed where none was due.
func redactUnknown(c Context, line string) string {
	verb, args, at := splitVerb(line)
	if c.State == StateUser && args != "" {
		return line[:at] + Mask
	}
	if args == "" && len(verb) > 3 && strings.IndexFunc(line, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0 {
		if text, bad := DecodeBase64(line); bad == nil && printable(text) {
			return Mask
		}
	}
	return line
}

func printable(text []byte) bool {
	for _, b := range text {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return true
}

// redactNote masks the keys that openssl s_client prints.
func redactNote(line string) string {
	for _, name := range []string{"Master-Key:", "Resumption PSK:"} {
		if at := strings.Index(line, name); at >= 0 {
			return line[:at+len(name)] + " " + Mask
		}
	}
	return line
}

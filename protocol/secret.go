package protocol

import "strings"

// mask stands for a secret part. Its length says nothing of what it hides.
const mask = "********"

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
		return mask
	case SecretArgs:
		if u.Args != "" {
			return u.line[:u.ArgsAt] + mask
		}
	case SecretAfter1:
		first, rest, _ := strings.Cut(u.Args, " ")
		if strings.TrimSpace(rest) != "" {
			return u.line[:u.ArgsAt] + first + " " + mask
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
	if e.Context.Line != "" {
		clean := redactIn(e.Context, e.Context.Line, e.Context.Speech)
		if clean != e.Context.Line {
			e.Context.Line, e.Context.Args = clean, mask
		}
	}
	return e
}

func redactIn(c Context, line string, s Speech) string {
	t := TableOf(c.Protocol)
	switch {
	case t == nil || s == SpeechContent || s == SpeechContentEnd:
		return line
	case s == SpeechResponse:
		return Utterance{Row: &t.Response, line: line}.Redacted()
	}
	return t.parse(line, &c).Redacted()
}

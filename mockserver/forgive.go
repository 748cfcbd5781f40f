package mockserver

import (
	"regexp"
	"slices"

	"maillab/protocol"
)

// repair is a slip that some servers take as what was meant: the line is mended, or just let through.
type repair struct {
	reason protocol.Reason
	// form finds the slip, mend writes the line anew ($1 and so on); without them it is let through.
	form *regexp.Regexp
	mend string
	// verb and state bound what is let through; "" is any.
	verb  string
	state protocol.State
}

// repairs by the names that persona files use.
var repairs = map[string]repair{
	"missing-brackets":   {reason: protocol.MissingBrackets, form: regexp.MustCompile(`(?i)^(mail from|rcpt to):\s*([^<>\s]+)(.*)$`), mend: "$1:<$2>$3"},
	"space-before-colon": {reason: protocol.SpaceBeforeColon, form: regexp.MustCompile(`(?i)^(mail from|rcpt to)\s+:`), mend: "$1:"},
	"missing-colon":      {reason: protocol.MissingColon, form: regexp.MustCompile(`(?i)^(mail from|rcpt to)\s+`), mend: "$1:"},
	"missing-keyword":    {reason: protocol.MissingKeyword, form: regexp.MustCompile(`(?i)^(?:(mail)|rcpt)\s+([^:\s]+)$`), mend: "$1"},
	"nameless-hello":     {reason: protocol.MissingArgument, form: regexp.MustCompile(`(?i)^(ehlo|helo)\s*$`), mend: "$1 unknown"},
	"odd-name":           {reason: protocol.BadDomain},
	"no-hello":           {reason: protocol.OutOfOrder, verb: "MAIL", state: protocol.StateGreeted},
}

// forgive looks at a line with the persona's leniency: the line to go on with, and whether what the
// table still has against it is let through.
func (w *ways) forgive(m *protocol.Machine, line string) (said string, let bool) {
	for range w.Forgives { // each repair may bring the next slip to light
		u := m.Look(line)
		if u.Fault == nil || u.Speech != protocol.SpeechCommand {
			return line, false
		}
		r, ok := w.repairOf(u, m.Now().State)
		if !ok {
			return line, false
		}
		if r.form == nil {
			return line, true
		}
		mended := r.mended(line)
		if mended == line {
			return line, false
		}
		line = mended
	}
	return line, false
}

// repairOf finds the forgiven slip that the table has against the line.
func (w *ways) repairOf(u protocol.Utterance, state protocol.State) (repair, bool) {
	for name, r := range repairs {
		if r.reason == u.Fault.Reason && slices.Contains(w.Forgives, name) &&
			(r.verb == "" || r.verb == u.Verb) && (r.state == "" || r.state == state) {
			return r, true
		}
	}
	return repair{}, false
}

func (r repair) mended(line string) string {
	if r.reason == protocol.MissingKeyword {
		return mendKeyword(r.form, line)
	}
	return r.form.ReplaceAllString(line, r.mend)
}

// mendKeyword writes FROM: or TO: where the verb alone stands before the address.
func mendKeyword(form *regexp.Regexp, line string) string {
	m := form.FindStringSubmatch(line)
	switch {
	case m == nil:
		return line
	case m[1] != "":
		return "MAIL FROM:" + m[2]
	}
	return "RCPT TO:" + m[2]
}

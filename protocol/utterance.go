package protocol

import "strings"

// Speech is what a client line is, which depends on where the conversation stands.
type Speech string

// The kinds of client line.
const (
	SpeechCommand    Speech = "command"
	SpeechResponse   Speech = "response"    // inside an AUTH exchange
	SpeechContent    Speech = "content"     // a line of the mail, no reply follows
	SpeechContentEnd Speech = "content-end" // the lone dot
)

// Utterance is one client line as the machine understood it.
type Utterance struct {
	Speech Speech
	// Row is the table's row, nil for an unknown verb and for content.
	Row *Row
	// Verb is the first word in upper case, the row's Verb for responses and the dot.
	Verb string
	// Args is the text after the verb and its space, trailing spaces taken off; ArgsAt is its
	// offset in the line in octets.
	Args   string
	ArgsAt int
	// Fault is the refusal that the table predicts, nil when the line is in order.
	Fault *Fault
	line  string
}

// Line returns the line as it was said, without its CRLF.
func (u Utterance) Line() string { return u.line }

// Understand takes a client line apart again in the context of its event.
func Understand(c Context, line string) Utterance {
	m := Machine{table: TableOf(c.Protocol), ctx: c}
	return m.Look(line)
}

// splitVerb cuts a command line at its first space. Trailing white space is
// forgiven (RFC 5321 §4.1.1), leading is not.
func splitVerb(line string) (verb, args string, argsAt int) {
	trimmed := strings.TrimRight(line, " \t")
	verb, rest, _ := strings.Cut(trimmed, " ")
	args = strings.TrimLeft(rest, " ")
	return upperASCII(verb), args, len(trimmed) - len(args)
}

// upperASCII leaves octets above 0x7f as they are: a full-width letter is no letter here.
func upperASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// parse finds the row and the fault of a command line that is said in context c.
func (t *Table) parse(line string, c *Context) Utterance {
	u := t.understand(line)
	u.Fault = t.fault(&u, c)
	return u
}

// understand finds the row of a command line.
func (t *Table) understand(line string) Utterance {
	verb, args, at := splitVerb(line)
	u := Utterance{Speech: SpeechCommand, Verb: verb, Args: args, ArgsAt: at, line: line}
	if verb != "" && verb != VerbDot && verb != VerbResponse {
		u.Row = t.Row(verb)
	}
	return u
}

// fault asks the table in the order in which a server refuses: is there such a
// command, may it be said now, is its argument right.
func (t *Table) fault(u *Utterance, c *Context) *Fault {
	p := t.Protocol
	switch {
	case hasControl(u.line):
		return newFault(p, NulInLine, controlAt(u.line), 1, "")
	case u.Row == nil:
		return newFault(p, UnknownVerb, 0, max(len(u.Verb), 1), "")
	case u.Row.Obsolete:
		return newFault(p, NotImplemented, 0, len(u.Verb), "")
	case !u.Row.InOrder(c.State):
		return newFault(p, OutOfOrder, 0, len(u.Verb), t.sayFirst(u.Row, c))
	}
	if f := t.unmetNeed(u, c); f != nil {
		return f
	}
	bad := rules[u.Row.Args](u.Args)
	if bad == nil {
		if f := utf8Fault(u, c); f != nil {
			return f
		}
		return parameterFault(u, c)
	}
	at := u.ArgsAt + bad.at
	if bad.at < 0 {
		at = len(strings.TrimRight(u.line, " \t"))
	}
	f := newFault(p, bad.reason, at, bad.len, bad.want)
	if u.Row.Args == ArgsFrom && f.Enhanced == "5.1.3" {
		f.Enhanced = "5.1.7" // RFC 3463 §3.2 has a detail of its own for the sender's address
	}
	return f
}

func (t *Table) unmetNeed(u *Utterance, c *Context) *Fault {
	for _, n := range u.Row.Excludes {
		switch {
		case n == NeedAuth && c.Authenticated:
			return newFault(t.Protocol, AlreadyAuth, 0, len(u.Verb), "")
		case n == NeedTLS && c.TLS:
			return newFault(t.Protocol, AlreadyTLS, 0, len(u.Verb), "")
		}
	}
	needs := append(append([]Need(nil), u.Row.Needs...), c.demands[u.Row.Verb]...)
	for _, n := range needs {
		switch {
		case n == NeedESMTP && !c.ESMTP:
			return newFault(t.Protocol, NeedsESMTP, 0, len(u.Verb), "EHLO")
		case n == NeedAuth && !c.Authenticated:
			return newFault(t.Protocol, NeedsAuth, 0, len(u.Verb), "AUTH")
		case n == NeedTLS && !c.TLS:
			return newFault(t.Protocol, NeedsTLS, 0, len(u.Verb), t.verbMarking(MarkTLS))
		case n == NeedTimestamp && c.Timestamp == "":
			return newFault(t.Protocol, NoTimestamp, 0, len(u.Verb), "USER")
		}
	}
	return nil
}

// verbMarking names the command whose success brings a change.
func (t *Table) verbMarking(k Mark) string {
	for _, r := range t.Rows {
		for _, a := range r.Answers {
			if a.Marks&k != 0 {
				return r.Verb
			}
		}
	}
	return ""
}

// sayFirst names the command that brings the conversation one step nearer to
// where row is in order: the shortest way through the table.
func (t *Table) sayFirst(row *Row, c *Context) string {
	from := map[State]string{c.State: ""}
	queue := []State{c.State}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if s != c.State && row.InOrder(s) {
			return from[s]
		}
		for _, e := range t.edgesFrom(s) {
			_, seen := from[e.To]
			if r := t.Row(e.Verb); seen || r != nil && (r.InsteadOf != "" || c.Helo != "" && r.introduces()) {
				continue
			}
			from[e.To] = from[s]
			if s == c.State {
				from[e.To] = e.Verb
			}
			queue = append(queue, e.To)
		}
	}
	return ""
}

func hasControl(line string) bool { return controlAt(line) >= 0 }

// controlAt finds an octet that no command line may hold: a control character
// other than HT (RFC 5321 §4.1.2); 8-bit octets are judged by the argument's rule.
func controlAt(line string) int {
	for i := 0; i < len(line); i++ {
		if (line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f {
			return i
		}
	}
	return -1
}

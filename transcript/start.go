package transcript

import (
	"strings"

	"maillab/protocol"
)

// step is one silent exchange on the way into a conversation.
type step struct{ say, hear string }

// ways lead through a whole conversation. A text that begins in the middle of
// one is taken up from the first place at which its first line is in order.
var ways = map[protocol.Protocol][]step{
	protocol.SMTP: {
		{"", "220 x ESMTP"}, {"EHLO x", "250 x"}, {"MAIL FROM:<>", "250 x"}, {"RCPT TO:<x@x>", "250 x"}, {"DATA", "354 x"},
	},
	protocol.POP3: {{"", "+OK"}, {"USER x", "+OK"}, {"PASS x", "+OK"}},
}

// settleStart decides, at the server's first word, whether it is the greeting or
// the text begins later, and then says what the client had said before it.
func (r *Replay) settleStart(line string) {
	ctx := r.machine.Now()
	if !ctx.Greeting() || ctx.Protocol == "" {
		return
	}
	early := r.early
	r.early = nil
	greeting := len(early) == 0
	if ctx.Protocol == protocol.SMTP {
		greeting = strings.HasPrefix(line, "220") || greeting && !strings.HasPrefix(line, "250") && !strings.HasPrefix(line, "3")
	}
	switch {
	case greeting:
	case len(early) > 0:
		r.enter(early[0])
	default:
		r.walk(1)
		if strings.HasPrefix(line, "250") {
			r.machine.Said(ways[protocol.SMTP][1].say) // openssl -starttls says EHLO itself
		}
	}
	for _, l := range early {
		r.say(l)
	}
}

// enter walks, silently, to the first place at which line is in order; a line
// that never is leaves the conversation at its beginning.
func (r *Replay) enter(line string) {
	way := ways[r.machine.Now().Protocol]
	for n := 1; n <= len(way); n++ {
		r.walk(n)
		if r.inOrder(line) {
			return
		}
	}
	r.walk(min(2, len(way)))
}

func (r *Replay) inOrder(line string) bool {
	if line == protocol.VerbDot {
		return r.machine.Now().State == protocol.StateContent
	}
	if r.machine.Now().State == protocol.StateContent {
		return false
	}
	u := r.machine.Look(line)
	if u.Row == nil {
		return false
	}
	f := u.Fault
	return f == nil || f.Reason != protocol.OutOfOrder && f.Reason != protocol.NeedsESMTP
}

// walk starts anew and takes the first n steps of the way.
func (r *Replay) walk(n int) {
	p := r.machine.Now().Protocol
	r.stand(p)
	for _, s := range ways[p][:n] {
		if s.say != "" {
			r.machine.Said(s.say)
		}
		r.machine.Heard(protocol.ParseReply(p, s.hear, false))
	}
}

// Exchange is one reply out of a conversation that nothing else is known of: a
// log line has the answer and, perhaps, what it answers.
type Exchange struct {
	// Verb that was answered: "" for the greeting, Unknown where nothing tells.
	Verb string
	// Line is the whole line, "" where only its verb is known.
	Line string
	// Reply, its lines joined by spaces as logs write them, or by line feeds.
	Reply string
}

// Unknown stands for a verb that is not known.
const Unknown = "?"

// One tells the events of an exchange, as a conversation of its own.
func (r *Replay) One(x Exchange) {
	r.Finish()
	r.restart()
	r.open()
	r.recognise(x.Reply)
	p := r.machine.Now().Protocol
	table := protocol.TableOf(p)
	switch {
	case table == nil || x.Verb == "":
	case table.Row(x.Verb) == nil:
		r.walk(min(2, len(ways[p])))
	case x.Verb == protocol.VerbResponse:
		r.walk(min(2, len(ways[p])))
		r.machine.Said("AUTH LOGIN")
		r.machine.Heard(protocol.ParseReply(p, "334 x", false))
		r.machine.Said("=")
		r.standIn = true
	case x.Line != "":
		r.enter(x.Line)
		r.say(x.Line)
	default:
		example := table.Row(x.Verb).Example
		if x.Verb == protocol.VerbDot {
			example = protocol.VerbDot
		}
		r.enter(example)
		r.machine.Said(example)
		r.standIn = x.Verb != protocol.VerbDot
	}
	for _, line := range foldedReply(x.Reply) {
		r.send(protocol.Event{Kind: protocol.KindLine, Raw: []byte(line), Ending: protocol.CRLF, Context: r.machine.Context()})
		if r.framer.Add(line, 0) {
			r.reply(r.framer.Take())
			break
		}
	}
	r.Finish()
	r.restart()
}

// foldedReply takes the lines of a reply apart that a log wrote as one:
// "550-5.7.1 first 550-5.7.1 second 550 5.7.1 third".
func foldedReply(reply string) []string {
	reply = strings.ReplaceAll(reply, "\\n", " ") // as Exim writes it
	if len(reply) < 4 || reply[3] != '-' || strings.Trim(reply[:3], "0123456789") != "" {
		return []string{reply}
	}
	code := " " + reply[:3]
	var lines []string
	for rest := reply; ; {
		at := nextLine(rest, code)
		if at < 0 {
			if rest[3] == '-' {
				rest = rest[:3] + " " + rest[4:] // the log left the last lines out
			}
			return append(lines, rest)
		}
		line := rest[:at]
		rest = rest[at+1:]
		if line[3] != '-' {
			return append(lines, line+" "+rest)
		}
		lines = append(lines, line)
	}
}

// nextLine finds where the next line begins: the code again, behind a space.
func nextLine(s, code string) int {
	for from := 4; from < len(s); {
		at := strings.Index(s[from:], code)
		if at < 0 {
			return -1
		}
		at += from
		if end := at + len(code); end < len(s) && (s[end] == '-' || s[end] == ' ') {
			return at
		}
		from = at + len(code)
	}
	return -1
}

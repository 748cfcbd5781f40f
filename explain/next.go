package explain

import (
	"cmp"
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// where is all that decides which lines are in order.
type where struct {
	protocol             protocol.Protocol
	state                protocol.State
	esmtp, auth, stamped bool
	tls                  bool
	// marked: messages are marked for deletion.
	marked bool
	// announced has a bit for each row of the table that may be there.
	announced uint64
	// after is the verb just answered: what the table teaches next comes first.
	after string
	// ask is what the next response of an AUTH exchange holds.
	ask string
}

func whereIs(c protocol.Context) where {
	return where{protocol: c.Protocol, state: c.State, esmtp: c.ESMTP, auth: c.Authenticated, stamped: c.Timestamp != "", tls: c.TLS, marked: c.Deleted > 0}
}

// nextCache holds the answers: there are few places in a conversation.
var nextCache = memo[where, []Next]{}

// next lists what is in order after this reply, by the table.
func (v *view) next() []Next {
	if v.table == nil {
		return nil
	}
	after := contextAfterReply(v.ctx, v.protocol, v.reply)
	if v.closes {
		after.State = protocol.StateClosed
	}
	return v.remedyFirst(nextIn(after, v.verb))
}

// remedies are the commands that a refusal asks for, in either protocol.
var remedies = map[string][]string{"tls-required": {"STARTTLS", "STLS"}, "auth-required": {"AUTH"}}

// remedyFirst puts what the server has asked for in front. A server that greeted with a refusal has
// asked for nothing: QUIT is all that is left (RFC 5321 §3.1).
func (v *view) remedyFirst(list []Next) []Next {
	if v.place == placeGreeting && v.a.Severity == Permanent && v.protocol == protocol.SMTP {
		return slices.DeleteFunc(slices.Clone(list), func(n Next) bool { return n.Line != "QUIT" })
	}
	remedy := remedies[v.a.Class]
	at := slices.IndexFunc(list, func(n Next) bool { return contains(remedy, firstWord(n.Line)) })
	if at <= 0 {
		return list
	}
	out := append([]Next{list[at]}, list[:at]...)
	return append(out, list[at+1:]...)
}

func nextIn(c protocol.Context, verb string) []Next {
	t := protocol.TableOf(c.Protocol)
	if row := t.Row(verb); row == nil || verb == "" {
		verb = ""
	} else {
		verb = row.Verb // not the words of somebody's line, which would be kept for good
	}
	w := whereIs(c)
	w.after, w.announced = verb, announced(t, c)
	if c.State == protocol.StateAuth {
		w.ask = responseForm(c)
	}
	return nextCache.get(w, func(w where) []Next { return nextAt(t, w, c) })
}

// announced marks the rows that c.Announces; none, where nothing is known of them.
func announced(t *protocol.Table, c protocol.Context) (bits uint64) {
	if len(c.Keywords) == 0 {
		return 0
	}
	for i := range t.Rows {
		if c.Announces(&t.Rows[i]) {
			bits |= 1 << i
		}
	}
	return bits
}

func nextAt(t *protocol.Table, w where, c protocol.Context) []Next {
	m := machineAt(c)
	rows := slices.DeleteFunc(m.Legal(), func(r *protocol.Row) bool { return !c.Announces(r) })
	order := rank(t, rows, w)
	slices.SortStableFunc(rows, func(a, b *protocol.Row) int { return cmp.Compare(order[a], order[b]) })
	list := make([]Next, 0, len(rows))
	for _, r := range rows {
		list = append(list, Next{Line: leadLine(r, c), Why: verbWords(c.Protocol, r.Verb)})
	}
	return list
}

// asides are commands that lead nowhere: they come last, though they are in order nearly always.
var asides = map[string]bool{"NOOP": true, "HELP": true, "VRFY": true, "EXPN": true, "ETRN": true, "LANG": true, "UTF8": true}

// rank puts first what leads on along the main path, then what stays here
// (beginning after the verb just said), then the way out, then asides, then the way back.
func rank(t *protocol.Table, rows []*protocol.Row, w where) map[*protocol.Row]int {
	here, said := slices.Index(t.States, w.state), -1
	for i := range t.Rows {
		if t.Rows[i].Verb == w.after {
			said = i
		}
	}
	order := map[*protocol.Row]int{}
	for i, r := range rows {
		order[r] = rankOf(t, r, w, here, said) + i
	}
	return order
}

func rankOf(t *protocol.Table, r *protocol.Row, w where, here, said int) int {
	const step = 1000
	switch {
	case r.Verb == "QUIT" && w.marked:
		return 0 // only QUIT deletes
	case r.Verb == "QUIT" && w.after == protocol.VerbDot:
		return step
	case r.Verb == "QUIT":
		return 2*step + step/2
	case r.Verb == "STARTTLS" || r.Verb == "STLS":
		return step / 2
	case asides[r.Verb], r.Verb == "CAPA" && w.auth, r.Verb == "RSET" && !w.marked && w.state != protocol.StateMail && w.state != protocol.StateRcpt:
		return 4 * step
	}
	to := -1
	if len(r.Answers) > 0 {
		to = slices.Index(t.States, r.Answers[0].Next)
	}
	at := slices.IndexFunc(t.Rows, func(x protocol.Row) bool { return x.Verb == r.Verb })
	// A login comes before the first mail, not between mails.
	past := said > 2 || w.after == protocol.VerbDot
	switch {
	case to > here && past && slices.Contains(r.Excludes, protocol.NeedAuth):
		return step / 2
	case r.InsteadOf == "DATA" && w.state == protocol.StateRcpt:
		return 3 * step
	case to > here:
		return 0
	case to == here && w.state == protocol.StateRcpt:
		return step / 4
	case r.Verb == w.after && (r.Verb == "EHLO" || r.Verb == "HELO"), to >= 0 && to < here, r.Verb == "EHLO", r.Verb == "HELO":
		return 5 * step
	case at > said:
		return step
	}
	return 2 * step
}

// leadLine is the line a row is begun with, its places written out.
func leadLine(r *protocol.Row, c protocol.Context) string {
	switch {
	case r.Verb == protocol.VerbResponse:
		return responseForm(c)
	case strings.HasSuffix(r.Lead, "<"):
		return r.Lead + "...>"
	case strings.HasSuffix(r.Lead, " "):
		syntax, _, _ := strings.Cut(r.Syntax, " [")
		return syntax
	}
	return r.Lead
}

// responseForm says what the next line of an AUTH exchange holds.
func responseForm(c protocol.Context) string {
	switch strings.ToLower(decodedChallenge(c.Challenge)) {
	case "username:", "user name", "user name\x00":
		return "base64(user)"
	case "password:", "password", "password\x00":
		return "base64(password)"
	}
	return "base64"
}

// machines holds a machine in each place that has been asked for; a copy of it
// is a conversation that stands there.
var machines = memo[where, protocol.Machine]{}

// machineAt returns a machine that stands where c does, as far as order goes.
func machineAt(c protocol.Context) protocol.Machine {
	return machines.get(whereIs(c), func(w where) protocol.Machine { return *walkTo(w) })
}

// walkTo plays the shortest conversation that leads to w.
func walkTo(w where) *protocol.Machine {
	m := protocol.NewMachine(w.protocol)
	if w.tls {
		m.Secure()
	}
	t := protocol.TableOf(w.protocol)
	greeting := t.Greeting.Answers[0].Code + " x"
	if w.stamped {
		greeting += " <1@x>"
	}
	if w.state == protocol.StateConnecting {
		return m
	}
	hear(m, greeting)
	if w.state == protocol.StateClosed {
		m.Close()
		return m
	}
	hello := "HELO"
	if w.esmtp {
		hello = "EHLO"
	}
	if w.protocol == protocol.SMTP && w.state != protocol.StateGreeted {
		turn(m, t.Row(hello))
		if w.auth {
			logIn(m, t)
		}
	}
	for range len(t.States) {
		if m.Context().State == w.state || !stepTo(m, t, w.state) {
			break
		}
	}
	return m
}

// logIn plays a successful AUTH without an exchange.
func logIn(m *protocol.Machine, t *protocol.Table) {
	if !m.Context().ESMTP {
		turn(m, t.Row("EHLO"))
	}
	m.Said("AUTH PLAIN AHUAcA==")
	hear(m, "235 x")
}

// stepTo plays one step on the shortest way to a state, by the table's edges.
func stepTo(m *protocol.Machine, t *protocol.Table, to protocol.State) bool {
	from := m.Context().State
	type way struct {
		state protocol.State
		first protocol.Edge
	}
	edges, queue, seen := t.Edges(), []way{{state: from}}, map[protocol.State]bool{from: true}
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		for _, e := range edges {
			if e.From != w.state || seen[e.To] {
				continue
			}
			seen[e.To] = true
			next := way{e.To, w.first}
			if w.state == from {
				next.first = e
			}
			if e.To == to {
				m.Said(t.Row(next.first.Verb).Example)
				hear(m, next.first.Code+" x")
				return true
			}
			queue = append(queue, next)
		}
	}
	return false
}

func turn(m *protocol.Machine, r *protocol.Row) {
	m.Said(r.Example)
	hear(m, r.Answers[0].Code+" x")
}

func hear(m *protocol.Machine, raw string) {
	m.Heard(protocol.ParseReply(m.Context().Protocol, raw, false))
}

// contextAfterReply is where the conversation stands after the reply.
func contextAfterReply(c protocol.Context, p protocol.Protocol, r protocol.Reply) protocol.Context {
	c.Protocol = p
	m := machineAt(c)
	if c.Verb != "" || c.Line != "" {
		m.Trust(saidLine(c, m.Table()))
	}
	m.Follow(r)
	after := m.Context()
	after.Timestamp = cmp.Or(after.Timestamp, c.Timestamp)
	if c.Verb != "RSET" || r.Code != protocol.CodeOK { // which takes the marks off
		after.Deleted += c.Deleted
	}
	if len(after.Keywords) == 0 && after.TLS == c.TLS && (p == protocol.SMTP || after.Authenticated == c.Authenticated) {
		after.Keywords = c.Keywords
	}
	return after
}

// saidLine is the line answered; where only its verb is known (a secret was
// taken out), the row's example stands in.
func saidLine(c protocol.Context, t *protocol.Table) string {
	if row := t.Row(c.Verb); c.Line == "" && row != nil {
		return cmp.Or(row.Example, "=")
	}
	return c.Line
}

func verbWords(p protocol.Protocol, verb string) phrases.Text {
	if r := shelfVerbs.get(string(p) + "." + verb); r != nil {
		return r.text()
	}
	return phrases.Text{}
}

package protocol

import "strings"

// Context is where a conversation stands: a snapshot that explanations, prompts
// and completion are computed from. Verb, Line, Args and Speech tell which
// client line a reply answers, and are empty for the greeting and between lines.
type Context struct {
	Protocol Protocol `json:"protocol"`
	State    State    `json:"state"`
	// Speech is what the line being answered was; "" when the server speaks unasked.
	Speech Speech `json:"speech,omitempty"`
	// Verb of the line being answered, "" for the greeting and for what comes unasked.
	Verb string `json:"verb,omitempty"`
	// Line being answered, without CRLF; secret for rows that say so.
	Line string `json:"line,omitempty"`
	// Args of the line being answered.
	Args string `json:"args,omitempty"`

	ESMTP         bool `json:"esmtp,omitempty"`
	Authenticated bool `json:"authenticated,omitempty"`
	TLS           bool `json:"tls,omitempty"`
	// Recipients accepted in the open mail transaction.
	Recipients int `json:"recipients,omitempty"`
	// Octets of a BDAT chunk that have not come yet: until they have, everything said is content.
	Octets int `json:"octets,omitempty"`
	// UTF8: the transaction was opened with SMTPUTF8, so its addresses may go beyond ASCII.
	UTF8 bool `json:"utf8,omitempty"`
	// Deleted counts the messages marked with DELE in this POP3 session.
	Deleted int `json:"deleted,omitempty"`
	// Helo is what the client called itself in EHLO or HELO.
	Helo string `json:"helo,omitempty"`
	// User is the POP3 user named with USER or APOP.
	User string `json:"user,omitempty"`
	// Keywords are the lines of the EHLO reply after the first, or of the CAPA reply, as they came. They
	// are forgotten when TLS begins, and in POP3 after the login, where others may count (RFC 2449 §5).
	Keywords []string `json:"keywords,omitempty"`
	// Timestamp of a POP3 greeting with its angle brackets, for APOP.
	Timestamp string `json:"timestamp,omitempty"`
	// Mechanism of the AUTH exchange that is going on, upper case.
	Mechanism string `json:"mechanism,omitempty"`
	// Challenge is the last challenge of it, in Base64 as it came.
	Challenge string `json:"challenge,omitempty"`
	// Challenges counts the challenges of the exchange so far.
	Challenges int `json:"challenges,omitempty"`

	demands map[string][]Need
}

// Greeting reports whether the next reply is the server's greeting.
func (c Context) Greeting() bool { return c.State == StateConnecting }

// Label names the place for a prompt or a picture: the state, or
// "authenticated" for a logged-in SMTP client between transactions, "content" inside a chunk.
func (c Context) Label() string {
	if c.InContent() {
		return string(StateContent)
	}
	if c.Protocol == SMTP && c.State == StateIdentified && c.Authenticated {
		return "authenticated"
	}
	return string(c.State)
}

// Outcome is what a reply did.
type Outcome struct {
	// Before is the context the reply was given in, with the line it answers.
	Before Context
	// After is where the conversation stands now.
	After Context
	// Listed is false when the table does not list this code for this command: a real server
	// surprised us, and the first digit decided.
	Listed bool
	// Unasked is true when the server spoke although no line was waiting for an answer.
	Unasked bool
}

// Machine follows one conversation by the table. It is not safe for concurrent
// use; NewMachine makes one.
type Machine struct {
	table   *Table
	ctx     Context
	pending []Utterance
}

// NewMachine starts before the greeting. With p empty the first reply decides
// which protocol it is (Recognise).
func NewMachine(p Protocol) *Machine {
	return &Machine{table: TableOf(p), ctx: Context{Protocol: p, State: StateConnecting}}
}

// Demand lays a server's policy over the table: verb is refused until the need
// is met, as on a submission port (RFC 6409 §4.3).
func (m *Machine) Demand(verb string, need Need) {
	if m.ctx.demands == nil {
		m.ctx.demands = map[string][]Need{}
	}
	m.ctx.demands[verb] = append(m.ctx.demands[verb], need)
}

// Recognise fixes the protocol of a machine that was started without one.
func (m *Machine) Recognise(p Protocol) {
	m.table, m.ctx.Protocol = TableOf(p), p
}

// Table returns the table followed, nil while the protocol is unknown.
func (m *Machine) Table() *Table { return m.table }

// Context returns where the conversation stands, with the line that the next
// reply will answer.
func (m *Machine) Context() Context {
	c := m.ctx
	if len(m.pending) > 0 && c.State != StateConnecting {
		u := m.pending[0]
		c.Speech, c.Verb, c.Line, c.Args = u.Speech, u.Verb, u.line, u.Args
	}
	return c
}

// Now returns where the conversation stands, without the line that waits for
// its answer: the context in which the next client line is said.
func (m *Machine) Now() Context { return m.ctx }

// State returns Now's state.
func (m *Machine) State() State { return m.ctx.State }

// TLS returns Now's TLS.
func (m *Machine) TLS() bool { return m.ctx.TLS }

// Awaiting returns how many lines have not been answered yet. A BDAT whose octets have not all
// been said is not due for its answer.
func (m *Machine) Awaiting() int {
	if m.ctx.Octets > 0 && len(m.pending) > 0 {
		return len(m.pending) - 1
	}
	return len(m.pending)
}

// Multiline reports whether a reply that begins with status goes on to a lone
// dot (POP3); SMTP replies frame themselves.
func (m *Machine) Multiline(status string) bool {
	if m.ctx.Protocol != POP3 || status != CodeOK || len(m.pending) == 0 {
		return false
	}
	u := m.pending[0]
	return u.Row != nil && u.Row.Multiline(u.Args)
}

// Look understands a client line as Said does, without saying it: for warnings
// and completion while a line is being typed.
func (m *Machine) Look(line string) Utterance {
	switch {
	case m.table == nil:
		verb, args, at := splitVerb(line)
		return Utterance{Speech: SpeechCommand, Verb: verb, Args: args, ArgsAt: at, line: line}
	case m.ctx.Octets > 0:
		return m.lookInChunk(line)
	case m.ctx.State == StateContent && line == VerbDot:
		return Utterance{Speech: SpeechContentEnd, Row: &m.table.Dot, Verb: VerbDot, line: line}
	case m.ctx.State == StateContent:
		return Utterance{Speech: SpeechContent, line: line}
	case m.ctx.State == StateAuth:
		u := Utterance{Speech: SpeechResponse, Row: &m.table.Response, Verb: VerbResponse, Args: line, line: line}
		u.Fault = responseFault(m.ctx.Protocol, line)
		return u
	}
	ahead := m.foresee()
	return m.table.parse(line, &ahead)
}

// foresee is where the conversation will stand if every line that waits for its
// answer is granted: a line sent ahead of replies is judged from there (RFC 2920).
func (m *Machine) foresee() Context {
	c := m.ctx
	for _, u := range m.pending {
		if u.Row == nil || u.Fault != nil {
			continue
		}
		if granted := u.Row.answers(u.Args); len(granted) > 0 {
			if granted[0].Marks&(MarkESMTP|MarkPlain) != 0 {
				c.Helo = u.Args
			}
			c.mark(granted[0].Marks)
			c.UTF8 = c.UTF8 || asksUTF8(u)
			c.enter(c.resolve(granted[0].Next))
		}
	}
	return c
}

// responseFault: a response is Base64 or a lone * (RFC 4954 §4).
func responseFault(p Protocol, line string) *Fault {
	if line == "*" {
		return newFault(p, Cancelled, 0, 1, "")
	}
	if _, bad := DecodeBase64(line); bad != nil {
		return newFault(p, BadBase64, bad.At, 1, "")
	}
	return nil
}

// Said records a client line, without its line ending, and returns what it is.
func (m *Machine) Said(line string) Utterance { return m.record(m.Look(line)) }

// Trust is Said for who only wants to know where the line leads, once it is answered, and has no
// use for its fault: that costs more than all the rest.
func (m *Machine) Trust(line string) {
	switch {
	case m.table == nil, m.ctx.Octets > 0, m.ctx.State == StateContent:
		m.Said(line)
	case m.ctx.State == StateAuth:
		m.record(Utterance{Speech: SpeechResponse, Row: &m.table.Response, Verb: VerbResponse, Args: line, line: line})
	default:
		m.record(m.table.understand(line))
	}
}

func (m *Machine) record(u Utterance) Utterance {
	switch {
	case u.Speech != SpeechContent:
		m.await(u)
	case m.ctx.Octets > 0:
		m.saidInChunk(u.line)
	}
	return u
}

// codeClosing is "service closing transmission channel" (RFC 5321 §4.2.3).
const codeClosing = "221"

// Heard records a reply and follows the table to the next state.
func (m *Machine) Heard(r Reply) Outcome {
	out := Outcome{Before: m.Context()}
	out.Listed, out.Unasked = m.Follow(r)
	out.After = m.Context()
	return out
}

// Follow is Heard for a server, which has no use for pictures of before and after: listed and unasked are
// the Outcome's.
func (m *Machine) Follow(r Reply) (listed, unasked bool) {
	row, args := m.answered()
	unasked = row == nil && len(m.pending) == 0
	var u Utterance
	// The greeting answers nothing: a line that was typed before it still waits.
	if len(m.pending) > 0 && m.ctx.State != StateConnecting {
		u, m.pending = m.pending[0], m.pending[1:]
	}
	if len(m.pending) == 0 {
		m.ctx.Octets = 0 // a server that answers BDAT before its octets have come does not wait for them
	}
	return m.follow(row, args, u, r), unasked
}

// answered returns the row whose reply is due: the greeting's before the first
// reply, then that of the oldest line that waits.
func (m *Machine) answered() (*Row, string) {
	switch {
	case m.table == nil:
		return nil, ""
	case m.ctx.State == StateConnecting:
		return &m.table.Greeting, ""
	case len(m.pending) > 0:
		return m.pending[0].Row, m.pending[0].Args
	}
	return nil, ""
}

func (m *Machine) follow(row *Row, args string, u Utterance, r Reply) (listed bool) {
	if m.table == nil {
		return false
	}
	answer, listed := m.table.lookUp(row, r.Code, args)
	if m.ctx.State == StateConnecting {
		m.ctx.Timestamp = r.Timestamp()
	}
	if !listed {
		answer = guess(row, r.Code, args)
	}
	refused := r.Code == CodeErr || r.Code != "" && r.Code[0] > '3'
	if row != nil && refused && !row.InOrder(m.ctx.State) && answer.Next != StateClosed && answer.Marks == 0 {
		answer.Next = "" // a refusal of what was out of order leaves everything as it was
	}
	m.learn(u, r, answer)
	m.ctx.mark(answer.Marks)
	if answer.Marks&MarkTLS != 0 {
		m.pending = nil // what was sent ahead of the handshake is thrown away
	}
	m.enter(answer.Next)
	return listed
}

// lookUp finds a code in the row, then among the replies that any command may get.
func (t *Table) lookUp(row *Row, code, args string) (Answer, bool) {
	if row != nil {
		if a, ok := row.Answer(code, args); ok {
			return a, true
		}
	}
	for _, a := range t.Anywhere {
		if a.Code == code {
			if row != nil && row.Verb == VerbResponse || row != nil && row.Verb == VerbDot {
				a.Next = firstNext(a.Next, stateBase)
			}
			return a, true
		}
	}
	return Answer{}, false
}

func firstNext(a, b State) State {
	if a != "" {
		return a
	}
	return b
}

// guess lets the first digit decide where the table has no such code: a 2yz
// grants what was asked, a 3yz goes on, anything else ends an exchange only.
func guess(row *Row, code, args string) Answer {
	if code == codeClosing {
		// The server says that it closes the channel, whatever it was asked: Postfix does so
		// where it takes the client for no mail program.
		return Answer{Next: StateClosed}
	}
	if row == nil || code == "" {
		return Answer{}
	}
	for _, a := range row.answers(args) {
		if a.Code[0] == code[0] {
			return a
		}
	}
	if row.Verb == VerbResponse || row.Verb == VerbDot {
		return Answer{Next: stateBase}
	}
	return Answer{}
}

// learn keeps what later replies and explanations need to know.
func (m *Machine) learn(u Utterance, r Reply, a Answer) {
	switch {
	case a.Marks&(MarkESMTP|MarkPlain) != 0:
		m.ctx.Helo, m.ctx.Keywords = u.Args, nil
		if lines := r.Texts(); len(lines) > 1 {
			m.ctx.Keywords = lines[1:]
		}
	case a.Next == StateMail:
		m.ctx.UTF8 = asksUTF8(u)
	case u.Verb == "CAPA" && r.Code == CodeOK && len(r.Lines) > 1:
		m.ctx.Keywords = r.Texts()[1:]
	case u.Verb == "USER" && r.Code == CodeOK:
		m.ctx.User = u.Args
	case u.Verb == "APOP" && r.Code == CodeOK:
		m.ctx.User, _, _ = strings.Cut(u.Args, " ")
	}
	if a.Next != StateAuth {
		m.ctx.Mechanism, m.ctx.Challenge, m.ctx.Challenges = "", "", 0
		return
	}
	if u.Verb == "AUTH" {
		name, _, _ := strings.Cut(u.Args, " ")
		m.ctx.Mechanism = upperASCII(name)
	}
	m.ctx.Challenge = r.Text()
	m.ctx.Challenges++
}

func (c *Context) mark(k Mark) {
	switch {
	case k&MarkTLS != 0:
		c.secure()
	case k&MarkESMTP != 0:
		c.ESMTP = true
	case k&MarkPlain != 0:
		c.ESMTP = false
	case k&MarkAuthenticated != 0:
		c.Authenticated = true
		if c.Protocol == POP3 {
			c.Keywords = nil
		}
	case k&MarkRecipient != 0:
		c.Recipients++
	case k&MarkDeleted != 0:
		c.Deleted++
	case k&MarkUndeleted != 0:
		c.Deleted = 0
	}
}

// secure forgets everything that was learned from the peer before TLS began: it may have come
// from somebody in the middle (RFC 3207 §4.2, RFC 2595 §4). The timestamp of a POP3 greeting
// stays, because there is no second greeting.
func (c *Context) secure() {
	*c = Context{Protocol: c.Protocol, State: c.State, TLS: true, Timestamp: c.Timestamp, demands: c.demands}
}

// Secure records that the connection is encrypted from its first octet on (RFC 8314 §3).
func (m *Machine) Secure() { m.ctx.TLS = true }

// enter changes the state and forgets what belongs to the one that was left.
func (m *Machine) enter(next State) {
	next = m.ctx.resolve(next)
	m.ctx.enter(next)
	if next == StateContent || next == StateClosed {
		// What was sent ahead of 354 was content, whatever it looked like.
		m.pending = nil
	}
}

func (c *Context) enter(next State) {
	if next == "" {
		return
	}
	c.State = next
	if next == StateGreeted || next == StateIdentified {
		c.Recipients, c.UTF8 = 0, false
	}
}

// resolve turns the two relative states into real ones.
func (c *Context) resolve(s State) State {
	switch {
	case s == stateBase && c.Helo != "":
		return StateIdentified
	case s == stateBase:
		return StateGreeted
	case s == stateEnd && c.State == StateTransaction:
		return StateUpdate
	case s == stateEnd:
		return StateClosed
	}
	return s
}

// Close records that the connection is gone.
func (m *Machine) Close() { m.enter(StateClosed) }

// Legal returns the rows that may be said now, in the table's order: in an AUTH
// exchange the response, in content the dot.
func (m *Machine) Legal() []*Row {
	if m.table == nil {
		return nil
	}
	switch {
	case m.ctx.State == StateAuth:
		return []*Row{&m.table.Response}
	case m.ctx.Octets > 0:
		return nil
	case m.ctx.State == StateContent:
		return []*Row{&m.table.Dot}
	}
	var legal []*Row
	for i := range m.table.Rows {
		r := &m.table.Rows[i]
		u := Utterance{Row: r, Verb: r.Verb}
		if !r.Obsolete && r.InOrder(m.ctx.State) && m.ctx.Announces(r) && m.table.unmetNeed(&u, &m.ctx) == nil {
			legal = append(legal, r)
		}
	}
	return legal
}

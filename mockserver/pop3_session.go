package mockserver

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// pop3Session is one POP3 conversation.
type pop3Session struct {
	lab       *Lab
	wire      *wire
	m         *protocol.Machine
	host      string
	book      *pop3Sayings
	timestamp string

	words   *pop3Book // the book with its refusals
	ways    *ways     // and the persona's habits
	utf8    bool      // the client has said UTF8
	chinese bool      // and LANG zh
	read    int       // lines so far

	exchange exchange
	mech     string
	errors   int // refused commands in a row
	drop     *maildrop
}

func newPOP3Session(l *Lab, w *wire, svc *service) *pop3Session {
	man := l.manner.Load()
	s := &pop3Session{
		lab: l, wire: w, m: protocol.NewMachine(protocol.POP3), host: l.hostOf(*svc),
		book: &man.pop3.Reply, words: &man.pop3, ways: man.pop3Ways,
	}
	if l.passwords {
		s.timestamp = l.nonce(s.host) // without it there is no APOP (RFC 1939 §7)
	}
	if svc.implicitTLS {
		s.m.Secure()
	}
	for _, verb := range l.cfg.clearLogins() {
		s.m.Demand(verb, protocol.NeedTLS)
	}
	return s
}

// serve speaks until one side ends it. Only QUIT deletes (RFC 1939 §6).
func (s *pop3Session) serve(admitted bool) {
	defer s.leave()
	growStack()
	if !s.greet(admitted) {
		return
	}
	for s.m.State() != protocol.StateClosed {
		if s.lab.draining.Load() && s.drop == nil {
			s.say(&s.book.ShuttingDown, nil)
			return
		}
		err := s.command()
		// A session that is silent for too long ends without a word (RFC 1939 §3).
		if err != nil && (!isTimeout(err) || s.wire.expired()) {
			return
		}
	}
}

// greet reports whether a conversation begins.
func (s *pop3Session) greet(admitted bool) bool {
	switch {
	case !admitted:
		s.say(&s.book.TooMany, nil)
		return false
	case s.lab.suffer(s, hookCommand, protocol.Utterance{}):
		return false
	}
	s.say(&s.book.Greeting, phrases.Args{"timestamp": s.timestamp})
	return true
}

// leave gives the maildrop back.
func (s *pop3Session) leave() {
	if s.drop == nil {
		return
	}
	box := s.drop.box
	s.drop = nil
	box.unlock()
	s.emit(protocol.Event{Kind: protocol.KindUnlocked, Mailbox: box.name})
}

func (s *pop3Session) emit(e protocol.Event) {
	e.Address = s.wire.nc.RemoteAddr().String()
	s.lab.emit(e)
}

// command reads one line and answers it, with little on the stack while it waits. A line that ends in LF alone is taken: here it can do no harm.
func (s *pop3Session) command() error {
	s.wire.await()
	return s.line()
}

// line reads a line and answers it.
func (s *pop3Session) line() error {
	line, err := s.wire.readLine()
	if err != nil {
		return err
	}
	if line.Ending == protocol.Unended {
		return io.ErrUnexpectedEOF
	}
	s.answer(line)
	return nil
}

// answer answers a line.
func (s *pop3Session) answer(line protocol.Line) {
	u := s.m.Look(string(line.Text))
	if line.Cut > 0 || len(line.Text) > lineLimit(u) {
		u.Fault = protocol.NewFault(protocol.POP3, protocol.LineTooLong, u.Line())
	}
	s.m.Said(u.Line())
	if s.intervene(&u) {
		return
	}
	switch {
	case u.Fault != nil:
		s.refuse(u, u.Fault)
	case u.Speech == protocol.SpeechResponse:
		s.respond(u, u.Args)
	default:
		pop3Handlers[u.Verb](s, u)
	}
}

func (s *pop3Session) refuse(u protocol.Utterance, f *protocol.Fault) {
	if u.Speech == protocol.SpeechResponse {
		s.exchange = nil
	}
	if r := s.ways.ruleFor(u, f, s.m.State()); r != nil {
		s.follow(r, u, f)
		return
	}
	saying, args := refusalOf(s.words.Refusal, f.Reason).saying(u, f)
	s.say(saying, args)
}

func (s *pop3Session) refuseFor(u protocol.Utterance, reason protocol.Reason) {
	s.refuse(u, protocol.NewFault(protocol.POP3, reason, u.Line()))
}

// say sends a status line and follows it in the table.
func (s *pop3Session) say(r *saying, args phrases.Args) {
	if args == nil {
		args = phrases.Args{}
	}
	args["host"] = s.host
	s.lab.places(s.ways, r, args, s.wire)
	text := pop3Text(s.ways.coded(r.in(s.chinese)), args)
	if r.Code == protocol.CodeErr {
		s.wire.pause(s.ways.slowness(s.errors))
	}
	_, _ = s.wire.out.WriteString(strings.TrimRight(r.Code+" "+text, " "))
	if r.Code == protocol.CodeChallenge && text == "" {
		_ = s.wire.out.WriteByte(' ') // RFC 5034 §4: "+" SP, then the challenge, even when it is empty
	}
	_, _ = s.wire.out.WriteString(string(protocol.CRLF))
	s.lab.notifyReply(s.wire, s.m, r)
	s.m.Follow(protocol.Reply{Code: r.Code, Complete: true, Lines: []protocol.ReplyLine{{Code: r.Code, Separator: " ", Text: text}}})
	s.count(r.Code)
}

// pop3Text words a status line, its response code in brackets (RFC 2449 §8).
func pop3Text(r *saying, args phrases.Args) string {
	text := strings.Join(r.lines(args), " ")
	if r.Enhanced != "" {
		text = "[" + r.Enhanced + "] " + text
	}
	return cutReply(text)
}

// count hangs up on a client that has made nothing but errors for too long.
func (s *pop3Session) count(code string) {
	switch code {
	case protocol.CodeOK:
		s.errors = 0
	case protocol.CodeErr:
		s.errors++
	}
	if s.errors >= s.ways.patience(s.lab.cfg.Limits.Errors) && s.m.State() != protocol.StateClosed {
		s.m.Close()
		s.say(&s.book.TooManyBad, nil)
	}
}

// lines sends a multi-line reply of the lines that the data hold.
func (s *pop3Session) lines(r *saying, args phrases.Args) {
	s.say(r, args)
	for _, line := range s.body(r, args) {
		_, _ = s.wire.out.WriteString(line + string(protocol.CRLF))
	}
	s.end()
}

// message sends a multi-line reply that carries a mail: its header and as many lines of its
// body, or with wholeMail all of it.
func (s *pop3Session) message(r *saying, args phrases.Args, m *Message, lines int) {
	if m.file != nil {
		s.stream(r, args, m, lines)
		return
	}
	content := m.Content
	if s.keepsFrom(content, args) {
		return
	}
	if lines != wholeMail {
		content = topOf(content, lines)
	}
	s.tellRead(m, lines)
	s.say(r, args)
	_, _ = (&stuffer{to: &s.wire.out, fresh: true}).Write(content)
	s.end()
}

// tellRead lets the learner know that a mail goes out.
func (s *pop3Session) tellRead(m *Message, lines int) {
	if lines == wholeMail {
		s.emit(protocol.Event{Kind: protocol.KindRetrieved, Mailbox: s.drop.box.name, Message: m.ID, Octets: m.Octets()})
	}
}

// keepsFrom refuses a mail to a client that may not understand it: one that came by SMTPUTF8 and has
// UTF-8 in its header, without UTF8 mode (RFC 6856 §5, §6). Raw octets that came in without SMTPUTF8
// have always gone out as they are.
func (s *pop3Session) keepsFrom(head []byte, args phrases.Args) bool {
	if s.utf8 || s.ways.lacks("UTF8") || !international(head) {
		return false
	}
	s.say(&s.book.MessageNeedsUTF8, phrases.Args{"n": args["n"]})
	return true
}

// international reports whether a mail, or its beginning, has a header beyond ASCII that SMTPUTF8
// brought; the trace field says so (RFC 6531 §4.3).
func international(head []byte) bool {
	if end := bytes.Index(head, []byte("\r\n\r\n")); end >= 0 {
		head = head[:end]
	}
	return bytes.IndexFunc(head, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 && bytes.Contains(head, []byte(" with UTF8SMTP"))
}

// end sends the lone dot.
func (s *pop3Session) end() {
	_, _ = s.wire.out.WriteString(protocol.VerbDot + string(protocol.CRLF))
}

// maildrop is what a session sees of a mailbox: its messages at login, and its own marks. Mail
// that comes later stays out of sight, and numbers do not shift (RFC 1939 §4, §5).
type maildrop struct {
	box      *mailbox
	messages []*Message
	octets   int // of those not marked
	marked   []bool
	marks    int
}

// openMaildrop takes the lock and the snapshot; nil when another session has the maildrop.
func (s *store) openMaildrop(b *mailbox) (*maildrop, error) {
	if !b.lock() {
		return nil, nil
	}
	messages, octets, err := s.list(b)
	if err != nil {
		b.unlock()
		return nil, err
	}
	return &maildrop{box: b, messages: messages, octets: octets, marked: make([]bool, len(messages))}, nil
}

// count of the messages that are not marked.
func (d *maildrop) count() int { return len(d.messages) - d.marks }

func (d *maildrop) mark(i int) {
	d.marked[i] = true
	d.marks++
	d.octets -= d.messages[i].Octets()
}

func (d *maildrop) unmark() {
	for i := range d.marked {
		if d.marked[i] {
			d.octets += d.messages[i].Octets()
		}
	}
	clear(d.marked)
	d.marks = 0
}

// update deletes what is marked and returns how many messages went.
func (s *store) update(d *maildrop) (int, error) {
	if d.marks == 0 {
		return 0, nil
	}
	gone := make([]*Message, 0, d.marks)
	for i, m := range d.messages {
		if d.marked[i] {
			gone = append(gone, m)
		}
	}
	return s.remove(d.box, gone)
}

// status is what STAT tells.
func (s *pop3Session) status() phrases.Args {
	d := s.drop
	return phrases.Args{"count": strconv.Itoa(d.count()), "octets": strconv.Itoa(s.told(d.octets, d.count()))}
}

// told is the size of so many messages as a fault has it told.
func (s *pop3Session) told(octets, messages int) int {
	return max(octets+s.wire.bigger*messages, 0)
}

package mockserver

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// Longest lines the servers read, in octets without CRLF.
const (
	maxAuthLine    = 12288 - 2                   // RFC 4954 §4
	maxCommandLine = protocol.MaxCommandLine - 2 // RFC 5321 §4.5.3.1.4
	maxContentLine = 64 << 10                    // beyond RFC 5321's 1000, as real servers are

	// What the parameters of the extensions may add: SIZE (RFC 1870 §3), BODY (6152 §2), AUTH (4954
	// §3), SMTPUTF8 (6531 §3.1); RET, ENVID, NOTIFY and ORCPT with their longest values (3461 §4).
	moreForMail = 26 + 17 + 500 + 10 + len(" RET=FULL ENVID=") + 100
	moreForRcpt = len(" NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=") + 500
)

// smtpSession is one SMTP conversation.
type smtpSession struct {
	lab  *Lab
	wire *wire
	m    *protocol.Machine
	host string
	book *smtpSayings

	words *smtpBook // the book with its refusals
	ways  *ways     // and the persona's habits
	user  User      // who has logged in
	lines int       // read so far

	mail     transaction
	exchange exchange  // the AUTH exchange that is going on
	mech     string    // and its mechanism
	errors   int       // refused commands in a row
	incoming *incoming // the content being read
	chunk    *chunk    // the BDAT whose octets are coming
}

// transaction is one mail on its way in (RFC 5321 §3.3).
type transaction struct {
	from  protocol.Path
	rcpts []protocol.Path
	boxes []*mailbox // where it goes, each once

	wishes     wishes      // what MAIL asked for beside
	addressees []addressee // rcpts with what was asked for each
	broken     bool        // a BDAT has failed: only RSET helps (RFC 3030 §2)
	chunks     stopwatch   // of what has come by BDAT
}

func newSMTPSession(l *Lab, w *wire, svc *service) *smtpSession {
	man := l.manner.Load()
	s := &smtpSession{
		lab: l, wire: w, m: protocol.NewMachine(protocol.SMTP), host: l.hostOf(*svc),
		book: &man.smtp.Reply, words: &man.smtp, ways: man.smtpWays,
	}
	if svc.implicitTLS {
		s.m.Secure()
	}
	if l.cfg.RequireTLS {
		s.m.Demand("AUTH", protocol.NeedTLS)
		s.m.Demand("MAIL", protocol.NeedTLS)
	}
	if s.ways.TLSFirst {
		s.m.Demand("AUTH", protocol.NeedTLS)
	}
	if s.ways.Login {
		s.m.Demand("MAIL", protocol.NeedAuth)
	}
	if !l.cfg.NoLogin {
		for _, verb := range svc.demands {
			s.m.Demand(verb, protocol.NeedAuth)
		}
	}
	return s
}

// serve speaks until one side ends it.
func (s *smtpSession) serve(admitted bool) {
	defer s.forgetMail()
	if !s.greet(admitted) {
		return
	}
	for s.state() != protocol.StateClosed {
		var err error
		switch {
		case s.lab.draining.Load() && !s.busy(), s.lab.ending.Load():
			s.say(&s.book.ShuttingDown, nil)
		case s.state() == protocol.StateContent:
			err = s.content()
		case s.chunk != nil:
			err = s.chunkOctets()
		default:
			err = s.command()
		}
		if err != nil && !s.survives(err) {
			return
		}
	}
}

// greet reports whether a conversation begins.
func (s *smtpSession) greet(admitted bool) bool {
	switch {
	case !admitted:
		s.say(&s.book.TooMany, nil)
		return false
	case s.lab.suffer(s, hookCommand, protocol.Utterance{}):
		return false
	}
	s.say(&s.book.Greeting, nil)
	return true
}

func (s *smtpSession) state() protocol.State { return s.m.State() }

// busy: a transaction is open, which a shutdown lets end.
func (s *smtpSession) busy() bool {
	switch s.state() {
	case protocol.StateMail, protocol.StateRcpt, protocol.StateContent, protocol.StateChunks:
		return true
	}
	return false
}

// survives tells a wake from the end of the connection. A client that says nothing
// for too long is told so (RFC 5321 §4.5.3.2.7).
func (s *smtpSession) survives(err error) bool {
	if !isTimeout(err) {
		return false
	}
	if s.wire.expired() {
		s.say(s.farewell(), nil)
	}
	return true
}

// command reads one line and answers it. While it waits there is little on the stack, so that a session
// with nothing to do can be held in little memory.
func (s *smtpSession) command() error {
	s.wire.await()
	if s.lines == 1 {
		growStack()
	}
	return s.line()
}

// line reads a line and answers it.
func (s *smtpSession) line() error {
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
func (s *smtpSession) answer(line protocol.Line) {
	text, let := s.ways.forgive(s.m, string(line.Text))
	u := s.m.Said(text)
	if let {
		u.Fault = nil
	}
	if line.Cut > 0 || len(line.Text) > lineLimit(u) {
		u.Fault = protocol.NewFault(protocol.SMTP, protocol.LineTooLong, u.Line())
	}
	if s.intervene(&u) {
		s.skipChunk(u)
		return
	}
	switch {
	case u.Fault != nil && s.beginChunk(u):
	case u.Fault != nil:
		s.refuse(u, u.Fault)
	case u.Speech == protocol.SpeechResponse:
		s.respond(u, u.Args)
	default:
		smtpHandlers[u.Verb](s, u)
	}
}

func lineLimit(u protocol.Utterance) int {
	switch {
	case u.Speech == protocol.SpeechResponse, u.Verb == "AUTH":
		return maxAuthLine
	case u.Verb == "MAIL":
		return maxCommandLine + moreForMail
	case u.Verb == "RCPT":
		return maxCommandLine + moreForRcpt
	}
	return maxCommandLine
}

// refuse answers what the table has against the line.
func (s *smtpSession) refuse(u protocol.Utterance, f *protocol.Fault) {
	if u.Speech == protocol.SpeechResponse {
		s.exchange = nil
	}
	if r := s.ways.ruleFor(u, f, s.state()); r != nil {
		s.follow(r, u, f)
		return
	}
	saying, args := refusalOf(s.words.Refusal, f.Reason).saying(u, f)
	s.say(saying, args)
}

// refuseFor answers with a refusal of the table that only the server could find reason for.
func (s *smtpSession) refuseFor(u protocol.Utterance, reason protocol.Reason) {
	s.refuse(u, protocol.NewFault(protocol.SMTP, reason, u.Line()))
}

// say sends a reply and follows it in the table.
func (s *smtpSession) say(r *saying, args phrases.Args) {
	if args == nil {
		args = phrases.Args{}
	}
	args["host"] = s.host
	s.lab.places(s.ways, r, args, s.wire)
	reply := smtpReply(s.ways.coded(r), args)
	if r.key == s.book.Ehlo.key {
		reply = s.ways.announced(reply, s.wire)
	}
	if reply.Code[0] > '3' {
		s.wire.pause(s.ways.slowness(s.errors))
	}
	over := s.lastStraw(&reply)
	writeSMTP(&s.wire.out, reply)
	s.lab.notifyReply(s.wire, s.m, r)
	reply.Lines = reply.Lines[:1] // a server needs not remember what it has announced
	s.m.Follow(reply)
	if over {
		s.m.Close()
		return
	}
	s.count(reply.Code)
}

// lastStraw puts the end of a server's patience into the refusal that was one too many, where the persona does not
// say it in a 421 of its own: a command has one reply.
func (s *smtpSession) lastStraw(refusal *protocol.Reply) (over bool) {
	end := s.ways.coded(&s.book.TooManyBad)
	if refusal.Code[0] != '5' || end.Code[0] != '5' || s.errors+1 < s.ways.patience(s.lab.cfg.Limits.Errors) {
		return false
	}
	lines := smtpReply(end, phrases.Args{"host": s.host}).Lines
	refusal.Lines, refusal.Multiline = slices.Concat(refusal.Lines, lines), true
	for i := range refusal.Lines {
		refusal.Lines[i].Code, refusal.Lines[i].Separator = refusal.Code, "-"
	}
	refusal.Lines[len(refusal.Lines)-1].Separator = " "
	return true
}

// count hangs up on a client that has made nothing but errors for too long.
func (s *smtpSession) count(code string) {
	switch code[0] {
	case '2':
		s.errors = 0
	case '5':
		s.errors++
	}
	if s.errors >= s.ways.patience(s.lab.cfg.Limits.Errors) && s.state() != protocol.StateClosed {
		s.errors = 0
		s.say(&s.book.TooManyBad, nil)
	}
}

// smtpReply words a reply. The enhanced code stands on every line (RFC 2034 §4).
func smtpReply(r *saying, args phrases.Args) protocol.Reply {
	lines := r.lines(args)
	reply := protocol.Reply{Code: r.Code, Complete: true, Multiline: len(lines) > 1, Lines: make([]protocol.ReplyLine, 0, len(lines))}
	for i, text := range lines {
		if r.Enhanced != "" {
			text = r.Enhanced + " " + text
		}
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		reply.Lines = append(reply.Lines, protocol.ReplyLine{Code: r.Code, Separator: separator, Text: cutReply(text)})
	}
	return reply
}

// cutReply keeps a reply line within 512 octets, code and CRLF included (RFC 5321 §4.5.3.1.5).
func cutReply(text string) string {
	const room = 512 - len("250 ") - len("\r\n")
	if len(text) > room {
		return text[:room]
	}
	return text
}

func writeSMTP(w io.StringWriter, r protocol.Reply) {
	for _, l := range r.Lines {
		for _, part := range [...]string{l.Code, l.Separator, l.Text, string(protocol.CRLF)} {
			_, _ = w.WriteString(part)
		}
	}
}

// content reads what DATA carries and delivers it.
func (s *smtpSession) content() error {
	c := s.arriving()
	s.wire.content(content)
	err := c.read(s.wire)
	s.wire.content(commands)
	if err != nil {
		return err
	}
	u := s.m.Said(protocol.VerbDot)
	switch size := s.lab.cfg.Limits.Message; {
	case s.intervene(&u):
	case c.lineTooLong:
		s.refuseFor(u, protocol.LineTooLong)
	case c.octets > size:
		s.say(&s.book.DataTooBig, phrases.Args{"octets": strconv.Itoa(c.octets), "size": strconv.Itoa(size)})
	default:
		s.finish()
	}
	s.forgetMail()
	return nil
}

// arriving is the content that is being read.
func (s *smtpSession) arriving() *incoming {
	if s.incoming == nil {
		s.incoming = newIncoming(s.lab.cfg.Limits.Message, s.lab.store.spool)
		s.incoming.room = &s.lab.arriving
	}
	return s.incoming
}

// finish answers content that is whole and within the limits: with its queue id when it is safe in
// its mailboxes.
func (s *smtpSession) finish() {
	c := s.arriving()
	c.complete()
	if c.hops > maxHops {
		s.say(&s.book.Loop, nil)
		return
	}
	if s.anyFull(s.mail.boxes) { // others may have filled it since RCPT
		s.say(&s.book.RcptFull, phrases.Args{"address": s.mail.rcpts[0].String()})
		return
	}
	switch id, err := s.deliver(c); {
	case errors.Is(err, errNoRoom):
		s.say(&s.book.NoRoom, nil)
	case err != nil:
		s.say(&s.book.CannotKeep, nil)
	default:
		s.say(&s.book.Queued, phrases.Args{"id": id})
	}
}

// forgetMail ends a transaction, and what has come of its content.
func (s *smtpSession) forgetMail() {
	s.mail = transaction{}
	if s.incoming != nil {
		s.incoming.drop()
		s.incoming = nil
	}
}

// deliver puts one mail into every recipient's mailbox and returns its queue id.
func (s *smtpSession) deliver(c *incoming) (string, error) {
	if c.failed != nil {
		return "", c.failed
	}
	id, now := s.lab.ids.next(), s.lab.cfg.Now()
	told := queueID(s.ways.QueueID, id, now)
	from := s.mail.from.String()
	trace := s.trace(told, now)
	m := &Message{ID: id, Received: now, From: from, Content: withTrace(trace, c), rest: c.rest}
	onward, err := s.hold(m, trace, c)
	if err != nil {
		return "", err
	}
	if err := s.lab.store.deliver(m, s.mail.boxes); err != nil {
		return "", errors.Join(err, onward.drop())
	}
	s.wire.mails++
	s.lab.notify(s.wire, Notice{Kind: NoticeMail, Message: id, Octets: m.Octets(), Recipients: len(s.mail.rcpts)})
	for _, b := range s.mail.boxes {
		s.lab.emit(protocol.Event{
			Kind: protocol.KindDelivered, Mailbox: b.name, Message: id, Arg: string(c.form),
			Octets: m.Octets(), From: from, Address: s.wire.nc.RemoteAddr().String(),
		})
	}
	s.lab.sendOff(onward)
	s.tellDelivered(m, trace, c)
	return told, nil
}

// trace is what is known of the mail beside its content.
func (s *smtpSession) trace(id string, now time.Time) traceFields {
	c := s.m.Now()
	with := "SMTP"
	if c.ESMTP {
		with = "ESMTP"
	}
	if s.mail.wishes.utf8 {
		with = "UTF8SMTP" // RFC 6531 §4.3
	}
	if c.ESMTP && c.TLS {
		with += "S" // RFC 3848
	}
	if c.Authenticated {
		with += "A"
	}
	if c.Helo == "" {
		c.Helo = addressLiteral(s.wire.peer) // a persona that wants no EHLO
	}
	t := traceFields{from: s.mail.from.String(), helo: c.Helo, peer: s.wire.peer, by: s.host, with: with, id: id, when: now}
	if len(s.mail.rcpts) == 1 {
		t.recipient = s.mail.rcpts[0].String()
	}
	return t
}

// respond hands a response of an AUTH exchange on and answers with what it led to.
func (s *smtpSession) respond(u protocol.Utterance, text string) {
	response, bad := protocol.DecodeBase64(text)
	if bad != nil {
		s.refuseFor(u, protocol.BadBase64)
		return
	}
	st := s.exchange.next(response)
	if st.outcome != again {
		s.exchange = nil
	}
	switch st.outcome {
	case again:
		s.challenge(st.challenge)
	case granted:
		if s.lab.suffer(s, hookLogin, u) {
			return
		}
		s.user = st.user
		s.lab.judged(s.wire, s.mech, st.user, true)
		s.say(&s.book.AuthDone, nil)
	case denied:
		s.lab.judged(s.wire, s.mech, User{}, false)
		s.say(&s.book.AuthFailed, nil)
	case badToken:
		s.say(&s.book.AuthBadToken, nil)
	case unbound:
		s.say(&s.book.AuthUnbound, nil)
	case malformed:
		s.say(&s.book.AuthBadMessage, phrases.Args{"mechanism": s.mech})
	}
}

func (s *smtpSession) challenge(text string) {
	s.say(&s.book.AuthChallenge, phrases.Args{"challenge": s.wire.challenge(s.ways.prompt(text))})
}

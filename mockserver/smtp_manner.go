package mockserver

import (
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// intervene lets the limits, the faults and the persona's habits have their say before a line is
// carried out. It reports whether the line has been dealt with.
func (s *smtpSession) intervene(u *protocol.Utterance) bool {
	if s.lines++; s.lines > s.lab.cfg.Limits.Commands {
		s.say(&s.book.TooManyLines, nil)
		return true
	}
	if u.Fault == nil && u.Speech == protocol.SpeechCommand && s.ways.lacks(u.Verb) {
		u.Fault = protocol.NewFault(protocol.SMTP, protocol.UnknownVerb, u.Line())
	}
	if s.lab.suffer(s, hookCommand, *u) {
		return true
	}
	if u.Fault != nil {
		return false // refuse asks the rules
	}
	r := s.ways.ruleFor(*u, nil, s.state())
	if r == nil {
		return false
	}
	s.follow(r, *u, nil)
	return true
}

// follow answers as a rule of the persona has it.
func (s *smtpSession) follow(r *rule, u protocol.Utterance, f *protocol.Fault) {
	s.say(&r.says, placesOf(u, f))
	if r.Close {
		s.m.Close()
	}
}

// farewell is what is said to a client that let a limit of time go by.
func (s *smtpSession) farewell() *saying {
	switch s.wire.expiredBy() {
	case expiredLine:
		return &s.book.LineTooSlow
	case expiredSlow:
		return &s.book.TooSlow
	case expiredSession:
		return &s.book.TooLong
	}
	return &s.book.Idle
}

// mayName reports whether the persona lets the client name this sender.
func (s *smtpSession) mayName(from protocol.Path) (own string, ok bool) {
	if !s.ways.OwnSender || s.user.Name == "" {
		return "", true
	}
	own = s.lab.addressOf(s.user)
	return own, strings.EqualFold(own, from.String())
}

// tellsUsers reports whether VRFY and EXPN tell who has a mailbox.
func (s *smtpSession) tellsUsers() bool { return s.lab.cfg.TellUsers || s.ways.TellUsers }

func (s *smtpSession) connection() *wire { return s.wire }

func (s *smtpSession) manner() ([]*saying, *ways) {
	book := *s.book
	return sayingsOf(&book), s.ways
}

func (s *smtpSession) point(u protocol.Utterance) point {
	p := point{
		protocol: protocol.SMTP, verb: u.Verb, client: s.wire.peer, from: s.mail.from.String(),
		user: s.user.Name, recipients: len(s.mail.rcpts),
	}
	if e, ok := protocol.ParseTo(u.Args); ok && u.Verb == "RCPT" {
		p.to = e.Path.String()
	}
	if u.Fault != nil {
		p.verb = "" // no command that could be carried out
	}
	return p
}

// senderArgs are the places for a sender that is not the client's own.
func senderArgs(from protocol.Path, own string) phrases.Args {
	return phrases.Args{"address": from.String(), "own": own}
}

// mechanismNamed finds a mechanism that server and persona have.
func (s *smtpSession) mechanismNamed(name string) (mechanism, standing) {
	m, standing := s.lab.mechanismNamed(name, s.m.TLS())
	if !s.ways.takes(name) {
		return m, unknown
	}
	return m, standing
}

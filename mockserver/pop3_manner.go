package mockserver

import (
	"strings"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// intervene lets the limits, the rules of UTF8 mode, the faults and the persona's habits have their
// say before a line is carried out. It reports whether the line has been dealt with.
func (s *pop3Session) intervene(u *protocol.Utterance) bool {
	if s.read++; s.read > s.lab.cfg.Limits.Commands {
		s.m.Close()
		s.say(&s.book.TooManyLines, nil)
		return true
	}
	if u.Fault == nil && u.Speech == protocol.SpeechCommand && s.ways.lacks(u.Verb) {
		u.Fault = protocol.NewFault(protocol.POP3, protocol.UnknownVerb, u.Line())
	}
	if s.lab.suffer(s, hookCommand, *u) {
		return true
	}
	if u.Fault != nil {
		return false // refuse asks the rules
	}
	if r := s.ways.ruleFor(*u, nil, s.m.State()); r != nil {
		s.follow(r, *u, nil)
		return true
	}
	return s.refusesLetters(*u)
}

// refusesLetters answers a command with letters that may not be said now: before UTF8 nothing but
// ASCII is (RFC 1939 §3), after it nothing but well-formed UTF-8 (RFC 6856 §2).
func (s *pop3Session) refusesLetters(u protocol.Utterance) bool {
	switch {
	case u.Speech != protocol.SpeechCommand, s.ways.lacks("UTF8"), isASCII(u.Line()):
		return false
	case !s.utf8:
		s.say(&s.book.NeedsUTF8, nil)
		return true
	case !utf8.ValidString(u.Line()):
		s.say(&s.book.NotUTF8, nil)
		return true
	}
	return false
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// follow answers as a rule of the persona has it.
func (s *pop3Session) follow(r *rule, u protocol.Utterance, f *protocol.Fault) {
	s.say(&r.says, placesOf(u, f))
	if r.Close {
		s.m.Close()
	}
}

// utf8Mode takes letters beyond ASCII from here on (RFC 6856 §2).
func (s *pop3Session) utf8Mode(protocol.Utterance) {
	s.utf8 = true
	s.say(&s.book.Utf8, nil)
}

// lang lists the languages of the replies, or changes it (RFC 6856 §3).
func (s *pop3Session) lang(u protocol.Utterance) {
	tag, _, _ := strings.Cut(strings.ToLower(u.Args), "-")
	switch tag {
	case "":
		s.lines(&s.book.Langs, nil)
		return
	case "zh":
		s.chinese = true
	case "en", "*", "i":
		s.chinese = false
	default:
		s.say(&s.book.LangUnknown, nil)
		return
	}
	s.say(&s.book.LangSet, nil)
}

// body returns the lines after a status line. CAPA lists what works, as the persona has it.
func (s *pop3Session) body(r *saying, args phrases.Args) (lines []string) {
	out := r.bodyLines(args)
	if r.key != s.book.Capa.key {
		return out
	}
	defer func() { lines = s.wire.seen(lines) }()
	return s.ways.listed(out, hasPOP3)
}

// said is the command that a login is the end of.
func (s *pop3Session) said() protocol.Utterance {
	c := s.m.Context()
	return protocol.Utterance{Verb: c.Verb, Args: c.Args, Speech: c.Speech}
}

func (s *pop3Session) connection() *wire { return s.wire }

func (s *pop3Session) manner() ([]*saying, *ways) {
	book := *s.book
	return sayingsOf(&book), s.ways
}

func (s *pop3Session) point(u protocol.Utterance) point {
	p := point{protocol: protocol.POP3, verb: u.Verb, client: s.wire.peer, user: s.m.Now().User}
	if u.Fault != nil {
		p.verb = ""
	}
	return p
}

// mechanismNamed finds a mechanism that server and persona have.
func (s *pop3Session) mechanismNamed(name string) (mechanism, standing) {
	m, standing := s.lab.mechanismNamed(name, s.m.TLS())
	if !s.ways.takes(name) {
		return m, unknown
	}
	return m, standing
}

package lessons_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"maillab/protocol"
)

// smtpServer answers as the lab's server does, as far as the lessons see it.
type smtpServer struct {
	user       string
	recipients []string
	content    []string // lines of the mail
	// full makes the content be refused.
	full bool
}

func (*smtpServer) greeting() string { return "220 smtp.lab.test ESMTP ready" }

func (s *smtpServer) answer(u protocol.Utterance, c protocol.Context) (string, []protocol.Event) {
	if u.Fault != nil {
		return u.Fault.Code + " " + u.Fault.Enhanced + " no", nil
	}
	switch u.Verb {
	case "EHLO":
		return "250-smtp.lab.test\r\n250 AUTH LOGIN PLAIN", nil
	case "HELO":
		return "250 smtp.lab.test", nil
	case "AUTH", protocol.VerbResponse:
		return s.auth(u, c), nil
	case "MAIL", "RSET":
		s.recipients = nil
		return "250 2.1.0 ok", nil
	case "RCPT":
		return s.rcpt(u), nil
	case "DATA":
		return "354 go on", nil
	case protocol.VerbDot:
		return s.deliver()
	case "QUIT":
		return "221 2.0.0 bye", nil
	}
	return "250 ok", nil
}

func (s *smtpServer) auth(u protocol.Utterance, c protocol.Context) string {
	decoded, _ := protocol.DecodeBase64(u.Args)
	mechanism, initial, _ := strings.Cut(strings.ToUpper(u.Args), " ")
	switch {
	case u.Verb == "AUTH" && mechanism == "PLAIN" && initial == "":
		return "334 "
	case u.Verb == "AUTH" && mechanism == "LOGIN":
		return "334 VXNlcm5hbWU6"
	case u.Verb == "AUTH":
		return "504 5.5.4 unknown mechanism"
	case c.Mechanism == "PLAIN" && string(decoded) == "\x00jspdevelop\x00jsp123":
		return "235 2.7.0 ok"
	case c.Mechanism == "LOGIN" && c.Challenges == 1:
		s.user = string(decoded)
		return "334 UGFzc3dvcmQ6"
	case s.user == "jspdevelop" && string(decoded) == "jsp123":
		return "235 2.7.0 ok"
	}
	return "535 5.7.8 no"
}

func (s *smtpServer) rcpt(u protocol.Utterance) string {
	e, _ := protocol.ParseTo(u.Args)
	local := strings.ToLower(e.Path.Local)
	switch {
	case !strings.EqualFold(e.Path.Domain, "lab.test"):
		return "550 5.7.1 relaying denied"
	case local == "busy":
		return "450 4.2.1 mailbox busy"
	case local != "fpwjp" && local != "jspdevelop":
		return "550 5.1.1 no such user"
	}
	s.recipients = append(s.recipients, local)
	return "250 2.1.5 ok"
}

func (s *smtpServer) deliver() (string, []protocol.Event) {
	if s.full {
		return "452 4.3.1 no room", nil
	}
	var typed protocol.Layout
	for _, line := range s.content {
		typed.Line([]byte(strings.TrimPrefix(line, ".")))
	}
	s.content = nil
	var out []protocol.Event
	for _, r := range s.recipients {
		out = append(out, protocol.Event{Kind: protocol.KindDelivered, Mailbox: r, Message: "m1", From: "jspdevelop@lab.test", Arg: string(typed.Form())})
	}
	return "250 2.0.0 queued", out
}

// pop3Server holds twelve messages of ten octets for everybody.
type pop3Server struct {
	marked []int
	busy   bool
	gone   bool // letter 11 and what came after it
}

func newPOP3Server() *pop3Server { return &pop3Server{} }

func (*pop3Server) greeting() string { return "+OK ready <1.2@lab.test>" }

func (s *pop3Server) answer(u protocol.Utterance, c protocol.Context) (string, []protocol.Event) {
	if u.Fault != nil {
		return "-ERR no", nil
	}
	switch u.Verb {
	case "PASS", "APOP":
		return s.login(u, c)
	case "STAT":
		return fmt.Sprintf("+OK %d %d", 12-len(s.marked), 10*(12-len(s.marked))), nil
	case "LIST":
		return s.list(u.Args), nil
	case "RETR", "TOP", "DELE":
		return s.message(u)
	case "RSET":
		s.marked = nil
	case "QUIT":
		if n := len(s.marked); n > 0 {
			return "+OK bye", []protocol.Event{{Kind: protocol.KindRemoved, Mailbox: "fpwjp", Count: n}}
		}
	}
	return "+OK", nil
}

func (s *pop3Server) login(u protocol.Utterance, c protocol.Context) (string, []protocol.Event) {
	switch {
	case s.busy:
		return "-ERR [IN-USE] locked", nil
	case u.Verb == "PASS" && u.Args != map[string]string{"fpwjp": "fpw123", "jspdevelop": "jsp123"}[c.User], u.Verb == "APOP" && !strings.HasSuffix(u.Args, protocol.APOPDigest(c.Timestamp, "fpw123")):
		return "-ERR [AUTH] no", nil
	}
	user, _, _ := strings.Cut(u.Args, " ")
	if u.Verb == "PASS" {
		user = c.User
	}
	return "+OK 12 messages", []protocol.Event{{Kind: protocol.KindLocked, Mailbox: user}}
}

func (s *pop3Server) list(args string) string {
	if args != "" {
		if n, _ := strconv.Atoi(args); !s.has(n) {
			return "-ERR no such message"
		}
		return "+OK " + args + " 10"
	}
	b := strings.Builder{}
	b.WriteString("+OK\r\n")
	for n := 1; n <= 12; n++ {
		if s.has(n) {
			fmt.Fprintf(&b, "%d 10\r\n", n)
		}
	}
	return b.String() + "."
}

func (s *pop3Server) message(u protocol.Utterance) (string, []protocol.Event) {
	first, _, _ := strings.Cut(u.Args, " ")
	n, _ := strconv.Atoi(first)
	if !s.has(n) {
		return "-ERR no such message", nil
	}
	if u.Verb == "DELE" {
		s.marked = append(s.marked, n)
		return "+OK marked", nil
	}
	var beside []protocol.Event
	if u.Verb == "RETR" {
		beside = []protocol.Event{{Kind: protocol.KindRetrieved, Mailbox: "fpwjp", Message: first}}
	}
	return "+OK\r\nSubject: x\r\n\r\nbody\r\n.", beside
}

func (s *pop3Server) has(n int) bool {
	return n >= 1 && n <= 12 && (!s.gone || n < 11) && !slices.Contains(s.marked, n)
}

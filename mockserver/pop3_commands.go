package mockserver

import (
	"bytes"
	"crypto/subtle"
	"math"
	"strconv"
	"strings"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// pop3Handlers has one entry for each row of the table. The table has nothing against a
// line that a handler gets.
var pop3Handlers = map[string]func(*pop3Session, protocol.Utterance){
	"USER": (*pop3Session).user,
	"PASS": (*pop3Session).pass,
	"APOP": (*pop3Session).apop,
	"AUTH": (*pop3Session).auth,
	"STLS": (*pop3Session).startTLS,
	"UTF8": (*pop3Session).utf8Mode,
	"LANG": (*pop3Session).lang,
	"CAPA": (*pop3Session).capa,
	"STAT": (*pop3Session).stat,
	"LIST": (*pop3Session).listCommand,
	"UIDL": (*pop3Session).uidl,
	"RETR": (*pop3Session).retr,
	"TOP":  (*pop3Session).top,
	"DELE": (*pop3Session).dele,
	"RSET": (*pop3Session).rset,
	"NOOP": (*pop3Session).noop,
	"QUIT": (*pop3Session).quit,
}

// user says yes to any name, so that nobody learns which exist (RFC 1939 §7, "USER").
func (s *pop3Session) user(protocol.Utterance) { s.say(&s.book.User, nil) }

// pass takes the rest of the line as it is: a password may hold spaces (RFC 1939 §7).
func (s *pop3Session) pass(u protocol.Utterance) {
	password := u.Line()[len("PASS "):]
	s.enter(s.lab.checkPassword(s.m.Now().User, password))
}

// apop checks the digest of timestamp and password (RFC 1939 §7).
func (s *pop3Session) apop(u protocol.Utterance) {
	words := strings.Fields(u.Args)
	account, known := s.lab.user(words[0])
	want := protocol.APOPDigest(s.timestamp, account.Password)
	same := subtle.ConstantTimeCompare([]byte(strings.ToLower(words[1])), []byte(want)) == 1
	s.enter(account, known && same && account.Password != "")
}

// mechanism is how the client logs in: by a command, or by AUTH and one of its mechanisms.
func (s *pop3Session) mechanism() string {
	if verb := s.m.Context().Verb; verb != "AUTH" && verb != protocol.VerbResponse {
		return verb
	}
	return s.mech
}

// enter opens the maildrop of a user who has shown who he is (RFC 1939 §4).
func (s *pop3Session) enter(u User, ok bool) {
	if ok && s.lab.suffer(s, hookLogin, s.said()) {
		return
	}
	s.lab.judged(s.wire, s.mechanism(), u, ok)
	if !ok {
		s.say(&s.book.AuthFailed, nil)
		return
	}
	if wait := s.lab.guard.tooSoon(u.Name, time.Duration(s.ways.LoginDelay), s.lab.cfg.Now()); wait > 0 {
		s.say(&s.book.TooSoon, seconds(wait))
		return
	}
	box := s.lab.store.box(u.Name)
	drop, err := s.lab.store.openMaildrop(box)
	switch {
	case err != nil:
		s.say(&s.book.CannotOpen, nil)
		return
	case drop == nil:
		s.say(&s.book.InUse, nil)
		return
	}
	s.drop = drop
	s.emit(protocol.Event{Kind: protocol.KindLocked, Mailbox: box.name, Count: s.drop.count(), Octets: s.drop.octets})
	s.say(&s.book.LoggedIn, s.status())
}

// auth begins an exchange (RFC 5034 §4), or lists the mechanisms.
func (s *pop3Session) auth(u protocol.Utterance) {
	name, initial, given := strings.Cut(u.Args, " ")
	encrypted := s.m.TLS()
	m, standing := s.mechanismNamed(name)
	initial = strings.TrimSpace(initial)
	switch {
	case name == "":
		s.lines(&s.book.AuthMechanisms, phrases.Args{"mechanism": s.lab.mechanismNames(encrypted, "\n")})
		return
	case standing == unknown:
		s.say(&s.book.AuthMechanism, phrases.Args{"mechanisms": s.lab.mechanismNames(encrypted, " ")})
		return
	case standing == needsTLS:
		s.say(&s.book.AuthNeedsTLS, phrases.Args{"mechanism": m.name})
		return
	case standing == tooWeak:
		s.say(&s.book.AuthTooWeak, phrases.Args{"mechanism": m.name})
		return
	case given && !m.clientFirst:
		s.say(&s.book.AuthNoInitial, phrases.Args{"mechanism": m.name})
		return
	}
	s.exchange, s.mech = m.begin(s.lab.attemptOn(s.wire, s.host)), m.name
	if given {
		s.respond(u, initial)
		return
	}
	s.challenge(s.exchange.start())
}

// respond hands a response on and answers with what it led to.
func (s *pop3Session) respond(u protocol.Utterance, text string) {
	response, bad := protocol.DecodeBase64(text)
	if bad != nil {
		s.exchange = nil
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
		s.enter(st.user, true)
	case denied:
		s.enter(User{}, false)
	case badToken:
		s.say(&s.book.AuthBadToken, nil)
	case unbound:
		s.say(&s.book.AuthUnbound, nil)
	case malformed:
		s.say(&s.book.AuthBadMessage, phrases.Args{"mechanism": s.mech})
	}
}

func (s *pop3Session) challenge(text string) {
	s.say(&s.book.AuthChallenge, phrases.Args{"challenge": s.wire.challenge(s.ways.prompt(text))})
}

func (s *pop3Session) capa(protocol.Utterance) {
	s.lines(&s.book.Capa, phrases.Args{
		"mechanisms": s.lab.mechanismNames(s.m.TLS(), " "), "stls": s.offersTLS(),
		"login-delay": strconv.Itoa(int(time.Duration(s.ways.LoginDelay).Seconds())),
	})
}

// offersTLS is the capability, "" when TLS runs already or a maildrop is open (RFC 2595 §4).
func (s *pop3Session) offersTLS() string {
	if s.m.TLS() || s.drop != nil {
		return ""
	}
	return keywordSTLS
}

// startTLS agrees, and begins TLS before anything else is read (RFC 2595 §4).
func (s *pop3Session) startTLS(u protocol.Utterance) {
	cfg, err := s.lab.tlsConfig()
	if err != nil {
		s.say(&s.book.TLSUnavailable, nil)
		return
	}
	s.say(&s.book.TLSReady, nil)
	s.errors, s.utf8, s.chinese = 0, false, false
	if s.lab.handshake(s.wire, cfg, s.point(u)) != nil {
		s.m.Close()
	}
}

func (s *pop3Session) stat(protocol.Utterance) { s.say(&s.book.Stat, s.status()) }

func (s *pop3Session) listCommand(u protocol.Utterance) {
	if u.Args == "" {
		s.list(&s.book.List, s.status())
		return
	}
	if i, m := s.pick(u); m != nil {
		s.say(&s.book.ListOne, s.messageArgs(i+1, m))
	}
}

func (s *pop3Session) uidl(u protocol.Utterance) {
	if u.Args == "" {
		s.list(&s.book.Uidl, nil)
		return
	}
	if i, m := s.pick(u); m != nil {
		s.say(&s.book.UidlOne, s.messageArgs(i+1, m))
	}
}

// pick finds the message that the first argument numbers, or answers that it is not there.
func (s *pop3Session) pick(u protocol.Utterance) (int, *Message) {
	n, err := strconv.Atoi(strings.Fields(u.Args)[0])
	switch {
	case err != nil || n < 1 || n > len(s.drop.messages):
		s.say(&s.book.NoSuchMessage, phrases.Args{"count": strconv.Itoa(len(s.drop.messages)), "n": strings.Fields(u.Args)[0]})
	case s.drop.marked[n-1]:
		s.say(&s.book.IsDeleted, phrases.Args{"n": strconv.Itoa(n)})
	default:
		return n - 1, s.drop.messages[n-1]
	}
	return 0, nil
}

func (s *pop3Session) retr(u protocol.Utterance) {
	i, m := s.pick(u)
	if m == nil {
		return
	}
	s.message(&s.book.Retr, s.messageArgs(i+1, m), m, wholeMail)
}

// top sends the header, the empty line after it, and some lines of the body.
func (s *pop3Session) top(u protocol.Utterance) {
	i, m := s.pick(u)
	if m == nil {
		return
	}
	words := strings.Fields(u.Args)
	n, err := strconv.Atoi(words[1])
	if err != nil { // more than there can be
		n = math.MaxInt
	}
	s.message(&s.book.Top, phrases.Args{"n": strconv.Itoa(i + 1), "lines": words[1]}, m, n)
}

func topOf(content []byte, n int) []byte {
	end := len(content)
	if i := bytes.Index(content, []byte("\r\n\r\n")); i >= 0 {
		end = i + 4
	}
	for ; n > 0 && end < len(content); n-- {
		i := bytes.IndexByte(content[end:], '\n')
		if i < 0 {
			return content
		}
		end += i + 1
	}
	return content[:end]
}

func (s *pop3Session) dele(u protocol.Utterance) {
	i, m := s.pick(u)
	if m == nil {
		return
	}
	s.drop.mark(i)
	s.say(&s.book.Dele, phrases.Args{"n": strconv.Itoa(i + 1)})
}

func (s *pop3Session) rset(protocol.Utterance) {
	s.drop.unmark()
	s.say(&s.book.Rset, s.status())
}

func (s *pop3Session) noop(protocol.Utterance) { s.say(&s.book.Noop, nil) }

// quit enters the UPDATE state when a maildrop is open: only here is anything deleted (RFC 1939 §6).
func (s *pop3Session) quit(protocol.Utterance) {
	s.wire.quit = true
	if s.drop == nil {
		s.say(&s.book.Quit, nil)
		return
	}
	box, left := s.drop.box.name, s.drop.count()
	removed, err := s.lab.store.update(s.drop)
	if removed > 0 {
		s.emit(protocol.Event{Kind: protocol.KindRemoved, Mailbox: box, Count: removed})
	}
	s.leave()
	if err != nil {
		s.say(&s.book.CannotRemove, nil)
		s.m.Close()
		return
	}
	s.say(&s.book.QuitUpdated, phrases.Args{"removed": strconv.Itoa(removed), "count": strconv.Itoa(left)})
	s.m.Close()
}

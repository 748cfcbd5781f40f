package mockserver

import (
	"slices"
	"strconv"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// smtpHandlers has one entry for each row of the table that is not obsolete. The table
// has nothing against a line that a handler gets.
var smtpHandlers = map[string]func(*smtpSession, protocol.Utterance){
	"EHLO":     (*smtpSession).ehlo,
	"HELO":     (*smtpSession).helo,
	"AUTH":     (*smtpSession).auth,
	"STARTTLS": (*smtpSession).startTLS,
	"MAIL":     (*smtpSession).mailFrom,
	"RCPT":     (*smtpSession).rcptTo,
	"DATA":     (*smtpSession).data,
	"BDAT":     (*smtpSession).bdat,
	"ETRN":     (*smtpSession).etrn,
	"RSET":     (*smtpSession).rset,
	"VRFY":     (*smtpSession).vrfy,
	"EXPN":     (*smtpSession).expn,
	"HELP":     (*smtpSession).help,
	"NOOP":     (*smtpSession).noop,
	"QUIT":     (*smtpSession).quit,
}

// ehlo resets the transaction as well (RFC 5321 §4.1.4).
func (s *smtpSession) ehlo(u protocol.Utterance) {
	s.forgetMail()
	if s.ways.TLSFirst && !s.m.TLS() {
		s.wire.hidden = append(s.wire.hidden, masked{keyword: "AUTH"})
	}
	s.say(&s.book.Ehlo, phrases.Args{
		"starttls": s.offersTLS(), "client": u.Args, "size": strconv.Itoa(s.lab.cfg.Limits.Message),
		"mechanisms": s.lab.mechanismNames(s.m.TLS(), " "),
		"limit":      strconv.Itoa(s.lab.cfg.Limits.Recipients),
	})
}

func (s *smtpSession) helo(u protocol.Utterance) {
	s.forgetMail()
	s.say(&s.book.Helo, phrases.Args{"client": u.Args})
}

// offersTLS is the keyword in the EHLO reply, "" when TLS runs already (RFC 3207 §4.2).
func (s *smtpSession) offersTLS() string {
	if s.m.TLS() {
		return ""
	}
	return keywordStartTLS
}

// startTLS agrees, and begins TLS before anything else is read (RFC 3207 §4). Nothing that was
// said before counts any more: the machine and this session forget it.
func (s *smtpSession) startTLS(u protocol.Utterance) {
	cfg, err := s.lab.tlsConfig()
	if err != nil {
		s.say(&s.book.TLSUnavailable, nil)
		return
	}
	s.say(&s.book.TLSReady, nil)
	s.mail, s.exchange, s.errors = transaction{}, nil, 0
	if s.lab.handshake(s.wire, cfg, s.point(u)) != nil {
		s.m.Close()
	}
}

// auth begins an exchange (RFC 4954 §4).
func (s *smtpSession) auth(u protocol.Utterance) {
	name, initial, given := strings.Cut(u.Args, " ")
	encrypted := s.m.TLS()
	m, standing := s.mechanismNamed(name)
	initial = strings.TrimSpace(initial)
	switch {
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

// mailFrom opens a transaction (RFC 5321 §4.1.1.2). Anybody may be named as the sender.
func (s *smtpSession) mailFrom(u protocol.Utterance) {
	e, _ := protocol.ParseFrom(u.Args)
	limit := s.lab.cfg.Limits.Message
	if size, declared := e.Parameter("SIZE"); declared && declaredOver(size, limit) {
		s.say(&s.book.MailTooBig, phrases.Args{"octets": size, "size": strconv.Itoa(limit)})
		return
	}
	if own, ok := s.mayName(e.Path); !ok {
		s.say(&s.book.NotOwner, senderArgs(e.Path, own))
		return
	}
	s.mail = transaction{from: e.Path, wishes: wishesOf(e)}
	s.say(&s.book.Mail, phrases.Args{"address": e.Path.String()})
}

// declaredOver: a number of up to 20 digits (RFC 1870 §4) may be over any int.
func declaredOver(size string, limit int) bool {
	n, err := strconv.ParseUint(size, 10, 63)
	return err != nil || n > uint64(limit)
}

// rcptTo adds a recipient (RFC 5321 §4.1.1.3).
func (s *smtpSession) rcptTo(u protocol.Utterance) {
	e, _ := protocol.ParseTo(u.Args)
	args := phrases.Args{"address": e.Path.String(), "domain": s.lab.cfg.Domain, "limit": strconv.Itoa(s.lab.cfg.Limits.Recipients)}
	boxes, where := s.lab.mailboxesFor(s.ownLiteral(e.Path))
	switch {
	case where == elsewhere && !s.relays(e.Path, args):
	case where == nobody:
		s.say(&s.book.RcptNobody, args)
	case len(s.mail.rcpts) >= s.lab.cfg.Limits.Recipients:
		s.say(&s.book.RcptTooMany, args)
	case s.anyFull(boxes):
		s.say(&s.book.RcptFull, args)
	default:
		s.mail.add(e.Path, boxes)
		s.mail.addressees = append(s.mail.addressees, addresseeOf(e, where))
		s.say(&s.book.Rcpt, args)
	}
}

func (s *smtpSession) anyFull(boxes []*mailbox) bool {
	limit := s.lab.cfg.Limits.Mailbox
	return slices.ContainsFunc(boxes, func(b *mailbox) bool {
		// On disk others take mail away, too: a full one is looked at again.
		return b.size() >= limit && s.lab.store.octets(b) >= limit
	})
}

// add notes a recipient. A mailbox that is reached twice gets one copy.
func (t *transaction) add(p protocol.Path, boxes []*mailbox) {
	t.rcpts = append(t.rcpts, p)
	for _, b := range boxes {
		if !slices.Contains(t.boxes, b) {
			t.boxes = append(t.boxes, b)
		}
	}
}

func (s *smtpSession) data(u protocol.Utterance) {
	if s.mail.broken {
		s.refuseFor(u, protocol.OutOfOrder)
		return
	}
	s.say(&s.book.Data, nil)
}

func (s *smtpSession) rset(protocol.Utterance) {
	s.forgetMail()
	s.say(&s.book.Rset, nil)
}

func (s *smtpSession) noop(protocol.Utterance) { s.say(&s.book.Noop, nil) }

func (s *smtpSession) quit(protocol.Utterance) {
	s.say(&s.book.Quit, nil)
	s.wire.quit = true
}

// vrfy confirms the lab's own users where it may, which most servers do not today (RFC 5321 §7.3).
func (s *smtpSession) vrfy(u protocol.Utterance) {
	name, _ := protocol.CutUTF8(u.Args)
	p, ok := protocol.ParseMailbox(name)
	if !ok {
		s.refuseFor(u, protocol.BadAddress)
		return
	}
	args := phrases.Args{"args": printable(u.Args), "address": p.String()}
	_, where := s.lab.mailboxesFor(p)
	switch {
	case where == elsewhere:
		s.say(&s.book.VrfyPerhaps, args)
	case !s.tellsUsers():
		s.say(&s.book.Private, args)
	case where == ours:
		s.say(&s.book.VrfyUser, phrases.Args{"address": s.lab.fullAddress(p)})
	default:
		s.say(&s.book.VrfyNobody, args)
	}
}

// fullAddress writes a path with its domain, a user's name as the account has it.
func (l *Lab) fullAddress(p protocol.Path) string {
	if u, ok := l.user(p.Local); ok && (p.Domain == "" || strings.EqualFold(p.Domain, l.cfg.Domain)) {
		return l.addressOf(u)
	}
	if p.Domain == "" {
		p.Domain = l.cfg.Domain
	}
	return p.String()
}

// expn tells the members of the lab's mailing list, one a line (RFC 5321 §3.5.2).
func (s *smtpSession) expn(u protocol.Utterance) {
	name, _ := protocol.CutUTF8(u.Args)
	p, ok := protocol.ParseMailbox(name)
	if ok && !s.tellsUsers() {
		s.say(&s.book.Private, phrases.Args{"args": printable(u.Args), "address": p.String()})
		return
	}
	if !ok || !strings.EqualFold(s.lab.localName(p.String()), listName) || len(s.lab.cfg.Users) == 0 {
		s.say(&s.book.ExpnNoList, nil)
		return
	}
	var members []string
	for _, m := range s.lab.membersOf(listName) {
		members = append(members, s.lab.addressOf(m))
	}
	s.say(&s.book.ExpnList, phrases.Args{"member": strings.Join(members, "\n")})
}

// help lists the table's commands, or tells one command's form.
func (s *smtpSession) help(u protocol.Utterance) {
	if u.Args == "" {
		s.say(&s.book.Help, phrases.Args{"verbs": verbsOf(s.m.Table())})
		return
	}
	row := s.m.Table().Row(u.Args)
	if row == nil || !isWord(row.Verb) {
		s.say(&s.book.HelpUnknown, nil)
		return
	}
	s.say(&s.book.HelpVerb, phrases.Args{"syntax": row.Syntax, "ref": asciiRef(row.Ref)})
}

// verbsOf lists the commands that are not obsolete, some to a line.
func verbsOf(t *protocol.Table) string {
	const perLine = 6
	var lines []string
	var line []string
	for _, r := range t.Rows {
		if r.Obsolete {
			continue
		}
		if line = append(line, r.Verb); len(line) == perLine {
			lines, line = append(lines, strings.Join(line, " ")), nil
		}
	}
	if line != nil {
		lines = append(lines, strings.Join(line, " "))
	}
	return strings.Join(lines, "\n")
}

// isWord: the rows of the dot and of responses are found by name too, but are no commands.
func isWord(verb string) bool {
	return verb != "" && verb != protocol.VerbDot && verb != protocol.VerbResponse
}

// asciiRef: a reply is ASCII (RFC 5321 §2.4), the paragraph sign is not.
func asciiRef(ref string) string { return strings.ReplaceAll(ref, "§", "section ") }

package mockserver

import (
	"bytes"
	"net"
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

const verbChunk = "BDAT"

// maxHops is how many Received fields a mail may have: more is a loop (RFC 5321 §6.3).
const maxHops = 100

// wishes are what MAIL asked for beside (RFC 3461 §4.3, §4.4, RFC 6531 §3.4).
type wishes struct {
	ret, envid string
	utf8       bool
}

func wishesOf(e protocol.Envelope) wishes {
	ret, _ := e.Parameter("RET")
	envid, _ := e.Parameter("ENVID")
	_, utf8 := e.Parameter(protocol.ParameterUTF8)
	return wishes{ret: strings.ToUpper(ret), envid: envid, utf8: utf8}
}

// addressee is a recipient with what was asked for it (RFC 3461 §4.1, §4.2).
type addressee struct {
	path          protocol.Path
	away          bool // the mail goes on to another server
	notify, orcpt string
}

func addresseeOf(e protocol.Envelope, where whereabouts) addressee {
	notify, _ := e.Parameter("NOTIFY")
	orcpt, _ := e.Parameter("ORCPT")
	return addressee{path: e.Path, away: where == elsewhere, notify: strings.ToUpper(notify), orcpt: orcpt}
}

// wants reports whether the sender is to be told of an outcome; without NOTIFY, of failures.
func (a addressee) wants(what string) bool {
	if a.notify == "" {
		return what == protocol.NotifyFailure
	}
	return slices.Contains(strings.Split(a.notify, ","), what)
}

// ownLiteral takes the address literal of this server for its domain (RFC 5321 §4.1.3).
func (s *smtpSession) ownLiteral(p protocol.Path) protocol.Path {
	host, _, err := net.SplitHostPort(s.wire.nc.LocalAddr().String())
	if err == nil && strings.EqualFold(p.Domain, addressLiteral(host)) {
		p.Domain = s.lab.cfg.Domain
	}
	return p
}

// relays judges a recipient of another domain, and refuses it. Mail goes on to the lab's other
// domains only, and only for those who have logged in: a server that relays for everybody is an
// open relay (RFC 5321 §7.9). Nothing leaves the lab.
func (s *smtpSession) relays(p protocol.Path, args phrases.Args) bool {
	exchangers, known := s.lab.MX(p.Domain)
	switch {
	case !known || exchangers[0].Implicit:
		s.say(&s.book.RcptRelay, args)
	case !s.m.Now().Authenticated:
		s.say(&s.book.RcptLogin, args)
	case exchangers[0].Host == nullMX:
		s.say(&s.book.RcptNullMX, args)
	case s.lab.queue.full(s.lab.cfg.Limits.Queue):
		s.say(&s.book.RcptQueueFull, args)
	default:
		return true
	}
	return false
}

// hops counts the Received fields of a mail's header.
func hops(content []byte) int {
	n := 0
	for len(content) > 0 && content[0] != '\r' {
		line, rest, _ := bytes.Cut(content, []byte("\n"))
		if len(line) > 9 && bytes.EqualFold(line[:9], []byte("Received:")) {
			n++
		}
		content = rest
	}
	return n
}

// hold makes what goes to other servers safe: nothing of it is sent before the local recipients have the
// mail too. It returns nil when nothing goes there.
func (s *smtpSession) hold(m *Message, t traceFields, c *incoming) (*consignment, error) {
	var away []addressee
	for _, a := range s.mail.addressees {
		if a.away {
			away = append(away, a)
		}
	}
	if away == nil {
		return nil, nil //nolint:nilnil // nothing to hold, nothing wrong
	}
	onward := *m
	onward.Content = beneath(t.received(), c)
	return s.lab.hold(&parcel{id: m.ID, from: s.mail.from, wishes: s.mail.wishes, arrived: m.Received, rcpts: away}, &onward)
}

// tellDelivered tells the sender of what was delivered here, where that was asked for. The mail is safe, whatever
// becomes of the report.
func (s *smtpSession) tellDelivered(m *Message, t traceFields, c *incoming) {
	var here []addressee
	for _, a := range s.mail.addressees {
		if !a.away && a.wants(protocol.NotifySuccess) {
			here = append(here, a)
		}
	}
	if here == nil {
		return
	}
	p := &parcel{id: m.ID, from: s.mail.from, wishes: s.mail.wishes, arrived: m.Received}
	content, err := c.first(headUpTo) // success brings the header back
	if err == nil {
		p.content = memoryBody(append([]byte(t.received()), content...))
		err = s.lab.report(p, delivered(here))
	}
	s.lab.unsaved(p, err)
}

// delivered is the outcome of recipients who have their mail.
func delivered(rcpts []addressee) []outcomeOf {
	var out []outcomeOf
	for _, a := range rcpts {
		o := outcomeOf{addressee: a, action: actionDelivered, status: "2.1.5"}
		if strings.EqualFold(a.path.Local, listName) {
			o.action, o.status = actionExpanded, "2.1.5"
		}
		out = append(out, o)
	}
	return out
}

// etrn starts the queue for a domain (RFC 1985). Anybody may ask: it does no harm.
func (s *smtpSession) etrn(u protocol.Utterance) {
	domain := strings.TrimPrefix(strings.TrimPrefix(u.Args, "@"), "#")
	args := phrases.Args{"domain": domain}
	if !protocol.ValidDomain(domain) {
		s.refuseFor(u, protocol.BadDomain)
		return
	}
	if exchangers, known := s.lab.MX(domain); !known || exchangers[0].Implicit || strings.EqualFold(domain, s.lab.cfg.Domain) {
		s.say(&s.book.EtrnRefused, args)
		return
	}
	n := s.lab.queue.hurry(domain)
	if n == 0 {
		s.say(&s.book.EtrnNothing, args)
		return
	}
	args["count"] = itoa(n)
	s.say(&s.book.EtrnStarted, args)
}

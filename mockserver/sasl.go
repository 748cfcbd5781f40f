package mockserver

import (
	"crypto/hmac"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/xdg-go/scram"

	"maillab/protocol"
)

// mechanism is one SASL mechanism as both servers offer it (RFC 4422).
type mechanism struct {
	name string
	// clientFirst mechanisms may get their first response with the AUTH command.
	clientFirst bool
	// clear mechanisms show the secret to everybody on the way, weak ones rest on something broken,
	// bound ones need the TLS connection itself.
	clear, weak, bound bool
	// plain ones cannot do without the password itself on the server.
	plain bool
	begin func(attempt) exchange
}

// attempt is what an exchange may have to know of its connection.
type attempt struct {
	lab   *Lab
	nonce string
	tls   *tls.ConnectionState // nil in the clear
	leaf  *x509.Certificate    // the server's own certificate
}

// mechanisms in the order in which they are announced.
var mechanisms = []mechanism{
	{name: "LOGIN", clientFirst: true, clear: true, begin: func(a attempt) exchange { return &loginExchange{lab: a.lab} }},
	{name: "PLAIN", clientFirst: true, clear: true, begin: func(a attempt) exchange { return &plainExchange{lab: a.lab} }},
	{name: "CRAM-MD5", weak: true, plain: true, begin: func(a attempt) exchange { return &cramExchange{lab: a.lab, challenge: a.nonce} }},
	{name: "SCRAM-SHA-1", clientFirst: true, weak: true, begin: func(a attempt) exchange {
		return &scramExchange{lab: a.lab, hash: scram.SHA1}
	}},
	{name: "SCRAM-SHA-256", clientFirst: true, begin: func(a attempt) exchange {
		return &scramExchange{lab: a.lab, hash: scram.SHA256, announced: a.tls != nil, tls: a.tls, leaf: a.leaf}
	}},
	{name: "SCRAM-SHA-256-PLUS", clientFirst: true, bound: true, begin: func(a attempt) exchange {
		return &scramExchange{lab: a.lab, hash: scram.SHA256, plus: true, tls: a.tls, leaf: a.leaf}
	}},
	{name: "XOAUTH2", clientFirst: true, clear: true, begin: func(a attempt) exchange {
		return &bearerExchange{lab: a.lab, parse: protocol.ParseXOAUTH2, refusal: xoauth2Refusal}
	}},
	{name: "OAUTHBEARER", clientFirst: true, clear: true, begin: func(a attempt) exchange {
		return &bearerExchange{lab: a.lab, parse: protocol.ParseOAUTHBEARER, refusal: oauthBearerRefusal}
	}},
}

// standing says what a mechanism is worth on a connection now (RFC 4954 §4, §6).
type standing int

const (
	offered  standing = iota
	unknown           // 504
	needsTLS          // 538: only on an encrypted connection
	tooWeak           // 534: this server takes better ones only
)

// stands judges a mechanism by the lab's policy and the connection.
func (l *Lab) stands(m mechanism, encrypted bool) standing {
	switch {
	case m.plain && !l.passwords:
		return unknown
	case !encrypted && (m.bound || m.clear && l.cfg.NoClearLogin):
		return needsTLS
	case l.cfg.StrongLogin && m.weak:
		return tooWeak
	}
	return offered
}

// mechanismNames joins the names for EHLO, CAPA and refusals.
func (l *Lab) mechanismNames(encrypted bool, separator string) string {
	var names []string
	for _, m := range mechanisms {
		if l.stands(m, encrypted) == offered {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, separator)
}

func (l *Lab) mechanismNamed(name string, encrypted bool) (mechanism, standing) {
	for _, m := range mechanisms {
		if strings.EqualFold(m.name, name) {
			return m, l.stands(m, encrypted)
		}
	}
	return mechanism{}, unknown
}

// attemptOn begins an exchange on a connection.
func (l *Lab) attemptOn(w *wire, host string) attempt {
	return attempt{lab: l, nonce: l.nonce(host), tls: w.secured(), leaf: w.leaf}
}

// exchange is one authentication that is going on.
type exchange interface {
	// start returns the challenge that comes before the first response.
	start() (challenge string)
	// next judges a decoded response.
	next(response []byte) step
}

// challenge writes a challenge as it goes over the wire (RFC 4954 §4, RFC 5034 §4).
func (w *wire) challenge(text string) string {
	if w.babble != nil {
		return *w.babble
	}
	return protocol.EncodeBase64([]byte(text))
}

// step is what a response led to: one more challenge, or the end.
type step struct {
	outcome   outcome
	challenge string
	user      User // who it is, when granted
}

type outcome int

const (
	again     outcome = iota // a challenge follows
	granted                  // the client is who it says
	denied                   // wrong user name or password
	badToken                 // the token is not good
	unbound                  // the exchange is not bound to this TLS connection
	malformed                // not a response of this mechanism
)

func verdict(u User, ok bool) step {
	if ok {
		return step{outcome: granted, user: u}
	}
	return step{outcome: denied}
}

// loginExchange is LOGIN: two prompts, two answers. It was never standardised
// (draft-murchison-sasl-login) and is everywhere.
type loginExchange struct {
	lab   *Lab
	name  string
	named bool
}

const (
	loginAsksName     = "Username:"
	loginAsksPassword = "Password:"
)

func (x *loginExchange) start() string { return loginAsksName }

func (x *loginExchange) next(response []byte) step {
	if !x.named {
		x.name, x.named = string(response), true
		return step{outcome: again, challenge: loginAsksPassword}
	}
	return verdict(x.lab.checkPassword(x.name, string(response)))
}

// plainExchange is PLAIN (RFC 4616). To act for somebody else is not granted.
type plainExchange struct{ lab *Lab }

func (x *plainExchange) start() string { return "" }

func (x *plainExchange) next(response []byte) step {
	m, ok := protocol.ParsePlain(response)
	if !ok {
		return step{outcome: malformed}
	}
	u, ok := x.lab.checkPassword(m.User, m.Password)
	if m.Authorize != "" && !strings.EqualFold(x.lab.localName(m.Authorize), u.Name) {
		ok = false
	}
	return verdict(u, ok)
}

// cramExchange is CRAM-MD5 (RFC 2195). Its challenge is a msg-id that never came before.
type cramExchange struct {
	lab       *Lab
	challenge string
}

func (x *cramExchange) start() string { return x.challenge }

func (x *cramExchange) next(response []byte) step {
	text := string(response)
	at := strings.LastIndexByte(text, ' ')
	if at <= 0 {
		return step{outcome: malformed}
	}
	name := text[:at]
	u, known := x.lab.user(name)
	want := protocol.CRAMMD5(name, u.Password, x.challenge)
	same := hmac.Equal([]byte(strings.ToLower(text[at:])), []byte(want[len(name):]))
	return verdict(u, known && same && u.Password != "")
}

// nonce makes a msg-id of digits and dots that this lab gives once only: for the
// APOP timestamp (RFC 1939 §7) and CRAM-MD5 challenges. Some clients refuse other characters.
func (l *Lab) nonce(host string) string {
	now := l.ids.micros()
	return fmt.Sprintf("<%d.%d@%s>", now%1_000_000, now/1_000_000, host)
}

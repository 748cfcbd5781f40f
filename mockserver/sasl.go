package mockserver

import (
	"crypto/hmac"
	"fmt"
	"strings"

	"maillab/protocol"
)

// mechanism is one SASL mechanism as both servers offer it (RFC 4422).
type mechanism struct {
	name string
	// clientFirst mechanisms may get their first response with the AUTH command.
	clientFirst bool
	begin       func(l *Lab, nonce string) exchange
}

// mechanisms in the order in which they are announced.
var mechanisms = []mechanism{
	{"LOGIN", true, func(l *Lab, _ string) exchange { return &loginExchange{lab: l} }},
	{"PLAIN", true, func(l *Lab, _ string) exchange { return &plainExchange{lab: l} }},
	{"CRAM-MD5", false, func(l *Lab, nonce string) exchange { return &cramExchange{lab: l, challenge: nonce} }},
}

// mechanismNames joins the names for EHLO, CAPA and refusals.
func mechanismNames(separator string) string {
	names := make([]string, len(mechanisms))
	for i, m := range mechanisms {
		names[i] = m.name
	}
	return strings.Join(names, separator)
}

func mechanismNamed(name string) (mechanism, bool) {
	for _, m := range mechanisms {
		if strings.EqualFold(m.name, name) {
			return m, true
		}
	}
	return mechanism{}, false
}

// exchange is one authentication that is going on.
type exchange interface {
	// start returns the challenge that comes before the first response.
	start() (challenge string)
	// next judges a decoded response.
	next(response []byte) step
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
	return verdict(u, known && same)
}

// nonce makes a msg-id of digits and dots that this lab gives once only: for the
// APOP timestamp (RFC 1939 §7) and CRAM-MD5 challenges. Some clients refuse other characters.
func (l *Lab) nonce(host string) string {
	now := l.ids.micros()
	return fmt.Sprintf("<%d.%d@%s>", now%1_000_000, now/1_000_000, host)
}

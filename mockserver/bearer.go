package mockserver

import (
	"maillab/protocol"
)

// What a server says about a token that is not good, before it refuses: for XOAUTH2 in Google's
// form, for OAUTHBEARER in that of RFC 7628 §3.2.2.
const (
	xoauth2Refusal     = `{"status":"401","schemes":"bearer","scope":"mail"}`
	oauthBearerRefusal = `{"status":"invalid_token","scope":"mail"}`
)

// checkToken returns the account that a token is good for; a name that was given must be its.
func (l *Lab) checkToken(name, token string) (User, bool) {
	for _, u := range l.cfg.Users {
		if !u.hasToken(token) {
			continue
		}
		if named, ok := l.user(name); name == "" || ok && named.Name == u.Name {
			return u, true
		}
	}
	return User{}, false
}

// bearerExchange is XOAUTH2 or OAUTHBEARER. A refusal takes one round more than elsewhere: first
// the reason as JSON, which the client answers with next to nothing, then the refusal itself.
type bearerExchange struct {
	lab     *Lab
	parse   func([]byte) (protocol.BearerMessage, bool)
	refusal string
	refused bool
}

func (x *bearerExchange) start() string { return "" }

func (x *bearerExchange) next(response []byte) step {
	if x.refused {
		return step{outcome: badToken}
	}
	m, ok := x.parse(response)
	if !ok {
		return step{outcome: malformed}
	}
	if u, ok := x.lab.checkToken(m.User, m.Token); ok {
		return step{outcome: granted, user: u}
	}
	x.refused = true
	return step{outcome: again, challenge: x.refusal}
}

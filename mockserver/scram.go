package mockserver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"strings"

	"github.com/xdg-go/scram"
)

// scramRounds is the least that RFC 7677 §4 allows: passwords in memory die with the lab.
const scramRounds = 4096

// scramExchange is SCRAM (RFC 5802, RFC 7677): the password never travels, the server keeps only
// keys made from it, and shows at the end that it has them. The maths are a library's.
type scramExchange struct {
	lab  *Lab
	hash scram.HashGeneratorFcn
	// plus demands that the exchange is bound to the TLS connection; announced says that this
	// server offers that, so that a client who did not see the offer has been deceived.
	plus, announced bool
	tls             *tls.ConnectionState
	leaf            *x509.Certificate

	talk   *scram.ServerConversation
	proven bool
}

func (x *scramExchange) start() string { return "" }

// next goes through client-first, client-final, and the empty answer to the server's own proof.
func (x *scramExchange) next(response []byte) step {
	if x.proven {
		if len(response) > 0 {
			return step{outcome: malformed}
		}
		u, ok := x.lab.user(x.talk.Username())
		return verdict(u, ok)
	}
	if x.talk == nil && !x.begin(string(response)) {
		return step{outcome: malformed}
	}
	said, err := x.talk.Step(string(response))
	switch {
	case err == nil && x.talk.Valid():
		x.proven = x.actsForItself()
		if !x.proven {
			return step{outcome: denied}
		}
		return step{outcome: again, challenge: said}
	case err == nil:
		return step{outcome: again, challenge: said}
	}
	return step{outcome: scramRefusal(said)}
}

// actsForItself: to act for somebody else is not granted.
func (x *scramExchange) actsForItself() bool {
	authzid := x.talk.AuthzID()
	return authzid == "" || strings.EqualFold(x.lab.localName(authzid), x.lab.localName(x.talk.Username()))
}

// scramRefusal sorts the library's errors: without an e= the message was no message.
func scramRefusal(said string) outcome {
	switch said {
	case "", scram.ErrInvalidEncoding, scram.ErrInvalidUsernameEncoding, scram.ErrExtensionsNotSupported:
		return malformed
	case scram.ErrChannelBindingsDontMatch, scram.ErrServerDoesSupportChannelBinding,
		scram.ErrChannelBindingNotSupported, scram.ErrUnsupportedChannelBindingType:
		return unbound
	}
	return denied
}

// begin starts the conversation; the kind of channel binding is the client's choice.
func (x *scramExchange) begin(first string) bool {
	server, err := x.hash.NewServer(func(name string) (scram.StoredCredentials, error) { return x.lab.scramKeys(x.hash, name), nil })
	if err != nil {
		return false
	}
	switch {
	case x.plus:
		x.talk = server.NewConversationWithChannelBindingRequired(x.binding(first))
	case x.announced:
		x.talk = server.NewConversationWithChannelBinding(x.binding(first))
	default:
		x.talk = server.NewConversation()
	}
	return true
}

// binding is what ties the exchange to this TLS connection: a secret of the connection (RFC
// 9266), or the fingerprint of the server's certificate (RFC 5929 §4) where the client names that.
func (x *scramExchange) binding(first string) scram.ChannelBinding {
	if strings.HasPrefix(first, "p="+string(scram.ChannelBindingTLSServerEndpoint)+",") && x.leaf != nil {
		b, _ := scram.NewTLSServerEndpointBinding(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{x.leaf}})
		return b
	}
	b, _ := scram.NewTLSExporterBinding(x.tls)
	return b
}

// scramKeys are what a server keeps of a password. A name that nobody has gets keys that nobody
// can meet, so that the exchange does not tell which names exist.
func (l *Lab) scramKeys(hash scram.HashGeneratorFcn, name string) scram.StoredCredentials {
	u, known := l.user(name)
	if u.kept != nil {
		return u.kept.credentials(hash)
	}
	factors := scram.KeyFactors{Salt: l.saltOf(name), Iters: scramRounds}
	if l.cfg.Data != "" {
		factors.Iters = keptRounds
	}
	nothing := make([]byte, hash().Size())
	_, _ = rand.Read(nothing)
	if !known { // and it takes as long to find that out: keys that are kept are there at once, others are made
		u.Name, u.Password = "nobody", hex.EncodeToString(nothing)
	}
	client, err := hash.NewClient(u.Name, u.Password, "")
	if err != nil || !known && l.cfg.Data != "" {
		return scram.StoredCredentials{KeyFactors: factors, StoredKey: nothing, ServerKey: nothing}
	}
	keys, err := client.GetStoredCredentialsWithError(factors)
	if err != nil {
		return scram.StoredCredentials{KeyFactors: factors}
	}
	return keys
}

// saltOf is the same for a name as long as the lab runs, whether there is such a user or not.
func (l *Lab) saltOf(name string) string {
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte(strings.ToLower(l.localName(name))))
	return string(mac.Sum(nil)[:16])
}

package mockserver_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xdg-go/scram"

	"maillab/mockserver"
	"maillab/protocol"
)

// scramLogin goes through a SCRAM exchange in either protocol and returns the last answer. The
// library's client checks the server's proof.
func scramLogin(t *testing.T, w *wire, mechanism string, talk *scram.ClientConversation) string {
	t.Helper()
	first, err := talk.Step("")
	require.NoError(t, err)
	answer := w.say("AUTH " + mechanism + " " + protocol.EncodeBase64([]byte(first)))
	for {
		challenge, more := strings.CutPrefix(answer, "334 ")
		if !more {
			challenge, more = strings.CutPrefix(answer, "+ ")
		}
		if !more {
			w.leave()
			return answer
		}
		raw, bad := protocol.DecodeBase64(challenge)
		require.Nil(t, bad)
		next, err := talk.Step(string(raw))
		require.NoError(t, err)
		answer = w.say(protocol.EncodeBase64([]byte(next)))
	}
}

func scramClient(t *testing.T, hash scram.HashGeneratorFcn, name, password string) *scram.Client {
	t.Helper()
	c, err := hash.NewClient(name, password, "")
	require.NoError(t, err)
	return c
}

// leave ends the session, so that the maildrop is free for the next.
func (w *wire) leave() { w.say("QUIT") }

// ends tells how a good and a bad login end in a service.
func ends(service string) (good, bad string) {
	if strings.HasPrefix(service, "pop3") {
		return "+OK Maildrop locked", "-ERR [AUTH]"
	}
	return "235 2.7.0", "535 5.7.8"
}

func TestSCRAM(t *testing.T) {
	l := start(t, mockserver.Config{})
	for _, service := range []string{"smtp", "submission", "smtps", "pop3", "pop3s"} {
		good, bad := ends(service)
		for mechanism, hash := range map[string]scram.HashGeneratorFcn{"SCRAM-SHA-1": scram.SHA1, "SCRAM-SHA-256": scram.SHA256} {
			login := func(name, password string) string {
				w, _ := secured(t, l, service, trusting(t, l, "localhost"))
				return scramLogin(t, w, mechanism, scramClient(t, hash, name, password).NewConversation())
			}
			assert.Contains(t, login("jspdevelop", "jsp123"), good, "%s %s", service, mechanism)
			assert.Contains(t, login("FPWJP@lab.test", "fpw123"), good)
			assert.Contains(t, login("jspdevelop", "wrong"), bad)
			assert.Contains(t, login("nobody", "wrong"), bad)
		}
	}
}

func TestSCRAMBoundToTheConnection(t *testing.T) {
	l := start(t, mockserver.Config{})
	exporter, certificate := scram.NewTLSExporterBinding, scram.NewTLSServerEndpointBinding
	for _, service := range []string{"smtp", "smtps", "pop3", "pop3s"} {
		good, bad := ends(service)
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			for _, kind := range []func(*tls.ConnectionState) (scram.ChannelBinding, error){exporter, certificate} {
				cfg := trusting(t, l, "localhost")
				cfg.MaxVersion = version
				w, state := secured(t, l, service, cfg)
				binding, err := kind(&state)
				require.NoError(t, err)
				c := scramClient(t, scram.SHA256, "fpwjp", "fpw123")
				assert.Contains(t, scramLogin(t, w, "SCRAM-SHA-256-PLUS", c.NewConversationWithChannelBinding(binding)), good)
			}
		}
		// Somebody in the middle has a TLS connection of his own on each side.
		w, _ := secured(t, l, service, trusting(t, l, "localhost"))
		_, otherState := secured(t, l, service, trusting(t, l, "localhost"))
		binding, err := exporter(&otherState)
		require.NoError(t, err)
		c := scramClient(t, scram.SHA256, "fpwjp", "fpw123")
		answer := scramLogin(t, w, "SCRAM-SHA-256-PLUS", c.NewConversationWithChannelBinding(binding))
		assert.Contains(t, answer, bad)
		assert.Contains(t, answer, "not bound to this TLS connection")
	}
}

// TestSaltsDoNotTellWhoExists: a name that nobody has gets a salt too, and the same one each time.
func TestSaltsDoNotTellWhoExists(t *testing.T) {
	l := start(t, mockserver.Config{})
	salt := func(name string) string {
		w := dial(t, l, "pop3")
		w.hear()
		first := protocol.EncodeBase64([]byte("n,,n=" + name + ",r=abc"))
		raw, bad := protocol.DecodeBase64(strings.TrimPrefix(w.say("AUTH SCRAM-SHA-256 "+first), "+ "))
		require.Nil(t, bad)
		parts := strings.Split(string(raw), ",")
		require.Len(t, parts, 3)
		assert.Equal(t, "i=4096", parts[2])
		return parts[1]
	}
	once, again := salt("nobody"), salt("nobody")
	assert.Equal(t, once, again, "a made-up salt stays, or it would tell that nobody is there")
	assert.Equal(t, salt("fpwjp"), salt("FPWJP@lab.test"))
	assert.NotEqual(t, salt("fpwjp"), salt("nobody"))
}

func TestTokens(t *testing.T) {
	l := start(t, mockserver.Config{Users: []mockserver.User{
		{Name: "anna", Password: "secret", Token: "t-anna"}, {Name: "ben", Password: "secret"},
	}})
	for _, service := range []string{"submission", "pop3s"} {
		good, _ := ends(service)
		login := func(mechanism, message string) string {
			w, _ := secured(t, l, service, trusting(t, l, "localhost"))
			answer := w.say("AUTH " + mechanism + " " + message)
			if strings.HasPrefix(answer, good) {
				w.leave()
			}
			return answer
		}
		anna := protocol.BearerMessage{User: "anna", Token: "t-anna"}
		assert.Contains(t, login("XOAUTH2", anna.EncodeXOAUTH2()), good)
		assert.Contains(t, login("OAUTHBEARER", anna.EncodeOAUTHBEARER()), good)
		assert.Contains(t, login("OAUTHBEARER", protocol.BearerMessage{Token: "t-anna", Host: "h", Port: "1"}.EncodeOAUTHBEARER()), good)
		for _, m := range []protocol.BearerMessage{{User: "ben", Token: "t-anna"}, {User: "anna", Token: "x"}} {
			assert.NotContains(t, login("XOAUTH2", m.EncodeXOAUTH2()), good)
			assert.NotContains(t, login("OAUTHBEARER", m.EncodeOAUTHBEARER()), good)
		}
	}
}

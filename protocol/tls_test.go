package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

func TestTLSForgets(t *testing.T) {
	m := play(t, protocol.SMTP, []turn{
		{"", "220 x", "greeted", ""},
		{"starttls", "503 5.5.1 hello first", "greeted", protocol.OutOfOrder},
		{"helo x", "250 x", "identified", ""},
		{"starttls", "503 5.5.1 ehlo", "identified", protocol.NeedsESMTP},
		{"ehlo x", "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN", "identified", ""},
		{"starttls please", "501 5.5.4 no", "identified", protocol.ExtraArgument},
		{"starttls", "454 4.7.0 not now", "identified", ""},
		{"auth plain AGEAYg==", "235 2.7.0 ok", "authenticated", ""},
		{"starttls", "220 2.0.0 go", "greeted", ""},
	})
	c := m.Context()
	assert.Equal(t, protocol.Context{Protocol: protocol.SMTP, State: protocol.StateGreeted, TLS: true}, c)
	require.NotNil(t, m.Look("mail from:<>").Fault)
	m.Said("ehlo x")
	m.Heard(protocol.ParseReply(protocol.SMTP, "250 x", false))
	assert.Equal(t, protocol.AlreadyTLS, m.Look("starttls").Fault.Reason)
	for _, r := range m.Legal() {
		assert.NotEqual(t, "STARTTLS", r.Verb)
	}
}

func TestLinesSentAheadOfTLSAreForgottenToo(t *testing.T) {
	m := play(t, protocol.POP3, []turn{{"", "+OK <1.2@x.test>", "authorization", ""}})
	m.Said("STLS")
	assert.Nil(t, m.Said("USER a").Fault)
	m.Heard(protocol.ParseReply(protocol.POP3, "+OK", false))
	assert.Zero(t, m.Awaiting())
	assert.Equal(t, "<1.2@x.test>", m.Now().Timestamp, "there is no second greeting")
	assert.Equal(t, protocol.AlreadyTLS, m.Look("STLS").Fault.Reason)
	m.Said("USER a")
	m.Heard(protocol.ParseReply(protocol.POP3, "+OK", false))
	assert.Equal(t, protocol.StateUser, m.Now().State)
}

func TestTLSDemandedByPolicy(t *testing.T) {
	m := protocol.NewMachine(protocol.SMTP)
	m.Demand("AUTH", protocol.NeedTLS)
	for _, turn := range [][2]string{{"", "220 x"}, {"EHLO x", "250 x"}} {
		if turn[0] != "" {
			m.Said(turn[0])
		}
		m.Heard(protocol.ParseReply(protocol.SMTP, turn[1], false))
	}
	f := m.Look("AUTH PLAIN").Fault
	require.NotNil(t, f)
	assert.Equal(t, protocol.Fault{Reason: protocol.NeedsTLS, Code: "530", Enhanced: "5.7.0", Len: 4, Want: "STARTTLS"}, *f)
	m.Secure()
	assert.Nil(t, m.Look("AUTH PLAIN").Fault)
}

func TestBearerMessages(t *testing.T) {
	m := protocol.BearerMessage{User: "a,b=c", Host: "h", Port: "587", Token: "t"}
	raw, bad := protocol.DecodeBase64(m.EncodeOAUTHBEARER())
	require.Nil(t, bad)
	assert.Equal(t, "n,a=a=2Cb=3Dc,\x01host=h\x01port=587\x01auth=Bearer t\x01\x01", string(raw))
	back, ok := protocol.ParseOAUTHBEARER(raw)
	assert.True(t, ok)
	assert.Equal(t, m, back)
	for _, wrong := range []string{
		"", "n,,", "n,,\x01\x01", "x,,\x01auth=Bearer t\x01\x01", "n,b=x,\x01auth=Bearer t\x01\x01", "n,a==2X,\x01auth=Bearer t\x01\x01",
		"n,,\x01auth=Basic t\x01\x01", "n,,\x01auth=Bearer \x01\x01", "n,,\x01auth=Bearer t\x01", "n,,\x01auth=Bearer t\x01auth=Bearer t\x01\x01",
	} {
		_, ok := protocol.ParseOAUTHBEARER([]byte(wrong))
		assert.False(t, ok, "%q", wrong)
	}
	raw, _ = protocol.DecodeBase64(protocol.BearerMessage{User: "a", Token: "t"}.EncodeXOAUTH2())
	assert.Equal(t, "user=a\x01auth=Bearer t\x01\x01", string(raw))
	for _, wrong := range []string{"", "user=a\x01\x01", "auth=Bearer t\x01\x01", "user=\x01auth=Bearer t\x01\x01"} {
		_, ok := protocol.ParseXOAUTH2([]byte(wrong))
		assert.False(t, ok, "%q", wrong)
	}
}

func TestPortsWithTLSFromTheFirstOctet(t *testing.T) {
	for port, want := range map[string]bool{"465": true, "995": true, "POP3S": true, "smtps": true, "submissions": true, "25": false, "587": false, "": false} {
		assert.Equal(t, want, protocol.ImplicitTLS(port), port)
	}
}

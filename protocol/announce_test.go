package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/protocol"
)

func legal(m *protocol.Machine) []string {
	var verbs []string
	for _, r := range m.Legal() {
		verbs = append(verbs, r.Verb)
	}
	return verbs
}

// TestOnlyWhatIsAnnounced: once a server has told its extensions, nothing else of them is offered.
func TestOnlyWhatIsAnnounced(t *testing.T) {
	m := play(t, protocol.SMTP, []turn{{"", "220 x ESMTP", "greeted", ""}, {"EHLO x", "250-x\r\n250-SIZE 10\r\n250-starttls\r\n250 AUTH=LOGIN", "identified", ""}})
	assert.Subset(t, legal(m), []string{"STARTTLS", "AUTH", "MAIL", "VRFY"})
	assert.NotContains(t, legal(m), "ETRN")
	m.Said("STARTTLS")
	m.Heard(protocol.ParseReply(protocol.SMTP, "220 go", false))
	assert.Empty(t, m.Now().Keywords, "TLS forgets")

	m = play(t, protocol.POP3, []turn{{"", "+OK", "authorization", ""}})
	assert.Subset(t, legal(m), []string{"AUTH", "STLS"}, "nobody has asked yet")
	m.Said("CAPA")
	m.Heard(protocol.ParseReply(protocol.POP3, "+OK\r\nUSER\r\nSASL PLAIN\r\nIMPLEMENTATION x\r\n.", true))
	assert.Contains(t, legal(m), "AUTH")
	assert.NotContains(t, legal(m), "STLS")
	for _, turn := range []turn{{"USER a", "+OK", "", ""}, {"PASS b", "+OK", "", ""}} {
		m.Said(turn.say)
		m.Heard(protocol.ParseReply(protocol.POP3, turn.hear, false))
	}
	assert.Subset(t, legal(m), []string{"TOP", "UIDL"}, "after the login another list may count")
}

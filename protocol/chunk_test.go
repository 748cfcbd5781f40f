package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/protocol"
)

// inTransaction leads to where BDAT is in order.
var inTransaction = []turn{
	{"", "220 x ESMTP", "greeted", ""},
	{"ehlo x", "250 x", "identified", ""},
	{"mail from:<>", "250 ok", "mail", ""},
	{"rcpt to:<a@b.test>", "250 ok", "rcpt", ""},
}

func TestChunks(t *testing.T) {
	m := play(t, protocol.SMTP, append(inTransaction,
		turn{"bdat 7", "", "content", ""},
	))
	assert.Equal(t, 0, m.Awaiting(), "the answer is not due before the octets")
	assert.Equal(t, protocol.SpeechContent, m.Said("quit!").Speech)
	assert.Equal(t, 1, m.Awaiting())
	m.Heard(protocol.ParseReply(protocol.SMTP, "250 7 octets", false))
	assert.Equal(t, protocol.StateChunks, m.Now().State)
	assert.Equal(t, protocol.OutOfOrder, m.Look("data").Fault.Reason)
	m.Said("BDAT 0 LAST")
	m.Heard(protocol.ParseReply(protocol.SMTP, "250 queued", false))
	assert.Equal(t, protocol.StateIdentified, m.Now().State)
}

func TestWhatIsBeyondAChunkIsACommand(t *testing.T) {
	m := play(t, protocol.SMTP, append(inTransaction, turn{"bdat 3 last", "", "content", ""}))
	u := m.Said("abcNOOP")
	assert.Equal(t, protocol.BeyondChunk, u.Fault.Reason)
	assert.Equal(t, 2, m.Awaiting())
	m.Heard(protocol.ParseReply(protocol.SMTP, "250 queued", false))
	assert.Equal(t, "NOOP", m.Context().Verb)
}

func TestAServerThatKnowsNoChunks(t *testing.T) {
	m := play(t, protocol.SMTP, append(inTransaction, turn{"bdat 300", "500 what?", "rcpt", ""}))
	assert.Zero(t, m.Now().Octets)
}

func TestAddressesOutsideASCII(t *testing.T) {
	m := play(t, protocol.SMTP, inTransaction[:2])
	assert.Equal(t, protocol.NeedsUTF8, m.Look("mail from:<张三@例子.test>").Fault.Reason)
	m.Said("mail from:<张三@例子.test> SMTPUTF8")
	assert.Nil(t, m.Look("rcpt to:<站长@lab.test>").Fault, "sent ahead")
	m.Heard(protocol.ParseReply(protocol.SMTP, "250 ok", false))
	assert.Nil(t, m.Look("rcpt to:<站长@lab.test>").Fault)
	assert.Equal(t, protocol.BadAddress, m.Look("rcpt to:<\xff@lab.test>").Fault.Reason)
}

package mockserver_test

import (
	"net/smtp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

// lastHop is the Received field that the server which delivered a mail has written.
func lastHop(t *testing.T, box []mockserver.Message) string {
	t.Helper()
	require.Len(t, box, 1)
	_, field, _ := strings.Cut(string(box[0].Content), "Received: ")
	field, _, _ = strings.Cut(field, ";")
	return field
}

func TestServersSpeakTLSWithEachOther(t *testing.T) {
	for fault, with := range map[string]string{
		"": "ESMTPS", "starttls-stripped": "ESMTP", "starttls-stripped:masked": "ESMTP", "error-at:STARTTLS,454": "ESMTP",
	} {
		t.Run(fault, func(t *testing.T) {
			w := newWitness()
			l := start(t, mockserver.Config{Empty: true, Emit: w.emit})
			if fault != "" {
				require.NoError(t, l.Neighbour().SetFaults(fault))
			}
			submit(t, l, "", "liming@far.test")
			w.wait(t, protocol.KindDelivered, 1)
			assert.Contains(t, lastHop(t, l.Mailbox("liming@far.test")), "by smtp.far.test (maillab) with "+with+" id ")
		})
	}
}

// TestAServerThatCannotBeTrusted gets no mail until it can be.
func TestAServerThatCannotBeTrusted(t *testing.T) {
	for _, fault := range []string{"tls-expired", "tls-wrong-name", "tls-self-signed", "tls-failure"} {
		t.Run(fault, func(t *testing.T) {
			w, c := newWitness(), newClock()
			l := start(t, mockserver.Config{Empty: true, Emit: w.emit, After: c.after})
			require.NoError(t, l.Neighbour().SetFaults(fault))
			submit(t, l, " NOTIFY=DELAY", "liming@far.test")
			assert.NotEmpty(t, w.wait(t, protocol.KindDeferred, 1).Arg)
			w.wait(t, protocol.KindDelivered, 1)
			box := l.Mailbox("jspdevelop")
			require.Len(t, box, 1)
			assert.Equal(t, "4.7.5", reportOf(t, box[0]).Get("Status"))
			assert.Empty(t, l.Mailbox("liming@far.test"))
			require.NoError(t, l.Neighbour().SetFaults())
			c.tick()
			w.wait(t, protocol.KindDelivered, 2)
			assert.Contains(t, lastHop(t, l.Mailbox("liming@far.test")), " with ESMTPS id ")
		})
	}
}

// TestAForeignCertificateBetweenServers: nobody told the lab whom to believe, so it encrypts and asks for no proof.
func TestAForeignCertificateBetweenServers(t *testing.T) {
	lender := start(t, mockserver.Config{Domain: "real.test", Alone: true})
	w := newWitness()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit, Certificate: lender.Certificate})
	far := l.Neighbour()
	auth := smtp.PlainAuth("", "liming", "lm123", "127.0.0.1")
	require.NoError(t, sendMail(t, far, "submission", auth, "liming@far.test", []string{"fpwjp@lab.test"}, []byte("Subject: x\r\n\r\n")))
	w.wait(t, protocol.KindDelivered, 1)
	assert.Contains(t, lastHop(t, l.Mailbox("fpwjp")), "by smtp.lab.test (maillab) with UTF8SMTPS id ")
	submit(t, l, "", "amy@far.test")
	w.wait(t, protocol.KindDelivered, 2)
	assert.Contains(t, lastHop(t, l.Mailbox("amy@far.test")), " with ESMTPS id ")
}

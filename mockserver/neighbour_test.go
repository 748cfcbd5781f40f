package mockserver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

// TestFaultsAndPersonasOfTheSecondDomain: with its name in front, and on its servers only.
func TestFaultsAndPersonasOfTheSecondDomain(t *testing.T) {
	told := make(chan protocol.Event, 10)
	l := start(t, mockserver.Config{
		Faults: []string{"far.test/mailbox-full:552"}, Personas: []string{"far.test/exim", "postfix"},
		Emit: func(e protocol.Event) {
			if e.Kind == protocol.KindFault {
				told <- e
			}
		},
	})
	far := l.Neighbour()
	rcpt := func(l *mockserver.Lab, to string) string {
		w := dial(t, l, "smtp")
		w.hear()
		w.say("EHLO x")
		w.say("MAIL FROM:<a@b.test>")
		return w.say("RCPT TO:<" + to + ">")
	}
	assert.Equal(t, []string{"far.test/mailbox-full:552"}, l.FaultsOn())
	assert.Equal(t, "exim", far.Persona(protocol.SMTP))
	assert.Equal(t, "postfix", l.Persona(protocol.SMTP))
	assert.Contains(t, rcpt(far, "liming@far.test"), "552")
	assert.Equal(t, "far.test/mailbox-full", (<-told).Name)
	assert.Contains(t, rcpt(l, "fpwjp@lab.test"), "250")

	require.NoError(t, l.SetFaults("mailbox-full", "FAR.test/error-at:RCPT,450"))
	assert.Equal(t, []string{"mailbox-full:452", "far.test/error-at:RCPT,450"}, l.FaultsOn())
	assert.Contains(t, rcpt(far, "liming@far.test"), "450")
	assert.Contains(t, rcpt(l, "fpwjp@lab.test"), "452")
	var bad *mockserver.FaultError
	for _, spec := range []string{"far.test/plague", "else.test/slow", "far.test/far.test/slow"} {
		require.ErrorAs(t, l.SetFaults("slow", spec), &bad)
		assert.Equal(t, spec, bad.Spec)
		assert.Equal(t, []string{"mailbox-full:452", "far.test/error-at:RCPT,450"}, l.FaultsOn(), "nothing changes")
	}
	require.NoError(t, l.SetFaults())
	assert.Empty(t, l.FaultsOn())
	assert.Contains(t, rcpt(far, "liming@far.test"), "250")
	assert.Contains(t, rcpt(far, "later@far.test"), "451", "the server's own habit stays")

	putBack, err := l.SwapPersona("far.test/qmail")
	require.NoError(t, err)
	assert.Equal(t, "qmail", far.Persona(protocol.SMTP))
	putBack()
	assert.Equal(t, "exim", far.Persona(protocol.SMTP))
	var unknown *mockserver.UnknownPersonaError
	require.ErrorAs(t, l.SetPersona("far.test/lotus"), &unknown)
	assert.Equal(t, "far.test/lotus", unknown.Name)
	require.ErrorAs(t, l.SetPersona("else.test/exim"), &unknown)

	_, err = mockserver.Start(mockserver.Config{Faults: []string{"far.test/slow"}, Alone: true})
	require.ErrorAs(t, err, &bad, "there is no second domain")
	_, err = mockserver.Start(mockserver.Config{Personas: []string{"far.test/lotus"}})
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, "far.test/lotus", unknown.Name)
}

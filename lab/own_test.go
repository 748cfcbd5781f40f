package lab_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestWhoseServerIsMeant: fault, inbox and their like are about the lab inside, and say so while another server is
// spoken with; nothing is said where it is the lab's.
func TestWhoseServerIsMeant(t *testing.T) {
	other, err := mockserver.Start(mockserver.Config{Alone: true})
	require.NoError(t, err)
	defer other.Close()
	d := newDesk(t)
	const words = "concerns the lab inside maillab only"
	for _, e := range d.net.Endpoints() {
		if e.Port != 25 {
			continue
		}
		_, port, err := net.SplitHostPort(e.Addr)
		require.NoError(t, err)
		d.say("telnet 127.0.0.1 " + port)
		assert.NotContains(t, d.say(":fault"), words)
		d.say("quit")
	}
	_, port, err := net.SplitHostPort(other.Endpoints()[0].Addr)
	require.NoError(t, err)
	d.say("telnet 127.0.0.1 " + port)
	for _, line := range []string{":fault", ":inbox bob", ":inbox", ":persona exim", ":persona off", ":queue"} {
		assert.Contains(t, d.say(line), words, line)
	}
	assert.NotContains(t, d.say(":status"), words)
	d.say("quit")
	assert.NotContains(t, d.say("fault"), words)
}

// TestOneFaultOff: one of several faults can be switched off.
func TestOneFaultOff(t *testing.T) {
	d := newDesk(t)
	d.say("fault slow:1s", "fault greylist:10s")
	assert.Contains(t, d.say("fault off greylist"), "`slow:1s`")
	assert.Equal(t, []string{"slow:1s"}, d.net.FaultsOn())
	assert.Contains(t, d.say("fault slow off"), "Nothing is made to go wrong")
	assert.Empty(t, d.net.FaultsOn())
}

// TestStatusTellsWhatIsKnown: before the greeting no protocol is; encryption is told.
func TestStatusTellsWhatIsKnown(t *testing.T) {
	d := newDesk(t)
	d.say("telnet smtp.lab.test 465")
	assert.Contains(t, d.say(":status"), "The connection is encrypted (TLS).")
	d.say("quit")
	d.say("telnet smtp.lab.test 25")
	assert.NotContains(t, d.say(":status"), "encrypted")
}

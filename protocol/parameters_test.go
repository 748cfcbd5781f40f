package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// TestParameters: each parameter is judged by its extension's RFC, and the place of a wrong one is told.
func TestParameters(t *testing.T) {
	const rcpt = "rcpt to:<a@b>"
	for _, c := range []struct {
		announced string
		line      string
		reason    protocol.Reason
		at, len   int
	}{
		{"SIZE 100", "mail from:<a@b> SIZE=5", "", 0, 0},
		{"SIZE 100", "mail from:<a@b> SIZE=999999999999999999999", protocol.BadValue, 16, 26},
		{"SIZE 100", "mail from:<a@b> BODY=7BIT", protocol.UnknownParameter, 16, 9},
		{"", "mail from:<a@b> BODY=7BIT", "", 0, 0},
		{"8BITMIME", "mail from:<a@b> BODY=9BIT", protocol.BadValue, 16, 9},
		{"8BITMIME", "mail from:<a@b> BODY=BINARYMIME", protocol.BadValue, 16, 15},
		{"8BITMIME\nBINARYMIME", "mail from:<a@b> BODY=BINARYMIME", "", 0, 0},
		{"8BITMIME", "mail from:<a@b>  body=8bitmime  BODY=7BIT ", protocol.RepeatedParameter, 32, 9},
		{"AUTH=PLAIN", "mail from:<a@b> AUTH=<>", "", 0, 0},
		{"AUTH=PLAIN", "mail from:<a@b> AUTH=a+zz", protocol.BadValue, 16, 9},
		{"", "mail from:<\"> x\"@b> NOTIFY=NEVER", protocol.UnknownParameter, 20, 12},
		{"", "mail from:<a@b> RET=ALL", protocol.BadValue, 16, 7},
		{"", "mail from:<a@b> RET=hdrs ENVID=a+2Bb", "", 0, 0},
		{"", "mail from:<a@b> ENVID=a+2b", protocol.BadValue, 16, 10},
		{"", "mail from:<a@b> SMTPUTF8 HOLDFOR=60", protocol.UnknownParameter, 25, 10},
		{"REQUIRETLS", "mail from:<a@b> REQUIRETLS", "", 0, 0},
		{"", rcpt + " NOTIFY=success,DELAY ORCPT=rfc822;a@b", "", 0, 0},
		{"", rcpt + " NOTIFY=NEVER,DELAY", protocol.BadValue, 14, 18},
		{"", rcpt + " ORCPT=a@b", protocol.BadValue, 14, 9},
		{"", rcpt + " SIZE=5", protocol.UnknownParameter, 14, 6},
	} {
		reply := "250 x"
		if c.announced != "" {
			reply = "250-x\n250-PIPELINING\n250-" + c.announced + "\n250 HELP"
		}
		steps := []turn{{"ehlo x", reply, "identified", ""}}
		if c.line[:4] == "rcpt" {
			steps = append(steps, turn{"mail from:<a@b>", "250 ok", "mail", ""})
		}
		u := play(t, protocol.SMTP, append([]turn{{"", "220 x", "greeted", ""}}, steps...)).Look(c.line)
		if c.reason == "" {
			assert.Nil(t, u.Fault, c.line)
			continue
		}
		require.NotNil(t, u.Fault, c.line)
		assert.Equal(t, c.reason, u.Fault.Reason, c.line)
		assert.Equal(t, [2]int{c.at, c.len}, [2]int{u.Fault.At, u.Fault.Len}, c.line)
	}
	m := play(t, protocol.SMTP, []turn{{"", "220 x", "greeted", ""}, {"helo x", "250 x", "identified", ""}})
	assert.Equal(t, protocol.UnknownParameter, m.Look("mail from:<a@b> SIZE=5").Fault.Reason, "HELO knows of no extension")
}

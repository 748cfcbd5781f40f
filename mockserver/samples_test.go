package mockserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

func TestSamplesAreWholeReplies(t *testing.T) {
	samples := mockserver.Samples()
	require.Greater(t, len(samples), 90)
	for _, s := range samples {
		name := s.Persona + ": " + string(s.Protocol) + " " + s.Key + " after " + s.After
		first, _, _ := strings.Cut(s.Reply, "\r\n")
		assert.NotContains(t, s.Reply, "{", name)
		r := protocol.ParseReply(s.Protocol, s.Reply, strings.HasSuffix(s.Reply, "\r\n."))
		assert.NotEmpty(t, r.Code, name)
		assert.True(t, r.Complete, name)
		assert.NotContains(t, first, "\n", name)
		if s.Persona != mockserver.PlainPersona {
			continue
		}
		for _, c := range []byte(strings.ReplaceAll(s.Reply, "zh 中文", "")) {
			assert.Less(t, c, byte(0x7f), name)
		}
		if r.Code[0] >= '4' && s.Protocol == protocol.SMTP {
			assert.NotEmpty(t, r.Enhanced(), "%s: every 4yz and 5yz carries an enhanced code (RFC 2034 §4)", name)
		}
		if s.State == "" {
			assert.Contains(t, []string{"too-many-connections", "too-many-errors", "idle", "shutting-down", "unknown-verb", "session-too-long", "line-too-slow", "too-many-commands"}, s.Key, name)
		}
	}
}

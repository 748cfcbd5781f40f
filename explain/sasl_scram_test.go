package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/protocol"
)

// TestSCRAMAndTokensAreTakenApart: what stands behind the Base64 of modern mechanisms.
func TestSCRAMAndTokensAreTakenApart(t *testing.T) {
	for _, c := range []struct {
		protocol    protocol.Protocol
		after, code string
		decoded     string
		fields      map[string]any
		details     string
	}{
		{protocol.SMTP, "AUTH SCRAM-SHA-256 biwsbj1hLHI9YWJj", "334", "r=abcDEF,s=c2FsdA==,i=4096",
			map[string]any{"nonce": "abcDEF", "salt": "c2FsdA==", "iterations": "4096"}, "4096"},
		{protocol.POP3, "AUTH SCRAM-SHA-1 biwsbj1hLHI9YWJj", "+", "r=<a@b>,s=c2FsdA==,i=10000",
			map[string]any{"nonce": "<a@b>", "salt": "c2FsdA==", "iterations": "10000"}, "10000"},
		{protocol.SMTP, "(response)", "334", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", map[string]any{"verifier": "rmF9pqV8S7suAoZWja4dJRkFsKQ="}, "rmF9pqV8"},
		{protocol.SMTP, "AUTH XOAUTH2 dXNlcj1h", "334", `{"status":"401","schemes":"bearer","scope":"mail"}`, map[string]any{"oauth_status": "401"}, ""},
		{protocol.POP3, "AUTH OAUTHBEARER biwsAQ==", "+", `{"status":"invalid_token","scope":"mail"}`, map[string]any{"oauth_status": "invalid_token"}, ""},
	} {
		ctx, reply := explain.ContextAfter(c.protocol, c.after, c.code+" "+protocol.EncodeBase64([]byte(c.decoded)))
		a := explain.Reply(ctx, reply)
		for name, want := range c.fields {
			assert.Equal(t, want, a.Fields[name], "%s %s", c.after, name)
		}
		en, zh := told(a, "sasl")
		assert.Contains(t, en, c.details)
		assert.Contains(t, zh, c.details)
		assertTexts(t, a, c.after)
	}
}

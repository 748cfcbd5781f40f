package explain_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/protocol"
)

// TestJSONForm: the shape that scripts rely on.
func TestJSONForm(t *testing.T) {
	ctx, r := explain.ContextAfter("", "RCPT TO:<x@gmail.com>", "554 5.7.1 <x@gmail.com>: Relay access denied")
	data, err := json.Marshal(explain.Reply(ctx, r))
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(data, &got))
	keys := []string{}
	for k := range got {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	assert.Equal(t, []string{"causes", "class", "code", "command", "details", "digits", "enhanced", "fields", "next", "notices", "protocol", "ref",
		"sections", "severity", "spans", "summary", "topic"}, keys)
	assert.Equal(t, map[string]any{"address": "x@gmail.com"}, got["fields"])
	assert.Equal(t, "RCPT", got["command"])
	assert.Contains(t, got["next"], "RCPT TO:<...>")
	span := got["spans"].([]any)[0].(map[string]any)
	assert.Equal(t, "code", span["kind"])
	assert.Len(t, span, 5)
	assert.Len(t, got["summary"], 2)
}

// TestReplyAlone: without the line answered, the reply itself tells what it can be.
func TestReplyAlone(t *testing.T) {
	for raw, want := range map[string][2]string{
		"220 x.y ESMTP": {"greeting", ""}, "250 2.0.0 Ok: queued as X1": {"queued", "."}, "250-x.y\r\n250 SIZE 1": {"capabilities", "EHLO"},
		"334 VXNlcm5hbWU6": {"auth-continue", "(response)"}, "354 go": {"data-continue", "DATA"}, "221 bye": {"goodbye", "QUIT"},
		"550 5.1.1 <a@b>: User unknown": {"mailbox-unknown", ""}, "250 ok": {"ok", ""}, "535 no": {"auth-failed", "(response)"},
		"450 4.2.0 <a@b>: Greylisted": {"greylist", ""}, "503 bad": {"bad-sequence", ""}, "421 4.4.2 timeout": {"timeout", ""},
		"+OK ready": {"greeting", ""}, "+OK 3 400": {"status", "STAT"}, "-ERR [IN-USE] locked": {"mailbox-locked", "PASS"},
		"+ VXNlcm5hbWU6": {"auth-continue", "(response)"}, "554 no": {"service-unavailable", ""},
		"+OK 2 messages:": {"listing", "LIST"}, "+OK\r\n1 120\r\n2 3400\r\n.": {"listing", "LIST"},
		"+OK\r\n1 aW9m.x\r\n.": {"uidl", "UIDL"}, "+OK 120 octets": {"message", "RETR"},
		"+OK\r\nReceived: from a\r\n\r\nhello\r\n.": {"message", "RETR"}, "+OK Capability list follows\r\nTOP\r\nUSER\r\n.": {"capabilities", "CAPA"},
	} {
		ctx, r := explain.ContextAfter("", "", raw)
		a := explain.Reply(ctx, r)
		assert.Equal(t, want[0], a.Class, raw)
		assert.Equal(t, want[1], a.Command, raw)
		assert.NotEmpty(t, a.Summary.ZH, raw)
	}
}

func TestGreetingComesFirst(t *testing.T) {
	m := protocol.NewMachine(protocol.SMTP)
	m.Said("EHLO pc")
	a := explain.Reply(m.Context(), protocol.ParseReply(protocol.SMTP, "220 mail.lab.test ESMTP", false))
	assert.Equal(t, "greeting", a.Class)
	assert.Empty(t, a.Command)
}

func TestNextFollowsTheTable(t *testing.T) {
	for _, c := range []struct {
		p           protocol.Protocol
		line, reply string
		first       []string
	}{
		{protocol.SMTP, "", "220 x ESMTP", []string{"EHLO domain", "HELO domain", "QUIT"}},
		{protocol.SMTP, "EHLO pc", "250 x", []string{"AUTH mechanism", "MAIL FROM:<...>", "STARTTLS"}},
		{protocol.SMTP, "EHLO pc", "250-x\r\n250 SIZE", []string{"MAIL FROM:<...>", "QUIT"}},
		{protocol.SMTP, "MAIL FROM:<a@b>", "250 ok", []string{"RCPT TO:<...>", "RSET", "QUIT"}},
		{protocol.SMTP, "RCPT TO:<a@b>", "250 ok", []string{"DATA", "RCPT TO:<...>"}},
		{protocol.SMTP, "DATA", "354 go", []string{"."}},
		{protocol.SMTP, ".", "250 ok", []string{"MAIL FROM:<...>"}},
		{protocol.SMTP, "MAIL FROM:<a@b>", "530 5.7.0 Must issue a STARTTLS command first", []string{"STARTTLS"}},
		{protocol.SMTP, "MAIL FROM:<a@b>", "530 5.7.0 Authentication required", []string{"AUTH mechanism"}},
		{protocol.SMTP, "QUIT", "221 bye", []string{}},
		{protocol.POP3, "", "+OK ready", []string{"USER name", "AUTH mechanism"}},
		{protocol.POP3, "USER x", "+OK", []string{"PASS string"}},
		{protocol.POP3, "PASS x", "+OK", []string{"STAT", "LIST"}},
		{protocol.POP3, "DELE 1", "+OK", []string{"QUIT", "RSET"}},
		{protocol.POP3, "USER x", "-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", []string{"STLS"}},
		{protocol.POP3, "PASS x", "-ERR no", []string{"USER name"}},
		{protocol.POP3, "QUIT", "+OK bye", []string{}},
	} {
		ctx, r := explain.ContextAfter(c.p, c.line, c.reply)
		next := []string{}
		for _, n := range explain.Reply(ctx, r).Next {
			next = append(next, n.Line)
			assert.NotEmpty(t, n.Why.ZH, n.Line)
		}
		assert.Equal(t, c.first, next[:len(c.first)], "%s -> %s", c.line, c.reply)
		if len(c.first) == 0 {
			assert.Empty(t, next)
		}
	}
}

// TestNoAdviceAgainstTheReason: a login that failed for its form is not blamed on the password.
func TestNoAdviceAgainstTheReason(t *testing.T) {
	ctx, r := explain.ContextAfter(protocol.SMTP, "AUTH PLAIN fpwjp", "501 5.5.2 Not Base64")
	a := explain.Reply(ctx, r)
	assert.Equal(t, "auth-failed", a.Class)
	for _, text := range a.Details {
		assert.NotContains(t, text.EN, "does not say which")
	}
}

// TestNextKeepsToTheServersList: the commands of extensions only where the server has announced them; one
// server's list is not taken for another's.
func TestNextKeepsToTheServersList(t *testing.T) {
	next := func(keywords ...string) (lines []string) {
		c := protocol.Context{
			Protocol: protocol.SMTP, State: protocol.StateIdentified, ESMTP: true, Keywords: keywords, Verb: "NOOP", Line: "NOOP", Speech: protocol.SpeechCommand,
		}
		for _, n := range explain.Reply(c, protocol.ParseReply(protocol.SMTP, "250 ok", false)).Next {
			lines = append(lines, n.Line)
		}
		return lines
	}
	for range 2 { // the second time from memory
		assert.Contains(t, next(), "STARTTLS", "nothing is known")
		assert.NotContains(t, next("SIZE 10"), "STARTTLS")
		assert.NotContains(t, next("SIZE 10"), "AUTH mechanism")
		assert.Contains(t, next("SIZE 10"), "MAIL FROM:<...>")
		assert.Contains(t, next("STARTTLS"), "STARTTLS")
		assert.NotContains(t, next("STARTTLS"), "AUTH mechanism")
	}
}

// TestAfterARefusedGreeting: QUIT is all that is left (RFC 5321 §3.1).
func TestAfterARefusedGreeting(t *testing.T) {
	m := protocol.NewMachine(protocol.SMTP)
	a := explain.Reply(m.Context(), protocol.ParseReply(protocol.SMTP, "554 mx.test no SMTP service here", false))
	assert.Len(t, a.Next, 1)
	assert.Equal(t, "QUIT", a.Next[0].Line)
}

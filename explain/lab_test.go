package explain_test

import (
	"os"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// labReply is one reply of the lab's servers as their data file holds it.
type labReply struct {
	Code, Enhanced, Text, Body string
	After                      []string
}

// labValues fill the places of the lab's replies.
var labValues = phrases.Args{
	"host": "smtp.lab.test", "client": "jspdevelop", "challenge": "VXNlcm5hbWU6", "mechanism": "LOGIN", "mechanisms": "LOGIN PLAIN CRAM-MD5",
	"address": "fpwjp@lab.test", "octets": "12345678", "size": "10485760", "id": "4F2A9C01", "count": "11", "n": "11", "lines": "5",
	"timestamp": "<1896.697170952@pop3.lab.test>", "message": "Subject: hi\n\nhello", "limit": "100", "domain": "lab.test", "verb": "TURN",
	"want": "EHLO", "member": "fpwjp@lab.test", "syntax": "MAIL FROM:<reverse-path>", "word": "x", "command": "MAIL",
}

// TestEveryLabReplyIsExplained reads the lab servers' own texts: none may be
// classed as unknown or lack words in a language.
func TestEveryLabReplyIsExplained(t *testing.T) {
	for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
		data, err := os.ReadFile("../mockserver/replies/" + string(p) + ".toml")
		if err != nil {
			t.Skipf("SKIPPED: the lab's replies are not here: %v", err)
		}
		var file struct {
			Reply, Refusal map[string]labReply
		}
		require.NoError(t, toml.Unmarshal(data, &file))
		for name, r := range file.Reply {
			checkLabReply(t, p, name, r)
		}
		for name, r := range file.Refusal {
			fault := protocol.NewFault(p, protocol.Reason(name), "")
			if r.Code == "" {
				r.Code, r.Enhanced = fault.Code, fault.Enhanced
			}
			checkLabReply(t, p, name, r)
		}
	}
}

func checkLabReply(t *testing.T, p protocol.Protocol, name string, r labReply) {
	for _, line := range r.After {
		raw := labRaw(p, r)
		ctx, reply := explain.ContextAfter(p, line, raw)
		a := explain.Reply(ctx, reply)
		where := string(p) + " " + name + ": " + line + " -> " + raw
		assert.NotContains(t, []string{"", "error"}, a.Class, where)
		assert.Equal(t, r.Code, a.Code, where)
		assert.Equal(t, r.Enhanced, a.Enhanced, where)
		assertTexts(t, a, where)
		if testing.Verbose() {
			t.Logf("%s\n  %s %s\n  %s\n  %s", where, a.Class, a.Severity, a.Summary.EN, a.Summary.ZH)
		}
	}
}

// labRaw writes the reply as it goes over the wire.
func labRaw(p protocol.Protocol, r labReply) string {
	text := phrases.Text{EN: strings.Trim(r.Text, "\n"), ZH: "-"}.Fill(labValues).EN
	lines := strings.Split(text, "\n")
	if p == protocol.POP3 {
		first := r.Code
		if r.Enhanced != "" {
			first += " [" + r.Enhanced + "]"
		}
		raw := first + " " + text
		if r.Body != "" {
			raw += "\r\n" + strings.ReplaceAll(strings.Trim(phrases.Text{EN: r.Body, ZH: "-"}.Fill(labValues).EN, "\n"), "\n", "\r\n") + "\r\n."
		}
		return raw
	}
	for i, l := range lines {
		separator := "-"
		if i == len(lines)-1 {
			separator = " "
		}
		if r.Enhanced != "" {
			l = r.Enhanced + " " + l
		}
		lines[i] = r.Code + separator + l
	}
	return strings.Join(lines, "\r\n")
}

package real_test

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The lab's two accounts, which the real servers must have too.
const (
	writer, writerPassword = "jspdevelop", "jsp123"
	reader, readerPassword = "fpwjp", "fpw123"
)

const (
	replyMark = "S: "
	noteMark  = "   │ "
)

// content is a mail as it is typed after DATA, dots already doubled where they must be.
var content = []string{
	"From: <jspdevelop@lab.test>",
	"To: <fpwjp@lab.test>",
	"Subject: =?UTF-8?B?5L2g5aW9?= from a real walk",
	"MIME-Version: 1.0",
	"Content-Type: text/plain; charset=utf-8",
	"Content-Transfer-Encoding: 8bit",
	"",
	"你好，这是手工发送的一封信。",
	"..this line begins with one dot",
	"....",
	":help is no command here",
	"  leading and trailing blanks  ",
	"",
	"last line",
}

// TestWalkthrough does by script what the handout's reader does by hand: sends a mail over SMTP
// and reads it over POP3.
func TestWalkthrough(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			smtp, pop3 := tap(t, server(t, "SMTP")), tap(t, server(t, "POP3"))
			emptyMaildrop(t)

			b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
			typed := slices.Concat(
				[]string{"EHLO client.lab.test", "AUTH LOGIN", b64(writer), b64(writerPassword)},
				[]string{"MAIL FROM:<jspdevelop@lab.test>", "RCPT TO:<fpwjp@lab.test>", "DATA"},
				content,
				[]string{".", "QUIT"},
			)
			screen := smtp.run(t, lang, typed...)
			assert.Equal(t, typed, smtp.heard(), "every line goes out as it was typed")
			checkScreen(t, screen, smtp.said())
			checkPrompts(t, screen, " SMTP ")
			for _, reply := range []string{"220 ", "334 ", "235 ", "250 2.1.0 ", "250 2.1.5 ", "354 ", "250 2.0.0 ", "221 "} {
				assert.True(t, slices.ContainsFunc(smtp.said(), func(l string) bool { return strings.HasPrefix(l, reply) }), "no %q", reply)
			}

			awaitMail(t, 1)
			typed = []string{
				"USER " + reader, "PASS " + readerPassword, "STAT", "LIST", "LIST 1", "UIDL", "RETR 1", "TOP 1 2",
				"DELE 1", "STAT", "LIST", "RSET", "STAT", "QUIT",
			}
			screen = pop3.run(t, lang, typed...)
			assert.Equal(t, typed, pop3.heard(), "every line goes out as it was typed")
			checkScreen(t, screen, pop3.said())
			checkPrompts(t, screen, " POP3 ")
			for _, reply := range pop3.said() {
				assert.False(t, strings.HasPrefix(reply, "-ERR"), reply)
			}
			checkMail(t, pop3.said())
		})
	}
}

// checkScreen checks that every line of the server is on the screen, unchanged and in order, and
// that every reply has an explanation under it.
func checkScreen(t *testing.T, screen string, said []string) {
	t.Helper()
	var shown []string
	lines := strings.Split(screen, "\n")
	for i, line := range lines {
		raw, reply := strings.CutPrefix(line, replyMark)
		if !reply {
			continue
		}
		shown = append(shown, raw)
		if next := lines[i+1]; !strings.HasPrefix(next, replyMark) {
			assert.True(t, strings.HasPrefix(next, noteMark), "no explanation under %q but %q", line, next)
		}
	}
	assert.Equal(t, said, shown, "the screen shows what the server said, unchanged")
}

// checkPrompts checks that the protocol was recognised: every prompt names it.
func checkPrompts(t *testing.T, screen, protocol string) {
	t.Helper()
	prompts := 0
	for line := range strings.Lines(screen) {
		if prompt, _, found := strings.Cut(line, " C: "); found && !strings.HasPrefix(line, replyMark) {
			prompts++
			assert.Contains(t, prompt+" ", protocol, line)
		}
	}
	assert.NotZero(t, prompts, "no prompt names the protocol")
}

// checkMail checks that the mail came back as it was sent, below the trace fields that the servers
// on its way must add (RFC 5321 §4.4).
func checkMail(t *testing.T, said []string) {
	t.Helper()
	from := slices.IndexFunc(said, func(l string) bool { return strings.HasSuffix(l, " octets") })
	require.Positive(t, from, "RETR was not answered")
	octets, err := strconv.Atoi(strings.Fields(said[from])[1])
	require.NoError(t, err)
	said = said[from+1:]
	said = said[:slices.Index(said, ".")]

	got := 0
	for _, line := range said {
		got += len(strings.TrimPrefix(line, ".")) + len("\r\n")
	}
	assert.Equal(t, octets, got, "the size that RETR told")

	require.Greater(t, len(said), len(content))
	trace, mail := said[:len(said)-len(content)], said[len(said)-len(content):]
	assert.Equal(t, content, mail, "the mail comes back as it was sent")
	for _, line := range trace {
		name, _, _ := strings.Cut(line, ":")
		folded := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		known := slices.Contains([]string{"Return-Path", "Received", "Delivered-To", "X-Original-To"}, name)
		assert.True(t, folded || known, "not a trace field: %q", line)
	}
}

package explain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/protocol"
)

// hang is a time that work in proportion to its input stays far under, whatever else the machine
// does, and that work in proportion to the square of a megabyte does not.
const hang = time.Minute

// TestBigRepliesAreNotSlow: a megabyte of anything is explained in a moment.
func TestBigRepliesAreNotSlow(t *testing.T) {
	const size = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, c := range map[string][3]string{
		"words":   {"smtp", "RCPT TO:<a@b>", "550 " + fill("user unknown ")},
		"lines":   {"smtp", "HELP", fill("214-HELP a\r\n") + "214 end"},
		"ehlo":    {"smtp", "EHLO x", "250-x\r\n" + fill("250-AUTH PLAIN LOGIN X\r\n") + "250 SIZE"},
		"auth":    {"smtp", "EHLO x", "250-x\r\n250 AUTH " + fill("A B ")},
		"limits":  {"smtp", "EHLO x", "250-x\r\n250 LIMITS " + fill("RCPTMAX=1 ")},
		"base64":  {"smtp", "AUTH PLAIN", "334 " + fill("QUJD")},
		"angle":   {"smtp", "MAIL FROM:<a@b>", "550 " + fill("<")},
		"list":    {"pop3", "LIST", "+OK\r\n" + fill("1 2\r\n") + "."},
		"headers": {"pop3", "RETR 1", "+OK\r\n" + fill("Subject: =?utf-8?q?a?=\r\n") + "\r\n."},
		"folded":  {"pop3", "RETR 1", "+OK\r\nSubject: x\r\n" + fill(" x\r\n") + "\r\n."},
		"dots":    {"pop3", "RETR 1", "+OK\r\n\r\n" + fill("..\r\n") + "."},
		"parts":   {"pop3", "RETR 1", "+OK\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + fill("--x\r\n\r\n") + "."},
		"capa":    {"pop3", "CAPA", "+OK\r\n" + fill("SASL A B\r\n") + "."},
		"gbk":     {"pop3", "PASS x", "-ERR " + fill("\xc4\xfa")},
	} {
		begin := time.Now()
		ctx, r := explain.ContextAfter(protocol.Protocol(c[0]), c[1], c[2])
		explain.Reply(ctx, r)
		took := time.Since(begin)
		assert.Less(t, took, hang, name)
		t.Logf("%s: %v", name, took)
	}
	m := machine(t, protocol.SMTP, identified)
	begin := time.Now()
	for _, line := range []string{fill("a"), fill("MAIL FROM:<"), fill("：")} {
		explain.Client(m.Context(), m.Look(line))
	}
	assert.Less(t, time.Since(begin), hang)
}

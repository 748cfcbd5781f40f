package real_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSlips makes the mistakes that beginners make. They go out as they were typed, the real
// server answers in its own way, and maillab says what was meant and what became of it.
func TestSlips(t *testing.T) {
	for _, c := range []struct {
		name   string
		server string
		typed  []string
		reply  string   // how the server answers the slip
		meant  string   // what maillab names as probably meant
		after  []string // the server hangs up on it, and these lines come too late
	}{
		{"no space in MAIL FROM", "SMTP", []string{"EHLO client.lab.test", "mailfrom:<jspdevelop@lab.test>"},
			"221 2.7.0 ", "MAIL FROM:", []string{"RCPT TO:<fpwjp@lab.test>"}},
		{"reptto", "SMTP", []string{"EHLO client.lab.test", "MAIL FROM:<jspdevelop@lab.test>", "reptto:<fpwjp@lab.test>"},
			"221 2.7.0 ", "RCPT TO:", []string{"DATA"}},
		{"reptto with a space", "SMTP", []string{"EHLO client.lab.test", "MAIL FROM:<jspdevelop@lab.test>", "reptto <fpwjp@lab.test>", "QUIT"},
			"500 5.5.2 ", "RCPT TO:", nil},
		{"authlogin", "SMTP", []string{"EHLO client.lab.test", "authlogin", "QUIT"},
			"500 5.5.2 ", "AUTH LOGIN", nil},
		{"a header before DATA", "SMTP", []string{"EHLO client.lab.test", "Subject: hello"},
			"221 2.7.0 ", "DATA", []string{"QUIT"}},
		{"RCPT before MAIL", "SMTP", []string{"EHLO client.lab.test", "RCPT TO:<fpwjp@lab.test>", "QUIT"},
			"503 5.5.1 ", "MAIL", nil},
		{"no login where one is demanded", "SUBMISSION", []string{"EHLO client.lab.test", "MAIL FROM:<jspdevelop@lab.test>", "RCPT TO:<fpwjp@lab.test>", "QUIT"},
			"554 5.7.1 ", "AUTH", nil},
		{"a name that is no Base64", "SMTP", []string{"EHLO client.lab.test", "AUTH LOGIN", "jspdevelop!", "QUIT"},
			"535 5.7.8 ", "Base64", nil},
		{"relaying", "SMTP", []string{"EHLO client.lab.test", "MAIL FROM:<jspdevelop@lab.test>", "RCPT TO:<someone@elsewhere.example>", "QUIT"},
			"554 5.7.1 ", "", nil},
		{"nobody of that name", "SMTP", []string{"EHLO client.lab.test", "MAIL FROM:<jspdevelop@lab.test>", "RCPT TO:<nobody@lab.test>", "QUIT"},
			"550 5.1.1 ", "", nil},
		{"uer", "POP3", []string{"uer fpwjp", "QUIT"}, "-ERR Unknown command.", "USER", nil},
		{"wrong password", "POP3", []string{"USER fpwjp", "PASS jsp123", "QUIT"}, "-ERR [AUTH] ", "", nil},
		{"STAT before the login", "POP3", []string{"STAT", "QUIT"}, "-ERR Unknown command.", "USER", nil},
		{"rert", "POP3", []string{"USER fpwjp", "PASS fpw123", "rert 1", "QUIT"}, "-ERR Unknown command: RERT", "RETR", nil},
		{"no such message", "POP3", []string{"USER fpwjp", "PASS fpw123", "RETR 99", "QUIT"}, "-ERR There's no message 99.", "LIST", nil},
		{"too many bad commands", "POP3", []string{"aa", "bb", "cc"}, "-ERR Too many invalid bad commands.", "", []string{"USER fpwjp"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr := server(t, c.server)
			for lang, hungUp := range map[string]string{"en": "hung up", "zh": "挂断"} {
				w := tap(t, addr)
				screen := w.runPausing(t, lang, c.typed, []string{c.reply, hungUp}, c.after)
				assert.Equal(t, c.typed, w.heard(), "slips go out as they were typed, and nothing after the end")
				checkScreen(t, screen, w.said())
				assert.Contains(t, screen, replyMark+c.reply)
				assert.Contains(t, screen, c.meant)
			}
		})
	}
}

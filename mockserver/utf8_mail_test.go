package mockserver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestInternationalMailNeedsUTF8: RFC 6856 §5, §6. What came in without SMTPUTF8 goes out as it is.
func TestInternationalMailNeedsUTF8(t *testing.T) {
	for name, data := range map[string]string{"in memory": "", "on disk": t.TempDir()} {
		l := start(t, mockserver.Config{Empty: true, Data: data})
		w := dial(t, l, "smtp")
		w.hear()
		w.say("EHLO x")
		for _, line := range []string{
			"MAIL FROM:<jsp@lab.test> SMTPUTF8", "RCPT TO:<fpwjp@lab.test>", "DATA", "Subject: \u4f60\u597d\r\n\r\nhi\r\n.",
			"MAIL FROM:<jsp@lab.test>", "RCPT TO:<fpwjp@lab.test>", "DATA", "Subject: \u4f60\u597d, raw\r\n\r\nhi\r\n.",
			"MAIL FROM:<jsp@lab.test> SMTPUTF8", "RCPT TO:<fpwjp@lab.test>", "DATA", "Subject: ASCII\r\n\r\n\u4f60\u597d\r\n.",
		} {
			w.say(line)
		}
		for _, mode := range []string{"", "UTF8"} {
			p := dial(t, l, "pop3")
			p.hear()
			if mode != "" {
				require.Contains(t, p.say(mode), "+OK")
			}
			p.say("USER fpwjp")
			require.Contains(t, p.say("PASS fpw123"), "3 messages")
			for _, ask := range []string{"RETR ", "TOP "} {
				lines := map[string]string{"TOP ": " 0"}[ask]
				for n, refused := range map[string]bool{"1": mode == "", "2": false, "3": false} {
					answer := p.say(ask + n + lines)
					if refused {
						assert.Equal(t, "-ERR [UTF8] Message 1 has UTF-8 in its header: say UTF8 before you log in", answer, name)
						continue
					}
					require.Contains(t, answer, "+OK", "%s %s%s", name, ask, n)
					_, err := p.ReadDotLines()
					require.NoError(t, err)
				}
			}
			assert.Contains(t, p.say("QUIT"), "+OK")
		}
	}
}

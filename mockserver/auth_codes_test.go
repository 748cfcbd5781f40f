package mockserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/mockserver"
)

// TestEveryCodeOfAUTH: RFC 4954 §4 and §6, each where it applies.
func TestEveryCodeOfAUTH(t *testing.T) {
	const right, wrong = "AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz", "AUTH PLAIN AGpzcGRldmVsb3AAd3Jvbmc="
	plain := mockserver.Config{}
	fails := func(code string) mockserver.Config {
		return mockserver.Config{Faults: []string{"wrong-auth:" + code}}
	}
	for _, c := range []struct {
		name string
		cfg  mockserver.Config
		tls  bool
		said []string
		want string
	}{
		{"granted", plain, false, []string{right}, "235 2.7.0"},
		{"asked", plain, false, []string{"AUTH PLAIN"}, "334 "},
		{"a login with PLAIN must come first", fails("432"), false, []string{right}, "432 4.7.12"},
		{"the password database is down", fails("454"), false, []string{right}, "454 4.7.0"},
		{"the same, after a challenge", fails("454"), false, []string{"AUTH LOGIN", "anNwZGV2ZWxvcA==", "anNwMTIz"}, "454 4.7.0"},
		{"a command line too long", plain, false, []string{"AUTH PLAIN " + strings.Repeat("A", 12288)}, "500 5.5.6"},
		{"a response too long", plain, false, []string{"AUTH PLAIN", strings.Repeat("A", 12288)}, "500 5.5.6"},
		{"not Base64", plain, false, []string{"AUTH PLAIN", "?"}, "501 5.5.2"},
		{"cancelled", plain, false, []string{"AUTH PLAIN", "*"}, "501 5.7.0"},
		{"an initial response where the server speaks first", plain, false, []string{"AUTH CRAM-MD5 AA=="}, "501 5.5.4"},
		{"no mechanism", plain, false, []string{"AUTH"}, "501 5.5.4"},
		{"twice", plain, false, []string{right, right}, "503 5.5.1"},
		{"in a transaction", plain, false, []string{"MAIL FROM:<a@b.test>", right}, "503 5.5.1"},
		{"no such mechanism", plain, false, []string{"AUTH GSSAPI"}, "504 5.5.4"},
		{"TLS first, for all of it", mockserver.Config{RequireTLS: true}, false, []string{right}, "530 5.7.0"},
		{"and then it is granted", mockserver.Config{RequireTLS: true}, true, []string{right}, "235 2.7.0"},
		{"too weak", mockserver.Config{StrongLogin: true}, false, []string{"AUTH CRAM-MD5"}, "534 5.7.9"},
		{"wrong password", plain, false, []string{wrong}, "535 5.7.8"},
		{"clear mechanisms under TLS only", mockserver.Config{NoClearLogin: true}, false, []string{right}, "538 5.7.11"},
		{"and there they are", mockserver.Config{NoClearLogin: true}, true, []string{right}, "235 2.7.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Alone = true
			l := start(t, c.cfg)
			var w *wire
			if c.tls {
				w, _ = secured(t, l, "smtp", trusting(t, l, "localhost"))
			} else {
				w = dial(t, l, "smtp")
				w.hear()
				w.say("EHLO x")
			}
			var last string
			for _, line := range c.said {
				last = w.say(line)
			}
			assert.Contains(t, last, c.want)
			assert.True(t, strings.HasPrefix(last, c.want), last)
			if c.want[0] > '3' {
				assert.Contains(t, w.say("NOOP"), "250 ", "the session goes on, out of the exchange")
			}
		})
	}
	w := dial(t, start(t, mockserver.Config{Alone: true}), "submission")
	w.hear()
	w.say("EHLO x")
	assert.Contains(t, w.say("MAIL FROM:<a@b.test>"), "530 5.7.0")
}

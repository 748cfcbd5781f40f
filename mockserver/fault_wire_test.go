package mockserver_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestFaultsOverSockets plays each fault that needs no long time on real connections: what is said, and the
// beginning of each answer; "gone" is a connection that has ended.
func TestFaultsOverSockets(t *testing.T) {
	mail := [][2]string{{"EHLO x", "250"}, {"MAIL FROM:<a@b.test>", "250"}, {"RCPT TO:<fpwjp@lab.test>", "250"}}
	data := slices.Concat(mail, [][2]string{{"DATA", "354"}})
	login := [][2]string{{"USER fpwjp", "+OK"}, {"PASS fpw123", "+OK"}}
	for spec, d := range map[string]struct {
		service string
		turns   [][2]string
	}{
		"greylist:0s":           {"smtp", append(mail[:2:2], [2]string{"RCPT TO:<fpwjp@lab.test>", "451 4.7.1"}, [2]string{"RCPT TO:<fpwjp@lab.test>", "250"})},
		"mailbox-full":          {"smtp", append(mail[:2:2], [2]string{"RCPT TO:<fpwjp@lab.test>", "452 4.2.2"})},
		"mailbox-full:552":      {"smtp", append(mail[:2:2], [2]string{"RCPT TO:<fpwjp@lab.test>", "552 5.2.2"})},
		"too-many-recipients:1": {"smtp", append(mail[:3:3], [2]string{"RCPT TO:<jspdevelop@lab.test>", "452 4.5.3"}, [2]string{"DATA", "354"})},
		"rate-limit:1,1h":       {"smtp", append(mail[:2:2], [2]string{"RSET", "250"}, [2]string{"MAIL FROM:<a@b.test>", "421 4.7.0"}, [2]string{"", "gone"})},
		"slow:1ms":              {"smtp", mail},
		"trickle:10us":          {"smtp", mail},
		"error-at:VRFY,550":     {"smtp", append(mail[:3:3], [2]string{"VRFY fpwjp", "550 5.3.0"})},
		"error-at:STAT,550":     {"pop3", append(login[:2:2], [2]string{"STAT", "-ERR [SYS/PERM]"})},
		"error-at:STAT":         {"pop3", append(login[:2:2], [2]string{"STAT", "-ERR [SYS/TEMP]"})},
		"cut-before:RCPT":       {"smtp", append(mail[:2:2], [2]string{"RCPT TO:<fpwjp@lab.test>", "gone"})},
		"cut-after:MAIL":        {"smtp", append(mail[:1:1], [2]string{"MAIL FROM:<a@b.test>", "gone"})},
		"cut-after":             {"smtp", append(data[:4:4], [2]string{"Subject: x\r\n\r\nhi\r\n.", "gone"})},
		"cut-in-content:10":     {"smtp", append(data[:4:4], [2]string{"Subject: x\r\n\r\nhi\r\n.", "gone"})},
		"restart:DATA,0s":       {"smtp", append(mail[:3:3], [2]string{"DATA", "421 4.3.2"}, [2]string{"", "gone"})},
		"wrong-auth:454":        {"smtp", append(mail[:1:1], [2]string{"AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz", "454 4.7.0"})},
		"bad-challenge":         {"smtp", append(mail[:1:1], [2]string{"AUTH LOGIN", "334 Username please:"}, [2]string{"anNwZGV2ZWxvcA==", "334 UGFz"}, [2]string{"anNwMTIz", "235 "})},
		"bad-challenge:empty":   {"pop3", [][2]string{{"AUTH LOGIN", "+ "}, {"*", "-ERR"}}},
		"bad-challenge:garbage": {"pop3", [][2]string{{"AUTH CRAM-MD5", "+ //79/PsA"}, {"*", "-ERR"}}},
		"auth-down":             {"pop3", append(login[:1:1], [2]string{"PASS fpw123", "-ERR [SYS/TEMP]"})},
		"wrong-auth":            {"pop3", append(login[:1:1], [2]string{"PASS fpw123", "-ERR [AUTH]"})},
		"locked":                {"pop3", append(login[:1:1], [2]string{"PASS fpw123", "-ERR [IN-USE]"})},
		"mailbox-broken":        {"pop3", append(login[:1:1], [2]string{"PASS fpw123", "-ERR [SYS/PERM]"})},
		"lying-sizes:-1000000":  {"pop3", append(login[:2:2], [2]string{"STAT", "+OK 11 0"}, [2]string{"LIST 1", "+OK 1 0"})},
		"cut-before:DELE":       {"pop3", append(login[:2:2], [2]string{"DELE 1", "gone"})},
		"cut-in-message:60":     {"pop3", append(login[:2:2], [2]string{"RETR 1", "+OK"}, [2]string{"", "gone"})},
	} {
		t.Run(spec, func(t *testing.T) {
			l := start(t, mockserver.Config{Faults: []string{spec}, Alone: true})
			w := dial(t, l, d.service)
			w.hear()
			for _, turn := range d.turns {
				if turn[0] != "" {
					require.NoError(t, w.PrintfLine("%s", turn[0]))
				}
				if turn[1] == "gone" {
					w.ended()
					continue
				}
				answer := w.hear()
				assert.True(t, strings.HasPrefix(answer, turn[1]), "%s: %s", turn[0], answer)
			}
			require.NoError(t, l.SetFaults())
			again := dial(t, l, d.service)
			assert.NotEmpty(t, again.hear(), "the lab lives on")
		})
	}
}

// ended waits until the server has closed the connection.
func (w *wire) ended() {
	w.t.Helper()
	require.NoError(w.t, w.nc.SetReadDeadline(time.Now().Add(patience)))
	for {
		_, err := w.ReadLine()
		if err == nil {
			continue
		}
		assert.NotContains(w.t, fmt.Sprint(err), "timeout")
		return
	}
}

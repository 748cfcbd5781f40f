package mockserver_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestOctet255IsContent: telnet's octet is a letter like any other in DATA and BDAT, however it comes.
func TestOctet255IsContent(t *testing.T) {
	body := "Subject: x\r\n\r\nL'Ha\xff-les-Roses na\xffve \xff\xff \xff\xf4 \xff\xfd\x06\r\n\xff\xf4\xff\xfd\x06\xff\r\n"
	open := "EHLO x\r\nNOOP\r\nMAIL FROM:<a@b.test> BODY=8BITMIME\r\nRCPT TO:<fpwjp@lab.test>\r\n"
	half := body[:strings.Index(body, "\xff")+1] // its last octet is 255
	for name, script := range map[string]string{
		"DATA":   open + "DATA\r\n" + body + ".\r\nQUIT\r\n",
		"BDAT":   open + fmt.Sprintf("BDAT %d LAST\r\n%sQUIT\r\n", len(body), body),
		"chunks": open + fmt.Sprintf("BDAT %d\r\n%sBDAT %d LAST\r\n%sQUIT\r\n", len(half), half, len(body)-len(half), body[len(half):]),
	} {
		for how, size := range map[string]int{"at once": len(script), "octet by octet": 1, "in threes": 3} {
			t.Run(name+" "+how, func(t *testing.T) {
				l := start(t, mockserver.Config{Empty: true, Alone: true})
				answers := exchangeRaw(t, l, script, size)
				assert.NotContains(t, answers, "\r\n5", "nothing was taken for something else")
				assert.NotContains(t, answers, "\xff")
				assert.Contains(t, answers, "\r\n221 ")
				box := l.Mailbox("fpwjp")
				require.Len(t, box, 1)
				assert.True(t, strings.HasSuffix(string(box[0].Content), body), "%q", box[0].Content)
			})
		}
	}
}

// TestOctet255InACommand is answered, not obeyed: no other mailbox is meant without it.
func TestOctet255InACommand(t *testing.T) {
	l := start(t, mockserver.Config{Empty: true, Alone: true})
	answers := exchangeRaw(t, l, "EHLO x\r\nMAIL FROM:<an\xffzna@b.test>\r\nMAIL FROM:<a\xff\xf4@b.test> SMTPUTF8\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<fpw\xffzjp@lab.test>\r\nQUIT\r\n", 1<<10)
	lines := strings.Split(answers, "\r\n")
	require.Greater(t, len(lines), 5)
	last := lines[len(lines)-6:]
	for i, code := range []string{"5", "5", "250", "5", "221"} {
		assert.True(t, strings.HasPrefix(last[i], code), "%q", last)
	}
	p := dialPOP3(t, l)
	p.ok("USER fpwjp")
	for _, line := range []string{"PASS fpw\xffz123", "USER fpw\xffzjp"} {
		_, err := io.WriteString(p.nc, line+"\r\n")
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(p.line(), "-ERR"), "%q", line)
	}
}

// exchangeRaw sends a script, so many octets at a time, and returns everything that was answered.
func exchangeRaw(t *testing.T, l *mockserver.Lab, script string, size int) string {
	t.Helper()
	nc, err := net.Dial("tcp", addrOf(t, l, "smtp"))
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	go func() {
		for rest := script; rest != ""; {
			n := min(size, len(rest))
			if _, err := io.WriteString(nc, rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	answers, err := io.ReadAll(nc)
	require.NoError(t, err)
	return string(answers)
}

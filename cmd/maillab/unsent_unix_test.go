//go:build unix

package main

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hangsUpAt serves one conversation that ends without a word at a line with this beginning.
func hangsUpAt(t *testing.T, greeting, beginning string) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = c.Write([]byte(greeting))
		for in := bufio.NewScanner(c); in.Scan() && !strings.HasPrefix(in.Text(), beginning); {
			_, _ = c.Write([]byte("250 2.1.0 Ok\r\n"))
		}
	}()
	host, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

// TestTheRestOfAPasteIsNoLabCommand: its QUIT was for the server that has hung up.
func TestTheRestOfAPasteIsNoLabCommand(t *testing.T) {
	for name, marks := range map[string][2]string{"bracketed": {"\x1b[200~", "\x1b[201~"}, "plain": {}} {
		t.Run(name, func(t *testing.T) {
			host, port := hangsUpAt(t, "220 mx.test ESMTP\r\n", "Subject:")
			p := sit(t, 80, []string{"NO_COLOR=1"}, "--lang", "en", "telnet", host, port)
			p.atPrompt("127.0.0.1 SMTP greeted C:")
			p.types(marks[0] + "ehlo x\nmail from:<a@b.c>\nSubject: gone\n\nlang zh\n.\nquit\nrest" + marks[1])
			p.sees("Not sent, and not run as lab commands")
			p.sees("lang zh\n") // shown again, and not carried out
			p.types("\x15")
			p.atPrompt("maillab>")
			p.says("version", "maillab>")
			p.types("\x1b[200~lang zh\nquit\n\x1b[201~") // a paste of later is for the lab
			assert.Equal(t, 0, p.leaves())
			assert.Contains(t, p.screen(), "中文")
		})
	}
}

// TestWhatFollowsAQuitIsForTheLab: there the end was wanted.
func TestWhatFollowsAQuitIsForTheLab(t *testing.T) {
	p := sit(t, 80, []string{"NO_COLOR=1"}, "--lang", "en")
	p.atPrompt("maillab>")
	p.types("\x1b[200~telnet smtp.lab.test 25\nehlo x\nquit\ntelnet pop3.lab.test\nquit\nlang zh\nquit\n\x1b[201~")
	assert.Equal(t, 0, p.leaves())
	assert.Contains(t, p.screen(), "中文")
}

// TestNothingIsDialledNothingIsSaid: the lines behind a telnet that failed were for its server.
func TestNothingIsDialledNothingIsSaid(t *testing.T) {
	p := sit(t, 80, []string{"NO_COLOR=1"}, "--lang", "en")
	p.atPrompt("maillab>")
	p.types("\x1b[200~telnet nosuch.lab.test\nuser a\nquit\n\x1b[201~")
	p.sees("(lines: 2)")
	p.atPrompt("maillab>")
	p.types("quit\r")
	assert.Equal(t, 0, p.leaves())
}

func TestCtrlCTellsWhatItTakesAway(t *testing.T) {
	host, port := hangsUpAt(t, "", "never")
	p := sit(t, 80, []string{"NO_COLOR=1"}, "--lang", "en", "telnet", host, port)
	p.sees("Connected to 127.0.0.1")
	p.types("hello?\rand" + ctrlC)
	p.sees("Ctrl-C also took away what you had typed")
	p.sees("(lines: 2)")
	p.sees("hello?")
}

func TestCtrlCInAMailTellsTheWaysOut(t *testing.T) {
	p := sit(t, 80, []string{"NO_COLOR=1"}, "--lang", "en", "telnet", "smtp.lab.test", "25")
	p.atPrompt("smtp.lab.test SMTP greeted C:")
	p.types("ehlo x\rmail from:<a@b.test>\rrcpt to:<fpwjp@lab.test>\rdata\r")
	p.atPrompt("smtp.lab.test SMTP typing the mail C:")
	p.types("half a line" + ctrlC)
	p.sees("Ctrl-C drops this line only")
	p.atPrompt("smtp.lab.test SMTP typing the mail C:")
}

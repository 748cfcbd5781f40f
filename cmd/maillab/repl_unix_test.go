//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
	ctrlE = "\x1d" // Ctrl-]
)

func TestFirstTwoMinutes(t *testing.T) {
	for _, c := range []struct{ lang, welcome, lesson, done string }{
		{"en", "Three things to type next", "Step 1 of 11", "Step 1 of 11 done"},
		{"zh", "接下来可以输入", "第 1 步（共 11 步）", "第 1 步（共 11 步）完成"},
	} {
		for _, columns := range []int{80, 120} {
			p := sit(t, columns, nil, "--lang", c.lang)
			p.sees(c.welcome)
			p.sees("jspdevelop / jsp123")
			p.atPrompt("maillab>")
			p.says("lesson smtp-send", "maillab>")
			p.sees(c.lesson)
			p.says(":next", "maillab>")
			p.sees(c.done)
			p.types("quit\r")
			assert.Equal(t, 0, p.leaves())
		}
	}
}

// TestWhatStandardInputWaitsFor: at the keyboard nobody is left before an empty line.
func TestWhatStandardInputWaitsFor(t *testing.T) {
	for _, c := range []struct{ command, invited, typed, said string }{
		{"explain", "Paste a server's reply", "250 2.1.0 Ok", "2.1.0"},
		{"base64 encode", "Type or paste the text", "jsp123", "anNwMTIz"},
	} {
		p := sit(t, 80, nil, strings.Fields("--lang en "+c.command)...)
		p.sees(c.invited)
		p.types(c.typed + "\r" + ctrlD)
		p.sees(c.said)
		assert.Equal(t, 0, p.leaves())
	}
}

func TestKeysNeverTrap(t *testing.T) {
	p := sit(t, 80, []string{"NO_COLOR=1"})
	p.atPrompt("maillab>")
	p.types("something wrong" + ctrlC)
	p.atPrompt("maillab>")
	p.types("telnet smtp.l\t")
	p.atPrompt("maillab> telnet smtp.lab.test")
	p.types(" 25\r")
	p.atPrompt("smtp.lab.test SMTP greeted C:")
	p.types("ehlo half" + ctrlC)
	p.atPrompt("smtp.lab.test SMTP greeted C:")
	p.says("ehlo x", "smtp.lab.test SMTP identified C:")
	p.types("mail from:<jspdevelop@lab.test>\r")
	p.sees("S: 250 2.1.0")
	p.types("rcpt to:<fpwjp@lab.test>\rdata\r")
	p.sees("S: 354")
	p.types("Subject: 你好\r\r:help\rhalf" + ctrlE)
	p.atPrompt("telnet>")
	p.types("status\r")
	p.sees("Connected to smtp.lab.test port 25")
	p.until("the half line is back", func() bool { return strings.HasSuffix(p.row(), "C: half") })
	p.types(ctrlC + ctrlE + "close\r")
	p.atPrompt("maillab>")
	p.says("telnet smtp.lab.test 25", "smtp.lab.test SMTP greeted C:")
	p.types(ctrlD)
	p.sees("Ctrl-D once more leaves maillab")
	p.types(ctrlD)
	assert.Equal(t, 0, p.leaves())
	assert.NotContains(t, p.wrote(), "\x1b[3", "no colour with NO_COLOR")
}

func TestPastedMailArrivesWhole(t *testing.T) {
	p := sit(t, 80, []string{"NO_COLOR=1"})
	p.atPrompt("maillab>")
	p.types("telnet smtp.lab.test 25\rehlo x\rmail from:<>\rrcpt to:<fpwjp@lab.test>\rdata\r")
	p.sees("S: 354")
	body := "Subject: pasted\n\n中文第一行\n\ttab\n..dot\n:help\nlast\n.\n"
	p.types("\x1b[200~" + body + "\x1b[201~")
	p.sees("queued as")
	p.types(":inbox fpwjp 12\r")
	for _, want := range []string{"中文第一行", "tab", ".dot", ":help", "last"} {
		p.sees(want)
	}
}

func TestHistoryKeepsNoSecret(t *testing.T) {
	p := sit(t, 80, nil)
	p.atPrompt("maillab>")
	p.types("telnet smtp.lab.test 25\rehlo x\rauth login\ranNwZGV2ZWxvcA==\ranNwMTIz\r")
	p.sees("S: 235")
	p.types("quit\rtelnet pop3.lab.test 110\ruser fpwjp\rpass fpw123\r")
	p.sees("maildrop")
	p.types("quit\rbase64 encode jsp123\rquit\r")
	require.Equal(t, 0, p.leaves())
	path := filepath.Join(p.state, "maillab", "history")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, secret := range []string{"fpw123", "jsp123", "anNw"} {
		assert.NotContains(t, string(data), secret)
	}
	assert.Contains(t, string(data), "auth login")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestServerSpeaksWhileALineIsTyped(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	goOn := make(chan struct{})
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = c.Write([]byte("220 mx.test ESMTP\r\n"))
		<-goOn
		_, _ = c.Write([]byte("421 4.4.2 mx.test Error: timeout exceeded\r\n"))
	}()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	p := sit(t, 80, []string{"NO_COLOR=1"}, "telnet", host, port)
	p.atPrompt("127.0.0.1 SMTP greeted C:")
	p.types("ehlo my-name")
	p.atPrompt("127.0.0.1 SMTP greeted C: ehlo my-name")
	close(goOn)
	p.sees("S: 421 4.4.2")
	p.sees("said 421")
	p.atPrompt("maillab> ehlo my-name")
}

func TestHostileServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Write([]byte("220 \x1b]0;owned\x07\x1b[2J\u202emx \x00\xff\r\n250-\x9b2J never ends\r\n"))
	}()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	p := sit(t, 80, []string{"NO_COLOR=1"}, "telnet", host, port)
	p.sees("closed the connection")
	p.atPrompt("maillab>")
	for _, raw := range []string{"\x1b]0;", "owned\x07", "\x1b[2J\u202e", "\u202e", "\x00", "\xff", "\u009b"} {
		assert.NotContains(t, p.wrote(), raw)
	}
}

func TestSwitchLanguageInMidLesson(t *testing.T) {
	p := sit(t, 80, nil, "lesson", "run", "pop3-read")
	p.sees("Step 1 of 10")
	p.says(":lang zh", "maillab>")
	p.sees("第 1 步（共 10 步）")
	p.says(":lang en", "maillab>")
	p.types("quit\r")
	assert.Equal(t, 0, p.leaves())
}

func TestResumeIsOffered(t *testing.T) {
	p := sit(t, 80, nil)
	p.atPrompt("maillab>")
	p.says("lesson smtp-send", "maillab>")
	p.says(":next", "maillab>")
	p.types("quit\r")
	require.Equal(t, 0, p.leaves())
	again := sit(t, 80, []string{"XDG_STATE_HOME=" + p.state}, "lesson", "run", "smtp-send")
	again.sees("You were at step 2 of 11")
	again.types("\r")
	again.sees("Step 2 of 11")
	again.atPrompt("maillab>")
}

func TestSignalsAtThePrompt(t *testing.T) {
	p := sit(t, 80, nil)
	p.atPrompt("maillab>")
	p.types("lesson smtp-send\r:next\r")
	p.sees("Step 2 of 11")
	p.atPrompt("maillab>")
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	p.sees("maillab> ^C") // the line typed so far is dropped, and that is all
	p.types("version\r")
	p.sees("maillab 0.")
	p.types("half a line")
	p.atPrompt("maillab> half a line")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, 1, p.leaves(), "it does not hang")
	assert.FileExists(t, filepath.Join(p.state, "maillab", "progress.json"))
}

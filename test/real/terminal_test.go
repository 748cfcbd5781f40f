//go:build unix

package real_test

import (
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// typist sits at a pseudo-terminal: types a line, waits for what must appear.
type typist struct {
	*screen
	tty *os.File
}

func sit(t *testing.T, args ...string) *typist {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = environment(t)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 120})
	require.NoError(t, err)
	p := &typist{newScreen(t, cmd.String()), tty}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(p.screen, tty) // Linux ends it with EIO when the program has ended
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // in vain when it has ended, as it should have
		_, _ = cmd.Process.Wait()
		_ = tty.Close()
		<-done
	})
	return p
}

func (p *typist) enter(line string) {
	p.t.Helper()
	_, err := p.tty.WriteString(line + "\r")
	require.NoError(p.t, err)
}

// TestTerminal goes the way of TestWalkthrough once at a terminal, where the line editor reads.
func TestTerminal(t *testing.T) {
	smtp, pop3 := tap(t, server(t, "SMTP")), tap(t, server(t, "POP3"))
	emptyMaildrop(t)

	p := sit(t, "--lang", "en", "--color", "never")
	p.see("maillab>")
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, step := range []struct{ line, reply string }{
		{"telnet " + smtp.host + " " + smtp.port, "220 "},
		{"EHLO client.lab.test", "250 "},
		{"AUTH LOGIN", "334 VXNlcm5hbWU6"},
		{b64(writer), "334 UGFzc3dvcmQ6"},
		{b64(writerPassword), "235 2.7.0"},
		{"MAIL FROM:<jspdevelop@lab.test>", "250 2.1.0"},
		{"RCPT TO:<fpwjp@lab.test>", "250 2.1.5"},
		{"DATA", "354 "},
		{"Subject: 终端\r\r..你好\r.", "250 2.0.0"},
		{"QUIT", "221 2.0.0"},
	} {
		p.enter(step.line)
		p.see(step.reply)
		p.see(strings.TrimSpace(noteMark))
	}
	p.see("maillab>")
	awaitMail(t, 1)
	for _, step := range []struct{ line, reply string }{
		{"telnet " + pop3.host + " " + pop3.port, "+OK"},
		{"USER " + reader, "+OK"},
		{"PASS " + readerPassword, "+OK Logged in."},
		{"STAT", "+OK 1 "},
		{"RETR 1", "..你好"},
		{"DELE 1", "+OK Marked"},
		{"QUIT", "+OK Logging out"},
	} {
		p.enter(step.line)
		p.see(step.reply)
		p.see(strings.TrimSpace(noteMark))
	}
	p.see("maillab>")
	p.enter("quit")

	assert.Contains(t, strings.Join(smtp.heard(), "\n"), "DATA\nSubject: 终端\n\n..你好\n.\nQUIT")
	assert.Equal(t, "QUIT", pop3.heard()[len(pop3.heard())-1])
	awaitMail(t, 0)
}

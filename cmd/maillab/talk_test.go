package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// talk is a conversation with a server, as somebody types it in telnet.
type talk struct {
	t  *testing.T
	nc net.Conn
	in *bufio.Reader
}

// talkTo connects and hears the greeting.
func talkTo(t *testing.T, addr, greeting string) *talk {
	t.Helper()
	require.NotEmpty(t, addr)
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(2 * time.Minute))
	c := &talk{t, nc, bufio.NewReader(nc)}
	c.hears(greeting)
	return c
}

// line reads one line, "" at the end of the connection.
func (c *talk) line() string {
	line, _ := c.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n")
}

// hears reads an SMTP reply, or a status line of POP3, that must contain a text.
func (c *talk) hears(text string) string {
	c.t.Helper()
	var lines []string
	for {
		line := c.line()
		lines = append(lines, line)
		if len(line) < 4 || line[3] != '-' {
			break
		}
	}
	reply := strings.Join(lines, "\n")
	require.Contains(c.t, reply, text)
	return reply
}

// says sends a line, whose answer must contain a text.
func (c *talk) says(line, text string) string {
	c.t.Helper()
	c.sends(line)
	return c.hears(text)
}

func (c *talk) sends(line string) {
	c.t.Helper()
	_, err := fmt.Fprintf(c.nc, "%s\r\n", line)
	require.NoError(c.t, err)
}

// rows reads the lines of a multi-line POP3 reply.
func (c *talk) rows() []string {
	var out []string
	for line := c.line(); line != "." && line != ""; line = c.line() {
		out = append(out, line)
	}
	return out
}

// ended: the server has hung up.
func (c *talk) ended() {
	c.t.Helper()
	_, err := c.in.ReadByte()
	require.Error(c.t, err)
}

// sendMail delivers a small mail.
func sendMail(t *testing.T, addr, to, subject string) {
	t.Helper()
	c := talkTo(t, addr, "220")
	c.says("EHLO x", "250")
	c.says("MAIL FROM:<a@b.test>", "250")
	c.says("RCPT TO:<"+to+">", "250")
	c.says("DATA", "354")
	c.says("Subject: "+subject+"\r\n\r\nhello\r\n.", "250")
	c.says("QUIT", "221")
}

// openBox logs in to POP3.
func openBox(t *testing.T, addr, user, password string) *talk {
	t.Helper()
	c := talkTo(t, addr, "+OK")
	c.says("USER "+user, "+OK")
	c.says("PASS "+password, "+OK")
	return c
}

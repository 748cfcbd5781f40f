package mockserver_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

const patience = 60 * time.Second

func addrOf(t *testing.T, l *mockserver.Lab, service string) string {
	t.Helper()
	for _, e := range l.Endpoints() {
		if e.Service == service {
			return e.Addr
		}
	}
	t.Fatal("no " + service)
	return ""
}

// sendMail is net/smtp's SendMail, which begins TLS where it is offered and trusts the lab's CA here.
func sendMail(t *testing.T, l *mockserver.Lab, service string, auth smtp.Auth, from string, to []string, content []byte) error {
	t.Helper()
	c, err := smtp.Dial(addrOf(t, l, service))
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.StartTLS(trusting(t, l, "127.0.0.1")); err != nil {
		return err
	}
	if auth != nil {
		if err := c.Auth(auth); err != nil {
			return err
		}
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, r := range to {
		if err := c.Rcpt(r); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	_, _ = w.Write(content)
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// trusting is a client's configuration that trusts the lab's CA and nobody else.
func trusting(t *testing.T, l *mockserver.Lab, host string) *tls.Config {
	t.Helper()
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(l.CertificateAuthority()))
	return &tls.Config{RootCAs: pool, ServerName: host}
}

// send sends one mail with Go's net/smtp, which quotes dots itself.
func send(t *testing.T, l *mockserver.Lab, service string, auth smtp.Auth, to, content string) {
	t.Helper()
	err := sendMail(t, l, service, auth, "jspdevelop@lab.test", []string{to}, []byte(content))
	require.NoError(t, err)
}

// sendRaw sends content as it is, stuffed by protocol.Stuff: net/smtp rewrites line ends.
func sendRaw(t *testing.T, l *mockserver.Lab, content []byte) {
	t.Helper()
	nc, err := net.Dial("tcp", addrOf(t, l, "smtp"))
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	c := textproto.NewConn(nc)
	expect := func(code int) {
		_, _, err := c.ReadResponse(code)
		require.NoError(t, err)
	}
	expect(220)
	for _, line := range []string{"EHLO x", "MAIL FROM:<jspdevelop@lab.test> BODY=8BITMIME", "RCPT TO:<jspdevelop@lab.test>"} {
		require.NoError(t, c.PrintfLine("%s", line))
		expect(250)
	}
	require.NoError(t, c.PrintfLine("DATA"))
	expect(354)
	_, err = nc.Write(protocol.Stuff(content))
	require.NoError(t, err)
	expect(250)
}

// pop3 is a simple POP3 client.
type pop3 struct {
	t    *testing.T
	nc   net.Conn
	conn *textproto.Conn
	hi   string
}

func dialPOP3(t *testing.T, l *mockserver.Lab) *pop3 {
	t.Helper()
	nc, err := net.Dial("tcp", addrOf(t, l, "pop3"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	p := &pop3{t: t, nc: nc, conn: textproto.NewConn(nc)}
	p.hi = p.line()
	return p
}

func (p *pop3) line() string {
	p.t.Helper()
	line, err := p.conn.ReadLine()
	require.NoError(p.t, err)
	return line
}

func (p *pop3) ok(command string) string {
	p.t.Helper()
	require.NoError(p.t, p.conn.PrintfLine("%s", command))
	status := p.line()
	require.True(p.t, strings.HasPrefix(status, "+OK"), "%s: %s", command, status)
	return status
}

func (p *pop3) login(user, password string) {
	p.t.Helper()
	p.ok("USER " + user)
	p.ok("PASS " + password)
}

// retr fetches a message octet for octet and compares its size with what LIST and RETR told.
func (p *pop3) retr(n int) []byte {
	p.t.Helper()
	var number, listed, told int
	_, err := fmt.Sscanf(p.ok(fmt.Sprintf("LIST %d", n)), "+OK %d %d", &number, &listed)
	require.NoError(p.t, err)
	_, err = fmt.Sscanf(p.ok(fmt.Sprintf("RETR %d", n)), "+OK %d octets", &told)
	require.NoError(p.t, err)
	var content []byte
	for {
		line, err := p.conn.R.ReadBytes('\n')
		require.NoError(p.t, err)
		if string(line) == ".\r\n" {
			break
		}
		content = append(content, bytes.TrimPrefix(line, []byte("."))...)
	}
	assert.Len(p.t, content, listed)
	assert.Equal(p.t, listed, told)
	return content
}

func (p *pop3) closed() {
	p.t.Helper()
	_, err := p.conn.ReadLine()
	require.Error(p.t, err)
}

// TestContentSurvives: what goes in over SMTP comes out over POP3, byte for byte.
func TestContentSurvives(t *testing.T) {
	l := start(t, mockserver.Config{})
	header := "From: jspdevelop@lab.test\r\nSubject: x\r\n\r\n"
	contents := map[string]string{
		"plain":           header + "hello\r\n",
		"dots":            header + ".\r\n..\r\n...\r\n.a\r\n.\r\n",
		"dot at the end":  header + "x\r\n.\r\n",
		"8-bit":           header + "中文 \xb5\xda\xff\xfe\xff\xf4\xff\xff é\r\n",
		"telnet-like":     header + "\xff\xfd\x05\xff\xfb\x06 \xff\xf4\xff\xfd\r\n",
		"998 octets":      header + strings.Repeat("x", 998) + "\r\n" + "." + strings.Repeat("y", 997) + "\r\n",
		"long lines":      header + strings.Repeat("z", 60000) + "\r\n",
		"bare CR":         header + "a\rb\r\r\nc\r\n",
		"NUL":             header + "a\x00b\r\n",
		"header only":     "Subject: x\r\n",
		"empty":           "",
		"empty lines":     "\r\n\r\n\r\n",
		"no header":       "just text\r\n",
		"no header, dots": ".\r\n..\r\n",
		"big":             header + strings.Repeat("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n", 16000),
	}
	var names []string
	for name, content := range contents {
		names = append(names, name)
		sendRaw(t, l, []byte(content))
	}
	p := dialPOP3(t, l)
	p.login("jspdevelop", "jsp123")
	for i, name := range names {
		got := p.retr(i + 1)
		want := contents[name]
		assert.True(t, bytes.HasSuffix(got, []byte(want)), name)
		head := got[:len(got)-len(want)]
		assert.True(t, bytes.HasPrefix(head, []byte("Return-Path: <jspdevelop@lab.test>\r\nReceived: from x ([127.0.0.1])\r\n\tby smtp.lab.test (maillab) with ESMTP id ")), "%s: %s", name, head)
	}
	p.ok("QUIT")
}

func TestNetSMTPWithEveryMechanism(t *testing.T) {
	l := start(t, mockserver.Config{Empty: true})
	content := "Subject: x\r\n\r\n.dot\r\n中文\r\n"
	for _, auth := range []smtp.Auth{
		smtp.PlainAuth("", "jspdevelop", "jsp123", "127.0.0.1"),
		smtp.CRAMMD5Auth("jspdevelop@lab.test", "jsp123"),
	} {
		for _, service := range []string{"smtp", "submission"} {
			send(t, l, service, auth, "fpwjp@lab.test", content)
		}
	}
	all := l.Mailbox("fpwjp")
	require.Len(t, all, 4)
	for _, m := range all {
		assert.True(t, bytes.HasSuffix(m.Content, []byte(content)))
		assert.Contains(t, string(m.Content), "with UTF8SMTPSA id "+m.ID+"\r\n\tfor <fpwjp@lab.test>;")
	}
	err := sendMail(t, l, "submission", nil, "a@b.test", []string{"fpwjp@lab.test"}, []byte(content))
	require.ErrorContains(t, err, "5.7.0 Authentication required")
	err = sendMail(t, l, "smtp", smtp.CRAMMD5Auth("jspdevelop", "wrong"), "a@b.test", []string{"fpwjp@lab.test"}, []byte(content))
	require.ErrorContains(t, err, "5.7.8")
}

func TestAPOPAndCRAMMD5OverPOP3(t *testing.T) {
	l := start(t, mockserver.Config{})
	p := dialPOP3(t, l)
	stamp := p.hi[strings.IndexByte(p.hi, '<'):]
	assert.Regexp(t, `^<[0-9]+\.[0-9]+@pop3\.lab\.test>$`, stamp)
	p.ok("APOP fpwjp " + strings.ToUpper(protocol.APOPDigest(stamp, "fpw123")))
	p.ok("QUIT")
	p.closed()

	p = dialPOP3(t, l)
	require.NotEqual(t, stamp, p.hi[strings.IndexByte(p.hi, '<'):], "a timestamp never comes twice")
	require.NoError(t, p.conn.PrintfLine("AUTH CRAM-MD5"))
	challenge, bad := protocol.DecodeBase64(strings.TrimPrefix(p.line(), "+ "))
	require.Nil(t, bad)
	p.ok(protocol.EncodeBase64([]byte(protocol.CRAMMD5("fpwjp@lab.test", "fpw123", string(challenge)))))
	p.ok("QUIT")
}

func TestUniqueIDsStay(t *testing.T) {
	l := start(t, mockserver.Config{})
	ids := func() string {
		p := dialPOP3(t, l)
		p.login("fpwjp", "fpw123")
		p.ok("UIDL")
		lines, err := p.conn.ReadDotLines()
		require.NoError(t, err)
		p.ok("QUIT")
		p.closed()
		return strings.Join(lines, "\n")
	}
	first := ids()
	assert.Equal(t, first, ids())
	send(t, l, "smtp", nil, "fpwjp@lab.test", "Subject: x\r\n\r\n")
	assert.True(t, strings.HasPrefix(ids(), first))
}

func TestManySendersAtOnce(t *testing.T) {
	l := start(t, mockserver.Config{Empty: true})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 5 {
				err := sendMail(t, l, "smtp", nil, "a@b.test", []string{"fpwjp@lab.test", "jspdevelop@lab.test"}, []byte("Subject: x\r\n\r\nhi\r\n"))
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, m := range l.Mailbox("fpwjp") {
		seen[m.ID] = true
	}
	assert.Len(t, seen, 100)
	assert.Len(t, l.Mailbox("jspdevelop"), 100)
}

func TestAThousandRecipients(t *testing.T) {
	l := start(t, mockserver.Config{Empty: true, AcceptMailFor: func(string) bool { return true }})
	to := make([]string, 1000)
	for i := range to {
		to[i] = fmt.Sprintf("pal%d@friends.example", i)
	}
	require.NoError(t, sendMail(t, l, "smtp", nil, "a@b.test", to, []byte("Subject: x\r\n\r\nhi\r\n")))
	assert.Len(t, l.Mailbox("pal999@friends.example"), 1)
}

package mockserver_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// wire is a client's end of a connection that speaks line by line, in the clear or not.
type wire struct {
	t  *testing.T
	nc net.Conn
	*textproto.Conn
}

// dial connects, and waits for the greeting on the ports that are in the clear.
func dial(t *testing.T, l *mockserver.Lab, service string) *wire {
	t.Helper()
	nc, err := net.Dial("tcp", addrOf(t, l, service))
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	return &wire{t, nc, textproto.NewConn(nc)}
}

// encrypt begins TLS, and returns what was agreed on.
func (w *wire) encrypt(cfg *tls.Config) tls.ConnectionState {
	w.t.Helper()
	c := tls.Client(w.nc, cfg)
	require.NoError(w.t, c.Handshake())
	w.Conn = textproto.NewConn(c)
	return c.ConnectionState()
}

// say sends a line and returns the last line of the answer.
func (w *wire) say(line string) string {
	w.t.Helper()
	require.NoError(w.t, w.PrintfLine("%s", line))
	return w.hear()
}

// sayAll sends a line and returns all lines of the answer.
func (w *wire) sayAll(line string) (all string) {
	w.t.Helper()
	require.NoError(w.t, w.PrintfLine("%s", line))
	for {
		line, err := w.ReadLine()
		require.NoError(w.t, err)
		if all += line + "\n"; len(line) < 4 || line[3] != '-' {
			return all
		}
	}
}

func (w *wire) hear() string {
	w.t.Helper()
	for {
		line, err := w.ReadLine()
		require.NoError(w.t, err)
		if len(line) < 4 || line[3] != '-' || line[0] == '-' {
			return line
		}
	}
}

// secured connects to a service and goes on under TLS, the way that service has.
func secured(t *testing.T, l *mockserver.Lab, service string, cfg *tls.Config) (*wire, tls.ConnectionState) {
	t.Helper()
	w := dial(t, l, service)
	var state tls.ConnectionState
	switch service {
	case "smtps", "pop3s":
		state = w.encrypt(cfg)
		w.hear()
	case "pop3":
		w.hear()
		require.Contains(t, w.say("STLS"), "+OK")
		state = w.encrypt(cfg)
	default:
		w.hear()
		w.say("EHLO x")
		require.Contains(t, w.say("STARTTLS"), "220 2.0.0")
		state = w.encrypt(cfg)
	}
	if !strings.HasPrefix(service, "pop3") {
		require.Contains(t, w.say("EHLO x"), "250 AUTH")
	}
	return w, state
}

func TestTheCertificateIsGoodForEveryNameOfTheLab(t *testing.T) {
	l := start(t, mockserver.Config{})
	for _, host := range []string{"smtp.lab.test", "mail.lab.test", "pop3.lab.test", "lab.test", "localhost", "127.0.0.1", "::1"} {
		for _, service := range []string{"smtp", "submission", "smtps", "pop3", "pop3s"} {
			_, state := secured(t, l, service, trusting(t, l, host))
			assert.Equal(t, uint16(tls.VersionTLS13), state.Version)
		}
	}
	other := trusting(t, l, "mail.other.test")
	var name x509.HostnameError
	require.ErrorAs(t, tls.Client(dial(t, l, "smtps").nc, other).Handshake(), &name)
}

func TestOnlyVersionsOfToday(t *testing.T) {
	l := start(t, mockserver.Config{})
	cfg := trusting(t, l, "localhost")
	cfg.MaxVersion = tls.VersionTLS12
	_, state := secured(t, l, "smtps", cfg)
	assert.Equal(t, uint16(tls.VersionTLS12), state.Version)
	old := trusting(t, l, "localhost")
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	require.ErrorContains(t, tls.Client(dial(t, l, "smtps").nc, old).Handshake(), "protocol version")
}

// TestBrokenHandshakes: whatever comes in place of a handshake, the connection ends and the lab lives.
func TestBrokenHandshakes(t *testing.T) {
	l := start(t, mockserver.Config{})
	for name, sent := range map[string]string{
		"plain SMTP": "EHLO x\r\n", "nothing": "", "half a record": "\x16\x03\x01\x02\x00\x01\x00", "a long record": "\x16\x03\x01\xff\xff",
		"zeros": strings.Repeat("\x00", 4096), "an alert": "\x15\x03\x03\x00\x02\x02\x28",
	} {
		for _, service := range []string{"smtps", "pop3s", "smtp", "pop3"} {
			w := dial(t, l, service)
			switch service {
			case "smtp":
				w.hear()
				w.say("EHLO x")
				w.say("STARTTLS")
			case "pop3":
				w.hear()
				w.say("STLS")
			}
			_, _ = w.nc.Write([]byte(sent))
			require.NoError(t, w.nc.(*net.TCPConn).CloseWrite())
			for {
				if _, err := w.ReadLine(); err != nil {
					var timeout net.Error
					require.False(t, errors.As(err, &timeout) && timeout.Timeout(), "%s on %s: still open", name, service)
					break
				}
			}
		}
	}
	secured(t, l, "smtp", trusting(t, l, "localhost"))
}

// TestAHandshakeIsBounded: who says nothing, or an octet now and then, does not hold a connection.
func TestAHandshakeIsBounded(t *testing.T) {
	l := start(t, mockserver.Config{IdleTimeout: 50 * time.Millisecond})
	w := dial(t, l, "smtps")
	_, err := w.nc.Write([]byte("\x16\x03\x01"))
	require.NoError(t, err)
	_, err = w.ReadLine()
	var timeout net.Error
	require.Error(t, err)
	assert.False(t, errors.As(err, &timeout) && timeout.Timeout())
}

// TestInjectedCommandsAreForgotten: neither in one segment with STARTTLS nor right behind it does a
// command in the clear survive the handshake (CVE-2011-0411).
func TestInjectedCommandsAreForgotten(t *testing.T) {
	l := start(t, mockserver.Config{Empty: true})
	for _, c := range []struct{ service, sent, first string }{
		{"smtp", "EHLO x\r\nSTARTTLS\r\nEHLO y\r\nMAIL FROM:<evil@b.test>\r\nRCPT TO:<fpwjp@lab.test>\r\nDATA\r\n", "220 2.0.0 Ready to start TLS"},
		{"smtp", "EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@b.te", "220 2.0.0 Ready to start TLS"},
		{"pop3", "STLS\r\nUSER fpwjp\r\nPASS fpw123\r\n", "+OK Begin TLS negotiation now"},
	} {
		w := dial(t, l, c.service)
		w.hear()
		_, err := w.nc.Write([]byte(c.sent))
		require.NoError(t, err)
		for w.hear() != c.first {
		}
		w.encrypt(trusting(t, l, "localhost"))
		if c.service == "pop3" {
			assert.Equal(t, "-ERR STAT is not valid now, first say USER", w.say("STAT"))
			assert.Contains(t, w.say("PASS fpw123"), "-ERR")
			continue
		}
		assert.Equal(t, "250 2.0.0 Ok", w.say("NOOP"))
		assert.Contains(t, w.say("RCPT TO:<fpwjp@lab.test>"), "503 5.5.1")
		assert.Contains(t, w.say("MAIL FROM:<a@b.test>"), "503 5.5.1")
	}
	assert.Empty(t, l.Mailbox("fpwjp"))
}

func TestReceivedTellsOfTLS(t *testing.T) {
	l := start(t, mockserver.Config{Empty: true, NoLogin: true})
	for _, service := range []string{"smtp", "smtps"} {
		w, _ := secured(t, l, service, trusting(t, l, "localhost"))
		for _, line := range []string{"MAIL FROM:<a@b.test>", "RCPT TO:<fpwjp@lab.test>", "DATA", "Subject: x\r\n\r\n."} {
			w.say(line)
		}
	}
	mails := l.Mailbox("fpwjp")
	require.Len(t, mails, 2)
	for _, m := range mails {
		assert.Contains(t, string(m.Content), " with ESMTPS id ")
	}
}

// TestSubmissionDemandsALogin: 465 is 587 with TLS from the first octet on (RFC 8314 §3.3).
func TestSubmissionDemandsALogin(t *testing.T) {
	l := start(t, mockserver.Config{})
	for _, service := range []string{"submission", "smtps"} {
		w, _ := secured(t, l, service, trusting(t, l, "localhost"))
		assert.Equal(t, "530 5.7.0 Authentication required", w.say("MAIL FROM:<jspdevelop@lab.test>"), service)
		assert.Contains(t, w.say("AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz"), "235 ")
		assert.Contains(t, w.say("MAIL FROM:<jspdevelop@lab.test>"), "250 ", service)
	}
	open := start(t, mockserver.Config{NoLogin: true})
	for _, service := range []string{"submission", "smtps"} {
		w, _ := secured(t, open, service, trusting(t, open, "localhost"))
		assert.Contains(t, w.say("MAIL FROM:<jspdevelop@lab.test>"), "250 ", service)
	}
}

// TestShutdownUnderTLS: a session that waits is woken and told, and the client is not left to
// wonder whether something was cut off.
func TestShutdownUnderTLS(t *testing.T) {
	l, err := mockserver.Start(mockserver.Config{})
	require.NoError(t, err)
	smtp, _ := secured(t, l, "smtps", trusting(t, l, "localhost"))
	pop3, _ := secured(t, l, "pop3", trusting(t, l, "localhost"))
	done := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		done <- l.Shutdown(ctx)
	}()
	assert.Contains(t, smtp.hear(), "421 4.3.2")
	assert.Contains(t, pop3.hear(), "-ERR [SYS/TEMP]")
	for _, w := range []*wire{smtp, pop3} {
		_, err := w.ReadLine()
		assert.EqualError(t, err, "EOF", "TLS was ended in good order")
		_ = w.nc.Close()
	}
	require.NoError(t, <-done)
}

func TestTheAuthorityCanBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	first := start(t, mockserver.Config{AuthorityFile: file})
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	second := start(t, mockserver.Config{AuthorityFile: file})
	assert.Equal(t, first.CertificateAuthority(), second.CertificateAuthority())
	secured(t, second, "pop3s", trusting(t, first, "pop3.lab.test"))
	assert.NotEqual(t, first.CertificateAuthority(), start(t, mockserver.Config{}).CertificateAuthority())

	require.NoError(t, os.WriteFile(file, []byte("not a key"), 0o600))
	_, err = mockserver.Start(mockserver.Config{AuthorityFile: file})
	require.ErrorContains(t, err, "certificate authority")
}

// TestTheAuthorityIsKeptWithTheMail: who has been told to trust the lab goes on doing so after a restart.
func TestTheAuthorityIsKeptWithTheMail(t *testing.T) {
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true}
	first, err := mockserver.Start(cfg)
	require.NoError(t, err)
	trust := trusting(t, first, "pop3.lab.test")
	require.NoError(t, first.Close())
	second := start(t, cfg)
	secured(t, second, "pop3s", trust)
	pool := second.Neighbour().Pool()
	assert.True(t, second.Pool().Equal(pool), "both domains have the one CA")
	if runtime.GOOS != "windows" {
		info, err := os.Stat(filepath.Join(cfg.Data, ".maillab.ca.pem"))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	left, err := filepath.Glob(filepath.Join(cfg.Data, "*.tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestACertificateFromOutside(t *testing.T) {
	lender := start(t, mockserver.Config{Domain: "real.test"})
	_, state := secured(t, lender, "smtps", trusting(t, lender, "smtp.real.test"))
	foreign := state.PeerCertificates[0]
	l := start(t, mockserver.Config{Certificate: lender.Certificate})
	assert.Nil(t, l.CertificateAuthority())
	assert.Nil(t, l.Pool())
	_, state = secured(t, l, "smtp", trusting(t, lender, "smtp.real.test"))
	assert.True(t, foreign.Equal(state.PeerCertificates[0]))
}

// TestNoTLSInsideTLS: no persona offers TLS where it is on already (RFC 3207 §4.2, RFC 2595 §4).
func TestNoTLSInsideTLS(t *testing.T) {
	for _, p := range mockserver.Personas() {
		l := start(t, mockserver.Config{Alone: true, Personas: []string{p.Name}})
		for service, ask := range map[string]string{"smtps": "EHLO x", "pop3s": "CAPA"} {
			c, err := tls.Dial("tcp", addrOf(t, l, service), trusting(t, l, "localhost"))
			require.NoError(t, err)
			_ = c.SetDeadline(time.Now().Add(patience))
			_, err = io.WriteString(c, ask+"\r\nQUIT\r\n")
			require.NoError(t, err)
			said, err := io.ReadAll(c)
			require.NoError(t, err)
			assert.Contains(t, string(said), "\r\n", p.Name)
			assert.NotContains(t, string(said), "STARTTLS", p.Name)
			assert.NotContains(t, string(said), "STLS", p.Name)
			require.NoError(t, c.Close())
		}
	}
}

// TestPersonaThatDemandsTLS: no login goes over a connection in the clear, and none is announced there.
func TestPersonaThatDemandsTLS(t *testing.T) {
	l := start(t, mockserver.Config{Personas: []string{"gmail"}, Alone: true})
	const right = "AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz"
	for _, service := range []string{"smtp", "submission"} {
		w := dial(t, l, service)
		w.hear()
		assert.NotContains(t, w.sayAll("EHLO x"), "AUTH")
		assert.Regexp(t, `^530 5\.7\.0 Must issue a STARTTLS`, w.say(right))
		assert.Regexp(t, `^530 5\.7\.0 Must issue a STARTTLS`, w.say("AUTH LOGIN"))
		w.say("STARTTLS")
		w.encrypt(trusting(t, l, "localhost"))
		assert.Contains(t, w.sayAll("EHLO x"), "AUTH LOGIN PLAIN XOAUTH2 OAUTHBEARER")
		assert.Regexp(t, "^235 ", w.say(right))
	}
}

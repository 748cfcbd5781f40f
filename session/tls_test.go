package session_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
	"maillab/session"
)

// newCertificate makes a certificate for the loopback address; change alters it, and by signs it
// (nil: it signs itself).
func newCertificate(t *testing.T, by *tls.Certificate, change func(*x509.Certificate)) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"mx.test"},
		BasicConstraintsValid: true, IsCA: by == nil,
	}
	if change != nil {
		change(template)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey.(*ecdsa.PrivateKey)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// tlsServer says lines in the clear up to an agreement to begin TLS, and then what it has under
// TLS; with no lines, TLS begins at once. It reads a line before each it says but the first.
func tlsServer(t *testing.T, cert *tls.Certificate, plain []string, under ...string) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(60 * time.Second))
		talk(c, plain, true)
		secured := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS10})
		if secured.Handshake() != nil {
			return
		}
		talk(secured, under, len(plain) == 0)
		_, _ = secured.Read(make([]byte, 1)) // until the client goes
	}()
	t.Cleanup(func() { l.Close(); <-done })
	host, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

func talk(c net.Conn, lines []string, speaksFirst bool) {
	buf := make([]byte, 4096)
	for i, line := range lines {
		if i > 0 || !speaksFirst {
			if _, err := c.Read(buf); err != nil {
				return
			}
		}
		_, _ = c.Write([]byte(line))
	}
}

func openTLS(t *testing.T, host, port string, cfg session.Config) (*session.Session, *recorder) {
	t.Helper()
	r := newRecorder()
	cfg.Emit, cfg.FarewellAfter = r.emit, 50*time.Millisecond
	s, err := session.Dial(context.Background(), host, port, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s, r
}

func poolOf(c *tls.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c.Leaf)
	return p
}

func TestUpgrade(t *testing.T) {
	cert := newCertificate(t, nil, nil)
	host, port := tlsServer(t, cert, []string{"220 mx.test ESMTP\r\n", "250-mx.test\r\n250 STARTTLS\r\n", "220 go ahead\r\n"},
		"250-mx.test\r\n250 AUTH PLAIN\r\n", "221 bye\r\n")
	s, r := openTLS(t, host, port, session.Config{Roots: poolOf(cert)})
	settle(t, s)
	say(t, s, "ehlo x")
	assert.Equal(t, []string{"STARTTLS"}, s.Context().Keywords)
	say(t, s, "starttls")
	e := r.await(t, protocol.KindTLS)
	assert.Equal(t, "TLS 1.3", e.TLS.Version)
	assert.Equal(t, "127.0.0.1", e.TLS.ServerName)
	assert.Equal(t, "mx.test", e.TLS.Subject)
	assert.Equal(t, []string{"mx.test", "127.0.0.1"}, e.TLS.Names)
	assert.True(t, e.TLS.Verified && e.TLS.Lab)
	assert.Empty(t, e.TLS.Problem)
	c := s.Context()
	assert.True(t, c.TLS)
	assert.Equal(t, protocol.StateGreeted, c.State, "everything learned before is forgotten")
	assert.Empty(t, c.Keywords)
	assert.Empty(t, c.Helo)
	say(t, s, "ehlo x")
	assert.Equal(t, []string{"AUTH PLAIN"}, s.Context().Keywords)
	say(t, s, "quit")
	<-s.Done()
	assert.Equal(t, protocol.ClosedByQuit, r.await(t, protocol.KindClosed).Close)
}

func TestTLSFromTheFirstOctet(t *testing.T) {
	cert := newCertificate(t, nil, nil)
	host, port := tlsServer(t, cert, nil, "+OK ready\r\n", "+OK bye\r\n")
	s, r := openTLS(t, host, port, session.Config{TLS: true})
	settle(t, s)
	assert.Equal(t, protocol.TLSSelfSigned, r.await(t, protocol.KindTLS).TLS.Problem)
	assert.True(t, s.Context().TLS)
	assert.Equal(t, protocol.POP3, s.Context().Protocol)
	say(t, s, "quit")
	<-s.Done()
	assert.Equal(t, protocol.ClosedByQuit, r.await(t, protocol.KindClosed).Close)
}

func TestCertificatesThatDoNotHold(t *testing.T) {
	ca := newCertificate(t, nil, nil)
	for _, c := range []struct {
		want   protocol.TLSProblem
		by     *tls.Certificate
		roots  *x509.CertPool
		change func(*x509.Certificate)
	}{
		{protocol.TLSSelfSigned, nil, nil, nil},
		{protocol.TLSUnknownAuthority, ca, nil, nil},
		{protocol.TLSWrongName, ca, poolOf(ca), func(c *x509.Certificate) { c.IPAddresses = nil }},
		{protocol.TLSExpired, ca, poolOf(ca), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }},
		{protocol.TLSNotYetValid, ca, poolOf(ca), func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }},
		{protocol.TLSBadCertificate, ca, poolOf(ca), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} }},
	} {
		t.Run(string(c.want), func(t *testing.T) {
			host, port := tlsServer(t, newCertificate(t, c.by, c.change), nil, "220 mx.test\r\n")
			s, r := openTLS(t, host, port, session.Config{TLS: true, Roots: c.roots})
			settle(t, s)
			e := r.await(t, protocol.KindTLS)
			assert.Equal(t, c.want, e.TLS.Problem)
			assert.False(t, e.TLS.Verified || e.TLS.Lab)
			assert.Equal(t, protocol.StateGreeted, s.Context().State, "the conversation goes on")
		})
	}
}

// TestRepliesInjectedBeforeTheHandshake: what comes behind the agreement in the clear is thrown
// away and told, not taken for the server's word under TLS.
func TestRepliesInjectedBeforeTheHandshake(t *testing.T) {
	host, port := tlsServer(t, newCertificate(t, nil, nil), []string{"+OK ready\r\n", "+OK begin\r\n+OK injected\r\nhalf"}, "+OK real\r\n")
	s, r := openTLS(t, host, port, session.Config{})
	settle(t, s)
	say(t, s, "stls")
	assert.Equal(t, len("+OK injected\r\nhalf"), r.await(t, protocol.KindTLS).TLS.Injected)
	say(t, s, "user x")
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		assert.NotContains(t, string(e.Raw), "injected")
	}
}

// silent takes a connection and never says a word.
func silent(t *testing.T) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	host, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

func TestHandshakesThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		steps []string
		want  protocol.TLSProblem
	}{
		"plain text": {[]string{">220 mx.test ESMTP\r\n", "="}, protocol.TLSNotSpoken},
		"alert":      {[]string{">\x15\x03\x03\x00\x02\x02\x28", "="}, protocol.TLSRefused},
		"hung up":    {[]string{"<\x16\x03\x01"}, protocol.TLSCut},
		"silence":    {nil, protocol.TLSTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			host, port := script(t, c.steps...)
			if c.steps == nil {
				host, port = silent(t)
			}
			s, r := openTLS(t, host, port, session.Config{TLS: true, HandshakeTimeout: 300 * time.Millisecond})
			if name == "silence" {
				_, err := s.Send("too early")
				assert.ErrorIs(t, err, session.ErrHandshake)
			}
			<-s.Done()
			settle(t, s)
			e := r.await(t, protocol.KindClosed)
			assert.Equal(t, protocol.ClosedHandshake, e.Close)
			require.NotNil(t, e.TLS)
			assert.Equal(t, c.want, e.TLS.Problem, e.Err)
		})
	}
}

func TestUserClosesDuringTheHandshake(t *testing.T) {
	host, port := silent(t)
	s, r := openTLS(t, host, port, session.Config{TLS: true})
	_ = s.Close()
	assert.Equal(t, protocol.ClosedByUser, r.await(t, protocol.KindClosed).Close)
}

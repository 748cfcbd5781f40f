package mockserver_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// beginTLS leads a connection up to its handshake, the way that its service has.
func beginTLS(t *testing.T, l *mockserver.Lab, service string) *wire {
	t.Helper()
	w := dial(t, l, service)
	switch service {
	case "smtp":
		w.hear()
		w.say("EHLO x")
		require.Contains(t, w.say("STARTTLS"), "220 2.0.0")
	case "pop3":
		w.hear()
		require.Contains(t, w.say("STLS"), "+OK")
	}
	return w
}

var tlsServices = []string{"smtp", "smtps", "pop3", "pop3s"}

// TestFlawedCertificates: what a client that verifies says of each, on every way into TLS.
func TestFlawedCertificates(t *testing.T) {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	for spec, want := range map[string]any{
		"tls-expired": &invalid, "tls-wrong-name": &name, "tls-wrong-name:pop.other.test": &name, "tls-self-signed": &unknown,
	} {
		l := start(t, mockserver.Config{Faults: []string{spec}})
		for _, service := range tlsServices {
			err := tls.Client(beginTLS(t, l, service).nc, trusting(t, l, "localhost")).Handshake()
			assert.ErrorAs(t, err, want, "%s on %s", spec, service)
		}
		require.NoError(t, l.SetFaults())
		secured(t, l, "smtps", trusting(t, l, "localhost"))
	}
	assert.Equal(t, x509.Expired, invalid.Reason)
}

// TestFlawedCertificatesWithoutTheLabsAuthority: a certificate from outside can be spoiled too.
func TestFlawedCertificatesWithoutTheLabsAuthority(t *testing.T) {
	lender := start(t, mockserver.Config{})
	l := start(t, mockserver.Config{Certificate: lender.Certificate, Faults: []string{"tls-expired"}})
	var invalid x509.CertificateInvalidError
	require.ErrorAs(t, tls.Client(beginTLS(t, l, "smtps").nc, trusting(t, lender, "localhost")).Handshake(), &invalid)
}

// TestALoginUnderAFlawedCertificate: channel binding is with the certificate that was shown.
func TestALoginUnderAFlawedCertificate(t *testing.T) {
	l := start(t, mockserver.Config{Faults: []string{"tls-self-signed"}})
	w, _ := secured(t, l, "smtps", &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // that is the point
	assert.Contains(t, w.say("AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz"), "235 ")
}

func TestHandshakesThatFail(t *testing.T) {
	for how, is := range map[string]func(error) bool{
		"alert": func(err error) bool { return strings.Contains(err.Error(), "handshake failure") },
		"cut":   func(err error) bool { return errors.Is(err, io.EOF) },
		"plain": func(err error) bool {
			var header tls.RecordHeaderError
			return errors.As(err, &header) && string(header.RecordHeader[:]) == "500 5"
		},
		"silent": func(err error) bool {
			var n net.Error
			return errors.As(err, &n) && n.Timeout()
		},
	} {
		l := start(t, mockserver.Config{Faults: []string{"tls-failure:" + how}})
		for _, service := range tlsServices {
			w := beginTLS(t, l, service)
			if how == "silent" {
				require.NoError(t, w.nc.SetDeadline(time.Now().Add(200*time.Millisecond)))
			}
			err := tls.Client(w.nc, trusting(t, l, "localhost")).Handshake()
			if assert.Error(t, err) {
				assert.True(t, is(err), "%s on %s: %v", how, service, err)
			}
			_ = w.nc.Close()
		}
	}
}

func TestSTARTTLSIsStripped(t *testing.T) {
	l := start(t, mockserver.Config{})
	list := func(service, ask string) string {
		w := dial(t, l, service)
		w.hear()
		require.NoError(t, w.PrintfLine("%s", ask))
		var all []string
		for {
			line, err := w.ReadLine()
			require.NoError(t, err)
			if all = append(all, line); line == "." || strings.HasPrefix(line, "250 ") {
				return strings.Join(all, "\n")
			}
		}
	}
	for spec, want := range map[string]struct{ tls, mask bool }{
		"": {tls: true}, "starttls-stripped": {}, "starttls-stripped:masked": {mask: true},
	} {
		require.NoError(t, l.SetFaults(strings.Fields(spec)...))
		smtp, pop3 := list("smtp", "EHLO x"), list("pop3", "CAPA")
		assert.Equal(t, want.tls, strings.Contains(smtp, "STARTTLS"), spec)
		assert.Equal(t, want.tls, strings.Contains(pop3, "STLS"), spec)
		assert.Equal(t, want.mask, strings.Contains(smtp, "XXXXXXXX") && strings.Contains(pop3, "XXXXXXXX"), spec)
	}
	require.NoError(t, l.SetFaults("starttls-stripped"))
	w := dial(t, l, "smtp")
	w.hear()
	w.say("EHLO x")
	assert.Equal(t, "500 5.5.1 Command not recognized", w.say("STARTTLS"))
	assert.Contains(t, w.say("MAIL FROM:<a@b.test>"), "250 ")
	p := dial(t, l, "pop3")
	p.hear()
	assert.Equal(t, "-ERR Unknown command", p.say("STLS"))
	secured(t, l, "smtps", trusting(t, l, "localhost"))
}

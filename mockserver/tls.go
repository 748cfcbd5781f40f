package mockserver

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	"maillab/protocol"
)

// How TLS is announced in the EHLO reply (RFC 3207 §3) and among POP3's capabilities (RFC 2595 §4).
const (
	keywordStartTLS = "STARTTLS"
	keywordSTLS     = "STLS"
)

// handshakeTime bounds one TLS handshake.
const handshakeTime = 30 * time.Second

// newTLSConfig makes what both kinds of TLS need: STARTTLS and STLS on the plain ports, and
// the ports that are encrypted from the first octet on (RFC 8314 §3). Versions before 1.2 are
// not spoken (RFC 8996).
func (l *Lab) newTLSConfig() error {
	pick := l.cfg.Certificate
	if pick == nil {
		a, err := l.authority()
		if err != nil {
			return err
		}
		l.ca = a
		leaf, err := a.issue(l.certificateNames(), l.cfg.Now())
		if err != nil {
			return fmt.Errorf("mockserver: certificate: %w", err)
		}
		pick = func() (*tls.Certificate, error) { return leaf, nil }
	}
	l.certificate = pick
	return nil
}

// authority signs the certificates: one for both domains of the lab.
func (l *Lab) authority() (*authority, error) {
	if l.parent != nil && l.parent.ca != nil {
		return l.parent.ca, nil
	}
	return l.cfg.authority()
}

// tlsConfig is the configuration for one handshake, or why there can be none now.
func (l *Lab) tlsConfig() (*tls.Config, error) {
	cert, err := l.certificate()
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*cert}}, nil
}

// certificateNames are the names and addresses under which somebody can reach the lab's servers.
func (l *Lab) certificateNames() []string {
	seen := map[string]bool{}
	var out []string
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	for _, s := range services {
		for _, h := range s.hosts {
			add(h + "." + l.cfg.Domain)
		}
	}
	add(l.cfg.Domain)
	for _, local := range []string{"localhost", "127.0.0.1", "::1"} {
		add(local)
	}
	for _, d := range l.doors {
		if tcp, ok := d.Addr().(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
			add(tcp.IP.String())
		}
	}
	return out
}

// Pool returns the lab's CA as a pool to verify with; nil when the certificate came from outside.
func (l *Lab) Pool() *x509.CertPool {
	if l.ca == nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AddCert(l.ca.cert)
	return pool
}

// Certificate returns the server certificate that is shown now.
func (l *Lab) Certificate() (*tls.Certificate, error) { return l.certificate() }

// CertificateAuthority returns the lab's own CA certificate in PEM, for programs that are to
// trust the lab's servers; nil when the certificate came from outside.
func (l *Lab) CertificateAuthority() []byte {
	if l.ca == nil {
		return nil
	}
	return l.ca.pem()
}

// encrypt begins TLS on the connection. What the client sent ahead of the handshake is thrown
// away, or somebody in the middle could put commands in front of the client's own (RFC 3207 §6).
func (w *wire) encrypt(cfg *tls.Config) error {
	if err := w.out.Flush(); err != nil {
		return err
	}
	w.in.Discard()
	w.rest, w.telnet = nil, telnetFilter{}
	w.shake(time.Now().Add(min(w.idle, handshakeTime)))
	secured := tls.Server(w.nc, cfg)
	err := secured.Handshake()
	w.shake(time.Time{})
	if err != nil {
		return err
	}
	w.stream, w.tls = secured, secured
	w.leaf, _ = x509.ParseCertificate(cfg.Certificates[0].Certificate[0])
	return nil
}

// secure encrypts a connection, and reports whether the session can go on. A handshake that
// fails ends it; the client has been told by an alert.
func (l *Lab) secure(w *wire, p protocol.Protocol) bool {
	cfg, err := l.tlsConfig()
	if err == nil {
		err = l.handshake(w, cfg, point{protocol: p, client: w.peer})
	}
	return err == nil
}

// secured returns the TLS state, nil while the connection is in the clear.
func (w *wire) secured() *tls.ConnectionState {
	if w.tls == nil {
		return nil
	}
	state := w.tls.ConnectionState()
	return &state
}

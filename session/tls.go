package session

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"time"

	"maillab/protocol"
)

// ErrHandshake is returned by Send while a TLS handshake is going on: nothing can be said then.
var ErrHandshake = errors.New("session: the TLS handshake is going on")

// encrypt does the handshake that a person at a keyboard cannot do, and emits what it led to. It
// goes on with a server whose certificate does not verify, as openssl s_client does, and says so;
// a handshake that fails ends the conversation. It reports whether the conversation goes on.
func (s *Session) encrypt(lines *protocol.LineReader, framer *protocol.Framer) bool {
	injected := lines.Discard()
	secured := tls.Client(s.conn, &tls.Config{
		ServerName:         s.Host,
		InsecureSkipVerify: true,             //nolint:gosec // verified below, and told
		MinVersion:         tls.VersionTLS10, //nolint:gosec // old servers can be looked at, with a warning
	})
	_ = s.conn.SetDeadline(time.Now().Add(s.cfg.HandshakeTimeout))
	err := secured.Handshake()
	_ = s.conn.SetDeadline(noDeadline)
	if err != nil {
		s.mu.Lock()
		s.failed = &protocol.TLS{ServerName: s.Host, Problem: handshakeProblem(err), Injected: injected}
		s.mu.Unlock()
		s.end(framer, err)
		return false
	}
	info := s.describe(secured.ConnectionState())
	info.Injected = injected
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream, s.securing = secured, false
	s.machine.Secure()
	s.emit(protocol.Event{Kind: protocol.KindTLS, TLS: info, Context: s.machine.Now()})
	s.changed()
	return true
}

// describe tells what was agreed on and what the certificate is worth.
func (s *Session) describe(state tls.ConnectionState) *protocol.TLS {
	leaf := state.PeerCertificates[0]
	info := &protocol.TLS{
		Version: tls.VersionName(state.Version), Outdated: state.Version < tls.VersionTLS12,
		Cipher: tls.CipherSuiteName(state.CipherSuite), ServerName: s.Host,
		Subject: leaf.Subject.CommonName, Issuer: leaf.Issuer.CommonName, Names: leaf.DNSNames,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
	}
	for _, ip := range leaf.IPAddresses {
		info.Names = append(info.Names, ip.String())
	}
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	opts := x509.VerifyOptions{Roots: s.cfg.Roots, Intermediates: between, DNSName: s.Host, CurrentTime: s.cfg.Now()}
	_, err := leaf.Verify(opts)
	info.Lab = err == nil && s.cfg.Roots != nil
	if err != nil && s.cfg.Roots != nil {
		opts.Roots = nil
		if _, other := leaf.Verify(opts); other == nil {
			err = nil
		}
	}
	info.Verified, info.Problem = err == nil, certificateProblem(leaf, opts.CurrentTime, err)
	return info
}

func certificateProblem(leaf *x509.Certificate, now time.Time, err error) protocol.TLSProblem {
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var noRoots x509.SystemRootsError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &name):
		return protocol.TLSWrongName
	case errors.As(err, &unknown) && leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil:
		return protocol.TLSSelfSigned
	case errors.As(err, &unknown), errors.As(err, &noRoots):
		return protocol.TLSUnknownAuthority
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && now.Before(leaf.NotBefore):
		return protocol.TLSNotYetValid
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return protocol.TLSExpired
	}
	return protocol.TLSBadCertificate
}

func handshakeProblem(err error) protocol.TLSProblem {
	var header tls.RecordHeaderError
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &header):
		return protocol.TLSNotSpoken
	case errors.As(err, &timeout) && timeout.Timeout():
		return protocol.TLSTimeout
	case errors.As(err, &op) && op.Op == "remote error": // so crypto/tls marks an alert of the peer's
		return protocol.TLSRefused
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return protocol.TLSCut
	}
	return protocol.TLSFailed
}

package mockserver

import (
	"context"
	"crypto/tls"
	"time"
)

// Between servers TLS is opportunistic (RFC 7435): where it is not offered, or taken back with a 454, the mail
// goes in the clear. Where it is offered the certificate must be right, because the lab knows who signs them:
// a mail waits rather than go to somebody in the middle.

// untrustedError says that TLS with another server did not come about.
type untrustedError struct{ cause error }

func (e *untrustedError) Error() string { return e.cause.Error() }
func (e *untrustedError) Unwrap() error { return e.cause }

// secure asks for TLS (RFC 3207). Afterwards everything that the server said before is forgotten, and what it
// sent ahead of the handshake thrown away.
func (c *courier) secure(ctx context.Context, cfg *tls.Config, name string) error {
	r, err := c.ask(keywordStartTLS)
	if err != nil {
		return err
	}
	if r.Code != "220" {
		return nil
	}
	c.in.Discard()
	secured := tls.Client(c.nc, cfg)
	_ = c.nc.SetDeadline(time.Now().Add(relayPatience))
	if err := secured.HandshakeContext(ctx); err != nil {
		return &untrustedError{err}
	}
	c.speakOver(secured)
	c.m.Secure()
	return c.introduce(name)
}

// trustIn is what a server of the lab must show to be believed. One whose certificate came from outside can
// be asked for no proof: the lab does not know who signed it.
func (l *Lab) trustIn(host string) *tls.Config {
	owner := l
	if n := l.neighbour; n != nil {
		if _, known := n.Resolve(host, "25"); known {
			owner = n
		}
	}
	pool := owner.Pool()
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: pool, Time: owner.cfg.Now,
		InsecureSkipVerify: pool == nil, //nolint:gosec // encrypted is still better than not (RFC 7435)
	}
}

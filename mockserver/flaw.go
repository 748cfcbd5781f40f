package mockserver

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// flaw is what a fault makes wrong with TLS on one connection.
type flaw struct {
	// instead of a handshake: one of handshakeFailures, "" for a handshake; plain is what is said in the clear.
	instead, plain string
	// names are whom the certificate is for, nil for the right ones; expired is how long ago it ended, -1
	// when it has not; alone, that it signed itself.
	names   []string
	expired time.Duration
	alone   bool
}

// What can come instead of a handshake.
const (
	failAlert  = "alert"
	failCut    = "cut"
	failSilent = "silent"
	failPlain  = "plain"
)

var handshakeFailures = []string{failAlert, failCut, failSilent, failPlain}

// flawOf reads what a strike does to TLS; nil is nothing.
func flawOf(s strike, values phrases.Args) (*flaw, error) {
	f := &flaw{instead: fill(s.Handshake, values), expired: -1, alone: s.CertificateAlone}
	for _, name := range s.CertificateNames {
		f.names = append(f.names, fill(name, values))
	}
	if s.CertificateExpired != "" {
		var err error
		if f.expired, err = time.ParseDuration(s.CertificateExpired); err != nil {
			return nil, err
		}
	}
	switch {
	case f.instead != "" && !slices.Contains(handshakeFailures, f.instead):
		return nil, fmt.Errorf("no failure of a handshake is called %q", f.instead)
	case (f.instead != "" || f.names != nil || f.expired >= 0 || f.alone) != (s.At == hookHandshake):
		return nil, errors.New("at = \"handshake\" needs something that TLS suffers, and the other way round")
	case s.At != hookHandshake:
		return nil, nil
	}
	f.plain = fill(s.Text, values)
	return f, nil
}

// flawAt lets the faults strike that are on for a handshake. The last of them counts.
func (l *Lab) flawAt(w *wire, p point) *flaw {
	var out *flaw
	for _, a := range l.faults.current() {
		for i := range a.strikes {
			if a.applies(&a.strikes[i], hookHandshake, p, l.cfg.Now()) {
				l.tellStrike(a, p, w)
				out = a.strikes[i].flaw
			}
		}
	}
	return out
}

// handshake begins TLS on a connection, as the faults have it, and notices how that went.
func (l *Lab) handshake(w *wire, cfg *tls.Config, p point) error {
	err := l.shakeHands(w, cfg, l.flawAt(w, p))
	l.notifyTLS(w, err)
	return err
}

func (l *Lab) shakeHands(w *wire, cfg *tls.Config, f *flaw) error {
	switch {
	case f == nil:
		return w.encrypt(cfg)
	case f.instead != "":
		return w.fail(f)
	}
	cert, err := l.flawed(f)
	if err != nil {
		return err
	}
	cfg.Certificates = []tls.Certificate{*cert}
	return w.encrypt(cfg)
}

// flawed makes the certificate that a fault wants, signed by the lab's CA unless it stands alone.
func (l *Lab) flawed(f *flaw) (*tls.Certificate, error) {
	signer, names, now := l.ca, f.names, l.cfg.Now()
	if signer == nil {
		var err error
		if signer, err = newAuthority(l.cfg.Domain, now); err != nil {
			return nil, err
		}
	}
	if f.expired >= 0 {
		now = now.Add(-f.expired - certificateLife)
	}
	if names == nil {
		names = l.certificateNames()
	}
	if f.alone {
		signer = nil
	}
	return signer.issue(names, now)
}

// alertHandshakeFailure is a TLS record with the fatal alert 40 (RFC 8446 §6.2).
const alertHandshakeFailure = "\x15\x03\x03\x00\x02\x02\x28"

// helloOctets is more than clients say first.
const helloOctets = 16 << 10

// fail hears the client's first words, and says or does what is no TLS. It returns an error always.
func (w *wire) fail(f *flaw) error {
	if err := w.out.Flush(); err != nil {
		return err
	}
	w.shake(time.Now().Add(min(w.idle, handshakeTime)))
	defer w.shake(time.Time{})
	if _, err := w.nc.Read(make([]byte, helloOctets)); err != nil {
		return err
	}
	switch f.instead {
	case failAlert:
		_, _ = io.WriteString(w.nc, alertHandshakeFailure)
	case failPlain:
		_, _ = io.WriteString(w.nc, f.plain+string(protocol.CRLF))
	case failSilent:
		_, _ = io.CopyN(io.Discard, w.nc, helloOctets) // until the client has enough, or the time is over
	}
	w.lost = true
	return errLost
}

// masked is a keyword that a machine in the middle takes out of what is announced, or overwrites.
type masked struct{ keyword, with string }

// clean: nothing is taken out of what is announced.
func (w *wire) clean() bool { return w == nil || w.hidden == nil }

// seen is what is left of what is announced.
func (w *wire) seen(lines []string) []string {
	if w.clean() {
		return lines
	}
	var out []string
	for _, line := range lines {
		i := slices.IndexFunc(w.hidden, func(m masked) bool { return strings.EqualFold(firstWord(line), m.keyword) })
		switch {
		case i < 0:
			out = append(out, line)
		case w.hidden[i].with != "":
			out = append(out, w.hidden[i].with)
		}
	}
	return out
}

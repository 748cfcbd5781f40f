// Package session is the client's end of one conversation with one server. It
// sends lines exactly as they are given, reads replies by the framing that the
// protocol table tells, follows the conversation, and emits everything that
// happens as events. It forbids nothing: a line the table would refuse is sent
// all the same, with the prediction in its event.
package session

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"maillab/protocol"
)

// Config says how to hold the conversation. The zero value is usable.
type Config struct {
	// Dialer makes the connection; nil means net.Dialer.
	Dialer Dialer
	// Protocol, or "" to recognise it from the greeting.
	Protocol protocol.Protocol
	// Emit takes the events, in order; nil drops them. It is called while the conversation
	// waits, so it must not call back into the Session.
	Emit protocol.Sink
	// Now tells the time of events; nil means time.Now.
	Now func() time.Time
	// TLS says that the connection is encrypted from its first octet on (RFC 8314 §3). Otherwise TLS
	// begins when the server agrees to STARTTLS or STLS.
	TLS bool
	// Roots are authorities that are trusted beside the system's: the lab's own, for a host of the lab.
	Roots *x509.CertPool
	// ID names the conversation in its events.
	ID string
	// LineLimit is the longest line kept, in octets; the rest is counted. 0 means 64 KiB.
	LineLimit int
	// DialTimeout, HandshakeTimeout, WriteTimeout: 0 means 15 s, 15 s and 30 s.
	DialTimeout, HandshakeTimeout, WriteTimeout time.Duration
	// Linger is how long a refusal is given to be followed by the server hanging up, so that the
	// next line is not sent to nobody. 0 means 40 ms.
	Linger time.Duration
	// PartialAfter is how long the server may pause in the middle of a line before the part is
	// shown; FarewellAfter how long it may take to close after it agreed to QUIT. 0 means 1 s and 2 s.
	PartialAfter, FarewellAfter time.Duration
}

func (c *Config) fillIn() {
	if c.Dialer == nil {
		c.Dialer = &net.Dialer{}
	}
	if c.Emit == nil {
		c.Emit = func(protocol.Event) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.LineLimit == 0 {
		c.LineLimit = 64 << 10
	}
	for _, d := range []struct {
		v        *time.Duration
		fallback time.Duration
	}{
		{&c.DialTimeout, 15 * time.Second}, {&c.HandshakeTimeout, 15 * time.Second}, {&c.WriteTimeout, 30 * time.Second},
		{&c.Linger, 40 * time.Millisecond}, {&c.PartialAfter, time.Second}, {&c.FarewellAfter, 2 * time.Second},
	} {
		if *d.v == 0 {
			*d.v = d.fallback
		}
	}
}

// ErrClosed is returned by Send once the conversation is over.
var ErrClosed = errors.New("session: the connection is closed")

// Session is one conversation. Send is for one goroutine at a time; everything
// else may be called from anywhere.
type Session struct {
	Host, Port string
	cfg        Config
	conn       net.Conn // the socket: deadlines, and the end of everything

	mu       sync.Mutex // guards what follows, and keeps events in order
	machine  *protocol.Machine
	last     protocol.Outcome // of the newest reply
	code     string           // its code
	byUser   bool             // Close was called
	over     bool             // the reader has ended
	stream   io.ReadWriter    // what lines travel on: the socket, or TLS on it
	securing bool             // TLS was agreed on, and the handshake has not ended
	failed   *protocol.TLS    // it ended badly
	change   chan struct{}    // closed and replaced at every reply, and at the end
	done     chan struct{}
}

// Dial connects and starts to read. The greeting is waited for with Settle. The
// error is a *DialError.
func Dial(ctx context.Context, host, port string, cfg Config) (*Session, error) {
	cfg.fillIn()
	s := &Session{
		Host: host, Port: port, cfg: cfg,
		machine: protocol.NewMachine(cfg.Protocol),
		change:  make(chan struct{}), done: make(chan struct{}),
	}
	s.emit(protocol.Event{Kind: protocol.KindConnecting, Context: s.machine.Now()})
	ctx, cancel := context.WithTimeout(ctx, cfg.DialTimeout)
	defer cancel()
	conn, err := cfg.Dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, &DialError{Host: host, Port: port, Problem: dialProblem(err), Err: err}
	}
	s.conn, s.stream, s.securing = conn, conn, cfg.TLS
	s.emit(protocol.Event{Kind: protocol.KindConnected, Address: conn.RemoteAddr().String(), Context: s.machine.Now()})
	go s.read()
	return s, nil
}

// emit completes an event and hands it on. Callers after Dial hold s.mu.
func (s *Session) emit(e protocol.Event) {
	e.Time, e.Conn, e.Host, e.Port = s.cfg.Now(), s.cfg.ID, s.Host, s.Port
	s.cfg.Emit(e)
}

// Send writes the line byte for byte, and CRLF, in one segment where it fits.
// The client event follows the write, so that looking at the line costs no wait.
func (s *Session) Send(line string) (protocol.Utterance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.byUser {
		return protocol.Utterance{}, ErrClosed
	}
	if s.securing {
		return protocol.Utterance{}, ErrHandshake
	}
	before := s.machine.Now()
	u := s.machine.Said(line)
	_ = s.conn.SetWriteDeadline(s.cfg.Now().Add(s.cfg.WriteTimeout))
	_, err := s.stream.Write(append([]byte(line), protocol.CRLF...))
	s.emit(protocol.Event{
		Kind: protocol.KindClient, Raw: []byte(line), Ending: protocol.CRLF,
		Speech: u.Speech, Context: before, Fault: u.Fault,
	})
	return u, err
}

// Look says what a line would be if it were sent now.
func (s *Session) Look(line string) (protocol.Context, protocol.Utterance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.machine.Now(), s.machine.Look(line)
}

// Context returns where the conversation stands.
func (s *Session) Context() protocol.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.machine.Now()
}

// Legal returns the rows that may be said now, and the table they are from (nil
// while the protocol is unknown).
func (s *Session) Legal() ([]*protocol.Row, *protocol.Table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.machine.Legal(), s.machine.Table()
}

// Owed reports whether an answer is still due: the greeting, a reply to a line sent, or the end of
// a TLS handshake.
func (s *Session) Owed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owed()
}

func (s *Session) owed() bool {
	return !s.over && (s.securing || s.machine.Awaiting() > 0 || s.machine.Now().Greeting() || s.leaving())
}

// leaving: QUIT was agreed to, the server is about to close.
func (s *Session) leaving() bool {
	state := s.machine.Now().State
	return state == protocol.StateClosed || state == protocol.StateUpdate
}

// Settle waits until no answer is due any more, the conversation is over, or
// ctx ends; then it returns ctx's error.
func (s *Session) Settle(ctx context.Context) error {
	for {
		s.mu.Lock()
		owed, change := s.owed(), s.change
		s.mu.Unlock()
		if !owed {
			s.linger(ctx)
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// linger gives a server that has just refused something the time to hang up.
func (s *Session) linger(ctx context.Context) {
	s.mu.Lock()
	refused := !s.over && s.refused()
	s.mu.Unlock()
	if !refused {
		return
	}
	timer := time.NewTimer(s.cfg.Linger)
	defer timer.Stop()
	select {
	case <-s.done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Done is closed when the conversation is over and its last event is emitted.
func (s *Session) Done() <-chan struct{} { return s.done }

// Over reports whether the conversation is over. From the closed event on it is, a moment before Done
// tells.
func (s *Session) Over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// Close hangs up, without QUIT, and waits for the closed event to be emitted.
func (s *Session) Close() error {
	s.mu.Lock()
	s.byUser = true
	s.mu.Unlock()
	err := s.conn.Close()
	<-s.done
	return err
}

// changed wakes everybody in Settle. The caller holds s.mu.
func (s *Session) changed() {
	close(s.change)
	s.change = make(chan struct{})
}

package mockserver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"maillab/protocol"
)

const (
	// writeTimeout bounds how long a client may refuse to take its replies: so many octets of them, since a
	// long mail may take its time on a slow line.
	writeTimeout = 2 * time.Minute
	writePiece   = 256 << 10
	// lingerTime and lingerOctets bound the wait for a client to take the last reply and go.
	lingerTime   = 2 * time.Second
	lingerOctets = 64 << 10
	// commandBuffer holds a command line of the usual length. It is small, since each connection has one;
	// content is read past it.
	commandBuffer = 512
)

// wire is one connection: lines in, replies out. Replies are flushed when the server would
// otherwise wait for input, so that a pipelining client gets them together (RFC 2920 §3.2).
type wire struct {
	nc     net.Conn          // the socket: deadlines, and the end of everything
	stream io.ReadWriter     // what lines travel on: the socket, or TLS on it
	tls    *tls.Conn         // nil in the clear
	leaf   *x509.Certificate // the certificate that was shown
	peer   string            // the remote address without its port
	// service and number tell connections apart in notices, mails counts those taken in.
	service string
	number  int64
	mails   int
	in      *protocol.LineReader
	out     outBuffer
	idle    time.Duration
	token   string // names the session, for personas that tell; "" until it is asked for
	telnet  telnetFilter
	quit    bool   // the client has said QUIT: it expects nothing beyond the answer
	rest    []byte // read and filtered, but more than was asked for
	due     bool   // the next read is the first of a line: the clock starts anew
	halting bool   // the line at hand comes in pieces, and must be whole soon

	began    time.Time
	ends     time.Time     // the session is over then
	grace    time.Duration // a mail may take so long,
	rate     int           // and longer at so many octets a second
	since    time.Time     // when the mail that is coming began; zero between mails
	received int           // and how much of it is here
	done     <-chan struct{}

	// What a fault does to the connection: answers octet by octet; cut when so many octets have come
	// in or gone out (-1 is never); lost, so that nothing goes out any more.
	drip          time.Duration
	cutIn, cutOut int
	lost          bool
	// And to what is said: every message so many octets bigger, keywords left out of what is announced (personas do
	// that, too), another text in place of a challenge.
	bigger int
	hidden []masked
	babble *string

	mu       sync.Mutex // guards what follows
	deadline time.Time
	why      expiry
	woken    bool // wake was called and has not been noticed
	shaking  bool // a TLS handshake is going on, which a wake would break: it is noticed afterwards
}

func newWire(nc net.Conn, idle time.Duration) *wire {
	w := &wire{nc: nc, stream: nc, idle: idle, peer: peerOf(nc), cutIn: -1, cutOut: -1}
	w.in = protocol.NewLineReaderSize((*wireInput)(w), maxAuthLine, commandBuffer)
	w.out.to = (*wireOutput)(w)
	return w
}

func peerOf(nc net.Conn) string {
	addr := nc.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}

// await waits for the beginning of the next line, with as little on the stack as can be. The time a client
// has is for the whole line: one that sends an octet now and then gains nothing by it.
func (w *wire) await() {
	if w.due = true; !w.lost {
		w.in.Wait()
	}
}

// readLine reads the line that await has waited for.
func (w *wire) readLine() (protocol.Line, error) {
	if w.lost {
		return protocol.Line{}, errLost
	}
	return w.in.ReadLine()
}

// content says what comes from now on: content has a clock of its own.
func (w *wire) content(in speech) {
	w.telnet.in = in
	w.since, w.received = time.Time{}, 0
	if in != commands {
		w.since = time.Now()
	}
}

// giveBack takes octets that were read but belong to what comes next.
func (w *wire) giveBack(p []byte) {
	if len(p) > 0 {
		w.rest = append(bytes.Clone(p), w.rest...)
	}
}

// wireInput and wireOutput are the ends that the buffers of a wire read and write.
type (
	wireInput  wire
	wireOutput wire
)

func (in *wireInput) Read(p []byte) (int, error) {
	w := (*wire)(in)
	for len(w.rest) == 0 {
		if err := w.out.Flush(); err != nil {
			return 0, err
		}
		if w.lost { // what was just said was cut by a fault: there is nothing to wait for
			return 0, errLost
		}
		w.arm()
		n, err := w.stream.Read(p)
		if n, err = w.took(n, err); errors.Is(err, errLost) {
			return 0, err
		}
		if w.rest = p[:n]; w.tls == nil {
			w.rest = w.telnet.filter(w.rest, &w.out)
		}
		if err != nil && len(w.rest) == 0 {
			return 0, err
		}
	}
	n := copy(p, w.rest)
	if w.rest = w.rest[n:]; len(w.rest) == 0 {
		w.rest = nil // it may be a piece of a buffer that is not ours for long
	}
	return n, nil
}

func (out *wireOutput) Write(p []byte) (int, error) {
	w := (*wire)(out)
	if w.lost || w.drip > 0 || w.cutOut >= 0 {
		return w.writeStricken(p)
	}
	written := 0
	for len(p) > 0 {
		piece := p[:min(len(p), writePiece)]
		_ = out.nc.SetWriteDeadline(time.Now().Add(writeTimeout))
		n, err := out.stream.Write(piece)
		if written += n; err != nil {
			return written, err
		}
		p = p[len(piece):]
	}
	return written, nil
}

// arm starts the clock for a line, unless it runs.
func (w *wire) arm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.woken:
		w.woken = false
		if w.due { // or a wake before the first line would pass for the end of its time
			w.deadline, w.why = w.limit(time.Now())
		}
		_ = w.nc.SetReadDeadline(time.Unix(1, 0))
	case w.due:
		w.due, w.halting = false, false
		w.deadline, w.why = w.limit(time.Now())
		_ = w.nc.SetReadDeadline(w.deadline)
	case w.since.IsZero() && !w.halting:
		w.halting = true
		w.hurry(time.Now())
	}
}

// shake begins and ends the time of a handshake.
func (w *wire) shake(until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shaking = !until.IsZero()
	_ = w.nc.SetDeadline(until)
}

// wake makes a read that waits return, so that the session looks around.
func (w *wire) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = true
	if !w.shaking {
		_ = w.nc.SetReadDeadline(time.Unix(1, 0))
	}
}

// expired tells a real time-out from a wake.
func (w *wire) expired() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !time.Now().Before(w.deadline)
}

// hangUp closes the connection. It first lets the client take what was said: to close
// with input unread would make the system drop the last reply with a reset.
func (w *wire) hangUp() {
	err := w.out.Flush()
	if w.quit && w.tls == nil && len(w.rest) == 0 && w.in.Buffered() == 0 {
		_ = w.nc.Close() // a client that has said its last word needs no waiting for
		return
	}
	if w.tls != nil && err == nil {
		err = w.tls.CloseWrite() // so that the client knows that nothing was cut off (RFC 8446 §6.1)
	}
	if half, ok := w.nc.(interface{ CloseWrite() error }); ok && err == nil && half.CloseWrite() == nil {
		_ = w.nc.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, w.nc, lingerOctets)
	}
	_ = w.nc.Close()
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

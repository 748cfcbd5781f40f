package mockserver

import (
	"errors"
	"time"
)

// errLost is a connection that a fault has cut.
var errLost = errors.New("mockserver: the connection was cut by a fault")

// expiry says which limit of time a session has met.
type expiry int

const (
	expiredIdle    expiry = iota // nothing, or no whole line, for too long
	expiredSlow                  // a mail that drips in
	expiredLine                  // a line that does
	expiredSession               // the session as a whole
)

// bound gives the wire its limits of time.
func (w *wire) bound(l Limits, done <-chan struct{}) {
	w.began = time.Now()
	w.ends, w.grace, w.rate, w.done = w.began.Add(l.Session), l.Grace, l.Rate, done
}

// limit is until when the next line must be here, and why.
func (w *wire) limit(now time.Time) (time.Time, expiry) {
	at, why := now.Add(w.idle), expiredIdle
	if !w.since.IsZero() && w.rate > 0 {
		slow := w.since.Add(w.grace + time.Duration(w.received)*time.Second/time.Duration(w.rate))
		if slow.Before(at) {
			at, why = slow, expiredSlow
		}
	}
	if !w.ends.IsZero() && w.ends.Before(at) {
		at, why = w.ends, expiredSession
	}
	return at, why
}

// hurry bounds what is left of a line of which a piece has come: who sends an octet now and then gains
// nothing by it. w.mu is held.
func (w *wire) hurry(now time.Time) {
	if at := now.Add(w.grace); at.Before(w.deadline) {
		w.deadline, w.why = at, expiredLine
		_ = w.nc.SetReadDeadline(at)
	}
}

// expiredBy tells which limit it was.
func (w *wire) expiredBy() expiry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// stopwatch is when content began to come and how much of it is here. A mail in many chunks has one
// clock, or each chunk would bring new time.
type stopwatch struct {
	since    time.Time
	received int
}

func (w *wire) watch() stopwatch { return stopwatch{w.since, w.received} }

// resume goes on with the clock of an earlier piece of the same mail.
func (w *wire) resume(s stopwatch) {
	if !s.since.IsZero() {
		w.since, w.received = s.since, s.received
	}
}

// pause sends what was said and lets time pass, less of it when the lab is closed. Other sessions
// do not wait.
func (w *wire) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	_ = w.out.Flush()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.done:
	}
}

// lose cuts the connection: what was said before still goes out, nothing after it.
func (w *wire) lose() {
	_ = w.out.Flush()
	w.lost = true
}

// took counts what has come of a mail, and cuts the connection where a fault wants it.
func (w *wire) took(n int, err error) (int, error) {
	if w.since.IsZero() {
		return n, err
	}
	w.received += n
	if w.cutIn >= 0 && w.received > w.cutIn {
		w.lost = true
		return 0, errLost
	}
	return n, err
}

// writeStricken writes as a fault has it.
func (w *wire) writeStricken(p []byte) (int, error) {
	whole := len(p)
	if w.cutOut >= 0 {
		if len(p) >= w.cutOut {
			p = p[:w.cutOut]
			defer func() { w.lost = true }()
		}
		w.cutOut -= len(p)
	}
	step := len(p)
	if w.drip > 0 {
		step = 1
	}
	for len(p) > 0 && !w.lost {
		step = min(step, len(p))
		_ = w.nc.SetWriteDeadline(time.Now().Add(writeTimeout))
		if n, err := w.stream.Write(p[:step]); err != nil {
			return n, err
		}
		p = p[step:]
		w.tick()
	}
	return whole, nil
}

// tick is the time between two octets.
func (w *wire) tick() {
	if w.drip <= 0 {
		return
	}
	t := time.NewTimer(w.drip)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.done:
	}
}

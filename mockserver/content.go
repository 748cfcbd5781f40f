package mockserver

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"maillab/protocol"
)

// spot is where in its line the content reader stands.
type spot int

const (
	inLine     spot = iota
	lineStart       // after CRLF: only here a dot is special
	afterDot        // after a dot at a line's start, which is not kept
	afterDotCR      // and a CR: an LF would end the content
)

// incoming is content on its way in; it outlives a wake.
//
// Only <CRLF>.<CRLF> ends it: not <LF>.<CRLF>, not <CRLF>.<LF>, not a dot between bare CRs.
// Servers that were more lenient let one mail smuggle in another. A bare LF is written as
// CRLF, as Postfix does since 3.9, because programs that send text files as they are do mean a
// line end; a bare CR stays an octet of its line (RFC 5321 §2.3.8). What is over the limits is
// read and counted, not kept.
type incoming struct {
	limit  int                    // octets that are kept
	spool  func() (*spool, error) // opens the place for what is too much for memory
	at     spot
	last   byte // the octet before
	line   int  // octets of the line so far
	ended  bool // a line has ended since the clock was looked at
	octets int  // without dot-stuffing, those not kept included

	lineTooLong bool
	buffer      []byte        // what is kept in memory
	rest        *spool        // what came before it, when that was moved to disk
	failed      error         // moving it failed, or there was no room
	room        *room         // for what all mails that are coming hold in memory; nil has no bounds
	held        int           // octets of it
	begun       bool          // the beginning has been looked at:
	headless    bool          // it is no header
	form        protocol.Form // what is amiss with how it is laid out
	hops        int           // so many Received fields stand in it
}

// spoolAt is how much content is kept in memory when there is a disk.
const spoolAt = 1 << 20

// reuseContent: a bigger buffer is given back after a mail.
const reuseContent = 4 << 20

var (
	contentBuffers = sync.Pool{New: func() any { return new([]byte) }}
	chunks         = sync.Pool{New: func() any { return new([64 << 10]byte) }}
)

func newIncoming(limit int, spool func() (*spool, error)) *incoming {
	return &incoming{limit: limit, spool: spool, at: lineStart, buffer: *contentBuffers.Get().(*[]byte)}
}

// room bounds how many octets there may be of something.
type room struct {
	limit int64
	taken atomic.Int64
}

// errNoRoom: the mails that are coming at one time are more than the lab may hold.
var errNoRoom = errors.New("mockserver: no room for so much at a time")

// take asks for more, or gives back what is less than 0.
func (r *room) take(octets int) error {
	if r.taken.Add(int64(octets)) > r.limit && octets > 0 {
		r.taken.Add(-int64(octets))
		return errNoRoom
	}
	return nil
}

// hold changes what the mail holds of the room.
func (c *incoming) hold(octets int) error {
	if c.room == nil {
		return nil
	}
	err := c.room.take(octets - c.held)
	if err == nil {
		c.held = octets
	}
	return err
}

// drop gives memory and disk back.
func (c *incoming) drop() {
	_ = c.hold(0)
	c.rest.drop()
	if cap(c.buffer) <= reuseContent {
		b := c.buffer[:0]
		contentBuffers.Put(&b)
	}
	c.buffer = nil
}

// read takes content from a wire up to its end, dots taken off (RFC 5321 §4.5.2).
func (c *incoming) read(w *wire) error {
	chunk := chunks.Get().(*[64 << 10]byte)
	defer chunks.Put(chunk)
	if w.lost {
		return errLost
	}
	for w.due = true; ; w.due = w.due || c.ended {
		c.ended = false
		n, err := w.in.Read(chunk[:])
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if used, end := c.take(chunk[:n]); end {
			w.giveBack(chunk[used:n])
			return nil
		}
	}
}

// take reads one piece and returns how much of it is content, and whether its end stands there.
func (c *incoming) take(p []byte) (n int, end bool) {
	for n < len(p) {
		switch c.at {
		case lineStart:
			if p[n] == '.' {
				c.at = afterDot
				n++
				continue
			}
		case afterDot:
			if p[n] == '\r' {
				c.at = afterDotCR
				n++
				continue
			}
			if p[n] == '\n' {
				c.keep([]byte{'.'}) // not the end, so it is a line
			}
		case afterDotCR:
			if p[n] == '\n' {
				return n + 1, true
			}
			c.keep([]byte{'\r'})
		}
		c.at = inLine
		n += c.takeLines(p[n:])
	}
	return n, false
}

// takeLines keeps what needs no change, as far as it goes: up to a line that begins with a
// dot, or beyond an LF that has no CR. It returns how much it took.
func (c *incoming) takeLines(p []byte) int {
	n := 0
	for {
		i := bytes.IndexByte(p[n:], '\n')
		if i < 0 {
			c.grow(len(p) - n)
			c.keep(p)
			return len(p)
		}
		crlf := c.last == '\r'
		if n+i > 0 {
			crlf = p[n+i-1] == '\r'
		}
		c.grow(i)
		c.line, c.ended = 0, true
		n += i + 1
		if !crlf {
			c.keep(p[:n-1])
			c.keep([]byte(protocol.CRLF))
			return n
		}
		if n == len(p) || p[n] == '.' {
			c.keep(p[:n])
			c.at = lineStart
			return n
		}
	}
}

// grow makes the line longer.
func (c *incoming) grow(n int) {
	c.line += n
	c.lineTooLong = c.lineTooLong || c.line > maxContentLine+1 // its CR counted
}

// keep adds octets to the content.
func (c *incoming) keep(p []byte) {
	if len(p) > 0 {
		c.last = p[len(p)-1]
	}
	c.octets += len(p)
	if c.octets > c.limit || c.lineTooLong || c.failed != nil {
		return
	}
	if c.failed = c.hold(len(c.buffer) + len(p)); c.failed != nil {
		c.buffer = nil // what cannot be kept whole need not be kept
		_ = c.hold(0)
		return
	}
	c.buffer = append(c.buffer, p...)
	if len(c.buffer) >= spoolAt {
		c.move()
	}
}

// move takes what is in memory to disk, if there is one.
func (c *incoming) move() {
	if c.rest == nil {
		if c.rest, c.failed = c.spool(); c.rest == nil {
			return
		}
	}
	c.look()
	n := len(c.buffer)
	if n > 0 && c.buffer[n-1] == '\r' {
		n-- // its LF may come with the next piece, and a line end is one on disk
	}
	c.failed = c.rest.take(c.buffer[:n])
	c.buffer = append(c.buffer[:0], c.buffer[n:]...)
	_ = c.hold(len(c.buffer))
}

// look reads what the beginning tells, once.
func (c *incoming) look() {
	if !c.begun {
		c.begun, c.headless, c.form, c.hops = true, headless(c.buffer), protocol.FormOf(c.buffer), hops(c.buffer)
	}
}

// takeChunk keeps octets among which dots mean nothing (BDAT, RFC 3030).
func (c *incoming) takeChunk(p []byte) {
	for len(p) > 0 {
		p = p[c.takeLines(p):]
	}
}

// complete gives the last line its end, and leaves nothing in memory when something is on disk.
func (c *incoming) complete() {
	switch {
	case c.octets == 0, c.last == '\n':
	case c.last == '\r':
		c.keep([]byte{'\n'})
	default:
		c.keep([]byte(protocol.CRLF))
	}
	c.look()
	if c.rest != nil && c.failed == nil {
		c.move()
	}
}

// whole returns all of the content.
func (c *incoming) first(octets int) ([]byte, error) {
	if c.rest == nil {
		return c.buffer[:min(len(c.buffer), octets)], nil
	}
	return c.rest.first(octets)
}

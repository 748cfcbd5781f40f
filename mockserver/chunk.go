package mockserver

import (
	"errors"
	"io"
	"strconv"

	"maillab/phrases"
	"maillab/protocol"
)

// chunk is a BDAT whose octets are coming (RFC 3030). It outlives a wake.
type chunk struct {
	u      protocol.Utterance
	octets int
	last   bool
	refuse *protocol.Fault // its octets are read all the same, and thrown away
	// answered: a fault or a rule has had the last word, and so many octets are still to be thrown away.
	answered bool
	skip     int
}

// bdat begins a chunk; serve goes on with its octets.
func (s *smtpSession) bdat(u protocol.Utterance) { s.beginChunk(u) }

// beginChunk reports whether octets follow the line. What the table has against it is said after
// they have come (RFC 3030 §2); without a count that can be read there is nothing to wait for.
func (s *smtpSession) beginChunk(u protocol.Utterance) bool {
	octets, last, ok := protocol.ParseChunk(u.Args)
	if u.Verb != verbChunk || !ok {
		return false
	}
	if s.mail.broken && u.Fault == nil {
		u.Fault = protocol.NewFault(protocol.SMTP, protocol.OutOfOrder, u.Line())
	}
	s.chunk = &chunk{u: u, octets: octets, last: last, refuse: u.Fault}
	return true
}

// skipChunk: a fault or a rule has answered the line. Its octets come all the same, and are no commands.
func (s *smtpSession) skipChunk(u protocol.Utterance) {
	if octets, _, ok := protocol.ParseChunk(u.Args); u.Verb == verbChunk && ok && s.state() != protocol.StateClosed {
		s.mail.broken = true
		s.chunk = &chunk{u: u, answered: true, skip: octets}
	}
}

// skipOctets throws away what comes of such a chunk.
func (s *smtpSession) skipOctets() error {
	s.wire.content(counted)
	defer s.wire.content(commands)
	var piece [8 << 10]byte
	for s.chunk.skip > 0 {
		s.wire.due = true
		n, err := s.wire.in.Read(piece[:min(len(piece), s.chunk.skip)])
		s.chunk.skip -= n
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	s.chunk = nil
	return nil
}

// chunkOctets reads what is left of the chunk and answers it.
func (s *smtpSession) chunkOctets() error {
	if s.chunk.answered {
		return s.skipOctets()
	}
	if err := s.readChunk(); err != nil {
		return err
	}
	c, size := s.chunk, s.lab.cfg.Limits.Message
	s.chunk = nil
	switch in := s.arriving(); {
	case c.refuse != nil:
		s.refuse(c.u, c.refuse)
	case in.octets > size:
		s.mail.broken = true
		s.say(&s.book.ChunkTooBig, phrases.Args{"octets": strconv.Itoa(in.octets), "size": strconv.Itoa(size)})
	case in.lineTooLong:
		s.mail.broken = true
		s.refuseFor(c.u, protocol.LineTooLong)
	case c.last:
		s.finish()
		s.forgetMail()
	default:
		s.say(&s.book.Chunk, phrases.Args{"octets": strconv.Itoa(c.octets)})
	}
	return nil
}

// readChunk takes the octets that are due from the wire.
func (s *smtpSession) readChunk() error {
	s.wire.content(counted)
	s.wire.resume(s.mail.chunks)
	defer func() {
		s.mail.chunks = s.wire.watch()
		s.wire.content(commands)
	}()
	var piece [8 << 10]byte
	for s.m.Now().Octets > 0 {
		s.wire.due = true
		n, err := s.wire.in.Read(piece[:min(len(piece), s.m.Now().Octets)])
		s.m.Took(n)
		if s.chunk.refuse == nil {
			s.arriving().takeChunk(piece[:n])
		}
		switch {
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return nil
}

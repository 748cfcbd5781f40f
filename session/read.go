package session

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"maillab/protocol"
)

// pacedReader reads from the connection with a deadline only where the
// conversation should not wait for ever: in the middle of a line, and after the
// server has agreed to QUIT.
type pacedReader struct {
	s       *Session
	midLine bool
}

func (r *pacedReader) Read(p []byte) (int, error) {
	deadline := noDeadline
	switch {
	case r.s.isLeaving():
		deadline = time.Now().Add(r.s.cfg.FarewellAfter)
	case r.midLine:
		deadline = time.Now().Add(r.s.cfg.PartialAfter)
	}
	_ = r.s.conn.SetReadDeadline(deadline)
	n, err := r.s.stream.Read(p) // only this goroutine changes it
	if n > 0 {
		r.midLine = p[n-1] != '\n'
	}
	return n, err
}

// read is the reading goroutine: line by line until the end.
func (s *Session) read() {
	lines := protocol.NewLineReader(&pacedReader{s: s}, s.cfg.LineLimit)
	framer := s.newFramer()
	if s.cfg.TLS && !s.encrypt(lines, framer) {
		return
	}
	shown := 0 // octets of an unfinished line that were shown already
	for {
		line, err := lines.ReadLine()
		switch {
		case err == nil:
			shown = 0
			if s.hear(framer, line) && !s.encrypt(lines, framer) {
				return
			}
		case errors.Is(err, os.ErrDeadlineExceeded) && !s.isLeaving():
			shown = s.partial(lines.Partial(), shown)
		case errors.Is(err, os.ErrDeadlineExceeded):
			s.end(framer, io.EOF)
			return
		default:
			s.end(framer, err)
			return
		}
	}
}

func (s *Session) newFramer() *protocol.Framer {
	return protocol.NewFramer(s.machine.Now().Protocol, s.machine.Multiline)
}

func (s *Session) isLeaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leaving()
}

// partial shows what has come of a line that the server does not finish.
func (s *Session) partial(text []byte, shown int) int {
	if len(text) <= shown {
		return shown
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(protocol.Event{
		Kind: protocol.KindPartial, Raw: append([]byte(nil), text[shown:]...), Context: s.machine.Context(),
	})
	return len(text)
}

// hear takes one line of a reply, and the reply when it is whole. It reports whether that was
// the agreement to begin TLS.
func (s *Session) hear(framer *protocol.Framer, line protocol.Line) (tlsNow bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := string(line.Text)
	if s.machine.Now().Protocol == "" {
		if p := protocol.RecogniseGreeting(text); p != "" {
			s.machine.Recognise(p)
			*framer = *s.newFramer()
		}
	}
	s.emit(protocol.Event{
		Kind: protocol.KindLine, Raw: append([]byte(nil), line.Text...), Ending: line.Ending, Cut: line.Cut,
		Context: s.machine.Context(),
	})
	if framer.Add(text, line.Cut) {
		s.reply(framer.Take())
	}
	return s.securing
}

// reply follows a reply and emits it. The caller holds s.mu.
func (s *Session) reply(r protocol.Reply) {
	s.last, s.code = s.machine.Heard(r), r.Code
	s.securing = s.last.After.TLS && !s.last.Before.TLS
	s.emit(protocol.Event{
		Kind: protocol.KindReply, Reply: &r, Context: s.last.Before, After: &s.last.After,
		Unlisted: !s.last.Listed, Unasked: s.last.Unasked,
	})
	s.changed()
}

// end emits what was left unfinished and why the connection is gone.
func (s *Session) end(framer *protocol.Framer, err error) {
	_ = s.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	why := s.whyClosed(err)
	if framer.Begun() {
		s.reply(framer.Take())
	}
	before := s.machine.Now()
	s.machine.Close()
	e := protocol.Event{Kind: protocol.KindClosed, Close: why, Context: before}
	if why == protocol.ClosedByError || why == protocol.ClosedHandshake {
		e.Err = err.Error()
	}
	if why == protocol.ClosedHandshake {
		e.TLS = s.failed
	}
	s.over = true
	s.emit(e)
	close(s.done) // before anybody in Settle wakes and asks whether it is over
	s.changed()
}

// whyClosed tells the reason from how the reading ended and what was said last.
func (s *Session) whyClosed(err error) protocol.Close {
	var timeout net.Error
	switch {
	case s.leaving() && s.last.Before.Verb == "QUIT":
		return protocol.ClosedByQuit
	case s.byUser:
		return protocol.ClosedByUser
	case s.failed != nil:
		return protocol.ClosedHandshake
	case s.code == "421":
		return protocol.ClosedBy421
	case s.leaving() && s.refused():
		return protocol.ClosedRefusal
	case isReset(err):
		return protocol.ClosedByReset
	case errors.As(err, &timeout) && timeout.Timeout():
		return protocol.ClosedByTimeout
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF): // the latter: closed without a word in TLS, either
		return protocol.ClosedByError
	case s.machine.Now().Greeting():
		return protocol.ClosedGreeting
	case s.refused():
		return protocol.ClosedRefusal
	}
	return protocol.ClosedByServer
}

// refused: the last word before the end was a refusal, or a 221 that answers
// something other than QUIT (Postfix's way with a line that looks like HTTP).
func (s *Session) refused() bool {
	if s.machine.Awaiting() > 0 {
		return false
	}
	return s.code == protocol.CodeErr || s.code != "" && (s.code[0] == '5' || s.code[0] == '4' || s.code == "221")
}

// noDeadline is the zero time, which net.Conn takes as "wait for ever".
var noDeadline = time.Time{}

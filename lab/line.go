package lab

import (
	"context"
	"errors"
	"strings"
	"time"

	"maillab/phrases"
	"maillab/protocol"
	"maillab/session"
)

// Line carries out one typed line and returns when its outcome is on the
// screen, or the server has taken longer than the shell's patience, or ctx ends.
func (s *Shell) Line(ctx context.Context, line string) { s.LineTyped(ctx, line, s.Lost()) }

// LineTyped is Line for a line that was typed or pasted when so many conversations were Lost. It does
// nothing and returns false for one that was meant for a conversation lost since: as a lab command it would do
// what nobody asked for.
func (s *Shell) LineTyped(ctx context.Context, line string, lost int) bool {
	s.begin()
	defer s.end()
	c := s.session()
	switch {
	case lost < s.Lost():
		return false
	case c == nil:
		s.report(s.runCommand(ctx, strings.TrimPrefix(strings.TrimSpace(line), ":"), false))
	case strings.HasPrefix(line, ":") && !c.Context().InContent():
		line = strings.TrimSpace(line[1:])
		s.report(s.runCommand(ctx, line, true))
		s.remindWhose(line)
	default:
		return s.send(ctx, c, line)
	}
	return true
}

// Lost is how many conversations have ended without the learner's doing, or did not come about. It may be
// called at any time.
func (s *Shell) Lost() int { return int(s.lost.Load()) }

// lose counts a conversation that ended, where the learner did not end it.
func (s *Shell) lose(e protocol.Event) {
	if e.Close != protocol.ClosedByQuit && e.Close != protocol.ClosedByUser {
		s.lost.Add(1)
	}
}

// send passes a line to the server and waits for what comes of it; false: the conversation was over.
func (s *Shell) send(ctx context.Context, c *session.Session, line string) bool {
	_, u := c.Look(line)
	_, err := c.Send(line)
	switch {
	case errors.Is(err, session.ErrClosed):
		return false
	case errors.Is(err, session.ErrHandshake):
		s.show(Block{Kind: Problem, Text: Say("connection.handshake", phrases.Args{"host": phrases.Clean(c.Host)})})
	case err != nil && !ends(c):
		s.show(Block{Kind: Problem, Text: Say("connection.send-failed", phrases.Args{"error": phrases.Clean(err.Error())})})
	}
	s.settle(ctx, c)
	s.remindOfColon(u)
	return true
}

// ends waits a moment for a conversation to end, and reports whether it did: a
// line that could not be sent then needs no words beside those about the end.
func ends(c *session.Session) bool {
	select {
	case <-c.Done():
		return true
	case <-time.After(time.Second):
		return false
	}
}

// settle waits for the answer, and says so when none comes.
func (s *Shell) settle(ctx context.Context, c *session.Session) {
	wait, cancel := s.waitContext(ctx)
	defer cancel()
	err := c.Settle(wait)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		s.show(Block{Kind: Note, Text: Say("connection.no-answer-yet", phrases.Args{"host": phrases.Clean(c.Host)})})
	case errors.Is(err, context.Canceled):
		s.show(Block{Kind: Note, Text: Say("connection.stopped-waiting", phrases.Args{"host": phrases.Clean(c.Host)})})
	}
}

// remindOfColon: a lab command typed without its colon went to the server, which
// cannot know it, or knows another command of that name: LANG of POP3 (RFC 6856 §3), HELP of SMTP.
func (s *Shell) remindOfColon(u protocol.Utterance) {
	if u.Speech != protocol.SpeechCommand {
		return
	}
	cmd := findCommand(strings.ToLower(u.Verb))
	switch {
	case cmd == nil:
	case u.Row == nil:
		key := "shell.colon"
		if cmd.Name == "quit" { // the server's QUIT may be meant as well
			key = "shell.bye"
		}
		typed, _, _ := strings.Cut(u.Line(), " ")
		s.show(Block{Kind: Note, Text: Say(key, phrases.Args{"command": phrases.Clean(typed)})})
	case cmd.Group == groupScreen && cmd.Name != "quit":
		line := strings.TrimSpace(cmd.Name + " " + phrases.Clean(u.Args))
		s.show(Block{Kind: Note, Text: Say("shell.both", phrases.Args{"verb": u.Verb, "line": line})})
	}
}

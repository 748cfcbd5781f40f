// Package lab is the shell behind every front end. It takes a typed line and
// decides whether it is a lab command or a line for the server, holds the
// conversation, fans its events out in a fixed order (lesson, then front end),
// and drives the lessons. It knows no screen.
package lab

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"maillab/lessons"
	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/session"
)

// Config says what the shell works with.
type Config struct {
	Front Front
	// Lang is the language to begin with.
	Lang phrases.Lang
	// Network is the lab's servers; nil means there are none (a lab command that needs them says so).
	Network *mockserver.Lab
	// Dialer reaches the hosts that are not the lab's; nil means net.Dialer.
	Dialer session.Dialer
	// Progress keeps how far each lesson got; nil keeps nothing.
	Progress *ProgressFile
	// Patience is how long a reply is waited for before the prompt comes back; 0 means 10 s.
	Patience time.Duration
	// Unattended: nobody is there to be asked whether to resume a lesson.
	Unattended bool
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Version of the program, for the version command.
	Version string
}

// Shell is the lab at one learner's desk. Line, Escape and Play are for one
// goroutine at a time.
type Shell struct {
	cfg  Config
	lang atomic.Value // phrases.Lang
	conn int          // conversations so far
	born time.Time    // when it was made
	lost atomic.Int64 // conversations that the learner did not end

	mu      sync.Mutex // guards what follows; never held while a session is called
	seq     int
	sess    *session.Session
	player  *lessons.Player
	lesson  *lessons.Lesson
	putBack func()  // undoes what the lesson did to the lab's servers
	busy    bool    // a line is being carried out: what the lesson says waits for its end
	waiting []Block // what the lesson will say then
	moved   bool    // it has come to another step since
	dirty   bool    // the lesson has moved since its progress was saved
	quit    bool
	struck  string // the newest fault of this conversation
	doubted bool   // quit was said where a lesson means the server's
	// answered is the context of the newest reply of a server.
	answered protocol.Context
}

// New makes a shell. The Network's events are taken by Sink, which the caller
// gives to mockserver.Start before.
func New(cfg Config) *Shell {
	if cfg.Patience == 0 {
		cfg.Patience = 10 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Shell{cfg: cfg, born: cfg.Now()}
	s.lang.Store(cfg.Lang)
	return s
}

// UseNetwork gives the shell the lab's servers, once they are up.
func (s *Shell) UseNetwork(n *mockserver.Lab) { s.cfg.Network = n }

// Lang returns the language of the screen.
func (s *Shell) Lang() phrases.Lang { return s.lang.Load().(phrases.Lang) }

// Sink takes the events of the lab's servers and of the conversation.
func (s *Shell) Sink(e protocol.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	e.Seq = s.seq
	if e.Time.IsZero() {
		e.Time = s.cfg.Now()
	}
	switch e.Kind {
	case protocol.KindReply:
		s.answered = e.Context
	case protocol.KindConnecting:
		s.struck = ""
	case protocol.KindFault:
		s.struck = e.Name
	case protocol.KindClosed:
		e.Name = s.blamed(e)
		s.lose(e)
	}
	s.judge(e)
	s.cfg.Front.Event(e)
	if !s.busy {
		s.speak()
	}
}

// blamed names the fault that has ended a conversation, "" where none has. The caller holds s.mu.
func (s *Shell) blamed(e protocol.Event) string {
	f, ok := mockserver.FaultNamed(s.struck)
	silent := e.Close == protocol.ClosedByServer || e.Close == protocol.ClosedByReset || e.Close == protocol.ClosedByError
	if !ok || !silent || !f.Cuts() {
		return ""
	}
	return s.struck
}

// speak shows what the lesson has to say. The caller holds s.mu.
func (s *Shell) speak() {
	if len(s.waiting) > 0 {
		s.cfg.Front.Show(s.waiting...)
		s.waiting = nil
	}
}

// begin and end bracket the carrying out of one line.
func (s *Shell) begin() {
	s.mu.Lock()
	s.busy = true
	s.mu.Unlock()
}

func (s *Shell) end() {
	connected := s.Connected()
	s.mu.Lock()
	s.busy = false
	if s.moved && s.player != nil {
		s.waiting = append(s.waiting, s.callFirst(connected)...)
	}
	s.moved = false
	s.speak()
	dirty := s.dirty
	s.dirty = false
	s.mu.Unlock()
	if dirty {
		s.saveProgress()
	}
}

// show draws blocks in order with the events.
func (s *Shell) show(blocks ...Block) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Front.Show(blocks...)
}

// session returns the conversation that is going on, nil when there is none or
// it has ended by itself.
func (s *Shell) session() *session.Session {
	s.mu.Lock()
	c := s.sess
	s.mu.Unlock()
	if c == nil || c.Over() {
		return nil
	}
	return c
}

// Connected reports whether a conversation is going on.
func (s *Shell) Connected() bool { return s.session() != nil }

// Quitting reports whether the learner has asked to leave.
func (s *Shell) Quitting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quit
}

// Place is where the learner stands, for a prompt.
type Place struct {
	Connected bool
	Host      string
	Context   protocol.Context
}

// Place returns where the learner stands.
func (s *Shell) Place() Place {
	c := s.session()
	if c == nil {
		return Place{}
	}
	return Place{Connected: true, Host: c.Host, Context: c.Context()}
}

// Close hangs up and saves the lesson's progress.
func (s *Shell) Close() {
	if c := s.session(); c != nil {
		_ = c.Close()
	}
	s.saveProgress()
}

// report shows an error of a lab command, if it is one.
func (s *Shell) report(err error) {
	if err == nil {
		return
	}
	text := Say("trouble.other", phrases.Args{"error": phrases.Clean(err.Error())})
	var t *Trouble
	if errors.As(err, &t) {
		text = t.Text()
	}
	s.show(Block{Kind: Problem, Text: text})
}

// waitContext bounds one wait for the server.
func (s *Shell) waitContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.cfg.Patience)
}

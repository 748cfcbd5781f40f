package terminal

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/terminal/editor"
)

// Interactive is the front end at a terminal: the renderer, drawing through the
// line editor so that nothing destroys what is being typed.
type Interactive struct {
	*Renderer
	ed    *editor.Editor
	shell *lab.Shell
	pace  func(context.Context, string) error // how a line that the program types appears

	seen   atomic.Pointer[lab.Shell] // shell, for the goroutine that reads keys
	unsent []string                  // lines read that were typed for a connection that is gone

	mu     sync.Mutex
	cancel context.CancelFunc // breaks off the line that is being carried out
}

// InteractiveOptions say how to sit at the terminal.
type InteractiveOptions struct {
	HistoryFile string
	Look        Look
	Lang        phrases.Lang
}

// NewInteractive takes the terminal over; Close gives it back. The error is
// editor.ErrNotTerminal where there is none.
func NewInteractive(o InteractiveOptions) (*Interactive, error) {
	t := &Interactive{}
	ed, err := editor.New(editor.Options{
		HistoryFile: o.HistoryFile, Complete: t.complete, Interrupt: t.interrupt, Stamp: t.lost, SearchPrompt: t.searchPrompt,
	})
	if err != nil {
		return nil, err
	}
	t.ed = ed
	t.Renderer = NewRenderer(ed, ed.Width, o.Look, o.Lang)
	return t, nil
}

// ShowHistoryTrouble says so when the history file cannot be read.
func (t *Interactive) ShowHistoryTrouble() {
	if err := t.ed.HistoryErr(); err != nil {
		t.Show(lab.Block{Kind: lab.Problem, Text: say("history-unreadable", phrases.Args{"error": phrases.Clean(err.Error())})})
	}
}

// Close gives the terminal back.
func (t *Interactive) Close() error { return t.ed.Close() }

// Run reads lines and lets the shell carry them out until the learner leaves.
func (t *Interactive) Run(ctx context.Context, shell *lab.Shell) error {
	t.shell = shell
	t.seen.Store(shell)
	// A read waits for keys and knows no context: giving the terminal back ends it.
	defer context.AfterFunc(ctx, func() { _ = t.ed.Close() })()
	warned := false
	for !shell.Quitting() && ctx.Err() == nil {
		t.tellUnsent()
		line, err := t.readLine()
		switch {
		case err == nil:
			warned = false
			t.carryOut(ctx, line)
		case errors.Is(err, editor.ErrInterrupt):
			t.onlyTheLine()
		case errors.Is(err, editor.ErrEscape):
			t.escape(ctx)
		case errors.Is(err, io.EOF) && shell.Connected() && !warned:
			warned = true
			t.stillConnected()
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, editor.ErrClosed):
			return ctx.Err()
		default:
			return err
		}
	}
	return nil
}

// onlyTheLine tells who presses Ctrl-C amid a mail that the mail goes on, and the ways out of it.
func (t *Interactive) onlyTheLine() {
	if t.shell.Place().Context.InContent() {
		t.Show(lab.Block{Kind: lab.Note, Text: say("interrupted-in-content", nil)})
	}
}

// stillConnected tells what the next Ctrl-D would do, and what the proper end is.
func (t *Interactive) stillConnected() {
	at, key := t.shell.Place(), "still-connected"
	if at.Context.InContent() {
		key = "still-in-content"
	}
	t.Show(lab.Block{Kind: lab.Note, Text: say(key, phrases.Args{"host": phrases.Clean(at.Host)})})
}

// readLine reads where the learner stands: in the content of a mail a Tab is a
// Tab, and no history comes up.
func (t *Interactive) readLine() (string, error) {
	since := t.prompt.since()
	at := t.shell.Place()
	t.prompt.propose(t.Prompt(at), since)
	if at.Context.InContent() {
		return t.ed.ReadRaw(t.prompt.get)
	}
	return t.ed.ReadLine(t.prompt.get)
}

// carryOut runs one line; Ctrl-C meanwhile breaks the waiting off, not the connection.
func (t *Interactive) carryOut(ctx context.Context, line string) {
	keep := t.shell.Keep(line)
	done, stamp := false, t.ed.Stamp()
	t.breakable(ctx, func(ctx context.Context) { done = t.shell.LineTyped(ctx, line, stamp) })
	if !done {
		t.unsent = append(t.unsent, line)
		return
	}
	if !keep.Memory {
		return
	}
	// Only now: nobody should wait for a file between Enter and the server's answer.
	if err := t.ed.AddHistory(line, keep.File); err != nil {
		t.historyTrouble(err)
	}
}

// breakable runs f with a context that Ctrl-C ends.
func (t *Interactive) breakable(ctx context.Context, f func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	t.mu.Lock()
	t.cancel = cancel
	t.mu.Unlock()
	f(ctx)
	t.mu.Lock()
	t.cancel = nil
	t.mu.Unlock()
	cancel()
}

// Breakable runs f so that Ctrl-C ends its context.
func (t *Interactive) Breakable(ctx context.Context, f func(context.Context)) { t.breakable(ctx, f) }

func (t *Interactive) interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil {
		t.cancel()
	}
}

func (t *Interactive) historyTrouble(err error) {
	t.Show(lab.Block{Kind: lab.Problem, Text: say("history-unwritable", phrases.Args{"error": phrases.Clean(err.Error())})})
}

// escape is telnet's escape prompt: one of the few words that work anywhere.
func (t *Interactive) escape(ctx context.Context) {
	for again := true; again; {
		line, err := t.ed.ReadAside(t.paint.paint(styleGoal, "telnet>") + " ")
		if err != nil {
			return
		}
		t.breakable(ctx, func(ctx context.Context) { again = t.shell.Escape(ctx, line) })
	}
}

// Event draws an event, and changes the prompt under it where one is shown.
func (t *Interactive) Event(e protocol.Event) {
	t.Renderer.Event(e)
	switch e.Kind {
	case protocol.KindReply:
		t.retitle(lab.Place{Connected: true, Host: e.Host, Context: *e.After})
	case protocol.KindClosed:
		t.retitle(lab.Place{})
	}
}

func (t *Interactive) retitle(p lab.Place) {
	if prompt := t.Prompt(p); t.prompt.set(prompt) {
		t.ed.SetPrompt(prompt)
	}
}

// Ask asks at the terminal; a secret answer is masked.
func (t *Interactive) Ask(_ context.Context, question phrases.Text, secret bool) (string, error) {
	read := t.ed.ReadAside
	if secret {
		read = t.ed.ReadSecret
	}
	answer, err := read(question.In(t.lang))
	if err != nil {
		return "", lab.ErrNoAnswer
	}
	return answer, nil
}

// Type shows a line as if it were typed here.
func (t *Interactive) Type(ctx context.Context, at lab.Place, line string) error {
	t.prompt.set(t.Prompt(at))
	pace := t.pace
	if pace == nil {
		pace = noPace
	}
	return typeLine(ctx, t.ed, t.prompt.get(), line, pace)
}

func (t *Interactive) complete(line string, cursor int) editor.Completion {
	if t.shell == nil {
		return editor.Completion{}
	}
	start, found := t.shell.Complete(line, cursor)
	out := editor.Completion{Start: start}
	for _, c := range found {
		out.Candidates = append(out.Candidates, editor.Candidate{Text: c.Text, Note: c.Note.In(t.shell.Lang())})
	}
	return out
}

func (t *Interactive) searchPrompt(pattern string, forward, failing bool) string {
	key := "search.back"
	switch {
	case failing:
		key = "search.failing"
	case forward:
		key = "search.forward"
	}
	return say(key, phrases.Args{"pattern": phrases.Clean(pattern)}).In(t.lang)
}

// Pace sets how lines that the program types appear: like a person's, or at once.
func (t *Interactive) Pace(human bool) {
	t.pace = noPace
	if human {
		t.pace = humanPace
	}
}

// noPace types without a pause.
func noPace(ctx context.Context, _ string) error { return ctx.Err() }

// humanPace waits as long as a practised typist takes for a character, and a
// little longer between words.
func humanPace(ctx context.Context, char string) error {
	wait := 45 * time.Millisecond
	if char == " " || char == "\n" {
		wait = 140 * time.Millisecond
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package editor

import (
	"errors"
	"io"
	"slices"
)

// mode is what differs between the kinds of reads.
type mode int

const (
	modeLine   mode = iota
	modeSecret      // masked; no history, no completion, nothing kept
	modeRaw         // Tab is text; no history, no completion
	modeAside       // the same for a question in between: what ErrEscape kept waits on
)

// session is the state of the read under way. It is guarded by Editor.mu.
type session struct {
	mode     mode
	prompt   string
	line     line // what readline holds, for drawing
	search   *search
	active   bool  // from the start of a read until its line is left on the screen
	reading  bool  // keys are wanted: active, and the line is not ended yet
	busy     bool  // readline works on a rune
	pending  event // what the rune stands for
	outcome  error // why the line ended
	endStamp int   // the stamp of the key that ended it
}

// Prompt gives the prompt of a read at the moment the read begins: from then on SetPrompt changes
// it, so that no change is lost between the two. It must not call the editor.
type Prompt func() string

// ReadLine reads a line. It returns io.EOF for Ctrl-D on an empty line or the end
// of the input, ErrInterrupt, ErrEscape or ErrClosed.
func (e *Editor) ReadLine(prompt Prompt) (string, error) { return e.read(modeLine, prompt) }

// ReadSecret reads a line that is shown as stars and forgotten afterwards. Its
// errors are those of ReadLine.
func (e *Editor) ReadSecret(prompt string) (string, error) {
	return e.read(modeSecret, func() string { return prompt })
}

// ReadRaw reads a line in which Tab is a character, without history: a line of a
// mail, say. Its errors are those of ReadLine.
func (e *Editor) ReadRaw(prompt Prompt) (string, error) { return e.read(modeRaw, prompt) }

// ReadAside reads the answer to a question asked in between: an escape prompt,
// say. A line kept by ErrEscape waits for the read after it. Its errors are those
// of ReadLine.
func (e *Editor) ReadAside(prompt string) (string, error) {
	return e.read(modeAside, func() string { return prompt })
}

// aside reports whether the read leaves alone what ErrEscape kept.
func (m mode) aside() bool { return m == modeSecret || m == modeAside }

func (e *Editor) read(m mode, prompt Prompt) (string, error) {
	if err := e.begin(m, prompt); err != nil {
		return "", err
	}
	text, ok := e.engine.readLine()
	return e.end(text, ok)
}

func (e *Editor) begin(m mode, prompt Prompt) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	busy := e.busy // readline may not be done with the line before
	e.session = session{mode: m, prompt: prompt(), active: true, reading: true, busy: busy}
	e.killed.again = false
	e.history.start()
	if !m.aside() && len(e.kept.text) > 0 {
		e.queue = slices.Insert(e.queue, 0, event{key: keyRestore, text: e.kept.text})
	}
	e.changed.Broadcast()
	if len(e.queue) == 0 { // type-ahead is drawn with the line it makes
		e.redraw()
	}
	return nil
}

// end leaves the line on the screen, or takes it away if it is kept for later.
func (e *Editor) end(text string, ok bool) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.active, e.reading = false, false
	if e.closed && !ok && e.outcome == nil {
		return "", ErrClosed
	}
	outcome := e.outcome
	if ok {
		outcome = nil
	}
	e.search = nil
	switch {
	case errors.Is(outcome, ErrEscape):
		if !e.mode.aside() {
			e.kept = e.line
		}
		e.screen.hide()
	case errors.Is(outcome, ErrInterrupt):
		if !e.mode.aside() {
			e.kept = line{} // should it not have come back yet
		}
		e.screen.leave(e.view(), "^C")
	default:
		e.screen.leave(e.view(), "")
	}
	e.releaseHeld()
	_ = e.screen.flush()
	if outcome != nil {
		return "", outcome
	}
	return fromRunes([]rune(text)), nil
}

// nextRune waits for the next key of the read under way and translates it for
// readline.
func (e *Editor) nextRune() (rune, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for !e.closed && (!e.reading || e.busy || len(e.queue) == 0) {
		e.changed.Wait()
	}
	if e.closed {
		return 0, false
	}
	ev := e.queue[0]
	e.endStamp = ev.stamp
	if ev.key == keyHangup {
		return e.hangup(), true
	}
	e.queue = e.queue[1:]
	e.busy, e.pending = true, ev
	switch ev.key {
	case keyText:
		if len(ev.text) == 1 {
			return ev.text[0], true
		}
	case keyEnter:
		return e.finish(runeEnter, nil), true
	case keyInterrupt:
		return e.finish(runeInterrupt, ErrInterrupt), true
	case keyEscape:
		return e.finish(runeInterrupt, ErrEscape), true
	case keyDeleteOrEOF:
		if len(e.line.text) == 0 && e.search == nil {
			return e.finish(runeEOF, io.EOF), true
		}
	case keyHome:
		return runeHome, true
	case keyEnd:
		return runeEnd, true
	}
	return keyBase + rune(ev.key), true
}

// hangup ends the line with the input: a last line without a line break counts,
// and every read after it is at the end.
func (e *Editor) hangup() rune {
	e.busy, e.pending = true, event{}
	if len(e.line.text) > 0 {
		return e.finish(runeEnter, nil)
	}
	return e.finish(runeEOF, io.EOF)
}

// finish notes why the read ends. The keys behind wait for the next one.
func (e *Editor) finish(r rune, outcome error) rune {
	e.reading, e.outcome = false, outcome
	return r
}

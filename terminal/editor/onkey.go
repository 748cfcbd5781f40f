package editor

import "slices"

// onKey is called on readline's goroutine when it has handled rune r. It does
// what readline does not, and returns the line to go on with.
func (e *Editor) onKey(text []rune, pos int, r rune) ([]rune, int, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.done()
	switch r {
	case runeEnter, runeInterrupt, runeEOF:
		return nil, 0, false // the line is gone, and the next read may have begun
	}
	l := line{text, pos}
	if r >= keyBase && r < byteBase { // take our rune out of the line
		l = line{slices.Delete(text, pos-1, pos), pos - 1}
	}
	l = e.apply(e.pending, l)
	e.line = l
	if len(e.queue) == 0 { // otherwise the next key draws
		e.redraw()
	}
	// readline edits in place, and l may be a line of the history or a search.
	return slices.Clone(l.text), l.pos, true
}

// done lets the next key through.
func (e *Editor) done() {
	e.busy, e.pending = false, event{}
	e.changed.Broadcast()
}

// apply does what a key asks for. l is the line after readline handled the key,
// which has put typed characters in already.
func (e *Editor) apply(ev event, l line) line {
	if e.search != nil && !ev.pasted {
		found, stays := e.search.key(ev, &e.history, e.line)
		if stays {
			return found
		}
		return e.leaveSearch(ev, l)
	}
	e.search = nil
	if kills[ev.key] == nil {
		e.killed.again = false
	}
	return e.edit(ev, l)
}

// leaveSearch goes on with the line found, or with the old one on Ctrl-G.
func (e *Editor) leaveSearch(ev event, l line) line {
	s := e.search
	e.search = nil
	if ev.key == keyCancel {
		return s.saved
	}
	e.history.at = s.at
	return e.apply(ev, l)
}

func (e *Editor) edit(ev event, l line) line {
	if move := motions[ev.key]; move != nil {
		return line{l.text, move(l)}
	}
	if end := erasures[ev.key]; end != nil {
		return l.remove(end(l))
	}
	if end := kills[ev.key]; end != nil {
		return e.kill(l, end(l))
	}
	switch ev.key {
	case keyText:
		if len(ev.text) > 1 { // a single one readline has put in itself
			return l.insert(ev.text)
		}
	case keyRestore:
		pos := e.kept.pos
		e.kept = line{}
		return line{slices.Clone(ev.text), pos}
	case keyDeleteOrEOF:
		return l.remove(l.right())
	case keyYank:
		if e.mode != modeSecret {
			return l.insert(e.killed.text)
		}
	case keyTranspose:
		return l.transpose()
	case keyUp:
		return e.walk(-1, l)
	case keyDown:
		return e.walk(1, l)
	case keySearchBack, keySearchForward:
		e.startSearch(ev.key == keySearchForward, l)
	case keyTab:
		return e.tab(l)
	case keyClear:
		e.screen.clear()
	}
	return l
}

// kill removes up to an index and keeps what it removed, but never a secret.
func (e *Editor) kill(l line, to int) line {
	if e.mode != modeSecret && to != l.pos {
		e.killed.add(l.between(to), to > l.pos)
	}
	return l.remove(to)
}

func (e *Editor) walk(by int, l line) line {
	if e.mode != modeLine {
		return l
	}
	text, ok := e.history.step(by, slices.Clone(l.text))
	if !ok {
		return l
	}
	return line{slices.Clone(text), len(text)}
}

func (e *Editor) startSearch(forward bool, l line) {
	if e.mode != modeLine {
		return
	}
	at := min(e.history.at, len(e.history.lines))
	saved := line{slices.Clone(l.text), l.pos}
	e.search = &search{forward: forward, at: at, from: at, saved: saved}
}

func (e *Editor) tab(l line) line {
	switch {
	case e.mode == modeRaw:
		return l.insert(toRunes("\t"))
	case e.mode.aside() || e.opts.Complete == nil:
		return l
	}
	var list []Candidate
	e.unlocked(func() { l, list = complete(e.opts.Complete, l) })
	if len(list) > 0 {
		width, height := e.terminalSize()
		e.printAbove([]byte(listCandidates(list, width, height)))
	}
	return l
}

// unlocked runs a callback, which may use the editor.
func (e *Editor) unlocked(f func()) {
	e.mu.Unlock()
	defer e.mu.Lock()
	f()
}

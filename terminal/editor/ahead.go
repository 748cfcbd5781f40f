package editor

import "slices"

// stamp is what a key is stamped with.
func (e *Editor) stamp(ev event) int {
	switch {
	case ev.pasted:
		return e.pasteStamp
	case e.opts.Stamp == nil:
		return 0
	}
	return e.opts.Stamp()
}

// Stamp returns the stamp of the key that ended the line read last.
func (e *Editor) Stamp() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.endStamp
}

// DropBefore takes away what waits with a stamp below the given one, and returns its lines: whole
// lines, and of a paste its unfinished last one, too. What was typed of a line without Enter stays.
// It is for the time between two reads.
func (e *Editor) DropBefore(stamp int) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	whole := 0
	for i, ev := range e.queue {
		if ev.stamp < stamp && (ev.key == keyEnter || ev.pasted) {
			whole = i + 1
		}
	}
	before := e.dropped
	e.dropped = nil
	at := 0
	e.drop(func(event) bool { at++; return at <= whole })
	lines := e.dropped
	e.dropped = before
	return lines
}

// Dropped returns the lines that Ctrl-C has taken out of the type-ahead since it was asked last.
func (e *Editor) Dropped() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	lines := e.dropped
	e.dropped = nil
	return lines
}

// drop takes keys out of the queue and notes their lines. The end of the input is never dropped.
func (e *Editor) drop(goes func(event) bool) {
	var text []rune
	e.queue = slices.DeleteFunc(e.queue, func(ev event) bool {
		if !goes(ev) || ev.key == keyHangup {
			return false
		}
		switch ev.key {
		case keyText, keyRestore:
			text = append(text, ev.text...)
		case keyEnter:
			e.dropped = append(e.dropped, fromRunes(text))
			text = nil
		}
		return true
	})
	if len(text) > 0 {
		e.dropped = append(e.dropped, fromRunes(text))
	}
}

package editor

import (
	"runtime"
	"slices"
	"time"
)

// escapeWait is how long the rest of a key code may take after its ESC. It is
// waited for only then, so a lone ESC comes through without another key.
const escapeWait = 50 * time.Millisecond

// source is where bytes are read from.
type source interface {
	// read waits for bytes: for ever, or for the given time if that is not
	// zero, after which it returns none.
	read(p []byte, wait time.Duration) (int, error)
	// cancel makes a read under way, and each to come, return an error.
	cancel() error
}

// pump reads the terminal for as long as the editor lives, in a read or not:
// Ctrl-C has to be seen at any time, and type-ahead to be kept.
func (e *Editor) pump() {
	defer close(e.pumped)
	d := decoder{emit: e.push}
	buf := make([]byte, 4096)
	for {
		wait := time.Duration(0)
		if d.waiting() {
			wait = escapeWait
		}
		n, err := e.source.read(buf, wait)
		switch {
		case n > 0:
			d.chunk(buf[:n])
			// The line goes on on this thread at once. Waiting in the kernel for
			// the next key first would leave it to a thread that must wake up.
			runtime.Gosched()
		case err != nil:
			d.settle()
			e.push(event{key: keyHangup})
			return
		default:
			d.settle()
		}
	}
}

// push queues an event. Text that has not been taken yet grows instead: the
// longer a line takes to draw, the more is drawn at once.
func (e *Editor) push(ev event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch ev.stamp = e.stamp(ev); ev.key {
	case keyInterrupt:
		e.interrupt()
		return
	case keyPaste:
		e.pasteStamp = ev.stamp
		return
	}
	if n := len(e.queue); n > 0 && joins(e.queue[n-1], ev) {
		e.queue[n-1].text = append(e.queue[n-1].text, ev.text...)
		return
	}
	e.queue = append(e.queue, ev)
	e.changed.Broadcast()
}

func joins(a, b event) bool {
	return a.key == keyText && b.key == keyText && a.pasted == b.pasted && a.stamp == b.stamp
}

// interrupt ends the line under way, and a paste with it however many lines are
// still to come. Between two reads it drops the type-ahead, as a terminal's line
// discipline does, and tells the program.
func (e *Editor) interrupt() {
	e.drop(func(ev event) bool { return ev.pasted || !e.reading })
	if !e.reading && e.opts.Interrupt != nil {
		go e.opts.Interrupt()
		return
	}
	at := len(e.queue)
	if at > 0 && e.queue[at-1].key == keyHangup {
		at--
	}
	e.queue = slices.Insert(e.queue, at, event{key: keyInterrupt})
	e.changed.Broadcast()
}

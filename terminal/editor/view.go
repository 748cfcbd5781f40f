package editor

import "strings"

// view arranges what is to be seen of the read under way.
func (e *Editor) view() layout {
	width, _ := e.screen.size()
	prompt, l := e.prompt, e.line
	if s := e.search; s != nil {
		show := e.opts.SearchPrompt
		if show == nil {
			show = plainSearchPrompt
		}
		prompt = show(fromRunes(s.pattern), s.forward, s.failing)
	}
	if e.mode == modeSecret {
		l = masked(l)
	}
	return arrange(prompt, l.text, l.pos, width)
}

// masked has a star for each character of l.
func masked(l line) line {
	count, pos := 0, 0
	for i := range clusters(l.text) {
		if i < l.pos {
			pos++
		}
		count++
	}
	return line{[]rune(strings.Repeat("*", count)), pos}
}

// redraw brings the screen up to date. That a terminal is gone shows in reading.
func (e *Editor) redraw() {
	e.screen.show(e.view())
	_ = e.screen.flush()
}

// SetPrompt changes the prompt of the line being read, if one is.
func (e *Editor) SetPrompt(prompt string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active && !e.closed {
		e.prompt = prompt
		e.redraw()
	}
}

// resized redraws for a new width of the terminal.
func (e *Editor) resized() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active && !e.closed {
		e.redraw()
	}
}

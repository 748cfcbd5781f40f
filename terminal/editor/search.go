package editor

import "strings"

// search is an incremental search in the history, under way while non-nil in
// Editor.
type search struct {
	pattern []rune
	forward bool
	failing bool
	at      int  // history index of the match; the line under way at first
	from    int  // where the search began
	saved   line // restored by Ctrl-G
}

// find looks for the pattern from index i on, in the direction of the search,
// and shows the match in l.
func (s *search) find(h *history, i int, l line) line {
	by := 1
	if !s.forward {
		by, i = -1, min(i, len(h.lines)-1) // the line under way is not searched
	}
	pattern := string(s.pattern)
	for ; i >= 0 && i < len(h.lines); i += by {
		text := toRunes(h.lines[i])
		if at := strings.Index(string(text), pattern); at >= 0 {
			s.at, s.failing = i, false
			found := line{text: text}
			found.pos = found.snap(len([]rune(string(text)[:at])))
			return found
		}
	}
	s.failing = true
	return l
}

// key handles a key of the search; false means the search is over and the key
// is to be handled as usual, on the line it found.
func (s *search) key(ev event, h *history, l line) (line, bool) {
	switch ev.key {
	case keyText:
		s.pattern = append(s.pattern, ev.text...)
		return s.find(h, s.at, l), true
	case keyBackspace:
		p := line{s.pattern, len(s.pattern)}
		s.pattern = s.pattern[:p.left()]
		s.at, s.failing = s.from, false
		if len(s.pattern) == 0 {
			return s.saved, true
		}
		return s.find(h, s.at, l), true
	case keySearchBack, keySearchForward:
		s.forward = ev.key == keySearchForward
		if len(s.pattern) == 0 {
			return l, true
		}
		if s.forward {
			return s.find(h, s.at+1, l), true
		}
		return s.find(h, s.at-1, l), true
	}
	return l, false
}

// plainSearchPrompt is used when Options has none: the key and the pattern.
func plainSearchPrompt(pattern string, forward, failing bool) string {
	mark := "^R"
	if forward {
		mark = "^S"
	}
	if failing {
		mark += "?"
	}
	return mark + "[" + pattern + "] "
}

package editor

// history holds former lines. While a line is read it can be walked, and what
// is changed on the way, the line under way included, is kept until the read ends.
type history struct {
	lines []string
	limit int

	at      int // index walked to; len(lines) is the line under way
	changed map[int][]rune
}

// add remembers a line unless it is empty or repeats the one before.
func (h *history) add(text string) bool {
	if text == "" || (len(h.lines) > 0 && h.lines[len(h.lines)-1] == text) {
		return false
	}
	h.lines = append(h.lines, text)
	if over := len(h.lines) - h.limit; over > 0 {
		h.lines = h.lines[over:]
	}
	return true
}

// start begins a walk at the line under way.
func (h *history) start() {
	h.at, h.changed = len(h.lines), nil
}

// step walks by one line, leaving current behind; false at either end.
func (h *history) step(by int, current []rune) ([]rune, bool) {
	// Lines may have been added while this one is read.
	h.at = min(h.at, len(h.lines))
	to := h.at + by
	if to < 0 || to > len(h.lines) {
		return nil, false
	}
	if h.changed == nil {
		h.changed = map[int][]rune{}
	}
	h.changed[h.at] = current
	h.at = to
	return h.get(to), true
}

func (h *history) get(i int) []rune {
	if text, ok := h.changed[i]; ok {
		return text
	}
	if i < len(h.lines) {
		return toRunes(h.lines[i])
	}
	return nil
}

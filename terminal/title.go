package terminal

import "sync"

// title is the prompt of the place where the learner stands. Events change it while lines are being
// read, and what was worked out before an event never replaces what the event brought.
type title struct {
	mu      sync.Mutex
	text    string
	changes int
}

// get returns the prompt.
func (t *title) get() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text
}

// since returns a mark of this moment, for propose.
func (t *title) since() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changes
}

// set changes the prompt and reports whether it is another one now.
func (t *title) set(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := t.text != text
	t.text = text
	t.changes++
	return changed
}

// propose changes the prompt unless it was changed since the mark.
func (t *title) propose(text string, since int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changes == since {
		t.text = text
	}
}

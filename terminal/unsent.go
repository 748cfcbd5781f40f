package terminal

import (
	"slices"
	"strings"

	"maillab/lab"
	"maillab/phrases"
)

// lost counts the conversations that ended of themselves, at the moment when a key is pressed.
func (t *Interactive) lost() int {
	if s := t.seen.Load(); s != nil {
		return s.Lost()
	}
	return 0
}

// tellUnsent says which lines were typed or pasted ahead and went nowhere: those for a connection that is
// gone, and those that Ctrl-C took away.
func (t *Interactive) tellUnsent() {
	gone := slices.Concat(t.unsent, t.ed.DropBefore(t.shell.Lost()))
	t.unsent = nil
	t.tellLines("unsent.gone", gone)
	t.tellLines("unsent.interrupted", t.ed.Dropped())
}

// mostUnsent is how many lines are shown again; who pasted more has them still.
const mostUnsent = 20

func (t *Interactive) tellLines(key string, lines []string) {
	if strings.TrimSpace(strings.Join(lines, "")) == "" { // Enter, pressed out of impatience
		return
	}
	blocks := []lab.Block{
		{Kind: lab.Problem, Text: say(key, phrases.Args{"n": itoa(len(lines))})},
		{Kind: lab.Verbatim, Lines: lines[:min(len(lines), mostUnsent)]},
	}
	if more := len(lines) - mostUnsent; more > 0 {
		blocks = append(blocks, lab.Block{Kind: lab.Note, Text: say("unsent.more", phrases.Args{"n": itoa(more)})})
	}
	t.Show(blocks...)
}

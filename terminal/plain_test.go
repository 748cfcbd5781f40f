package terminal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/phrases"
)

// TestLessonPlain: a lesson for a screen reader is text alone: a line a fact, no sign, bar, column or
// caret, no colour even where colour is on.
func TestLessonPlain(t *testing.T) {
	for _, lang := range phrases.Langs {
		screen := settled(played(t, "smtp-send", lang, 80, Look{Plain: true, Colour: true}))
		for _, sign := range []string{"│", "✓", "▶", "•", "\x1b"} {
			assert.NotContains(t, screen, sign, lang)
		}
		for _, line := range strings.Split(strings.TrimRight(screen, "\n"), "\n") {
			assert.NotEmpty(t, strings.Trim(line, " ^"), "%s: an empty line or a caret", lang)
			assert.False(t, strings.HasPrefix(line, " ") || strings.HasPrefix(line, "S: "), "%s: %q", lang, line)
		}
		golden(t, "smtp-send.plain."+string(lang)+".txt", screen)
	}
}

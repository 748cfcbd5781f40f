package terminal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/lab"
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

// TestStepsPlain: signs alone in a cell are words, and an empty cell is nothing.
func TestStepsPlain(t *testing.T) {
	cell := func(s string) phrases.Text { return phrases.Text{EN: s, ZH: s} }
	table := lab.Block{Kind: lab.Table, Rows: [][]phrases.Text{
		{cell(lab.SignDone), cell("1"), cell("A")}, {cell(lab.SignGivenUp), cell("2"), cell("B")},
		{cell(lab.SignHere), cell("3"), cell("C")}, {cell(" "), cell("4"), cell("D")},
	}}
	for lang, want := range map[phrases.Lang]string{
		phrases.English: "done: 1, A\nskipped: 2, B\nyou are here: 3, C\n4: D\n",
		phrases.Chinese: "已完成：1，A\n跳过：2，B\n现在在这里：3，C\n4：D\n",
	} {
		var out strings.Builder
		NewRenderer(&out, func() int { return 80 }, Look{Plain: true}, lang).Show(table)
		assert.Equal(t, want, out.String())
	}
}

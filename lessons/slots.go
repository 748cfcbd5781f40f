package lessons

import (
	"fmt"

	"maillab/phrases"
)

// slot is a heading that lesson.toml calls for, and where its words go.
type slot struct {
	key   string
	place string // in lesson.toml
	put   func(d *draft, o *outline, l phrases.Lang, s *section)
}

// String names the heading as an author writes it.
func (s slot) String() string { return headingName(s.key) }

func headingName(key string) string {
	step, sub := cutKey(key)
	switch {
	case key == "":
		return "the title"
	case sub != "":
		return fmt.Sprintf("### %s under ## %s", sub, step)
	}
	return "## " + step
}

// slots lists every heading of a words file in order.
func (d *draft) slots() []slot {
	l := d.lesson
	out := []slot{{"", "id", putTitle}}
	for i := range l.Steps {
		out = append(out, d.stepSlots(i)...)
	}
	if len(l.Mistakes) > 0 {
		out = append(out, slot{reserved, "mistake[0]", putNothing})
		out = append(out, mistakeSlots(reserved, "mistake", l.Mistakes)...)
	}
	return out
}

func (d *draft) stepSlots(i int) []slot {
	s := &d.lesson.Steps[i]
	place := fmt.Sprintf("step[%d]", i)
	out := []slot{
		{s.ID, place, putStep(s)},
		{s.ID + "/goal", place, putWords(&s.Goal)},
		{s.ID + "/hints", place, putHints(s)},
		{s.ID + "/done", place, putWords(&s.Done)},
	}
	for j := range s.Evidence {
		if e := &s.Evidence[j]; len(s.Evidence) > 1 {
			out = append(out, slot{s.ID + "/missing " + e.ID, fmt.Sprintf("%s.evidence[%d]", place, j), putWords(&e.Missing)})
		}
	}
	return append(out, mistakeSlots(s.ID, place+".mistake", s.Mistakes)...)
}

func mistakeSlots(owner, list string, all []Mistake) []slot {
	var out []slot
	for i := range all {
		out = append(out, slot{owner + "/mistake " + all[i].ID, fmt.Sprintf("%s[%d]", list, i), putWords(&all[i].Words)})
	}
	return out
}

// putTitle takes the lesson's title and summary.
func putTitle(d *draft, o *outline, l phrases.Lang, s *section) {
	if s.title == "" {
		o.add(o.file, s.line, "the title is empty")
	}
	setText(&d.lesson.Title, l, s.title)
	putWords(&d.lesson.Summary)(d, o, l, s)
}

// putStep takes a step's title and prose.
func putStep(step *Step) func(*draft, *outline, phrases.Lang, *section) {
	return func(d *draft, o *outline, l phrases.Lang, s *section) {
		if s.title == "" {
			o.add(o.file, s.line, "## %s lacks a title after its id", s.key)
		}
		setText(&step.Title, l, s.title)
		putWords(&step.Prose)(d, o, l, s)
	}
}

// putHints takes an ordered list.
func putHints(step *Step) func(*draft, *outline, phrases.Lang, *section) {
	return func(d *draft, o *outline, l phrases.Lang, s *section) {
		d.hints[hintsAt{step.ID, l}] = s.line
		if len(s.blocks) == 0 {
			o.add(o.file, s.line, "%s is empty", headingName(s.key))
		}
		for i, b := range s.blocks {
			if b.Number != i+1 {
				o.add(o.file, s.line, "%s must be one list numbered from 1", headingName(s.key))
				return
			}
			if i == len(step.Hints) {
				step.Hints = append(step.Hints, Words{})
			}
			step.Hints[i].set(l, []Block{{Kind: Paragraph, Text: b.Text}})
		}
	}
}

func putWords(w *Words) func(*draft, *outline, phrases.Lang, *section) {
	return func(_ *draft, o *outline, l phrases.Lang, s *section) {
		if len(s.blocks) == 0 {
			o.add(o.file, s.line, "%s has no words", headingName(s.key))
		}
		w.set(l, s.blocks)
		if !w.alike() {
			o.add(o.file, s.line, "%s is not laid out as in the other language (%s against %s)", headingName(s.key), layout(w.ZH), layout(w.EN))
		}
	}
}

// putNothing is for a heading that only holds others.
func putNothing(_ *draft, o *outline, _ phrases.Lang, s *section) {
	if len(s.blocks) > 0 {
		o.add(o.file, s.line, "## %s holds ### mistake headings only", s.key)
	}
}

func setText(t *phrases.Text, l phrases.Lang, s string) {
	if l == phrases.Chinese {
		t.ZH = s
	} else {
		t.EN = s
	}
}

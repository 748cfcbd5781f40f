package explain_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/phrases"
)

// texts lists every text of an annotation.
func texts(a explain.Annotation) []phrases.Text {
	list := append([]phrases.Text{a.Summary}, a.Details...)
	for _, s := range a.Spans {
		list = append(list, s.Text)
	}
	for _, s := range a.Digits {
		list = append(list, s.Text)
	}
	for _, s := range a.Sections {
		list = append(list, s.Title)
		for _, r := range s.Rows {
			list = append(list, r.Text, phrases.Text{EN: r.Label, ZH: r.Label})
		}
	}
	for _, n := range a.Next {
		list = append(list, n.Why)
	}
	return list
}

// assertTexts: words in both languages, no place left open, no key missing,
// nothing that a terminal would act on.
func assertTexts(t *testing.T, a explain.Annotation, where string) {
	t.Helper()
	for _, x := range texts(a) {
		if x.EN == "" || x.ZH == "" {
			t.Errorf("%s: a text lacks a language: %q %q", where, x.EN, x.ZH)
		}
		for _, s := range []string{x.EN, x.ZH} {
			if strings.Contains(s, "«") && !strings.Contains(where, "«") || !utf8.ValidString(s) || explain.Clean(s) != s {
				t.Errorf("%s: %q", where, s)
			}
		}
	}
}

// assertSpans: in order, without overlap, inside the reply.
func assertSpans(t *testing.T, a explain.Annotation, raw string) {
	t.Helper()
	end := 0
	for _, s := range a.Spans {
		if s.Start < end || s.End <= s.Start || s.End > len(raw) {
			t.Errorf("span %d-%d (%s) is out of place in %q", s.Start, s.End, s.Kind, raw)
		}
		end = s.End
	}
	assert.LessOrEqual(t, end, len(raw))
}

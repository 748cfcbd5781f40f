package editor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListCandidates(t *testing.T) {
	noted := []Candidate{{"MAIL", "发件人是谁"}, {"认证", "note"}, {"Q", ""}}
	require.Equal(t, "MAIL  发件人是谁\n认证  note\nQ\n", listCandidates(noted, 80, 24))
	require.Equal(t, "MAIL  发件…\n认证  note\nQ\n", listCandidates(noted, 13, 24))
	require.Equal(t, "MAIL\n认证\nQ\n", listCandidates(noted, 6, 24))
	require.Equal(t, "MAIL  Q\n认证\n", listCandidates(noted, 11, 4))

	var many []Candidate
	for range 100 {
		many = append(many, Candidate{Text: "候选"})
	}
	list := listCandidates(many, 20, 10)
	require.Equal(t, strings.Repeat("候选  候选  候选\n", 7)+"…\n", list)
	listCandidates(many, 1, 1)
}

func TestComplete(t *testing.T) {
	tests := []struct {
		name, before, after string
		start               int
		candidates          []string
		want                string // with | for the cursor
		list                bool
	}{
		{"none", "ma", "", 0, nil, "ma|", false},
		{"one", "x ma", " y", 2, []string{"MAIL FROM:<"}, "x MAIL FROM:<| y", false},
		{"prefix", "认", "", 0, []string{"认证一", "认证二"}, "认证|", false},
		{"case only", "ma", "", 0, []string{"MAIL", "MARK"}, "MA|", true},
		{"no longer", "认证", "!", 0, []string{"认证一", "认证二"}, "认证|!", true},
		{"shorter", "abc", "", 0, []string{"axx", "ayy"}, "abc|", true},
		{"marks stay whole", "", "", 0, []string{"e\u0301", "e"}, "|", true},
		{"start out of range", "ab", "", 99, []string{"c"}, "abc|", false},
		{"bytes", "\xffa", "", 1, []string{"abc"}, "\xffabc|", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ask := func(l string, cursor int) Completion {
				require.Equal(t, test.before+test.after, l)
				require.Equal(t, len(test.before), cursor)
				c := Completion{Start: test.start}
				for _, text := range test.candidates {
					c.Candidates = append(c.Candidates, Candidate{Text: text})
				}
				return c
			}
			before := toRunes(test.before)
			l := line{append(before, toRunes(test.after)...), len(before)}
			got, list := complete(ask, l)
			require.Equal(t, test.want, fromRunes(got.text[:got.pos])+"|"+fromRunes(got.text[got.pos:]))
			require.Equal(t, test.list, list != nil)
		})
	}
}

func TestVisible(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
		width int
	}{
		{"你好", 4, "你好", 4},
		{"你好", 3, "你…", 3},
		{"你好", 2, "…", 1},
		{"abc", 0, "", 0},
		{"a\x1b[m", 9, "a^[[m", 5},
	} {
		got, width := visible(test.text, test.limit)
		require.Equal(t, test.want, got)
		require.Equal(t, test.width, width)
	}
}

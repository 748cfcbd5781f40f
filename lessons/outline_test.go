package lessons_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lessons"
)

var osContent = os.DirFS("content")

// prose loads the small lesson with md as the words of its first step.
func prose(t *testing.T, md string) []lessons.Block {
	t.Helper()
	text := strings.Replace(goodMD, "Prose.", md, 1)
	lib, err := lessons.Load(folder(goodTOML, text, text))
	require.NoError(t, err)
	return lib.Lessons()[0].Steps[0].Prose.EN
}

func TestTextBecomesBlocks(t *testing.T) {
	for md, want := range map[string][]lessons.Block{
		"One\ntwo.\n\nThree.":         {{Kind: "paragraph", Text: "One two."}, {Kind: "paragraph", Text: "Three."}},
		"一行\n两行，\n`三` 行\n四":           {{Kind: "paragraph", Text: "一行两行，`三` 行四"}},
		"说 `a`\n再说 b\n完":              {{Kind: "paragraph", Text: "说 `a` 再说 b 完"}},
		"3. a\n4. `b`\n   c":          {{Kind: "item", Number: 3, Text: "a"}, {Kind: "item", Number: 4, Text: "`b` c"}},
		"- a\n- *b*":                  {{Kind: "item", Text: "a"}, {Kind: "item", Text: "*b*"}},
		"```\n250-x\n\n  `*\n```":     {{Kind: "code", Text: "250-x"}, {Kind: "code", Text: ""}, {Kind: "code", Text: "  `*"}},
		"a `b\nc` d":                  {{Kind: "paragraph", Text: "a `b c` d"}},
		"`*` and ``. `` and `<a@b>`.": {{Kind: "paragraph", Text: "`*` and `. ` and `<a@b>`."}},
	} {
		assert.Equal(t, want, prose(t, md), md)
	}
}

func TestRuns(t *testing.T) {
	assert.Equal(t, []lessons.Run{
		{Style: lessons.Plain, Text: "say "}, {Style: lessons.CodeRun, Text: "*"}, {Style: lessons.Plain, Text: ", "},
		{Style: lessons.Emphasis, Text: "not"}, {Style: lessons.CodeRun, Text: "x"},
	}, lessons.Runs("say `*`, *not*`x`"))
	assert.Equal(t, []lessons.Run{{Style: lessons.CodeRun, Text: "a `b"}}, lessons.Block{Kind: lessons.Code, Text: "a `b"}.Runs())
	assert.Equal(t, []lessons.Run{{Text: "a lone ` mark"}}, lessons.Runs("a lone ` mark"))
}

// The loader neither panics nor takes words that it cannot place.
func FuzzWords(f *testing.F) {
	f.Add(goodMD)
	f.Add("#\n##\n###\n####\n")
	f.Add("## one\n===\n- \n\n1.\n\n`\n*\n")
	f.Add("# t\n\n```\n")
	f.Add("Title\n=====\n\none two\n---\n")
	f.Fuzz(func(t *testing.T, md string) {
		lib, err := lessons.Load(folder(goodTOML, md, goodMD))
		if err != nil {
			assert.Nil(t, lib)
			return
		}
		s := lib.Lessons()[0].Steps[0]
		assert.NotEmpty(t, s.Prose.EN)
		assert.NotEmpty(t, s.Goal.EN)
		assert.Len(t, s.Hints, 2)
		for _, b := range s.Prose.EN {
			assert.NotContains(t, b.Text, "\n")
			b.Runs()
		}
	})
}

func FuzzStructure(f *testing.F) {
	f.Add(goodTOML)
	f.Add("[[step]]\n[[step.evidence]]\nor = [{kind = \"x\"}, {}]\n")
	f.Fuzz(func(_ *testing.T, toml string) {
		_, _ = lessons.Load(folder(toml, goodMD, goodMD))
	})
}

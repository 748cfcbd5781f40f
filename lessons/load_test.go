package lessons_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lessons"
)

// A small lesson that is in order; the tests break one thing of it at a time.
const (
	goodTOML = `id = "x"
order = 1
protocol = "smtp"
[[step]]
id = "one"
solution = ["ehlo x"]
states = ["greeted"]
[[step.evidence]]
id = "a"
kind = "reply"
verb = ["EHLO"]
[[step.evidence]]
id = "b"
follows = "a"
kind = "reply"
verb = ["NOOP"]
code = ["2xx"]
[[step.evidence.or]]
kind = "closed"
[[step.mistake]]
id = "m"
kind = "reply"
fault = ["out-of-order"]
[[step]]
id = "two"
solution = ["quit"]
[[step.evidence]]
kind = "reply"
since = "one"
verb = ["QUIT"]
[[mistake]]
id = "all"
steps = ["two"]
kind = "closed"
`
	goodMD = `# A title

A summary.

## one First

Prose.

### goal

Goal.

### hints

1. Vague.
2. Exact.

### done

Done.

### missing a

A.

### missing b

B.

### mistake m

M.

## two Second

Prose.

### goal

Goal.

### hints

1. Vague.

### done

Done.

## mistakes For all

### mistake all

All.
`
)

func folder(toml, en, zh string) fs.FS {
	return fstest.MapFS{
		"README.txt":    {Data: []byte("not a lesson")},
		"x/lesson.toml": {Data: []byte(toml)}, "x/en.md": {Data: []byte(en)}, "x/zh.md": {Data: []byte(zh)},
	}
}

func TestAGoodLessonLoads(t *testing.T) {
	lib, err := lessons.Load(folder(goodTOML, goodMD, goodMD))
	require.NoError(t, err)
	l, ok := lib.Lesson("x")
	require.True(t, ok)
	assert.Equal(t, "A title", l.Title.EN)
	assert.Equal(t, "Second", l.Steps[1].Title.ZH)
	assert.Equal(t, "M.", l.Steps[0].Mistakes[0].Words.ZH[0].Text)
	assert.Equal(t, "All.", l.Mistakes[0].Words.EN[0].Text)
	assert.Equal(t, "B.", l.Steps[0].Evidence[1].Missing.EN[0].Text)
	_, ok = lib.Lesson("y")
	assert.False(t, ok)
}

// Each entry replaces old by new once, in lesson.toml or in en.md.
func TestLoadIsStrict(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"toml", `order = 1`, `ordre = 1`, "x/lesson.toml:2:1: unknown key ordre"},
		{"toml", `states = ["greeted"]`, `states = "greeted"`, "x/lesson.toml:7:"},
		{"toml", `order = 1`, `order = `, "x/lesson.toml:2:"},
		{"toml", `order = 1`, ``, "x/lesson.toml:1: order is missing"},
		{"toml", `id = "x"`, ``, "x/lesson.toml:1: a lesson without id"},
		{"toml", `id = "x"`, `id = "y"`, `x/lesson.toml:1: id is "y" but the folder is "x"`},
		{"toml", `"smtp"`, `"smpt"`, `x/lesson.toml:3: unknown protocol "smpt", did you mean "smtp"?`},
		{"toml", `id = "one"`, ``, "x/lesson.toml:4: a step without id"},
		{"toml", `id = "one"`, `id = "One!"`, `x/lesson.toml:5: id "One!" must be small letters, digits and hyphens`},
		{"toml", `id = "one"`, `id = "mistakes"`, `x/lesson.toml:5: id "mistakes" is reserved`},
		{"toml", `id = "two"`, `id = "one"`, `x/lesson.toml:25: step "one" stands twice`},
		{"toml", `solution = ["quit"]`, ``, `x/lesson.toml:24: step "two" has no solution`},
		{"toml", `["greeted"]`, `["", "gretted"]`, `x/lesson.toml:7: unknown state "gretted", did you mean "greeted"?`},
		{"toml", `id = "b"`, ``, "x/lesson.toml:12: an evidence (a step with several must name them) without id"},
		{"toml", `id = "b"`, `id = "a"`, `x/lesson.toml:13: evidence "a" stands twice`},
		{"toml", `follows = "a"`, `follows = "c"`, `x/lesson.toml:14: no evidence "c" before this one in step "one"`},
		{"toml", `kind = "reply"`, ``, "x/lesson.toml:8: a pattern without kind"},
		{"toml", `kind = "reply"`, `kind = "repyl"`, `x/lesson.toml:10: unknown kind "repyl", did you mean "reply"?`},
		{"toml", `"EHLO"`, `"ELHO"`, `x/lesson.toml:11: unknown verb "ELHO", did you mean "EHLO"?`},
		{"toml", `"EHLO"`, `"RETR"`, `x/lesson.toml:11: unknown verb "RETR"`},
		{"toml", `verb = ["EHLO"]`, `word = ["ehlo"]`, `x/lesson.toml:11: "ehlo" is in the table: write it as verb`},
		{"toml", `["2xx"]`, "[\n\"250\",\n\"299\",\n]", `x/lesson.toml:19: unknown code "299"`},
		{"toml", `kind = "closed"`, "kind = \"closed\"\nclose = [\"qiut\"]", `x/lesson.toml:20: unknown close "qiut", did you mean "quit"?`},
		{"toml", `kind = "closed"`, "kind = \"closed\"\ncode = [\"250\"]", `x/lesson.toml:19: code, enhanced and after need kind = "reply"`},
		{"toml", `kind = "closed"`, "kind = \"reply\"\nprotocol = \"pop3\"\nverb = [\"DATA\"]", `x/lesson.toml:21: unknown verb "DATA"`},
		{"toml", `"out-of-order"`, `"out-of-oder"`, `x/lesson.toml:23: unknown fault "out-of-oder", did you mean "out-of-order"?`},
		{"toml", `fault =`, `speech =`, `x/lesson.toml:23: unknown speech "out-of-order"`},
		{"toml", `fault =`, `after =`, `x/lesson.toml:23: unknown state "out-of-order"`},
		{"toml", `id = "m"`, ``, "x/lesson.toml:20: a mistake without id"},
		{"toml", `id = "m"`, "id = \"m\"\nsteps = [\"two\"]", "x/lesson.toml:20: steps and first belong to the lesson's own mistakes only"},
		{"toml", `id = "m"`, "id = \"m\"\ntimes = 2", "x/lesson.toml:22: times belongs to evidence only"},
		{"toml", `since = "one"`, `since = "two"`, `x/lesson.toml:29: step "two" does not stand before "two"`},
		{"toml", `since = "one"`, `since = "on"`, `x/lesson.toml:29: unknown step "on", did you mean "one"?`},
		{"toml", `solution = ["quit"]`, "solution = [\"quit\"]\nundoes = [\"too\"]", `x/lesson.toml:27: unknown step "too", did you mean "two"?`},
		{"toml", `steps = ["two"]`, `steps = ["tow"]`, `x/lesson.toml:33: unknown step "tow", did you mean "two"?`},

		{"md", "# A title\n", "", "x/en.md:2: text before the title"},
		{"md", "# A title\n", "", "x/en.md:1: the title is missing (x/lesson.toml:1)"},
		{"md", "# A title", "#", "x/en.md:1: the title is empty"},
		{"md", "A summary.\n", "", "x/en.md:1: the title has no words"},
		{"md", "## one First", "## one", "x/en.md:5: ## one lacks a title after its id"},
		{"md", "## one First", "## on First", `x/en.md:5: unknown step heading "on", did you mean "one"?`},
		{"md", "## one First", "## on First", "x/en.md:4: ## one is missing (x/lesson.toml:4)"},
		{"md", "Prose.\n", "", "x/en.md:5: ## one has no words"},
		{"md", "### goal\n\nGoal.\n", "", "x/en.md:9: ### goal under ## one is missing (x/lesson.toml:4)"},
		{"md", "Goal.\n", "", "x/en.md:9: ### goal under ## one has no words"},
		{"md", "### hints\n\n1. Vague.\n2. Exact.\n", "", "x/en.md:13: ### hints under ## one is missing"},
		{"md", "1. Vague.\n2. Exact.\n", "", "x/en.md:13: ### hints under ## one is empty"},
		{"md", "1. Vague.\n2. Exact.", "- Vague.\n- Exact.", "x/en.md:13: ### hints under ## one must be one list numbered from 1"},
		{"md", "2. Exact.\n", "", "x/en.md:13: ## one has 1 hints here and 2 in the other language"},
		{"md", "1. Vague.\n2. Exact.", "1. Vague.\n\n   More.\n2. Exact.", "x/en.md:15: a list entry must be one paragraph"},
		{"md", "### mistake m\n\nM.\n", "", "x/en.md:30: ### mistake m under ## one is missing (x/lesson.toml:20)"},
		{"md", "### mistake m", "### mistake n", `x/en.md:30: unknown heading "mistake n", did you mean "mistake m"? under ## one`},
		{"md", "### missing b\n\nB.\n", "", "x/en.md:26: ### missing b under ## one is missing (x/lesson.toml:12)"},
		{"md", "M.\n", "", "x/en.md:30: ### mistake m under ## one has no words"},
		{"md", "M.\n", "M.\n\n### extra\n\nE.\n", `x/en.md:34: unknown heading "extra" under ## one`},
		{"md", "M.\n", "M.\n\n### mistake m\n\nM.\n", "x/en.md:34: ### mistake m under ## one stands twice, first on line 30"},
		{"md", "M.\n", "M.\n\n#### deep\n", "x/en.md:34: heading deeper than ###"},
		{"md", "M.\n", "M.\n\nMore.\n", "x/zh.md:30: ### mistake m under ## one is not laid out as in the other language (paragraph against paragraph paragraph)"},
		{"md", "M.\n", "M. <b>x</b>\n", "x/en.md:32: RawHTML is not for lessons"},
		{"md", "M.\n", "M.\n\n<div>\n</div>\n", "x/en.md:34: HTMLBlock is not for lessons"},
		{"md", "M.\n", "M.\n\n> quoted\n", "x/en.md:34: Blockquote is not for lessons"},
		{"md", "M.\n", "M.\nmail from:<fpwjp@lab.test>\n", "x/en.md:33: AutoLink is not for lessons: write it as `code`"},
		{"md", "M.\n", "M. [x](y)\n", "x/en.md:32: Link is not for lessons"},
		{"md", "M.\n", "M. **strong**\n", "x/en.md:32: strong emphasis is not for lessons"},
		{"md", "M.\n", "M.\na lone * here\n", "x/en.md:33: a lone * or ` must stand in `code`"},
		{"md", "M.\n", "M.  \nbreak\n", "x/en.md:32: hard line breaks are not for lessons"},
		{"md", "## mistakes For all\n", "## mistakes For all\n\nText.\n", "x/en.md:50: ## mistakes holds ### mistake headings only"},
		{"md", "### mistake all\n\nAll.\n", "", "x/en.md:52: ### mistake all under ## mistakes is missing (x/lesson.toml:31)"},
	} {
		toml, md := goodTOML, goodMD
		if c.file == "toml" {
			require.Contains(t, toml, c.old)
			toml = strings.Replace(toml, c.old, c.new, 1)
		} else {
			require.Contains(t, md, c.old)
			md = strings.Replace(md, c.old, c.new, 1)
		}
		_, err := lessons.Load(folder(toml, md, goodMD))
		assert.ErrorContains(t, err, c.want, "%q → %q", c.old, c.new)
	}
}

func TestFilesThatAreMissing(t *testing.T) {
	for _, name := range []string{"lesson.toml", "en.md", "zh.md"} {
		f := folder(goodTOML, goodMD, goodMD).(fstest.MapFS)
		delete(f, "x/"+name)
		_, err := lessons.Load(f)
		assert.ErrorIs(t, err, fs.ErrNotExist)
		assert.ErrorContains(t, err, "x/"+name)
	}
}

func TestTwoLessonsInOnePlace(t *testing.T) {
	f := folder(goodTOML, goodMD, goodMD).(fstest.MapFS)
	f["y/lesson.toml"] = &fstest.MapFile{Data: []byte(strings.Replace(goodTOML, `"x"`, `"y"`, 1))}
	f["y/en.md"], f["y/zh.md"] = f["x/en.md"], f["x/zh.md"]
	_, err := lessons.Load(f)
	assert.ErrorContains(t, err, `y/lesson.toml:2: order 1 is the order of "x" too`)
}

// Whatever heading a translator drops, doubles or misspells, in whichever
// language, is named with its file.
func TestEveryHeadingIsNeededInBothLanguages(t *testing.T) {
	for _, file := range []string{"x/en.md", "x/zh.md"} {
		for i, section := range splitSections(goodMD) {
			broken := map[string]string{
				"dropped":  strings.Replace(goodMD, section, "", 1),
				"doubled":  strings.Replace(goodMD, section, section+section, 1),
				"misspelt": strings.Replace(goodMD, section, strings.Replace(section, "# ", "# zz", 1), 1),
			}
			if i == 0 {
				delete(broken, "misspelt") // the title may be anything
			}
			for what, md := range broken {
				f := folder(goodTOML, goodMD, goodMD).(fstest.MapFS)
				f[file] = &fstest.MapFile{Data: []byte(md)}
				_, err := lessons.Load(f)
				require.ErrorContains(t, err, file+":", "%s of %q", what, section)
			}
		}
	}
}

// The same for the lessons that are there: none of their headings is idle.
func TestEveryHeadingOfTheContentIsNeeded(t *testing.T) {
	for _, id := range []string{"smtp-send", "pop3-read"} {
		for _, lang := range []string{"en.md", "zh.md"} {
			t.Run(id+"/"+lang, func(t *testing.T) {
				t.Parallel()
				files := fstest.MapFS{}
				for _, name := range []string{"lesson.toml", "en.md", "zh.md"} {
					files[id+"/"+name] = &fstest.MapFile{Data: []byte(readContent(t, id+"/"+name))}
				}
				file := id + "/" + lang
				whole := string(files[file].Data)
				for _, section := range splitSections(whole) {
					files[file] = &fstest.MapFile{Data: []byte(strings.Replace(whole, section, "", 1))}
					_, err := lessons.Load(files)
					require.ErrorContains(t, err, file+":", "without %q", section)
				}
			})
		}
	}
}

func TestHeadingsKeepTheirOrder(t *testing.T) {
	sections := splitSections(goodMD)
	swapped := strings.Join(sections, "")
	goal, hints := sections[2], sections[3]
	swapped = strings.Replace(swapped, goal+hints, hints+goal, 1)
	_, err := lessons.Load(folder(goodTOML, goodMD, swapped))
	assert.ErrorContains(t, err, "x/zh.md:14: ### goal under ## one stands after ### hints under ## one, x/lesson.toml has it before")
}

// splitSections cuts a words file before each of its headings.
func splitSections(md string) []string {
	var out []string
	for _, line := range strings.SplitAfter(md, "\n") {
		if strings.HasPrefix(line, "#") || len(out) == 0 {
			out = append(out, "")
		}
		out[len(out)-1] += line
	}
	return out
}

func readContent(t *testing.T, name string) string {
	t.Helper()
	data, err := fs.ReadFile(osContent, name)
	require.NoError(t, err)
	return string(data)
}

func TestNearestLesson(t *testing.T) {
	lib, err := lessons.Builtin()
	require.NoError(t, err)
	assert.Equal(t, "smtp-send", lib.Nearest("smtp-sned"))
	assert.Equal(t, "pop3-read", lib.Nearest("pop-read"))
	assert.Empty(t, lib.Nearest("quantum"))
}

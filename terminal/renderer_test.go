package terminal

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lab"
	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

var update = flag.Bool("update", false, "write the screens that tests compare")

// onScreen is a renderer of a given width that draws into a buffer.
func onScreen(width int, lang phrases.Lang) (*Renderer, *bytes.Buffer) {
	var out bytes.Buffer
	return NewRenderer(&out, func() int { return width }, Look{}, lang), &out
}

func TestWrapByColumns(t *testing.T) {
	r, _ := onScreen(80, phrases.English)
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 8, []string{"one two", "three"}},
		{"你好世界你好", 8, []string{"你好世界", "你好"}},
		{"你好世界。再见", 8, []string{"你好世", "界。再见"}}, // no line begins with a full stop
		{"abcdefghijklmnop", 8, []string{"abcdefgh", "ijklmnop"}},
		{"a\nb", 10, []string{"a", "b"}},
		{"👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 8, []string{"👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧"}},
	} {
		assert.Equal(t, c.want, r.wrap([]run{{styleNone, c.text}}, c.width), c.text)
	}
}

func TestMarkup(t *testing.T) {
	r, _ := onScreen(80, phrases.English)
	texts := func(runs []run) (out []string) {
		for _, x := range runs {
			if x.text != "" {
				out = append(out, x.text)
			}
		}
		return out
	}
	assert.Equal(t, []string{"say ", "`ehlo x`", " ", "now"}, texts(r.markup("say `ehlo x` *now*", styleNone)))
	assert.Equal(t, []string{"a lone ", "`*`", " cancels"}, texts(r.markup("a lone `*` cancels", styleNone)))
	assert.Equal(t, []string{"2 * 3"}, texts(r.markup("2 * 3", styleNone)))
	r.paint.on = true
	assert.Equal(t, []string{"say ", "ehlo x"}, texts(r.markup("say `ehlo x`", styleNone)), "colour stands for the marks")
}

func TestNoLineIsWiderThanTheScreen(t *testing.T) {
	for _, lang := range phrases.Langs {
		for _, width := range []int{30, 40, 80, 120} {
			for _, line := range strings.Split(played(t, "smtp-send", lang, width, Look{}), "\n") {
				// What a server says and what is typed is shown as it is.
				if strings.HasPrefix(line, "S:") || strings.HasPrefix(line, "maillab> ") || strings.Contains(line, " C: ") {
					continue
				}
				assert.LessOrEqual(t, columns(line), width, "%s at %d: %q", lang, width, line)
			}
		}
	}
}

// played is the screen of a lesson that plays itself.
func played(t *testing.T, id string, lang phrases.Lang, width int, look Look) string {
	t.Helper()
	var out bytes.Buffer
	s := NewScript(strings.NewReader(""), &out, width, look, lang)
	shell := lab.New(lab.Config{Front: s, Lang: lang, Unattended: true})
	network, err := mockserver.Start(mockserver.Config{Emit: shell.Sink})
	require.NoError(t, err)
	defer network.Close()
	defer shell.Close()
	shell.UseNetwork(network)
	require.NoError(t, shell.PlayLesson(context.Background(), id))
	return out.String()
}

// varying are the parts that differ from run to run, each with what stands for it. Their widths stay,
// so that lines wrap alike.
var varying = []struct {
	pattern *regexp.Regexp
	stand   string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:34567"},
	{regexp.MustCompile(`<\d+\.\d+@pop3\.lab\.test>`), "<1896.697170952@pop3.lab.test>"},
	{regexp.MustCompile(`\b[HIJK][0-9A-Z]{9}\b`), "HMNKQ0V7XS"}, // a message's id begins with the time
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`), "2026-01-02 03:04"},
}

func settled(screen string) string {
	for _, v := range varying {
		screen = v.pattern.ReplaceAllString(screen, v.stand)
	}
	return screen
}

// TestLessonScreens: what a student sees of both lessons, in both languages.
func TestLessonScreens(t *testing.T) {
	for _, lang := range phrases.Langs {
		for _, id := range []string{"smtp-send", "pop3-read"} {
			golden(t, id+"."+string(lang)+".txt", settled(played(t, id, lang, 80, Look{})))
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "%s: look at the difference, then run `go test ./terminal -update`", name)
}

func TestHostileTextIsDrawnSafely(t *testing.T) {
	r, out := onScreen(80, phrases.English)
	for _, raw := range []string{"220 \x1b[2J\x1b]0;owned\x07mx", "\x00\xff\xfe", "250 \u202eevil\u2066", strings.Repeat("x", 100_000), ""} {
		r.Event(protocol.Event{Kind: protocol.KindLine, Raw: []byte(raw)})
		r.Event(protocol.Event{Kind: protocol.KindPartial, Raw: []byte(raw)})
		reply := protocol.ParseReply(protocol.SMTP, raw, false)
		r.Event(protocol.Event{Kind: protocol.KindReply, Reply: &reply, Context: protocol.Context{Protocol: protocol.SMTP, State: protocol.StateConnecting}})
	}
	r.Show(lab.Block{Kind: lab.Verbatim, Lines: []string{"a\x1b[31mb\tc"}})
	for _, c := range out.String() {
		assert.False(t, c != '\n' && unicode.IsControl(c) || unicode.Is(unicode.Cf, c), "%U reached the screen", c)
	}
	assert.Contains(t, out.String(), "too long for the screen")
}

func TestASCIIOnly(t *testing.T) {
	r, out := onScreen(80, phrases.English)
	r.look.ASCII = true
	r.Show(lab.Block{Kind: lab.Success, Text: phrases.Text{EN: "done"}}, lab.Block{Kind: lab.Problem, Text: phrases.Text{EN: "bad"}})
	r.bar(styleNone, "explained")
	r.flush()
	assert.Equal(t, "* done\n! bad\n   | explained\n", out.String())
}

func TestLevels(t *testing.T) {
	reply := protocol.ParseReply(protocol.SMTP, "220 mx.test ESMTP", false)
	e := protocol.Event{Kind: protocol.KindReply, Reply: &reply, Context: protocol.Context{Protocol: protocol.SMTP, State: protocol.StateConnecting}}
	draw := func(r *Renderer, out *bytes.Buffer, l lab.Level) int {
		out.Reset()
		r.SetLevel(l)
		r.Event(e)
		return strings.Count(out.String(), "\n")
	}
	r, out := onScreen(80, phrases.English)
	first := draw(r, out, lab.LevelAuto)
	second := draw(r, out, lab.LevelAuto)
	assert.Greater(t, first, second, "full the first time, brief after that")
	assert.Equal(t, second, draw(r, out, lab.LevelBrief))
	assert.Greater(t, draw(r, out, lab.LevelFull), second)
	assert.Zero(t, draw(r, out, lab.LevelOff))
	assert.True(t, r.ExplainLast())
}

func TestEveryTextIsThereAndUsed(t *testing.T) {
	var code strings.Builder
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, p := range paths {
		data, err := os.ReadFile(p)
		require.NoError(t, err)
		code.Write(data)
	}
	for _, key := range catalog().Keys() {
		assert.Contains(t, code.String(), `"`+key+`"`, "no code says it")
	}
	for _, m := range regexp.MustCompile(`say\("([^"]+)"`).FindAllStringSubmatch(code.String(), -1) {
		_, ok := catalog().Get(m[1])
		assert.True(t, ok, "no words for %s", m[1])
	}
}

// BenchmarkLine is a reply from the wire to the screen: first the raw line, then its explanation.
func BenchmarkLine(b *testing.B) {
	reply := protocol.ParseReply(protocol.SMTP, "250 2.1.5 Recipient <fpwjp@lab.test> accepted", false)
	ctx := protocol.Context{Protocol: protocol.SMTP, State: protocol.StateMail, Speech: protocol.SpeechCommand, Verb: "RCPT", Line: "RCPT TO:<fpwjp@lab.test>", Args: "TO:<fpwjp@lab.test>"}
	for name, e := range map[string]protocol.Event{
		"raw":         {Kind: protocol.KindLine, Raw: []byte("250 2.1.5 Recipient <fpwjp@lab.test> accepted")},
		"explanation": {Kind: protocol.KindReply, Reply: &reply, Context: ctx},
	} {
		b.Run(name, func(b *testing.B) {
			r := NewRenderer(nowhere{}, func() int { return 80 }, Look{Colour: true}, phrases.English)
			r.SetLevel(lab.LevelFull)
			b.ReportAllocs()
			for b.Loop() {
				r.going = false // each is the first line of a reply, whose parts are coloured
				r.Event(e)
			}
		})
	}
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

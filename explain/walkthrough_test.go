package explain_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/protocol"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestWalkthrough plays the handout's two walkthroughs and compares every
// explanation, in both languages, with testdata/walkthrough-*.golden. After a
// change of words: go test ./explain -run Walkthrough -update
func TestWalkthrough(t *testing.T) {
	for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
		script, err := os.ReadFile("testdata/walkthrough-" + string(p) + ".txt")
		require.NoError(t, err)
		got := playScript(t, p, string(script))
		golden := "testdata/walkthrough-" + string(p) + ".golden"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		assert.Equal(t, string(want), got, "go test ./explain -run Walkthrough -update")
	}
}

// playScript follows a conversation written with C: and S: as session does.
func playScript(t *testing.T, p protocol.Protocol, script string) string {
	var out strings.Builder
	m := protocol.NewMachine(p)
	f := protocol.NewFramer(p, m.Multiline)
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		if text, ok := strings.CutPrefix(line, "C: "); ok {
			u := m.Look(text)
			fmt.Fprintf(&out, "C: %s\n", text)
			for _, n := range explain.Client(m.Context(), u) {
				fmt.Fprintf(&out, "   ! %s at %d: %s\n     %s\n", n.Kind, n.At, n.Text.EN, n.Text.ZH)
			}
			m.Said(text)
			continue
		}
		text := strings.TrimPrefix(strings.TrimPrefix(line, "S:"), " ")
		if !f.Add(text, 0) {
			continue
		}
		r := f.Take()
		outcome := m.Heard(r)
		writeAnnotation(t, &out, explain.Reply(outcome.Before, r), r)
	}
	return out.String()
}

func writeAnnotation(t *testing.T, out *strings.Builder, a explain.Annotation, r protocol.Reply) {
	raw := explain.Raw(r)
	assertTexts(t, a, raw)
	assertSpans(t, a, raw)
	for _, line := range strings.Split(raw, "\r\n") {
		fmt.Fprintf(out, "S: %s\n", line)
	}
	fmt.Fprintf(out, "   = %s %s [%s] %s\n     %s\n     %s\n", a.Class, a.Severity, a.Ref, a.Topic, a.Summary.EN, a.Summary.ZH)
	for _, s := range append(append([]explain.Span{}, a.Digits...), a.Spans...) {
		shown := raw[s.Start:s.End]
		fmt.Fprintf(out, "   %-12s %s: %s\n     %s\n", s.Kind, strings.ReplaceAll(shown, "\r\n", "⏎"), s.Text.EN, s.Text.ZH)
	}
	for _, d := range a.Details {
		fmt.Fprintf(out, "   - %s\n     %s\n", d.EN, d.ZH)
	}
	for _, s := range a.Sections {
		fmt.Fprintf(out, "   # %s %s\n     %s\n", s.Kind, s.Title.EN, s.Title.ZH)
		for _, row := range s.Rows {
			fmt.Fprintf(out, "     %s%s: %s\n       %s\n", strings.Repeat("  ", row.Depth), row.Label, row.Text.EN, row.Text.ZH)
		}
	}
	var next []string
	for _, n := range a.Next {
		next = append(next, n.Line)
	}
	fmt.Fprintf(out, "   > %s\n", strings.Join(next, " | "))
}

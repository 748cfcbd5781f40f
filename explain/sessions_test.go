package explain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/protocol"
)

// TestSessions follows whole recorded conversations, faulty human ones included,
// and explains every reply and every client line of them where the shared corpus
// is present: nothing may go without words, and few replies without a class.
func TestSessions(t *testing.T) {
	files, _ := filepath.Glob("../../shared/corpus/sessions/*.txt")
	if len(files) == 0 {
		t.Skip("SKIPPED: the corpus's sessions are not here")
	}
	replies, unclassed := 0, 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		assert.NoError(t, err)
		playSession(t, filepath.Base(name), string(data), func(where string, a explain.Annotation) {
			replies++
			if os.Getenv("SHOW") != "" && a.Code != "" && strings.ContainsAny(a.Code[:1], "45-") {
				println(a.Class, "|", strings.ReplaceAll(where, "\r\n", " / "))
			}
			if a.Class == "error" {
				unclassed++
				t.Logf("no class: %s", where)
			}
		})
	}
	t.Logf("%d replies, %d without a class", replies, unclassed)
	assert.Less(t, unclassed*50, replies)
}

func playSession(t *testing.T, name, text string, each func(string, explain.Annotation)) {
	var m *protocol.Machine
	var f *protocol.Framer
	said := ""
	for _, line := range strings.Split(text, "\n") {
		if c, ok := strings.CutPrefix(line, "C: "); ok && m != nil {
			said = strings.ReplaceAll(c, "<BS>", "\b")
			explain.Client(m.Context(), m.Look(said))
			m.Said(said)
		}
		s, ok := strings.CutPrefix(line, "S:")
		if !ok {
			continue
		}
		s = strings.TrimPrefix(s, " ")
		if m == nil {
			m = protocol.NewMachine(protocol.RecogniseGreeting(s))
			f = protocol.NewFramer(m.Context().Protocol, m.Multiline)
		}
		if !f.Add(s, 0) {
			continue
		}
		r := f.Take()
		out := m.Heard(r)
		a := explain.Reply(out.Before, r)
		where := name + ": " + said + " -> " + explain.Raw(r)
		assertTexts(t, a, where+"«")
		assertSpans(t, a, explain.Raw(r))
		each(where, a)
	}
}

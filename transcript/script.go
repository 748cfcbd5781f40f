package transcript

import (
	"strings"
)

// scriptSource reads what maillab itself has printed: prompts that end in "C:",
// server lines behind "S:", explanations behind a bar.
type scriptSource struct{ r *Replay }

func newScript(r *Replay, _ []string) source { return &scriptSource{r: r} }

var (
	scriptPrompt = lazily(`^(?:\S.*? )?C: ?(.*)$`)
	scriptBar    = lazily(`^   [│|](?: |$)`)
)

func fitsScript(sample []string) bool {
	return count(sample, scriptBar().MatchString) > 0 && count(sample, func(l string) bool {
		t, ok := strings.CutPrefix(l, "S: ")
		return ok && serverLike(t)
	}) > 0
}

func (s *scriptSource) take(line string) {
	if text, ok := strings.CutPrefix(line, "S: "); ok {
		s.r.Server(text)
		return
	}
	if scriptBar().MatchString(line) || strings.TrimSpace(line) == "" || strings.Trim(line, " ^") == "" {
		return // an explanation; it is given anew
	}
	if m := scriptPrompt().FindStringSubmatch(line); m != nil {
		s.r.Client(m[1])
		return
	}
	if s.r.Idle() {
		s.r.Note(line) // what maillab says between conversations
		return
	}
	s.r.Unknown(line)
}

func (s *scriptSource) done() {}

package terminal

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNamesAreNotBroken: a line ends at a space or between Chinese characters, and inside a name only where the name is
// wider than a line.
func TestNamesAreNotBroken(t *testing.T) {
	r := NewRenderer(nil, func() int { return 20 }, Look{}, "en")
	for text, want := range map[string][]string{
		"you can use SCRAM-SHA-1, PLAIN":     {"you can use", "SCRAM-SHA-1, PLAIN"},
		"say `fault error-at:RCPT,550` now":  {"say `fault", "error-at:RCPT,550`", "now"},
		"用 `fault cut-in-content` 切断":        {"用 `fault", "cut-in-content` 切断"},
		"中文，SCRAM-SHA-256-PLUS。":             {"中文，", "SCRAM-SHA-256-PLUS。"},
		"see https://example.test/a/b-c-d-e": {"see", "https://example.test", "/a/b-c-d-e"},
		"one\ntwo-three":                     {"one", "two-three"},
	} {
		assert.Equal(t, want, r.wrap(r.markup(text, styleNone), 20), text)
	}
}

package mockserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestPersonasHangUp: however a persona ends a conversation of errors, each command has one reply, and only a 421 comes
// unasked (RFC 5321 §4.2, §3.8).
func TestPersonasHangUp(t *testing.T) {
	const bears = 5 // some personas answer errors slowly
	for _, persona := range mockserver.Personas() {
		if persona.SMTP == nil {
			continue
		}
		t.Run(persona.Name, func(t *testing.T) {
			l := start(t, mockserver.Config{Alone: true, Limits: mockserver.Limits{Errors: bears}})
			require.NoError(t, l.SetPersona(mockserver.PlainPersona, persona.Name))
			w := dial(t, l, "smtp")
			w.hear()
			said, limit := 0, bears
			if n := persona.SMTP.HangUpAfter; n > 0 {
				limit = min(n, limit)
			}
			for ; said < 100; said++ {
				require.NoError(t, w.PrintfLine("FOO"))
				answer := w.hear()
				require.True(t, strings.HasPrefix(answer, "5"), answer)
				if strings.Contains(answer, "Too many syntax") {
					break
				}
				if said+1 == limit {
					assert.True(t, strings.HasPrefix(w.hear(), "421 "), answer)
					break
				}
			}
			require.Less(t, said, 100)
			w.ended()
		})
	}
}

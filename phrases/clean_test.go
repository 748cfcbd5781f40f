package phrases

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

// TestHarmlessByTheTables: the short cuts of Harmless say what Unicode's categories say.
func TestHarmlessByTheTables(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		want := !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co)
		if Harmless(r) != want {
			assert.Equal(t, want, Harmless(r), "%U", r)
		}
	}
}

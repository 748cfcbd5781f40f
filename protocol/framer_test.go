package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestFramerBoundsEmptyLines: a line costs memory though nothing stands in it.
func TestFramerBoundsEmptyLines(t *testing.T) {
	f := NewFramer(POP3, func(string) bool { return true })
	f.Add("+OK", 0)
	for range 2 * maxReplyOctets / lineCost {
		f.Add("", 0)
	}
	assert.True(t, f.Add(VerbDot, 0))
	r := f.Take()
	assert.LessOrEqual(t, len(r.Lines), maxReplyOctets/lineCost)
	assert.Positive(t, r.Cut)
}

package mockserver

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLineEndsAcrossTheSpool: content goes to disk in pieces, wherever they end, and comes back as it was.
func TestLineEndsAcrossTheSpool(t *testing.T) {
	d, err := openDisk(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.close()) })
	line := strings.Repeat("x", 76) + "\r\n"
	body := strings.Repeat(line, spoolAt/len(line)+2)
	for cut := range 4 {
		c := newIncoming(100<<20, d.spool)
		at := len(body) - len(line) - 2 + cut // before, in and after a line end, past the size at which it goes to disk
		require.Greater(t, at, spoolAt)
		c.takeChunk([]byte(body[:at]))
		c.takeChunk([]byte(body[at:]))
		c.complete()
		require.NotNil(t, c.rest)
		got, err := c.first(1 << 30)
		require.NoError(t, err)
		assert.Len(t, got, c.octets)
		assert.Equal(t, body, string(got), "cut %d", cut)
		c.rest.drop()
	}
}

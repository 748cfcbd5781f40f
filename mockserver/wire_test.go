package mockserver

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWakeBeforeTheFirstLine: a session that is woken before it has begun to wait has not waited too
// long.
func TestWakeBeforeTheFirstLine(t *testing.T) {
	server, client := net.Pipe()
	defer client.Close()
	w := newWire(server, time.Hour)
	w.bound(Limits{Session: time.Hour}, nil)
	defer server.Close()
	w.wake()
	w.await()
	_, err := w.readLine()
	require.True(t, isTimeout(err), "%v", err)
	assert.False(t, w.expired())
}

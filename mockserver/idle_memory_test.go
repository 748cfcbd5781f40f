//go:build linux && amd64 && !race

package mockserver

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestIdleSessionsAreSmall: a session that waits has 4 KiB of stack and less than 3.5 KiB beside it. What takes
// more on the stack than fits is found here (see wire.await).
func TestIdleSessionsAreSmall(t *testing.T) {
	const n = 300
	for service, says := range map[string][]string{
		"smtp": {"EHLO x\r\n"},
		"pop3": {"USER u%d\r\n", "PASS x\r\n"},
	} {
		var users []User
		for i := range n {
			users = append(users, User{Name: fmt.Sprint("u", i), Password: "x"})
		}
		l, err := Start(Config{Users: users, Alone: true, Listeners: []Listener{{service, "127.0.0.1:0"}}})
		require.NoError(t, err)
		heapBefore, stackBefore := memoryNow()
		clients := make([]net.Conn, n)
		for i := range clients {
			clients[i] = idleClient(t, l, i, says)
		}
		heapAfter, stackAfter := memoryNow()
		for _, c := range clients {
			_ = c.Close()
		}
		require.NoError(t, l.Close())
		assert.Less(t, (stackAfter-stackBefore)/n, 4<<10+512, "%s: octets of stack a session", service)
		assert.Less(t, (heapAfter-heapBefore)/n, 3<<10+512+idleClientSize, "%s: octets of heap a session and its client", service)
	}
}

// idleClientSize is about what the test's own end of a connection takes.
const idleClientSize = 600

// idleClient says some lines and then nothing more.
func idleClient(t *testing.T, l *Lab, i int, says []string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Endpoints()[0].Addr)
	require.NoError(t, err)
	in := bufio.NewScanner(c)
	require.True(t, in.Scan())
	for _, line := range says {
		if line == "USER u%d\r\n" {
			line = fmt.Sprintf(line, i)
		}
		_, err := c.Write([]byte(line))
		require.NoError(t, err)
		require.True(t, in.Scan())
	}
	return c
}

// memoryNow is what is in use after a collection: objects, and stacks that have been made as small as they can.
func memoryNow() (heap, stack int) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), int(m.StackInuse)
}

package mockserver

import (
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAStormLeavesNothing: after a storm of connections that break anywhere, with faults on, the
// lab holds no session, no goroutine and no memory of it.
func TestAStormLeavesNothing(t *testing.T) {
	l, err := Start(Config{Alone: true, Faults: []string{"cut-in-content:10", "cut-before:STAT"}, Limits: Limits{BadPassword: -1}})
	require.NoError(t, err)
	defer l.Close()
	storm(t, l, 20)                                      // pools and buffers of the runtime get their size
	before, goroutines := heap(), runtime.NumGoroutine() // Eventually itself takes one more
	for range 5 {
		storm(t, l, 60)
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+1 }, patience, time.Millisecond)
	l.mu.Lock()
	assert.Empty(t, l.wires)
	assert.Empty(t, l.per)
	l.mu.Unlock()
	assert.Less(t, heap(), before+1<<20, "of 300 broken sessions less than 1 MiB stays")
	assert.Len(t, l.Mailbox("fpwjp"), 11)
}

// storm opens connections to every service at once, says something, and breaks them off.
func storm(t *testing.T, l *Lab, n int) {
	t.Helper()
	says := map[string]string{
		"smtp": "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<fpwjp@lab.test>\r\nDATA\r\nhalf a mail, more than ten octets",
		"pop3": "USER fpwjp\r\nPASS wrong\r\nSTAT\r\n\x00\xff\r\nRETR",
	}
	var all sync.WaitGroup
	for i := range n {
		for _, e := range l.Endpoints() {
			all.Go(func() {
				nc, err := net.Dial("tcp", e.Addr)
				if err != nil {
					return
				}
				_, _ = nc.Write([]byte(says[e.Service]))
				if i%2 == 0 {
					_ = nc.(*net.TCPConn).SetLinger(0)
				}
				_ = nc.Close()
			})
		}
	}
	all.Wait()
	require.Eventually(t, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.wires) == 0
	}, 2*patience, time.Millisecond)
}

// heap is what lives after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

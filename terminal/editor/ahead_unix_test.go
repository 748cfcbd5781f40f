//go:build unix

package editor

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDropBefore: what waits from before goes, line by line; what was typed since, and a line without its Enter, stays.
func TestDropBefore(t *testing.T) {
	var count atomic.Int64
	asked := make(chan struct{}, 100)
	x := start(t, 40, 10, Options{Stamp: func() int { defer func() { asked <- struct{}{} }(); return int(count.Load()) }})
	x.read("> ")
	x.keys("one\r" + pasteStart + "two\r\rthr\xff\rrest" + pasteStop + "typed\ropen\x1d")
	x.want("one", nil)
	require.Zero(t, x.Stamp())
	for range 7 { // one ¶ paste typed ¶ open escape; the lines of a paste are of its beginning
		<-asked
	}
	count.Store(1)
	x.keys("new\r")
	for range 2 {
		<-asked
	}
	require.Equal(t, []string{"two", "", "thr\xff", "resttyped"}, x.DropBefore(1))
	require.Empty(t, x.DropBefore(1))
	x.read("> ")
	x.want("", ErrEscape)
	x.read("> ")
	x.want("opennew", nil)
	require.Equal(t, 1, x.Stamp())
	require.Empty(t, x.Dropped())
}

// TestDroppedByInterrupt: Ctrl-C takes the type-ahead away, and the lines of it can be told.
func TestDroppedByInterrupt(t *testing.T) {
	interrupted := make(chan struct{}, 1)
	x := start(t, 40, 10, Options{Interrupt: func() { interrupted <- struct{}{} }})
	x.keys("one\r\x1b[Dtwo\x03")
	<-interrupted
	require.Equal(t, []string{"one", "two"}, x.Dropped())
	require.Empty(t, x.Dropped())
}

package main

import (
	"os"
	"runtime"
)

// leaveProcessors makes servers that keep mail in memory run on half of the processors, and returns how to
// take that back. Their work comes in pieces of microseconds, which more threads would mostly hand to each
// other; and the clients of a lab run on the same machine. Mail on disk is another matter: there a thread
// waits for the disk. GOMAXPROCS in the environment has the last word.
func leaveProcessors(onDisk bool) (putBack func()) {
	if onDisk || os.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	before := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(max(1, before/2))
	return func() { runtime.GOMAXPROCS(before) }
}

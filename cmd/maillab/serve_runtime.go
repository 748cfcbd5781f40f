package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
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

const (
	// collectAt is by how many per cent memory may grow over what is in use before the collector runs.
	collectAt = 15
	// ballast is so many octets that are never touched, so that they cost no memory. The collector counts them
	// as in use, and does not run all the time while there is little else.
	ballast = 16 << 20
)

// saveMemory lets kept mails and idle sessions take little more memory than they need, where by default the
// collector lets it double, and returns how to take that back. To look at mails costs the collector nothing:
// there are no pointers in them. GOGC in the environment has the last word.
func saveMemory() (putBack func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	weight := make([]byte, ballast)
	before := debug.SetGCPercent(collectAt)
	over, quiet := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(quiet)
		tidyWhenQuiet(over)
	}()
	return func() {
		close(over)
		<-quiet
		debug.SetGCPercent(before)
		runtime.KeepAlive(weight)
	}
}

const (
	// quietFor is how long next to nothing must have been asked of memory, fewer octets than littleWork, before
	// what a burst of work has left behind is given back to the system.
	quietFor   = 500 * time.Millisecond
	littleWork = 64 << 10
)

// tidyWhenQuiet gives memory back after bursts of work, until over is closed.
func tidyWhenQuiet(over <-chan struct{}) {
	asked := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	look := time.NewTicker(quietFor)
	defer look.Stop()
	var last uint64
	for worked := false; ; {
		select {
		case <-over:
			return
		case <-look.C:
		}
		metrics.Read(asked)
		now := asked[0].Value.Uint64()
		switch {
		case now-last > littleWork:
			worked = true
		case worked:
			worked = false
			debug.FreeOSMemory()
			metrics.Read(asked)
			now = asked[0].Value.Uint64()
		}
		last = now
	}
}

// Package observe is for whoever keeps the lab's servers running: a log of what they do, and figures
// about it for Prometheus. It reads the notices and the events of mockserver and changes nothing.
//
// Nothing secret is in either, and nothing raw: what came from a client is made safe first. The words
// of a log line are names for programs, the same in every language.
package observe

import (
	"maillab/mockserver"
	"maillab/protocol"
)

// Observer takes what happens in the lab's servers, from many goroutines.
type Observer interface {
	Notice(mockserver.Notice)
	Event(protocol.Event)
}

// Watch makes observers hear of everything in a lab that is about to be started with cfg. What cfg
// had for its notices and events before still gets them, first.
func Watch(cfg *mockserver.Config, observers ...Observer) {
	if len(observers) == 0 {
		return
	}
	notify, emit := cfg.Notify, cfg.Emit
	cfg.Notify = func(n mockserver.Notice) {
		if notify != nil {
			notify(n)
		}
		for _, o := range observers {
			o.Notice(n)
		}
	}
	cfg.Emit = func(e protocol.Event) {
		if emit != nil {
			emit(e)
		}
		for _, o := range observers {
			o.Event(e)
		}
	}
}

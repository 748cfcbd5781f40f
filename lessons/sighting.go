package lessons

import (
	"strings"

	"maillab/protocol"
)

// watcher turns events into sightings: it remembers the fault of each client
// line until its reply comes, so that a mistake can be told after the server
// has answered and not before.
type watcher struct {
	faults map[waiting]*protocol.Fault
	// place is where the conversation stands after the last reply.
	place protocol.Context
}

// waiting is a client line that has no reply yet.
type waiting struct{ conn, line string }

func newWatcher() watcher { return watcher{faults: map[waiting]*protocol.Fault{}} }

// see looks at an event.
func (w *watcher) see(e protocol.Event) *sighting {
	s := &sighting{Event: e, verb: e.Context.Verb, args: e.Context.Args, line: e.Context.Line, fault: e.Fault}
	switch e.Kind {
	case protocol.KindClient:
		s.said()
		if e.Speech != protocol.SpeechContent && e.Fault != nil {
			w.faults[waiting{e.Conn, s.line}] = e.Fault
		}
	case protocol.KindReply:
		k := waiting{e.Conn, e.Context.Line}
		s.fault = w.faults[k]
		delete(w.faults, k)
		if e.After != nil {
			w.place = *e.After
		}
	case protocol.KindClosed:
		w.place = protocol.Context{}
		clear(w.faults)
	}
	return s
}

// said fills in what a client event's context leaves out.
func (s *sighting) said() {
	s.line = string(s.Raw)
	if s.Speech != "" {
		s.Context.Speech = s.Speech
	}
	if s.verb != "" || s.Speech != protocol.SpeechCommand {
		return
	}
	verb, args, _ := strings.Cut(strings.TrimRight(s.line, " \t"), " ")
	s.verb, s.args = strings.ToUpper(verb), strings.TrimLeft(args, " ")
}

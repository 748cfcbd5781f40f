package lessons

import (
	"bytes"
	"slices"
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
	// mailbox is the one that a POP3 conversation has opened, "" where nobody has told; locked is
	// the newest that the lab's server has locked for anybody.
	mailbox, locked string
	// typed is the mail that is being typed.
	typed protocol.Layout
	// fresh are the newest mails whose delivery was seen.
	fresh []string
}

// maxFresh bounds the mails that are remembered.
const maxFresh = 256

// waiting is a client line that has no reply yet.
type waiting struct{ conn, line string }

func newWatcher() watcher { return watcher{faults: map[waiting]*protocol.Fault{}} }

// see looks at an event.
func (w *watcher) see(e protocol.Event) *sighting {
	s := &sighting{Event: e, verb: e.Context.Verb, args: e.Context.Args, line: e.Context.Line, fault: e.Fault}
	switch e.Kind {
	case protocol.KindClient:
		s.said()
		w.said(s)
	case protocol.KindReply:
		k := waiting{e.Conn, e.Context.Line}
		s.fault = w.faults[k]
		delete(w.faults, k)
		w.answered(s)
	case protocol.KindClosed:
		w.place, w.mailbox, w.locked = protocol.Context{}, "", ""
		clear(w.faults)
	case protocol.KindLocked:
		w.locked = e.Mailbox
	case protocol.KindDelivered:
		w.fresh = append(w.fresh[max(0, len(w.fresh)+1-maxFresh):], e.Message)
	case protocol.KindRetrieved:
		s.fresh = slices.Contains(w.fresh, e.Message)
	}
	if s.inConversation() {
		s.Mailbox = w.mailbox
	}
	return s
}

// said notes what a client line leaves for later.
func (w *watcher) said(s *sighting) {
	switch {
	case s.Speech == protocol.SpeechContent:
		w.typed.Line(bytes.TrimPrefix(s.Raw, []byte("."))) // dot-stuffing (RFC 5321 §4.5.2)
	case s.Fault != nil:
		w.faults[waiting{s.Conn, s.line}] = s.Fault
	}
}

// answered follows a reply to where it leads.
func (w *watcher) answered(s *sighting) {
	if s.Event.After == nil {
		return
	}
	before := w.place.State
	w.place = *s.Event.After
	switch w.place.State {
	case protocol.StateContent:
		w.typed = protocol.Layout{}
	case protocol.StateTransaction:
		if before != protocol.StateTransaction {
			w.mailbox = w.opened(s.verb)
		}
	}
}

// opened names the mailbox that a login by verb has opened: USER and APOP name it, and of AUTH only
// the lab's own server tells.
func (w *watcher) opened(verb string) string {
	if verb == "AUTH" || verb == protocol.VerbResponse {
		return w.locked
	}
	user, _, _ := strings.Cut(w.place.User, "@")
	return user
}

// join takes up a conversation that stands already.
func (w *watcher) join(c protocol.Context) {
	w.place = c
	if c.State == protocol.StateTransaction {
		w.mailbox = w.opened("")
	}
}

// inConversation reports whether the event is part of a conversation, whose mailbox it then concerns.
func (s *sighting) inConversation() bool {
	switch s.Kind {
	case protocol.KindClient, protocol.KindReply, protocol.KindLine, protocol.KindPartial:
		return true
	}
	return false
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

// succeeds reports whether a server has said yes.
func (s *sighting) succeeds() bool {
	return s.Kind == protocol.KindReply && s.Reply != nil && s.Reply.Code != "" && strings.Contains("23+", s.Reply.Code[:1])
}

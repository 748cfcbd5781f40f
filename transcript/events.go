package transcript

import (
	"encoding/json"
	"strings"

	"maillab/protocol"
)

// eventSource reads maillab's own events, one JSON object a line. What they say of
// context is not believed but followed again: a file may come from anybody.
type eventSource struct{ r *Replay }

func newEvents(r *Replay, _ []string) source { return &eventSource{r: r} }

func fitsEvents(sample []string) bool {
	return count(sample, func(l string) bool {
		var e protocol.Event
		return strings.HasPrefix(l, `{`) && strings.Contains(l, `"kind":`) && json.Unmarshal([]byte(l), &e) == nil && e.Kind != ""
	}) > 0
}

func (s *eventSource) take(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	var e protocol.Event
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		s.r.Unknown(line)
		return
	}
	switch e.Kind {
	case protocol.KindConnected:
		s.r.Begin(e.Host, e.Port, e.Address)
	case protocol.KindClient:
		s.r.Client(string(e.Raw))
	case protocol.KindLine:
		s.r.ServerLine(string(e.Raw), e.Ending, e.Cut)
	case protocol.KindTLS:
		if e.TLS != nil && e.TLS.Version != "" {
			s.r.Secure()
		}
	case protocol.KindClosed:
		s.r.End(e.Close)
	case protocol.KindReply: // its lines have come already
	default:
		s.r.Note(line)
	}
}

func (s *eventSource) done() {}

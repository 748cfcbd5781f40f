package lessons

import "maillab/protocol"

// never stands for an event number that has not come.
const never = -1

// record is what the player knows of one step.
type record struct {
	done, skipped bool
	// helped: the program types the solution; what it shows counts as skipped.
	helped bool
	// givenUp: it was skipped without having been seen.
	givenUp bool
	// again: the learner went back to it, so what was seen before does not count.
	again bool
	// shown is the number of the event at which all evidence had been seen, or never.
	shown int
	// seen is, for each evidence, the number of the event that sufficed, or never.
	seen []int
	// conn is, for each evidence, the conversation that showed it and on which it depends, "" for
	// what lasts: a mail that was delivered, a lab command.
	conn []string
	// counts are, for each evidence, how often each of its patterns has fitted.
	counts [][]int
	hints  int
}

func newRecord(s *Step) record {
	r := record{shown: never}
	r.forget(s)
	return r
}

// forget drops what was seen.
func (r *record) forget(s *Step) {
	r.seen = make([]int, len(s.Evidence))
	r.conn = make([]string, len(s.Evidence))
	r.counts = make([][]int, len(s.Evidence))
	for i := range s.Evidence {
		r.forgetOne(s, i)
	}
}

func (r *record) forgetOne(s *Step, i int) {
	r.seen[i], r.conn[i] = never, ""
	r.counts[i] = make([]int, 1+len(s.Evidence[i].Or))
}

// lose drops what a conversation has shown and no longer holds.
func (r *record) lose(s *Step, conn string) {
	for i := range s.Evidence {
		if r.seen[i] == never || r.conn[i] == "" || r.conn[i] != conn {
			continue
		}
		r.forgetOne(s, i)
		if !r.done {
			r.shown = never
		}
	}
}

// complete reports whether all evidence has been seen.
func (r *record) complete() bool {
	for _, at := range r.seen {
		if at == never {
			return false
		}
	}
	return len(r.seen) > 0
}

// look holds event number now against evidence i.
func (r *record) look(e *Evidence, i, now int, s *sighting, home protocol.Protocol) {
	if r.seen[i] != never && r.conn[i] == "" {
		return
	}
	for k := range r.counts[i] {
		p := &e.Pattern
		if k > 0 {
			p = &e.Or[k-1]
		}
		if !p.matches(s, home) {
			continue
		}
		if r.counts[i][k]++; r.counts[i][k] < p.Times {
			continue
		}
		if r.seen[i] == never {
			r.seen[i] = now
		}
		r.conn[i] = ""
		if s.inConversation() {
			r.conn[i] = s.Conn
		}
	}
}

package lessons

import (
	"slices"

	"maillab/protocol"
)

// Player leads one learner through one lesson. It has no I/O and no clock, and
// is not safe for concurrent use.
type Player struct {
	lesson  *Lesson
	watcher watcher
	steps   []record
	// current is the step that is being done; len(steps) at the end.
	current int
	// now counts the events seen.
	now int
	// wrong is the last mistake told, so that it is not told twice in a row.
	wrong wrongTry
	from  Progress
}

// wrongTry is a mistake and the verb with which it was made.
type wrongTry struct{ mistake, verb string }

// NewPlayer begins a lesson, or goes on where progress left it. The zero
// Progress, and one of another lesson, begin at the start.
func NewPlayer(l *Lesson, p Progress) *Player {
	player := &Player{lesson: l}
	player.reset()
	if p.Lesson == l.ID {
		player.resume(p)
	}
	return player
}

func (p *Player) reset() {
	p.watcher, p.current, p.now, p.wrong = newWatcher(), 0, 0, wrongTry{}
	p.steps = make([]record, len(p.lesson.Steps))
	for i := range p.steps {
		p.steps[i] = newRecord(&p.lesson.Steps[i])
	}
}

// Lesson returns the lesson played.
func (p *Player) Lesson() *Lesson { return p.lesson }

// Step returns the current step and its index from 0; nil when the lesson is finished.
func (p *Player) Step() (int, *Step) {
	if p.Finished() {
		return len(p.steps), nil
	}
	return p.current, &p.lesson.Steps[p.current]
}

// Finished reports whether every step is done or skipped.
func (p *Player) Finished() bool { return p.current >= len(p.steps) }

// Event judges one event. Evidence for every step is noted, whichever is
// current, so that what was done early counts when its step comes.
func (p *Player) Event(e protocol.Event) []Verdict {
	p.now++
	s := p.watcher.see(e)
	for i := range p.steps {
		p.lose(i, s)
		p.note(i, s)
	}
	if p.Finished() {
		return nil
	}
	if verdicts := p.advance(); len(verdicts) > 0 {
		return verdicts
	}
	if p.steps[p.current].helped {
		return nil // the program is typing, :close among it
	}
	return p.mistake(s)
}

// Join tells the player of a conversation that stood before it was made.
func (p *Player) Join(c protocol.Context) { p.watcher.join(c) }

// lose drops the evidence for step i that this event takes back, unless the step is done: what was
// done early counts only while the conversation holds it.
func (p *Player) lose(i int, s *sighting) {
	r, step := &p.steps[i], &p.lesson.Steps[i]
	if r.done && !r.again {
		return
	}
	ends := s.Kind == protocol.KindClosed && (step.Replay || step.NeedsTalk())
	undone := func(u Pattern) bool { return u.matches(s, p.lesson.Protocol) }
	if ends || slices.ContainsFunc(step.Undone, undone) {
		r.lose(step, s.Conn)
	}
}

// note holds an event against the evidence of step i.
func (p *Player) note(i int, s *sighting) {
	r, step := &p.steps[i], &p.lesson.Steps[i]
	before := r.complete()
	for j := range step.Evidence {
		e := &step.Evidence[j]
		if p.inTime(i, e) {
			r.look(e, j, p.now, s, p.lesson.Protocol)
		}
	}
	if !before && r.complete() && (r.shown == never || r.again) {
		r.shown = p.now
	}
}

// inTime reports whether what an evidence waits for has happened before this event.
func (p *Player) inTime(i int, e *Evidence) bool {
	if e.Since != "" {
		if at := p.steps[p.lesson.step(e.Since)].shown; at == never || at >= p.now {
			return false
		}
	}
	if e.Follows == "" {
		return true
	}
	j := slices.IndexFunc(p.lesson.Steps[i].Evidence, func(x Evidence) bool { return x.ID == e.Follows })
	at := p.steps[i].seen[j]
	return at != never && at < p.now
}

// advance passes the current step and those after it that are done already.
func (p *Player) advance() []Verdict {
	var out []Verdict
	for !p.Finished() {
		r := &p.steps[p.current]
		switch {
		case r.done && !r.again:
			p.current++
		case r.complete() || p.readOn(p.current):
			out = append(out, p.pass())
		default:
			return out
		}
	}
	return append(out, p.end())
}

// readOn reports whether a reading step was left behind: something that comes
// after it has been shown.
func (p *Player) readOn(i int) bool {
	if !p.lesson.Steps[i].Reading || p.steps[i].again {
		return false
	}
	return slices.ContainsFunc(p.steps[i+1:], func(r record) bool { return r.complete() })
}

// pass marks the current step done and goes to the next.
func (p *Player) pass() Verdict {
	i := p.current
	r := &p.steps[i]
	r.skipped = r.helped
	unshown := r.helped && !r.complete() && !p.lesson.Steps[i].Reading
	r.done, r.givenUp, r.again, r.helped = true, unshown, false, false
	if r.shown == never {
		r.shown = p.now
	}
	p.current++
	p.wrong = wrongTry{}
	return Verdict{Kind: StepDone, Index: i, Step: &p.lesson.Steps[i], Skipped: r.skipped, Unshown: unshown}
}

func (p *Player) end() Verdict {
	last := len(p.steps) - 1
	return Verdict{Kind: LessonDone, Index: last, Step: &p.lesson.Steps[last]}
}

// mistake finds words for a wrong try at the current step.
func (p *Player) mistake(s *sighting) []Verdict {
	i, step := p.Step()
	for _, m := range p.candidates(step) {
		if !m.matches(s, p.lesson.Protocol) {
			continue
		}
		try := wrongTry{m.ID, s.verb}
		if p.wrong == try {
			return nil
		}
		p.wrong = try
		return []Verdict{{Kind: MistakeMade, Index: i, Step: step, Mistake: m}}
	}
	if s.succeeds() {
		p.wrong = wrongTry{} // something went right since, so the same mistake is worth its words again
	}
	return nil
}

// candidates lists the mistakes that may be made at a step in the order in which
// they are tried: the lesson's First ones, the step's own, the lesson's others.
func (p *Player) candidates(step *Step) []*Mistake {
	var first, own, others []*Mistake
	for i := range step.Mistakes {
		own = append(own, &step.Mistakes[i])
	}
	for i := range p.lesson.Mistakes {
		m := &p.lesson.Mistakes[i]
		switch {
		case len(m.Steps) > 0 && !slices.Contains(m.Steps, step.ID):
		case m.First:
			first = append(first, m)
		default:
			others = append(others, m)
		}
	}
	return slices.Concat(first, own, others)
}

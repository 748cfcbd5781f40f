package lessons

import "time"

// Progress is where a learner stands in a lesson, to be kept across runs. The
// times are the keeper's to set; the player only hands Started on.
type Progress struct {
	Lesson string `json:"lesson"`
	// Step is the current step's id, "" at the end.
	Step string   `json:"step"`
	Done []string `json:"done,omitempty"`
	// Skipped steps are among those done.
	Skipped []string `json:"skipped,omitempty"`
	// GivenUp steps are among those skipped: they have not been seen.
	GivenUp []string `json:"given_up,omitempty"`
	// Hints shown, by step.
	Hints    map[string]int `json:"hints,omitempty"`
	Finished bool           `json:"finished,omitempty"`
	Started  time.Time      `json:"started,omitzero"`
	Updated  time.Time      `json:"updated,omitzero"`
}

// Begun reports whether there is anything to go on from.
func (p Progress) Begun() bool { return len(p.Done) > 0 || len(p.Hints) > 0 }

// Progress returns where the learner stands.
func (p *Player) Progress() Progress {
	out := Progress{Lesson: p.lesson.ID, Finished: p.Finished(), Started: p.from.Started, Updated: p.from.Updated}
	if _, step := p.Step(); step != nil {
		out.Step = step.ID
	}
	for i := range p.steps {
		r, id := &p.steps[i], p.lesson.Steps[i].ID
		if r.done {
			out.Done = append(out.Done, id)
		}
		if r.skipped {
			out.Skipped = append(out.Skipped, id)
		}
		if r.givenUp && !r.complete() {
			out.GivenUp = append(out.GivenUp, id)
		}
		if r.hints > 0 {
			if out.Hints == nil {
				out.Hints = map[string]int{}
			}
			out.Hints[id] = r.hints
		}
	}
	return out
}

// resume restores progress. The lesson may have changed since: steps that are
// gone are ignored, new ones before the current step come first.
func (p *Player) resume(from Progress) {
	p.from = from
	for _, id := range from.Done {
		if i := p.lesson.step(id); i >= 0 {
			p.steps[i].done, p.steps[i].shown = true, 0
		}
	}
	for _, id := range from.Skipped {
		if i := p.lesson.step(id); i >= 0 && p.steps[i].done {
			p.steps[i].skipped = true
		}
	}
	for _, id := range from.GivenUp {
		if i := p.lesson.step(id); i >= 0 && p.steps[i].done {
			p.steps[i].givenUp = true
		}
	}
	for id, n := range from.Hints {
		if i := p.lesson.step(id); i >= 0 {
			p.steps[i].hints = max(0, min(n, len(p.lesson.Steps[i].Hints)))
		}
	}
	p.current = p.resumeAt(from.Step)
}

// resumeAt finds the step to go on with: the first that is not done, or an
// earlier one that the learner had gone back to.
func (p *Player) resumeAt(id string) int {
	first := 0
	for first < len(p.steps) && p.steps[first].done {
		first++
	}
	if i := p.lesson.step(id); i >= 0 && i < first {
		p.steps[i].again = true
		return i
	}
	return first
}

package lessons

// Lack is evidence that the current step still waits for.
type Lack struct {
	ID string
	// Words for it: the evidence's own, or the step's goal where that says it all.
	Words Words
}

// Missing lists what the current step still waits for. It is empty at the end,
// and for a reading step without evidence, which waits for :next only.
func (p *Player) Missing() []Lack {
	i, step := p.Step()
	if step == nil {
		return nil
	}
	var out []Lack
	for j := range step.Evidence {
		if p.steps[i].seen[j] != never {
			continue
		}
		lack := Lack{ID: step.Evidence[j].ID, Words: step.Evidence[j].Missing}
		if lack.Words.Empty() {
			lack.Words = step.Goal
		}
		out = append(out, lack)
	}
	return out
}

// Hint returns the next hint of the current step, its number from 1 and how
// many there are; after the last it stays there.
func (p *Player) Hint() (hint Words, n, total int) {
	i, step := p.Step()
	if step == nil {
		return Words{}, 0, 0
	}
	total = len(step.Hints)
	r := &p.steps[i]
	r.hints = min(r.hints+1, total)
	return step.Hints[r.hints-1], r.hints, total
}

// Acknowledge is :next. It passes a reading step, or a step that was done
// before and gone back to; otherwise it does nothing and returns nothing.
func (p *Player) Acknowledge() []Verdict {
	i, step := p.Step()
	switch {
	case step == nil:
		return nil
	case p.steps[i].done:
		p.steps[i].again = false
		p.current++
		p.wrong = wrongTry{}
		return append([]Verdict{{Kind: StepDone, Index: i, Step: step, Again: true}}, p.advance()...)
	case step.Reading:
		return append([]Verdict{p.pass()}, p.advance()...)
	}
	return nil
}

// Assist says that the program will now type the current step's Recipe: when
// its evidence comes, the step counts as skipped.
func (p *Player) Assist() {
	if !p.Finished() {
		p.steps[p.current].helped = true
	}
}

// Skip gives the current step up and goes on.
func (p *Player) Skip() []Verdict {
	if p.Finished() {
		return nil
	}
	p.steps[p.current].helped = true
	return append([]Verdict{p.pass()}, p.advance()...)
}

// Back returns to the step before, to be done again or passed with Acknowledge.
// At the first step it does nothing.
func (p *Player) Back() {
	if p.current == 0 {
		return
	}
	p.current--
	p.wrong = wrongTry{}
	p.steps[p.current].again = true
	p.steps[p.current].forget(&p.lesson.Steps[p.current])
}

// Restart begins the lesson anew.
func (p *Player) Restart() {
	p.from = Progress{}
	p.reset()
}

package lab

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"maillab/lessons"
	"maillab/phrases"
)

func runLesson(ctx context.Context, s *Shell, arg string) error {
	if arg != "" {
		return s.startLesson(ctx, arg)
	}
	if _, _, err := s.current(); err != nil {
		return runLessons(ctx, s, "")
	}
	s.showStep()
	return nil
}

// runLessons lists the lessons with how far each got.
func runLessons(_ context.Context, s *Shell, _ string) error {
	lib, err := lessons.Builtin()
	if err != nil {
		return err
	}
	rows := [][]phrases.Text{{Say("lessons.head.id", nil), Say("lessons.head.steps", nil), Say("lessons.head.title", nil)}}
	for _, l := range lib.Lessons() {
		done := len(s.savedProgress(l.ID).Done)
		rows = append(rows, []phrases.Text{plain(l.ID), plain(fmt.Sprintf("%d/%d", done, len(l.Steps))), l.Title})
	}
	s.show(Block{Kind: Table, Rows: rows, Head: true}, Block{Kind: Note, Text: Say("lessons.how", nil)})
	return nil
}

func runHint(_ context.Context, s *Shell, _ string) error {
	p, _, err := s.current()
	if err != nil {
		return err
	}
	connected := s.Connected()
	s.mu.Lock()
	hint, n, total := p.Hint()
	first := s.callFirst(connected)
	s.mu.Unlock()
	if total == 0 {
		return trouble("lesson.finished", nil)
	}
	s.show(Block{Kind: Note, Text: Say("lesson.hint", phrases.Args{"n": strconv.Itoa(n), "total": strconv.Itoa(total)})})
	s.show(append(words(hint, Para), first...)...)
	return nil
}

func runSolution(_ context.Context, s *Shell, _ string) error {
	lines, err := s.recipe()
	if err != nil {
		return err
	}
	s.show(Block{Kind: Note, Text: Say("lesson.solution", nil)}, Block{Kind: Command, Lines: lines})
	return nil
}

// runNext acknowledges a step that is for reading, and otherwise says what is still to be seen.
func runNext(_ context.Context, s *Shell, _ string) error {
	p, _, err := s.current()
	if err != nil {
		return err
	}
	connected := s.Connected()
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Finished() {
		return trouble("lesson.finished", nil)
	}
	verdicts := p.Acknowledge()
	s.tell(verdicts)
	if len(verdicts) > 0 {
		return nil
	}
	_, step := p.Step()
	s.cfg.Front.Show(Block{Kind: Note, Text: s.stepTitle("lesson.not-yet", step)})
	for _, lack := range p.Missing() {
		s.cfg.Front.Show(words(lack.Words, Goal)...)
	}
	s.cfg.Front.Show(s.callFirst(connected)...)
	return nil
}

func runBack(_ context.Context, s *Shell, _ string) error { return s.turn((*lessons.Player).Back) }

func runRestart(_ context.Context, s *Shell, _ string) error {
	return s.turn((*lessons.Player).Restart)
}

// turn moves the player and shows the step it came to.
func (s *Shell) turn(move func(*lessons.Player)) error {
	p, _, err := s.current()
	if err != nil {
		return err
	}
	s.mu.Lock()
	move(p)
	s.mu.Unlock()
	s.saveProgress()
	s.showStep()
	return nil
}

// The signs of a list of steps, each alone in its cell: what is done, what was skipped without effect,
// where the learner stands.
const (
	SignDone    = "✓"
	SignGivenUp = "–"
	SignHere    = "▶"
)

// runWhere lists the steps with their signs.
func runWhere(_ context.Context, s *Shell, _ string) error {
	p, l, err := s.current()
	if err != nil {
		return err
	}
	s.mu.Lock()
	at, _ := p.Step()
	marks := map[string]string{}
	progress := p.Progress()
	finished := p.Finished()
	s.mu.Unlock()
	for _, id := range progress.Done {
		marks[id] = SignDone
	}
	for _, id := range progress.GivenUp {
		marks[id] = SignGivenUp
	}
	rows := make([][]phrases.Text, 0, len(l.Steps))
	for i := range l.Steps {
		mark := cmp.Or(marks[l.Steps[i].ID], " ")
		if i == at && !finished {
			mark = SignHere
		}
		rows = append(rows, []phrases.Text{plain(mark), plain(strconv.Itoa(i + 1)), l.Steps[i].Title})
	}
	s.show(Block{Kind: Heading, Text: l.Title}, Block{Kind: Table, Rows: rows})
	if len(progress.GivenUp) > 0 {
		s.show(Block{Kind: Note, Text: Say("lesson.where-given-up", nil)})
	}
	return nil
}

func runLeave(_ context.Context, s *Shell, _ string) error {
	_, l, err := s.current()
	if err != nil {
		return err
	}
	s.leaveLesson()
	s.show(Block{Kind: Success, Text: Say("lesson.left", phrases.Args{"id": l.ID}).With("title", l.Title)})
	return nil
}

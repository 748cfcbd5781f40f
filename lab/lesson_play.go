package lab

import (
	"context"
	"strconv"
	"strings"

	"maillab/lessons"
	"maillab/phrases"
)

// recipe returns the lines that do the present step from where the conversation stands.
func (s *Shell) recipe() ([]string, error) {
	p, l, err := s.current()
	if err != nil {
		return nil, err
	}
	var desk lessons.Desk
	if c := s.session(); c != nil {
		desk.Label = c.Context().Label()
	}
	desk.Letters, desk.New = s.letters(l.Mailbox)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Finished() {
		return nil, trouble("lesson.finished", nil)
	}
	return p.Recipe(desk), nil
}

// runSkip does the step for the learner and goes on.
func runSkip(ctx context.Context, s *Shell, _ string) error {
	p, _, err := s.current()
	if err != nil {
		return err
	}
	before, _ := p.Step()
	lines, err := s.recipe()
	if err != nil {
		return err
	}
	s.show(Block{Kind: Note, Text: Say("lesson.skipping", nil)})
	s.mu.Lock()
	p.Assist()
	s.mu.Unlock()
	for _, line := range lines {
		if err := s.carryOut(ctx, line); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if after, _ := p.Step(); after == before && !p.Finished() {
		s.tell(p.Skip())
	}
	return nil
}

// carryOut types one line for the learner.
func (s *Shell) carryOut(ctx context.Context, line string) error {
	if err := s.cfg.Front.Type(ctx, s.Place(), line); err != nil {
		return err
	}
	c := s.session()
	switch {
	case c == nil:
		return s.runCommand(ctx, strings.TrimPrefix(line, ":"), false)
	case strings.HasPrefix(line, ":") && !c.Context().InContent():
		return s.runCommand(ctx, line[1:], true)
	}
	s.send(ctx, c, line)
	return ctx.Err()
}

// PlayLesson lets the program play a lesson by itself, through the same door as
// a learner. The front's Type sets the rhythm.
func (s *Shell) PlayLesson(ctx context.Context, id string) error {
	if err := s.StartLesson(ctx, id); err != nil {
		return err
	}
	for {
		p, _, err := s.current()
		if err != nil {
			return err
		}
		before, step := p.Step()
		if step == nil || p.Finished() {
			return nil
		}
		if err := s.playStep(ctx); err != nil {
			return err
		}
		if after, _ := p.Step(); after == before && !p.Finished() {
			return trouble("lesson.play-stuck", phrases.Args{"n": strconv.Itoa(before + 1)})
		}
	}
}

// playStep types the present step's lines; a step that is for reading is acknowledged.
func (s *Shell) playStep(ctx context.Context) error {
	lines, err := s.recipe()
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		lines = []string{":next"}
	}
	for _, line := range lines {
		s.begin()
		err := s.carryOut(ctx, line)
		s.end()
		if err != nil {
			return err
		}
	}
	return nil
}

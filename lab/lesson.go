package lab

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"maillab/lessons"
	"maillab/phrases"
	"maillab/protocol"
)

// StartLesson begins a lesson, or offers to go on where it was left.
func (s *Shell) StartLesson(ctx context.Context, id string) error {
	s.begin()
	defer s.end()
	return s.startLesson(ctx, id)
}

func (s *Shell) startLesson(ctx context.Context, id string) error {
	l, err := findLesson(id)
	if err != nil {
		return err
	}
	s.leaveLesson()
	saved := s.savedProgress(l.ID)
	if saved.Begun() && !s.wantsResume(ctx, l, saved) {
		saved = lessons.Progress{}
	}
	p := lessons.NewPlayer(l, saved)
	s.mu.Lock()
	s.lesson, s.player = l, p
	s.mu.Unlock()
	s.show(Block{Kind: Heading, Text: l.Title})
	s.show(words(l.Summary, Para)...)
	s.showStep()
	s.show(Block{Kind: Note, Text: Say("lesson.commands", nil)})
	return nil
}

// CheckLesson returns an error in words when there is no such lesson.
func CheckLesson(id string) error {
	_, err := findLesson(id)
	return err
}

func findLesson(id string) (*lessons.Lesson, error) {
	lib, err := lessons.Builtin()
	if err != nil {
		return nil, err
	}
	l, ok := lib.Lesson(strings.ToLower(id))
	if ok {
		return l, nil
	}
	near := lib.Nearest(strings.ToLower(id))
	if near == "" {
		return nil, trouble("lesson.unknown", phrases.Args{"id": phrases.Clean(id)})
	}
	return nil, trouble("lesson.unknown-near", phrases.Args{"id": phrases.Clean(id), "near": near})
}

// wantsResume asks whether to go on where the lesson was left.
func (s *Shell) wantsResume(ctx context.Context, l *lessons.Lesson, p lessons.Progress) bool {
	if s.cfg.Unattended {
		return false
	}
	at, step := lessons.NewPlayer(l, p).Step()
	if step == nil {
		return false
	}
	question := Say("lesson.resume", phrases.Args{"n": strconv.Itoa(at + 1), "total": strconv.Itoa(len(l.Steps))})
	answer, err := s.cfg.Front.Ask(ctx, question.With("title", step.Title), false)
	if err != nil {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "n", "no", "否", "不", "不要":
		return false
	}
	return true
}

// current returns the lesson that is going on.
func (s *Shell) current() (*lessons.Player, *lessons.Lesson, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.player == nil {
		return nil, nil, trouble("lesson.none", nil)
	}
	return s.player, s.lesson, nil
}

// judge lets the lesson look at an event. The caller holds s.mu.
func (s *Shell) judge(e protocol.Event) {
	if s.player != nil {
		s.tell(s.player.Event(e))
	}
}

// tell queues the words for verdicts, and the next step once the present ones
// are done. The caller holds s.mu.
func (s *Shell) tell(verdicts []lessons.Verdict) {
	moved := false
	s.dirty = s.dirty || len(verdicts) > 0
	for _, v := range verdicts {
		switch v.Kind {
		case lessons.StepDone:
			moved = true
			s.waiting = append(s.waiting, Block{Kind: Gap}, Block{Kind: Success, Text: s.stepTitle("lesson.step-done", v.Step)})
			s.waiting = append(s.waiting, words(v.Step.Done, Para)...)
		case lessons.MistakeMade:
			s.waiting = append(s.waiting, words(v.Mistake.Words, Note)...)
		case lessons.LessonDone:
			moved = false
			s.waiting = append(s.waiting, Block{Kind: Gap}, Block{Kind: Success, Text: Say("lesson.done", nil).With("title", s.lesson.Title)})
			s.waiting = append(s.waiting, s.afterLesson()...)
		}
	}
	if moved {
		s.waiting = append(s.waiting, s.stepBlocks()...)
	}
}

// stepTitle puts a step's number and title into one of the lab's sentences.
func (s *Shell) stepTitle(key string, step *lessons.Step) phrases.Text {
	n := 0
	for i := range s.lesson.Steps {
		if s.lesson.Steps[i].ID == step.ID {
			n = i + 1
		}
	}
	args := phrases.Args{"n": strconv.Itoa(n), "total": strconv.Itoa(len(s.lesson.Steps))}
	return Say(key, args).With("title", step.Title)
}

// afterLesson says what comes next: the following lesson, or that it was the last.
func (s *Shell) afterLesson() []Block {
	lib, err := lessons.Builtin()
	if err != nil {
		return nil
	}
	for _, l := range lib.Lessons() {
		if l.Order == s.lesson.Order+1 {
			return []Block{{Kind: Goal, Text: Say("lesson.following", phrases.Args{"id": l.ID}).With("title", l.Title)}}
		}
	}
	return []Block{{Kind: Goal, Text: Say("lesson.was-last", nil)}}
}

// stepBlocks shows the present step. The caller holds s.mu.
func (s *Shell) stepBlocks() []Block {
	_, step := s.player.Step()
	if step == nil {
		return []Block{{Kind: Success, Text: Say("lesson.done", nil).With("title", s.lesson.Title)}}
	}
	blocks := []Block{{Kind: Heading, Text: s.stepTitle("lesson.step", step)}}
	blocks = append(blocks, words(step.Prose, Para)...)
	blocks = append(blocks, words(step.Goal, Goal)...)
	if step.Reading {
		blocks = append(blocks, Block{Kind: Note, Text: Say("lesson.reading", nil)})
	}
	return blocks
}

func (s *Shell) showStep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Front.Show(s.stepBlocks()...)
}

// words turns a lesson's text into blocks; running text becomes blocks of kind.
func words(w lessons.Words, kind BlockKind) []Block {
	var out []Block
	n := max(len(w.EN), len(w.ZH))
	for i := range n {
		en, zh := blockAt(w.EN, i), blockAt(w.ZH, i)
		b := Block{Kind: kind, Text: phrases.Text{EN: en.Text, ZH: zh.Text}}
		switch en.Kind {
		case lessons.Code:
			b = Block{Kind: Command, Lines: []string{en.Text}}
		case lessons.Item:
			b.Kind, b.Lines = Item, []string{""}
			if en.Number > 0 {
				b.Lines[0] = fmt.Sprintf("%d.", en.Number)
			}
		}
		out = append(out, b)
	}
	return out
}

func blockAt(blocks []lessons.Block, i int) lessons.Block {
	if i < len(blocks) {
		return blocks[i]
	}
	return lessons.Block{}
}

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
	s.mu.Lock()
	hint, n, total := p.Hint()
	s.mu.Unlock()
	if total == 0 {
		return trouble("lesson.finished", nil)
	}
	s.show(Block{Kind: Note, Text: Say("lesson.hint", phrases.Args{"n": strconv.Itoa(n), "total": strconv.Itoa(total)})})
	s.show(words(hint, Para)...)
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

// recipe returns the lines that do the present step from where the conversation stands.
func (s *Shell) recipe() ([]string, error) {
	p, _, err := s.current()
	if err != nil {
		return nil, err
	}
	label := ""
	if c := s.session(); c != nil {
		label = c.Context().Label()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Finished() {
		return nil, trouble("lesson.finished", nil)
	}
	return p.Recipe(label), nil
}

// runNext acknowledges a step that is for reading, and otherwise says what is still to be seen.
func runNext(_ context.Context, s *Shell, _ string) error {
	p, _, err := s.current()
	if err != nil {
		return err
	}
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
	return nil
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

// runWhere lists the steps, those done ticked and the present one marked.
func runWhere(_ context.Context, s *Shell, _ string) error {
	p, l, err := s.current()
	if err != nil {
		return err
	}
	s.mu.Lock()
	at, _ := p.Step()
	done := map[string]bool{}
	for _, id := range p.Progress().Done {
		done[id] = true
	}
	finished := p.Finished()
	s.mu.Unlock()
	rows := make([][]phrases.Text, 0, len(l.Steps))
	for i := range l.Steps {
		mark := " "
		switch {
		case i == at && !finished:
			mark = "▶"
		case done[l.Steps[i].ID]:
			mark = "✓"
		}
		rows = append(rows, []phrases.Text{plain(mark), plain(strconv.Itoa(i + 1)), l.Steps[i].Title})
	}
	s.show(Block{Kind: Heading, Text: l.Title}, Block{Kind: Table, Rows: rows})
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

func (s *Shell) leaveLesson() {
	s.saveProgress()
	s.mu.Lock()
	s.player, s.lesson = nil, nil
	s.mu.Unlock()
}

// LessonFinished reports whether the lesson that was started has been finished,
// and otherwise which step was not reached.
func (s *Shell) LessonFinished() (finished bool, step phrases.Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.player == nil {
		return false, phrases.Text{}
	}
	_, at := s.player.Step()
	if at == nil || s.player.Finished() {
		return true, phrases.Text{}
	}
	return false, s.stepTitle("lesson.not-reached", at)
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

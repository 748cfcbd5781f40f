package lab

import (
	"context"
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
	saved := s.savedProgress(l.ID)
	if saved.Begun() {
		resume, answered := s.wantsResume(ctx, l, saved)
		if !answered {
			s.show(Block{Kind: Note, Text: Say("lesson.not-begun", phrases.Args{"id": l.ID})})
			return nil
		}
		if !resume {
			saved = lessons.Progress{}
		}
	}
	s.leaveLesson()
	putBack, err := s.setUp(l)
	if err != nil {
		return err
	}
	p := lessons.NewPlayer(l, saved)
	if c := s.session(); c != nil {
		p.Join(c.Context())
	}
	s.mu.Lock()
	s.lesson, s.player, s.putBack = l, p, putBack
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

// wantsResume asks whether to go on where the lesson was left, until it is answered or
// the learner breaks off.
func (s *Shell) wantsResume(ctx context.Context, l *lessons.Lesson, p lessons.Progress) (resume, answered bool) {
	if s.cfg.Unattended {
		return false, true
	}
	at, step := lessons.NewPlayer(l, p).Step()
	if step == nil {
		return false, true
	}
	args := phrases.Args{"n": strconv.Itoa(at + 1), "total": strconv.Itoa(len(l.Steps))}
	question := Say("lesson.resume", args).With("title", step.Title)
	for {
		answer, err := s.cfg.Front.Ask(ctx, question, false)
		if err != nil {
			return false, false
		}
		if yes, known := yesOrNo[strings.ToLower(strings.TrimSpace(answer))]; known {
			return yes, true
		}
		question = Say("lesson.resume-again", args)
	}
}

// yesOrNo is what a question with [Y/n] takes for an answer, in small letters; Enter alone is yes.
var yesOrNo = map[string]bool{
	"": true, "y": true, "yes": true, "ｙ": true, "是": true, "是的": true, "好": true, "好的": true, "继续": true, "接着学": true,
	"n": false, "no": false, "ｎ": false, "否": false, "不": false, "不是": false, "不要": false, "不用": false, "从头": false, "从头开始": false,
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

func (s *Shell) leaveLesson() {
	s.saveProgress()
	s.mu.Lock()
	putBack := s.putBack
	s.player, s.lesson, s.putBack = nil, nil, nil
	s.mu.Unlock()
	if putBack != nil {
		putBack()
	}
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

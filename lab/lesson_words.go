package lab

import (
	"fmt"
	"strconv"
	"strings"

	"maillab/lessons"
	"maillab/phrases"
)

// tell queues the words for verdicts, and the next step once the present ones
// are done. The caller holds s.mu.
func (s *Shell) tell(verdicts []lessons.Verdict) {
	moved := false
	s.dirty = s.dirty || len(verdicts) > 0
	for _, v := range verdicts {
		switch v.Kind {
		case lessons.StepDone:
			moved = true
			if v.Unshown {
				s.waiting = append(s.waiting, Block{Kind: Gap}, Block{Kind: Note, Text: s.stepTitle("lesson.step-given-up", v.Step)})
				continue
			}
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
		s.moved = true
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
	_, l, err := s.current()
	if err != nil {
		return
	}
	connected := s.Connected()
	letters, _ := s.letters(l.Mailbox)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Front.Show(s.stepBlocks()...)
	s.cfg.Front.Show(s.callFirst(connected)...)
	s.cfg.Front.Show(s.lettersGone(letters)...)
}

// callFirst says that the present step needs a conversation where there is none, as when a lesson
// is gone on with in a new run, or that it begins one where there is one. The caller holds s.mu.
func (s *Shell) callFirst(connected bool) []Block {
	_, step := s.player.Step()
	switch {
	case step == nil:
		return nil
	case !connected && step.NeedsTalk():
		return []Block{{Kind: Note, Text: Say("lesson.call-first", nil)}}
	case connected && step.Calls():
		return []Block{{Kind: Note, Text: Say("lesson.hang-up-first", nil)}}
	}
	return nil
}

// lettersGone says that the lesson's mailbox, which holds so many letters, lacks some that a step still
// to come needs. The caller holds s.mu.
func (s *Shell) lettersGone(have int) []Block {
	at, _ := s.player.Step()
	need := 0
	for i := at; i < len(s.lesson.Steps); i++ {
		need = max(need, s.lesson.Steps[i].Letters)
	}
	if s.cfg.Network == nil || have >= need {
		return nil
	}
	return []Block{{Kind: Note, Text: Say("lesson.letters-gone", phrases.Args{
		"user": s.lesson.Mailbox, "have": strconv.Itoa(have), "need": strconv.Itoa(need),
	})}}
}

// isGoodbye reports whether the present step wants `quit` said to a server, so that the word at the
// lab's own prompt is most likely meant for one. The caller holds s.mu.
func (s *Shell) isGoodbye() bool {
	if s.player == nil {
		return false
	}
	_, step := s.player.Step()
	return step != nil && step.NeedsTalk() && strings.EqualFold(step.Solution[len(step.Solution)-1], "quit")
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

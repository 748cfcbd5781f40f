package lessons

import (
	"slices"

	"maillab/phrases"
	"maillab/protocol"
)

// Lesson is one walk through a protocol, in steps. It is never changed once loaded.
type Lesson struct {
	ID string `toml:"id"`
	// Order is the lesson's place in the list of lessons, from 1.
	Order    int               `toml:"order"`
	Protocol protocol.Protocol `toml:"protocol"`
	// Persona and Faults say what the lab's servers are to be while the lesson goes on.
	Persona []string `toml:"persona"`
	Faults  []string `toml:"faults"`
	// Mailbox of the lab that the lesson sends to or reads.
	Mailbox string       `toml:"mailbox"`
	Title   phrases.Text `toml:"-"`
	Summary Words        `toml:"-"`
	Steps   []Step       `toml:"step"`
	// Mistakes that any step, or the steps they name, may see.
	Mistakes []Mistake `toml:"mistake"`
}

// Step is one thing to do and to understand.
type Step struct {
	ID    string       `toml:"id"`
	Title phrases.Text `toml:"-"`
	Prose Words        `toml:"-"`
	Goal  Words        `toml:"-"`
	Done  Words        `toml:"-"`
	// Hints from vague to exact.
	Hints []Words `toml:"-"`
	// Solution holds the lines to type, as they are typed.
	Solution []string `toml:"solution"`
	// States are the labels (protocol.Context.Label) in which the solution can be typed, "" for
	// "not connected"; none at all means anywhere.
	States []string `toml:"states"`
	// Letters is how many letters the lesson's mailbox must hold for the solution to make sense;
	// Mail is the step whose mail must have come into it.
	Letters int    `toml:"letters"`
	Mail    string `toml:"mail"`
	// Marked is how many messages must be marked with DELE for the solution to make sense.
	Marked int `toml:"marked"`
	// Replay: the solution is part of what restores the conversation after a lost connection.
	Replay bool `toml:"replay"`
	// Undoes names earlier steps that need no replay once this one is done: a mail that was sent
	// needs no MAIL any more.
	Undoes []string `toml:"undoes"`
	// Reading: nothing need be typed, :next is enough.
	Reading  bool       `toml:"reading"`
	Evidence []Evidence `toml:"evidence"`
	// Undone are the events that take back what was done early: RSET clears the sender that MAIL named.
	Undone   []Pattern `toml:"undone"`
	Mistakes []Mistake `toml:"mistake"`
}

// Evidence is something that must be seen for a step to be done. A step's
// evidence is seen in any order, whatever led to it.
type Evidence struct {
	// ID is needed where a step has more than one, to name what is missing.
	ID string `toml:"id"`
	// Since counts only what happened after that step was shown.
	Since string `toml:"since"`
	// Follows counts only what happened after that evidence of the same step.
	Follows string `toml:"follows"`
	Pattern
	// Or lists what is accepted instead.
	Or []Pattern `toml:"or"`
	// Missing are the words for :next when only this is lacking; empty where the goal says it.
	Missing Words `toml:"-"`
}

// Mistake is a wrong try that has words of its own.
type Mistake struct {
	ID string `toml:"id"`
	// Steps it belongs to, in a lesson's own list; none means all.
	Steps []string `toml:"steps"`
	// First: told before the steps' own.
	First bool `toml:"first"`
	Pattern
	Words Words `toml:"-"`
}

// NeedsTalk reports whether the solution can only be typed while connected.
func (s *Step) NeedsTalk() bool { return len(s.States) > 0 && !slices.Contains(s.States, "") }

// Calls reports whether the solution can only be typed while not connected, because it connects.
func (s *Step) Calls() bool { return len(s.States) == 1 && s.States[0] == "" }

// step returns the index of a step, or -1.
func (l *Lesson) step(id string) int {
	for i := range l.Steps {
		if l.Steps[i].ID == id {
			return i
		}
	}
	return -1
}

package lab

import (
	"context"

	"maillab/phrases"
	"maillab/protocol"
)

// Front is whatever shows the lab to somebody: a terminal, a page, a test. Its
// methods are called one at a time. Event and Show may be called while a
// conversation waits, so they must neither block nor call back into the Shell.
type Front interface {
	// Event draws what happened in a conversation or beside it.
	Event(protocol.Event)
	// Show draws what the lab itself has to say.
	Show(...Block)
	// Ask asks for a line at the learner's desk. A secret one is not echoed. It returns
	// ErrNoAnswer when the learner breaks off.
	Ask(ctx context.Context, question phrases.Text, secret bool) (string, error)
	// Type draws a line that the program types for the learner at this place, in the rhythm of a
	// person where somebody watches. It returns ctx's error when it is broken off.
	Type(ctx context.Context, at Place, line string) error
	// SetLevel changes how much is explained under each reply.
	SetLevel(Level)
	// SetPlain turns the look for screen readers on or off: words instead of colours and signs.
	SetPlain(on bool)
	// SetLang changes the language of everything from here on.
	SetLang(phrases.Lang)
	// Explain draws a reply that belongs to no conversation, and what it means in full.
	Explain(protocol.Context, protocol.Reply)
	// ExplainLast draws the explanation of the newest reply again, in full.
	ExplainLast() bool
}

// Level is how much is explained.
type Level string

// The levels. With LevelAuto a thing is explained in full the first time and briefly after that.
const (
	LevelAuto  Level = "auto"
	LevelOff   Level = "off"
	LevelBrief Level = "brief"
	LevelFull  Level = "full"
)

// BlockKind is how a block is meant to look.
type BlockKind string

// The kinds of block.
const (
	Para     BlockKind = "para"     // Text, a paragraph
	Heading  BlockKind = "heading"  // Text, one line
	Note     BlockKind = "note"     // Text, an aside
	Problem  BlockKind = "problem"  // Text says what is wrong and what to do
	Success  BlockKind = "success"  // Text, something was achieved
	Goal     BlockKind = "goal"     // Text, what to do next in a lesson
	Item     BlockKind = "item"     // Text, one point of a list; Lines[0] is its mark, "" for a bullet
	Table    BlockKind = "table"    // Rows of cells; the first row is the head where Head is set
	Verbatim BlockKind = "verbatim" // Lines as they stand, untrusted: a mail, say
	Diagram  BlockKind = "diagram"  // Rows of one cell each, drawn as they stand; Mark is the marked one
	Command  BlockKind = "command"  // Lines to type
	Gap      BlockKind = "gap"      // a blank line
)

// Block is one piece of what the lab says. Words between backquotes are
// something to type.
type Block struct {
	Kind  BlockKind
	Text  phrases.Text
	Lines []string
	Rows  [][]phrases.Text
	Head  bool
	Mark  int
}

// plain is a text that is the same in every language: a name, a number, a command.
func plain(s string) phrases.Text { return phrases.Text{EN: s, ZH: s} }

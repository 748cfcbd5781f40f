package lab

import (
	"context"
	"strings"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

func stateName(c protocol.Context) phrases.Text {
	return explain.StateName(c.Protocol, c.Label())
}

// runState draws the protocol's states with the present one marked, and lists
// what can be said now. Both come from the table.
func runState(_ context.Context, s *Shell, _ string) error {
	c := s.session()
	if c == nil {
		return trouble("state.not-connected", nil)
	}
	ctx := c.Context()
	legal, table := c.Legal()
	if table == nil {
		return trouble("state.unknown-protocol", nil)
	}
	rows, mark := diagram(table, ctx)
	s.show(
		Block{Kind: Para, Text: s.statusText(s.Place())},
		Block{Kind: Diagram, Rows: rows, Mark: mark},
		Block{Kind: Heading, Text: Say("state.legal", nil)},
		Block{Kind: Table, Rows: legalRows(table, legal)},
	)
	return nil
}

// legalRows lists what can be said now: form, and what it is for.
func legalRows(t *protocol.Table, legal []*protocol.Row) [][]phrases.Text {
	rows := make([][]phrases.Text, 0, len(legal))
	for _, r := range legal {
		purpose := phrases.Text{}
		if e, ok := explain.Verb(t.Protocol, r.Verb); ok {
			purpose = e.Short
		}
		rows = append(rows, []phrases.Text{plain(r.Syntax), purpose})
	}
	return rows
}

// diagram draws one row a state, along the main path, each with the ways out of it.
func diagram(t *protocol.Table, c protocol.Context) (rows [][]phrases.Text, mark int) {
	mark = -1
	edges := t.Edges()
	for i, st := range t.States {
		name := explain.StateName(t.Protocol, string(st))
		if st == c.State {
			mark, name = i, stateName(c)
		}
		rows = append(rows, append([]phrases.Text{name}, waysOut(t, st, edges)...))
	}
	return rows, mark
}

// waysOut words the edges that leave a state: "EHLO, HELO 250 → identified".
func waysOut(t *protocol.Table, from protocol.State, edges []protocol.Edge) []phrases.Text {
	type way struct {
		code string
		to   protocol.State
	}
	var order []way
	verbs := map[way][]string{}
	for _, e := range edges {
		if e.From != from {
			continue
		}
		w := way{e.Code, e.To}
		if verbs[w] == nil {
			order = append(order, w)
		}
		verbs[w] = append(verbs[w], e.Verb)
	}
	var out []phrases.Text
	for _, w := range order {
		said := phrases.Listed(verbs[w])
		if said.EN == "" || said.EN == protocol.VerbResponse {
			said = phrases.Text{}
		} else {
			said = phrases.Text{EN: said.EN + " ", ZH: said.ZH + " "}
		}
		to := explain.StateName(t.Protocol, string(w.to))
		out = append(out, phrases.Text{EN: said.EN + w.code + " → " + to.EN, ZH: said.ZH + w.code + " → " + to.ZH})
	}
	return out
}

// runExplain sets the level, repeats the last explanation, or looks a word up.
func runExplain(_ context.Context, s *Shell, arg string) error {
	word := strings.ToLower(arg)
	switch Level(word) {
	case "":
		return trouble("explain.usage", nil)
	case LevelOff, LevelBrief, LevelFull, LevelAuto:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.cfg.Front.SetLevel(Level(word))
		s.cfg.Front.Show(Block{Kind: Success, Text: Say("explain.level."+word, nil)})
		return nil
	case "last", "last full":
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.cfg.Front.ExplainLast() {
			return trouble("explain.nothing-yet", nil)
		}
		return nil
	}
	if p, ok := parsePasted(s.Place().Context.Protocol, arg); ok {
		return s.explainPasted(p)
	}
	return s.lookUp(arg)
}

// lookUp shows what the knowledge has about a word.
func (s *Shell) lookUp(topic string) error {
	entries := explain.Lookup(s.Place().Context.Protocol, topic)
	if len(entries) == 0 {
		return trouble("explain.unknown", phrases.Args{"word": phrases.Clean(topic)})
	}
	var blocks []Block
	for _, e := range entries {
		blocks = append(blocks, EntryBlocks(e)...)
	}
	s.show(blocks...)
	return nil
}

package lab

import (
	"slices"
	"strings"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// EntryBlocks shows one piece of knowledge. Of a command it also shows what the protocol table says.
func EntryBlocks(e explain.Entry) []Block {
	blocks := []Block{{Kind: Heading, Text: e.Title}}
	if !e.Short.Empty() && e.Short != e.Title {
		blocks = append(blocks, Block{Kind: Para, Text: e.Short})
	}
	if t, r := rowOf(e); r != nil && !r.Obsolete {
		blocks = append(blocks, Block{Kind: Table, Rows: rowFacts(t, r)})
	}
	if !e.Long.Empty() {
		blocks = append(blocks, Block{Kind: Para, Text: e.Long})
	}
	if ref := explain.Standards(e.Ref); ref != "" {
		blocks = append(blocks, Block{Kind: Note, Text: plain(ref)})
	}
	return blocks
}

// rowOf is the row of the table that an entry is about, nil for all that are no commands.
func rowOf(e explain.Entry) (*protocol.Table, *protocol.Row) {
	p, verb, found := strings.Cut(e.Key, ".")
	t := protocol.TableOf(protocol.Protocol(p))
	if !found || t == nil || e.Kind != "command" {
		return nil, nil
	}
	return t, t.Row(verb)
}

// rowFacts are form, example, states and replies of a command.
func rowFacts(t *protocol.Table, r *protocol.Row) [][]phrases.Text {
	rows := [][]phrases.Text{
		{Say("entry.syntax", nil), plain(r.Syntax)},
		{Say("entry.example", nil), plain(r.Example)},
		{Say("entry.states", nil), states(t, r)},
		{Say("entry.replies", nil), phrases.Listed(codes(r))},
	}
	if r.Keyword != "" {
		rows = append(rows, []phrases.Text{Say("entry.announced", nil), plain(r.Keyword)})
	}
	return rows
}

// states names the states in which a command is in order.
func states(t *protocol.Table, r *protocol.Row) phrases.Text {
	if len(r.States) == 0 {
		return Say("entry.everywhere", nil)
	}
	var en, zh []string
	for _, s := range r.States {
		name := explain.StateName(t.Protocol, string(s))
		en, zh = append(en, name.EN), append(zh, name.ZH)
	}
	return phrases.Text{EN: strings.Join(en, "; "), ZH: strings.Join(zh, "；")}
}

// codes are the replies that a command can get, each once, in the order of the table.
func codes(r *protocol.Row) []string {
	var out []string
	for _, a := range r.Answers {
		if !slices.Contains(out, a.Code) {
			out = append(out, a.Code)
		}
	}
	return out
}

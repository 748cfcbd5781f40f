package editor

import "strings"

// Completion is what can stand at the cursor.
type Completion struct {
	// Start is the byte offset in the line from which, up to the cursor, a
	// candidate replaces the text.
	Start      int
	Candidates []Candidate
}

// Candidate is one completion.
type Candidate struct {
	Text string
	Note string // a short description, shown beside it
}

// complete asks for candidates and applies them to l. It returns the list to
// print when they leave a choice. The editor is not locked: the callback may
// write.
func complete(ask func(string, int) Completion, l line) (line, []Candidate) {
	before := fromRunes(l.text[:l.pos])
	c := ask(before+fromRunes(l.text[l.pos:]), len(before))
	if len(c.Candidates) == 0 {
		return l, nil
	}
	start := max(0, min(c.Start, len(before)))
	typed := toRunes(before[start:])
	from := len(toRunes(before[:start]))
	common := commonPrefix(c.Candidates)

	if len(c.Candidates) == 1 {
		return l.replace(from, l.pos, common), nil
	}
	if len(common) < len(typed) {
		return l, c.Candidates
	}
	l = l.replace(from, l.pos, common)
	if len(common) > len(typed) {
		return l, nil
	}
	return l, c.Candidates
}

// commonPrefix returns what all candidates begin with, in whole characters.
func commonPrefix(cs []Candidate) []rune {
	prefix := toRunes(cs[0].Text)
	for _, c := range cs[1:] {
		other := toRunes(c.Text)
		n := 0
		for n < min(len(prefix), len(other)) && prefix[n] == other[n] {
			n++
		}
		// Both ends count: a mark may follow in one of the two only.
		n = min(line{text: prefix}.snap(n), line{text: other}.snap(n))
		prefix = prefix[:n]
	}
	return prefix
}

const columnGap = 2

// listCandidates lays candidates out for the terminal: one a row with its note,
// or in columns when there are no notes or too many rows.
func listCandidates(cs []Candidate, width, height int) string {
	width = max(width-1, 1) // the last column stays free: no terminal wraps then
	rows := max(height-2, 1)
	noted := false
	for _, c := range cs {
		noted = noted || c.Note != ""
	}
	if noted && len(cs) <= rows {
		return listNoted(cs, width)
	}
	return listColumns(cs, width, rows)
}

func listNoted(cs []Candidate, width int) string {
	column := 0
	for _, c := range cs {
		_, w := visible(c.Text, width)
		column = max(column, w)
	}
	var b strings.Builder
	for _, c := range cs {
		text, w := visible(c.Text, width)
		b.WriteString(text)
		if note, _ := visible(c.Note, width-column-columnGap); note != "" {
			b.WriteString(strings.Repeat(" ", column-w+columnGap) + note)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// listColumns reads downwards, as ls does. What does not fit on the screen is
// left out behind a row with …
func listColumns(cs []Candidate, width, limit int) string {
	column := 0
	for _, c := range cs {
		_, w := visible(c.Text, width)
		column = max(column, w)
	}
	across := max(1, (width+columnGap)/(column+columnGap))
	rows := (len(cs) + across - 1) / across
	cut := rows > limit
	if cut {
		rows = max(limit-1, 1)
	}
	var b strings.Builder
	for r := range rows {
		pad := 0
		for i := r; i < min(len(cs), rows*across); i += rows {
			text, w := visible(cs[i].Text, width)
			b.WriteString(strings.Repeat(" ", pad) + text)
			pad = column - w + columnGap
		}
		b.WriteByte('\n')
	}
	if cut {
		b.WriteString("…\n")
	}
	return b.String()
}

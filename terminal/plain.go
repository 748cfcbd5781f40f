package terminal

import (
	"strings"

	"maillab/lab"
	"maillab/phrases"
)

// margin is what stands before lines to type and lines from outside.
func (r *Renderer) margin() string {
	if r.look.Plain {
		return ""
	}
	return "    "
}

// spokenSigns are the words for signs that stand alone in a cell.
var spokenSigns = map[string]string{
	lab.SignDone: "plain.done", lab.SignGivenUp: "plain.given-up", lab.SignHere: "plain.here",
}

// sentences reads a table out: each row a line, its first cell naming it.
func (r *Renderer) sentences(b lab.Block) {
	colon, comma := say("plain.colon", nil).In(r.lang), say("plain.comma", nil).In(r.lang)
	for i, row := range b.Rows {
		if b.Head && i == 0 {
			continue
		}
		var cells []string
		for j, cell := range row {
			text := plainMarkup(cell.In(r.lang))
			if strings.TrimSpace(text) == "" {
				continue
			}
			if key, isSign := spokenSigns[text]; isSign {
				text = say(key, nil).In(r.lang)
			}
			if b.Head && j > 0 && j < len(b.Rows[0]) {
				text = plainMarkup(b.Rows[0][j].In(r.lang)) + " " + text
			}
			cells = append(cells, text)
		}
		if len(cells) < 2 {
			r.line(strings.Join(cells, ""))
			continue
		}
		r.line(cells[0] + colon + strings.Join(cells[1:], comma))
	}
}

// spokenDiagram reads states and the ways out of them, each a line.
func (r *Renderer) spokenDiagram(b lab.Block) {
	for i, row := range b.Rows {
		name := row[0].In(r.lang)
		if i == b.Mark {
			name += say("plain.comma", nil).In(r.lang) + say("here", nil).In(r.lang)
		}
		r.line(say("plain.state", phrases.Args{"state": name}).In(r.lang))
		for _, way := range row[1:] {
			r.line(strings.ReplaceAll(way.In(r.lang), "→", say("plain.leads-to", nil).In(r.lang)))
		}
	}
}

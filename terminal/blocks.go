package terminal

import (
	"strings"

	"maillab/lab"
	"maillab/phrases"
)

// Show draws what the lab says.
func (r *Renderer) Show(blocks ...lab.Block) {
	defer r.flush()
	for _, b := range blocks {
		if draw, ok := drawings[b.Kind]; ok {
			draw(r, b)
		}
	}
}

// drawings has one entry per kind of block.
var drawings = map[lab.BlockKind]func(*Renderer, lab.Block){
	lab.Para:     func(r *Renderer, b lab.Block) { r.para("", "", styleNone, b.Text) },
	lab.Note:     func(r *Renderer, b lab.Block) { r.para("", "", styleNote, b.Text) },
	lab.Heading:  func(r *Renderer, b lab.Block) { r.gap(); r.para("", "", styleHeading, b.Text) },
	lab.Problem:  func(r *Renderer, b lab.Block) { r.signed("!", "!", "plain.problem", styleBad, b.Text) },
	lab.Success:  func(r *Renderer, b lab.Block) { r.signed("✓", "*", "", styleGood, b.Text) },
	lab.Goal:     func(r *Renderer, b lab.Block) { r.signed("▶", ">", "plain.goal", styleGoal, b.Text) },
	lab.Item:     drawItem,
	lab.Table:    drawTable,
	lab.Verbatim: drawVerbatim,
	lab.Diagram:  drawDiagram,
	lab.Command:  drawCommand,
	lab.Gap:      func(r *Renderer, _ lab.Block) { r.gap() },
}

// signed draws a text behind a sign, or behind the words for it; "" is for texts that need none.
func (r *Renderer) signed(sign, standIn, key string, s style, text phrases.Text) {
	if r.look.Plain {
		lead := ""
		if key != "" {
			lead = say(key, nil).In(r.lang)
		}
		r.line(lead + plainMarkup(text.In(r.lang)))
		return
	}
	r.para(sign, standIn, s, text)
}

// para wraps a text, hung behind a sign where there is one. Only sign, headings
// and asides carry the style: long coloured text is hard to read.
func (r *Renderer) para(sign, standIn string, s style, text phrases.Text) {
	indent := ""
	if sign != "" {
		sign = r.sign(sign, standIn)
		indent = strings.Repeat(" ", columns(sign)+1)
	}
	body := s
	if sign != "" && s != styleGoal {
		body = styleNone
	}
	for i, l := range r.wrap(r.markup(text.In(r.lang), body), r.width()-columns(indent)-1) {
		if i == 0 && sign != "" {
			r.line(r.paint.paint(s, sign) + " " + l)
			continue
		}
		r.line(indent + l)
	}
}

func drawItem(r *Renderer, b lab.Block) {
	if r.look.Plain {
		r.line(plainMarkup(b.Text.In(r.lang)))
		return
	}
	mark := r.sign("•", "-")
	if len(b.Lines) > 0 && b.Lines[0] != "" {
		mark = b.Lines[0]
	}
	indent := strings.Repeat(" ", columns(mark)+3)
	for i, l := range r.wrap(r.markup(b.Text.In(r.lang), styleNone), r.width()-len(indent)-1) {
		if i == 0 {
			r.line("  " + mark + " " + l)
			continue
		}
		r.line(indent + l)
	}
}

func drawCommand(r *Renderer, b lab.Block) {
	for _, l := range b.Lines {
		r.line(r.margin() + r.paint.paint(styleCommand, phrases.Clean(l)))
	}
}

// drawVerbatim shows text from outside as it is, made safe, wrapped at the edge.
func drawVerbatim(r *Renderer, b lab.Block) {
	for _, l := range b.Lines {
		text := strings.ReplaceAll(phrases.Clean(strings.TrimSuffix(l, "\r")), "\t", "    ")
		for _, w := range r.wrap([]run{{styleNone, text}}, r.width()-5) {
			r.line(r.margin() + w)
		}
	}
}

// drawTable aligns cells by their width on the screen; the last column takes
// what is left and wraps.
func drawTable(r *Renderer, b lab.Block) {
	if r.look.Plain {
		r.sentences(b)
		return
	}
	widths := columnWidths(b.Rows, r.lang, r.width())
	if total(widths) > r.width()-tableIndent-1 {
		r.stacked(b)
		return
	}
	for i, row := range b.Rows {
		s := styleNone
		if b.Head && i == 0 {
			s = styleNote
		}
		r.row(row, widths, s)
	}
}

// stacked draws a table that no column could be taken off any more: each cell on
// lines of its own, a row's first cell standing out.
func (r *Renderer) stacked(b lab.Block) {
	for i, row := range b.Rows {
		if b.Head && i == 0 {
			continue
		}
		for j, cell := range row {
			indent := strings.Repeat(" ", tableIndent*min(j+1, 2))
			s := styleNone
			if j == 0 {
				s = styleCommand
			}
			for _, l := range r.wrap(r.markup(cell.In(r.lang), s), r.width()-len(indent)-1) {
				r.line(indent + l)
			}
		}
	}
}

func total(widths []int) int {
	sum := -tableGap
	for _, w := range widths {
		sum += w + tableGap
	}
	return sum
}

const (
	tableIndent = 2
	tableGap    = 2
)

func columnWidths(rows [][]phrases.Text, lang phrases.Lang, screen int) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell.In(lang)))
		}
	}
	return fit(widths, screen-tableIndent-1)
}

// fit takes columns off the widest until the row fits the screen, the last one last.
func fit(widths []int, room int) []int {
	for {
		if total(widths) <= room || len(widths) == 0 {
			return widths
		}
		widest := len(widths) - 1
		if widths[widest] <= 24 {
			for i, w := range widths {
				if w > widths[widest] {
					widest = i
				}
			}
		}
		if widths[widest] <= 8 {
			return widths
		}
		widths[widest]--
	}
}

// row draws one row; a cell that is wider than its column wraps inside it.
func (r *Renderer) row(cells []phrases.Text, widths []int, s style) {
	wrapped := make([][]string, len(cells))
	height := 1
	for i, c := range cells {
		cellStyle := s
		if i == 0 && s == styleNone && len(cells) > 1 {
			cellStyle = styleCommand
		}
		wrapped[i] = r.wrap(r.markup(c.In(r.lang), cellStyle), max(widths[i], 8))
		height = max(height, len(wrapped[i]))
	}
	for y := range height {
		var b strings.Builder
		b.WriteString(strings.Repeat(" ", tableIndent))
		for i := range cells {
			text := ""
			if y < len(wrapped[i]) {
				text = wrapped[i][y]
			}
			b.WriteString(text)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", max(0, widths[i]-columns(plainText(text)))+tableGap))
			}
		}
		r.line(strings.TrimRight(b.String(), " "))
	}
}

// drawDiagram draws states along a line, each with the ways out of it.
func drawDiagram(r *Renderer, b lab.Block) {
	if r.look.Plain {
		r.spokenDiagram(b)
		return
	}
	for i, row := range b.Rows {
		dot, s, here := r.sign("○", "o"), styleNone, ""
		if i == b.Mark {
			dot, s, here = r.sign("●", "@"), styleGoal, "  "+r.sign("◀ ", "< ")+say("here", nil).In(r.lang)
		}
		r.line("  " + r.paint.paint(s, dot+" "+row[0].In(r.lang)+here))
		for _, way := range row[1:] {
			text := way.In(r.lang)
			if r.look.ASCII {
				text = strings.ReplaceAll(text, "→", "->")
			}
			for _, l := range r.wrap([]run{{styleNote, text}}, r.width()-10) {
				r.line("  " + r.sign("│", "|") + "     " + l)
			}
		}
	}
}

// plainText takes the colour off a line of ours.
func plainText(s string) string {
	if !strings.Contains(s, "\x1b") {
		return s
	}
	var b strings.Builder
	for s != "" {
		esc := strings.IndexByte(s, '\x1b')
		if esc < 0 {
			break
		}
		b.WriteString(s[:esc])
		end := strings.IndexByte(s[esc:], 'm')
		if end < 0 {
			s = ""
			break
		}
		s = s[esc+end+1:]
	}
	b.WriteString(s)
	return b.String()
}

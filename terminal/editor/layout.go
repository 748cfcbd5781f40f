package editor

import "strings"

// point is a place on the screen, counted from the first row of the edit area.
type point struct{ row, col int }

// row is one line of the screen.
type row struct {
	text  string
	width int
}

// layout is a prompt and a line broken into rows, and where the cursor stands.
// Rows are broken here rather than by the terminal: terminals differ in what
// they do at the right edge, most of all with a wide character.
type layout struct {
	rows []row
	cur  point
}

// rowBuilder fills rows of a given width. A style that is open at the end of a
// row is closed there and opened again on the next, so each row can be redrawn
// alone.
type rowBuilder struct {
	width int
	rows  []row
	text  strings.Builder
	col   int
	style string
}

// put places a character and returns where it went.
func (b *rowBuilder) put(c cluster) point {
	if c.width > b.width {
		c.draw, c.width = replacement, 1
	}
	if b.col+c.width > b.width {
		b.breakRow()
	}
	at := point{len(b.rows), b.col}
	if c.tab {
		c.width = min(tabStop-b.col%tabStop, b.width-b.col)
		c.draw = strings.Repeat(" ", c.width)
	}
	b.text.WriteString(c.draw)
	b.col += c.width
	return at
}

func (b *rowBuilder) setStyle(sgr string) {
	b.text.WriteString(sgr)
	if sgr == "\x1b[m" || sgr == "\x1b[0m" {
		b.style = ""
	} else {
		b.style += sgr
	}
}

func (b *rowBuilder) breakRow() {
	if b.style != "" {
		b.text.WriteString("\x1b[0m")
	}
	b.rows = append(b.rows, row{b.text.String(), b.col})
	b.text.Reset()
	b.text.WriteString(b.style)
	b.col = 0
}

// prompt places text that may hold colour sequences and line breaks.
func (b *rowBuilder) prompt(text string) {
	for text != "" {
		switch text[0] {
		case '\x1b':
			seq := escapeSequence(text)
			if strings.HasSuffix(seq, "m") {
				b.setStyle(seq)
			}
			text = text[len(seq):]
		case '\n':
			b.breakRow()
			text = text[1:]
		case '\r':
			text = text[1:]
		default:
			end := strings.IndexAny(text, "\x1b\n\r")
			if end < 0 {
				end = len(text)
			}
			for _, c := range clusters(toRunes(text[:end])) {
				b.put(c)
			}
			text = text[end:]
		}
	}
}

// escapeSequence returns the control sequence text starts with, or the lone ESC.
func escapeSequence(text string) string {
	if !strings.HasPrefix(text, "\x1b[") {
		return text[:1]
	}
	for i := 2; i < len(text); i++ {
		if text[i] >= 0x40 && text[i] <= 0x7E {
			return text[:i+1]
		}
	}
	return text
}

// arrange breaks prompt and line into rows of the given width.
func arrange(prompt string, line []rune, pos, width int) layout {
	b := rowBuilder{width: max(width, 1)}
	b.prompt(prompt)
	var cur point
	for i, c := range clusters(line) {
		at := b.put(c)
		if i <= pos {
			cur = at
		}
	}
	if pos >= len(line) {
		// Behind a full row the cursor has no column: it waits on the next row.
		if b.col >= b.width {
			b.breakRow()
		}
		cur = point{len(b.rows), b.col}
	}
	b.breakRow()
	return layout{rows: b.rows, cur: cur}
}

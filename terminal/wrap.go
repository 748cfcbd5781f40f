package terminal

import (
	"strings"

	"github.com/rivo/uniseg"
)

// run is a piece of text in one style.
type run struct {
	style style
	text  string
}

// markup takes `code` and *emphasis* apart. Where there is no colour the
// backquotes stay, so that one still sees what is to be typed.
func (r *Renderer) markup(text string, base style) []run {
	var out []run
	for text != "" {
		open := strings.IndexAny(text, "`*")
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open+1:], text[open])
		if end < 1 {
			break
		}
		inner := text[open+1 : open+1+end]
		out = append(out, run{base, text[:open]})
		switch {
		case text[open] == '*':
			out = append(out, run{styleEmphasis, inner})
		case r.paint.on:
			out = append(out, run{styleCommand, inner})
		default:
			out = append(out, run{styleCommand, "`" + inner + "`"})
		}
		text = text[open+end+2:]
	}
	return append(out, run{base, text})
}

// wrap breaks runs into lines of at most width columns, by the rules of Unicode
// (a Chinese line breaks between characters, never before its punctuation).
func (r *Renderer) wrap(runs []run, width int) []string {
	text, styles := flatten(runs)
	if width < 8 {
		width = 8
	}
	var lines []string
	var line lineBuilder
	state, at := -1, 0
	for rest := text; rest != ""; {
		var segment string
		var must bool
		segment, rest, must, state = uniseg.FirstLineSegmentInString(rest, state)
		if line.width > 0 && line.width+uniseg.StringWidth(strings.TrimRight(segment, " \n")) > width {
			lines = append(lines, line.take(r.paint))
		}
		at = r.place(&line, segment, at, styles, width, &lines)
		if must && rest != "" {
			lines = append(lines, line.take(r.paint))
		}
	}
	return append(lines, line.take(r.paint))
}

// place puts a segment on the line, cut where it is wider than a whole line.
func (r *Renderer) place(line *lineBuilder, segment string, at int, styles []style, width int, lines *[]string) int {
	state := -1
	for segment != "" {
		var cluster string
		var w int
		cluster, segment, w, state = uniseg.FirstGraphemeClusterInString(segment, state)
		if cluster == "\n" {
			at++
			continue
		}
		if line.width+w > width && strings.TrimSpace(cluster) != "" {
			*lines = append(*lines, line.take(r.paint))
		}
		line.add(cluster, styles[at], w)
		at += len(cluster)
	}
	return at
}

func flatten(runs []run) (string, []style) {
	var b strings.Builder
	var styles []style
	for _, x := range runs {
		b.WriteString(x.text)
		for range len(x.text) {
			styles = append(styles, x.style)
		}
	}
	return b.String(), styles
}

// lineBuilder collects one line, painting each stretch of one style once.
type lineBuilder struct {
	runs  []run
	width int
}

func (l *lineBuilder) add(cluster string, s style, width int) {
	if n := len(l.runs); n > 0 && l.runs[n-1].style == s {
		l.runs[n-1].text += cluster
	} else {
		l.runs = append(l.runs, run{s, cluster})
	}
	l.width += width
}

func (l *lineBuilder) take(p *painter) string {
	var b strings.Builder
	for i, x := range l.runs {
		if i == len(l.runs)-1 {
			x.text = strings.TrimRight(x.text, " ")
		}
		b.WriteString(p.paint(x.style, x.text))
	}
	l.runs, l.width = l.runs[:0], 0
	return b.String()
}

// columns is how wide a text is on the screen.
func columns(s string) int { return uniseg.StringWidth(s) }

// pad fills a text up to a width.
func pad(s string, width int) string {
	if n := width - columns(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// clip shortens a text to a width, with an ellipsis.
func clip(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	var b strings.Builder
	used, state := 1, -1
	for s != "" {
		var cluster string
		var w int
		cluster, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		if used+w > width {
			break
		}
		b.WriteString(cluster)
		used += w
	}
	return b.String() + "…"
}

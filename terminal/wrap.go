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
		case r.paint.on, r.look.Plain:
			out = append(out, run{styleCommand, inner})
		default:
			out = append(out, run{styleCommand, "`" + inner + "`"})
		}
		text = text[open+end+2:]
	}
	return append(out, run{base, text})
}

// plainMarkup takes the marks off: what a screen reader reads has none.
func plainMarkup(text string) string {
	if !strings.ContainsAny(text, "`*") {
		return text
	}
	r := Renderer{paint: &painter{on: true}} // where there is colour, the marks are not written
	var b strings.Builder
	for _, x := range r.markup(text, styleNone) {
		b.WriteString(x.text)
	}
	return b.String()
}

// wrap breaks runs into lines of at most width columns, by the rules of Unicode
// (a Chinese line breaks between characters, never before its punctuation), except that a name is kept whole:
// SCRAM-SHA-1 and cut-in-content are to be copied, and no hyphen of theirs ends a line.
func (r *Renderer) wrap(runs []run, width int) []string {
	w := wrapper{paint: r.paint, width: max(width, 8)}
	w.text, w.styles = flatten(runs)
	state, begin := -1, 0 // where the segment begins that is being put together
	for rest := w.text; rest != ""; {
		var segment string
		var must bool
		segment, rest, must, state = uniseg.FirstLineSegmentInString(rest, state)
		if insideName(segment, rest) {
			continue
		}
		end := len(w.text) - len(rest)
		w.segment(w.text[begin:end])
		if begin = end; must && rest != "" {
			w.end()
		}
	}
	w.end()
	return w.lines
}

// insideName: between two characters of ASCII that no space sets apart.
func insideName(before, after string) bool {
	if after == "" {
		return false
	}
	last, next := before[len(before)-1], after[0]
	return last > ' ' && last < 0x7f && next > ' ' && next < 0x7f
}

// wrapper fills lines with segments of its text.
type wrapper struct {
	paint  *painter
	width  int
	text   string
	styles []styled

	at    int // where the next segment begins in text
	from  int // where the line begins
	to    int // where it ends so far
	used  int // its columns so far
	lines []string
}

// styled is where a style of the text ends, in octets.
type styled struct {
	style style
	end   int
}

// segment puts a piece that must not be broken on this line or the next; only
// one that is wider than a line is cut.
func (w *wrapper) segment(text string) {
	body := strings.TrimRight(text, "\n")
	wide := columns(strings.TrimRight(body, " "))
	if w.used > 0 && w.used+wide > w.width {
		w.end()
	}
	if w.from == w.to { // nothing on the line yet: it begins here, after a break
		w.from, w.to = w.at, w.at
	}
	if wide > w.width {
		w.cut(body)
	} else {
		w.to, w.used = w.at+len(body), w.used+columns(body)
	}
	w.at += len(text)
}

// cut breaks a piece between characters, wherever the edge is.
func (w *wrapper) cut(text string) {
	state, at := -1, w.at
	for text != "" {
		var cluster string
		var wide int
		cluster, text, wide, state = uniseg.FirstGraphemeClusterInString(text, state)
		if w.used+wide > w.width && cluster != " " {
			w.to = at
			w.end()
			w.from = at
		}
		at += len(cluster)
		w.to, w.used = at, w.used+wide
	}
}

// end finishes the line, painting each stretch of one style once.
func (w *wrapper) end() {
	end := w.from + len(strings.TrimRight(w.text[w.from:w.to], " "))
	if !w.paint.on {
		w.lines = append(w.lines, w.text[w.from:end])
	} else {
		w.lines = append(w.lines, w.painted(end))
	}
	w.from, w.used = w.to, 0
}

func (w *wrapper) painted(end int) string {
	var b strings.Builder
	at := w.from
	for _, s := range w.styles {
		if s.end > at && at < end {
			stop := min(s.end, end)
			b.WriteString(w.paint.paint(s.style, w.text[at:stop]))
			at = stop
		}
	}
	return b.String()
}

func flatten(runs []run) (string, []styled) {
	var b strings.Builder
	styles := make([]styled, 0, len(runs))
	for _, x := range runs {
		b.WriteString(x.text)
		styles = append(styles, styled{x.style, b.Len()})
	}
	return b.String(), styles
}

// columns is how wide a text is on the screen.
func columns(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return uniseg.StringWidth(s)
		}
	}
	return len(s)
}

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

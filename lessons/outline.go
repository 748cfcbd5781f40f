package lessons

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// section is a heading of a words file and the blocks under it.
type section struct {
	// key is "" for the title, "step" for a step, "step/goal" and the like below it.
	key   string
	level int
	title string
	line  int
	// end is the line after the section's last one.
	end    int
	blocks []Block
}

// outline is a words file taken apart.
type outline struct {
	*problems
	file     string
	source   []byte
	lines    lineTable
	sections []section
}

// readOutline parses Markdown and notes what a lesson must not contain.
func readOutline(file string, source []byte, p *problems) *outline {
	o := &outline{problems: p, file: file, source: source, lines: newLineTable(source)}
	doc := goldmark.DefaultParser().Parse(text.NewReader(source))
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			o.heading(h)
			continue
		}
		if len(o.sections) == 0 {
			o.add(file, o.line(n), "text before the title (# …)")
			continue
		}
		s := &o.sections[len(o.sections)-1]
		s.blocks = append(s.blocks, o.block(n)...)
	}
	if len(o.sections) > 0 {
		o.sections[len(o.sections)-1].end = o.lineAt(len(source)) + 1
	}
	return o
}

// heading starts a section. Its key is the first word, under a step's heading
// with the step's id before it.
func (o *outline) heading(h *ast.Heading) {
	s := section{level: h.Level, line: o.line(h)}
	raw := strings.TrimSpace(o.raw(h))
	if len(o.sections) > 0 {
		o.sections[len(o.sections)-1].end = s.line
	}
	switch h.Level {
	case 1:
		s.title = raw
	case 2:
		s.key, s.title, _ = strings.Cut(raw, " ")
		s.title = strings.TrimSpace(s.title)
	default:
		s.key = o.owner() + "/" + strings.Join(strings.Fields(raw), " ")
	}
	if h.Level > 3 {
		o.add(o.file, s.line, "heading deeper than ###")
	}
	o.sections = append(o.sections, s)
}

// owner returns the key of the last ## heading.
func (o *outline) owner() string {
	for i := len(o.sections) - 1; i >= 0; i-- {
		if o.sections[i].level == 2 {
			return o.sections[i].key
		}
	}
	return ""
}

// raw returns a block's source text, its lines joined.
func (o *outline) raw(n ast.Node) string {
	var b strings.Builder
	for i := 0; i < n.Lines().Len(); i++ {
		segment := n.Lines().At(i)
		b.Write(segment.Value(o.source))
	}
	return b.String()
}

// line returns the line on which a node begins, looking into it where the node
// itself does not know.
func (o *outline) line(n ast.Node) int {
	for x := n; x != nil; x = x.FirstChild() {
		if x.Type() == ast.TypeBlock && x.Lines() != nil && x.Lines().Len() > 0 {
			return o.lineAt(x.Lines().At(0).Start)
		}
		if x.Pos() >= 0 {
			return o.lineAt(x.Pos())
		}
	}
	for x := n.PreviousSibling(); x != nil; x = x.PreviousSibling() {
		if x.Lines() != nil && x.Lines().Len() > 0 {
			return o.lineAt(x.Lines().At(x.Lines().Len()-1).Stop) + 1
		}
	}
	return 1
}

func (o *outline) lineAt(offset int) int { return o.lines.line(offset) }

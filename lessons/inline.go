package lessons

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// block turns one Markdown block into ours; what a terminal cannot show simply
// is refused.
func (o *outline) block(n ast.Node) []Block {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return []Block{{Kind: Paragraph, Text: o.inline(n)}}
	case *ast.List:
		return o.list(n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return o.code(n)
	}
	o.add(o.file, o.line(n), "%s is not for lessons: paragraphs, lists and code only", n.Kind())
	return nil
}

func (o *outline) list(l *ast.List) []Block {
	var out []Block
	number := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		b := Block{Kind: Item}
		if l.IsOrdered() {
			b.Number = number
			number++
		}
		body := item.FirstChild()
		if body == nil || body.NextSibling() != nil || body.Kind() != ast.KindTextBlock && body.Kind() != ast.KindParagraph {
			o.add(o.file, o.line(item), "a list entry must be one paragraph")
			continue
		}
		b.Text = o.inline(body)
		out = append(out, b)
	}
	return out
}

func (o *outline) code(n ast.Node) []Block {
	var out []Block
	for _, line := range strings.Split(strings.TrimRight(o.raw(n), "\n"), "\n") {
		out = append(out, Block{Kind: Code, Text: strings.TrimRight(line, "\r")})
	}
	return out
}

// inline writes a block's text on one line, code in backquotes and emphasis in
// asterisks.
func (o *outline) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		o.span(&b, c)
	}
	return strings.TrimSpace(b.String())
}

func (o *outline) span(b *strings.Builder, n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		o.text(b, n)
	case *ast.CodeSpan:
		b.WriteByte('`')
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if t, ok := c.(*ast.Text); ok {
				b.WriteString(lineEnds.Replace(string(t.Segment.Value(o.source))))
			}
		}
		b.WriteByte('`')
	case *ast.Emphasis:
		if n.Level > 1 {
			o.add(o.file, o.inlineLine(n), "strong emphasis is not for lessons: one asterisk, or none")
		}
		b.WriteString("*" + o.inline(n) + "*")
	default:
		o.add(o.file, o.inlineLine(n), "%s is not for lessons: write it as `code`", n.Kind())
	}
}

// lineEnds: code that goes over a line's end has a space there.
var lineEnds = strings.NewReplacer("\r\n", " ", "\n", " ")

// text writes plain text, and joins lines as the language does.
func (o *outline) text(b *strings.Builder, t *ast.Text) {
	value := string(t.Segment.Value(o.source))
	if strings.ContainsAny(value, "*`") {
		o.add(o.file, o.lineAt(t.Segment.Start), "a lone * or ` must stand in `code`")
	}
	b.WriteString(value)
	if t.HardLineBreak() {
		o.add(o.file, o.lineAt(t.Segment.Start), "hard line breaks are not for lessons: begin a paragraph")
	}
	if t.SoftLineBreak() && !joinsTight(value, o.source[t.Segment.Stop:]) {
		b.WriteByte(' ')
	}
}

// joinsTight reports whether two lines meet without a space: Han characters and
// full-width punctuation do.
func joinsTight(before string, after []byte) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " "))
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(string(after[:min(len(after), 64)]), " \r\n"))
	return wide(last) && wide(next) || fullPunctuation(last) || fullPunctuation(next)
}

func wide(r rune) bool { return unicode.Is(unicode.Han, r) || fullPunctuation(r) }

func fullPunctuation(r rune) bool {
	return r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff65 || strings.ContainsRune("“”‘’…—", r) && r != 0
}

// inlineLine finds the line of an inline node by the block around it and, where
// there is one, by the text inside it.
func (o *outline) inlineLine(n ast.Node) int {
	for c := n.FirstChild(); c != nil; c = c.FirstChild() {
		if t, ok := c.(*ast.Text); ok {
			return o.lineAt(t.Segment.Start)
		}
	}
	if n.Pos() >= 0 {
		return o.lineAt(n.Pos())
	}
	for x := n.Parent(); x != nil; x = x.Parent() {
		if x.Type() == ast.TypeBlock {
			return o.line(x)
		}
	}
	return 1
}

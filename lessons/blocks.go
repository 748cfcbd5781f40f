package lessons

import (
	"strings"

	"maillab/phrases"
)

// BlockKind says how a block is laid out.
type BlockKind string

// The kinds of block.
const (
	Paragraph BlockKind = "paragraph" // running text, to be wrapped
	Item      BlockKind = "item"      // an entry of a list, to be wrapped and hung
	Code      BlockKind = "code"      // one line as it is, not to be wrapped
)

// Block is one piece of text, ready for a screen that knows no Markdown.
type Block struct {
	Kind BlockKind `json:"kind"`
	// Number of an Item in an ordered list, 0 in a list of bullets.
	Number int `json:"number,omitempty"`
	// Text on one line. In paragraphs and items `…` is code and *…* is emphasis; neither sign
	// stands for itself there, so Runs is exact. A Code block's text is literal.
	Text string `json:"text"`
}

// Style is how a run of text is set.
type Style string

// The styles.
const (
	Plain    Style = ""
	CodeRun  Style = "code"
	Emphasis Style = "emphasis"
)

// Run is a piece of a block's text in one style, without the marks.
type Run struct {
	Style Style
	Text  string
}

// Runs takes the block's text apart by style.
func (b Block) Runs() []Run {
	if b.Kind == Code {
		return []Run{{CodeRun, b.Text}}
	}
	return Runs(b.Text)
}

// Runs takes a title or a block's text apart by style.
func Runs(text string) []Run {
	var out []Run
	for text != "" {
		open := strings.IndexAny(text, "`*")
		if open < 0 {
			return append(out, Run{Plain, text})
		}
		end := strings.IndexByte(text[open+1:], text[open])
		if end < 0 {
			return append(out, Run{Plain, text})
		}
		if open > 0 {
			out = append(out, Run{Plain, text[:open]})
		}
		style := CodeRun
		if text[open] == '*' {
			style = Emphasis
		}
		out = append(out, Run{style, text[open+1 : open+1+end]})
		text = text[open+end+2:]
	}
	return out
}

// Words is a text of several blocks in every language.
type Words struct {
	EN []Block `json:"en"`
	ZH []Block `json:"zh"`
}

// In returns the blocks in a language.
func (w Words) In(l phrases.Lang) []Block {
	if l == phrases.Chinese {
		return w.ZH
	}
	return w.EN
}

// Empty reports whether there is nothing in it.
func (w Words) Empty() bool { return len(w.EN) == 0 && len(w.ZH) == 0 }

// set puts blocks in as a language's.
func (w *Words) set(l phrases.Lang, blocks []Block) {
	if l == phrases.Chinese {
		w.ZH = blocks
	} else {
		w.EN = blocks
	}
}

// alike reports whether the languages have the same blocks in the same order, so
// that a screen can show them side by side. One that is empty is yet to come.
func (w Words) alike() bool {
	return len(w.EN) == 0 || len(w.ZH) == 0 || layout(w.EN) == layout(w.ZH)
}

// layout names the kinds of blocks.
func layout(blocks []Block) string {
	names := make([]string, len(blocks))
	for i, b := range blocks {
		names[i] = string(b.Kind)
	}
	return strings.Join(names, " ")
}

package terminal

import (
	"strings"

	"github.com/fatih/color"
	"github.com/mattn/go-colorable"
)

// style is a role on the screen. Every role has a mark or a place that tells it
// apart without colour.
type style int

const (
	styleNone style = iota
	styleClient
	styleServer
	styleGood
	styleMiddle
	styleTransient
	styleBad
	styleNote
	styleHeading
	styleCommand
	styleEmphasis
	styleGoal
	stylePrompt
	styleCaret
	styleEnhanced // parts of a reply, see legend.go
	styleNumber
	styleName
)

// palette maps roles to colours that read well on dark and on light screens.
var palette = map[style][]color.Attribute{
	styleClient:    {color.FgCyan, color.Bold},
	styleServer:    {color.FgGreen},
	styleGood:      {color.FgGreen, color.Bold},
	styleMiddle:    {color.FgBlue, color.Bold},
	styleTransient: {color.FgYellow, color.Bold},
	styleBad:       {color.FgRed, color.Bold},
	styleNote:      {color.FgHiBlack},
	styleHeading:   {color.Bold},
	styleCommand:   {color.FgCyan},
	styleEmphasis:  {color.Italic},
	styleGoal:      {color.FgMagenta, color.Bold},
	stylePrompt:    {color.FgHiBlack},
	styleCaret:     {color.FgYellow, color.Bold},
	styleEnhanced:  {color.FgMagenta},
	styleNumber:    {color.FgBlue},
	styleName:      {color.FgYellow},
}

// painter puts colour on text, or leaves it alone.
type painter struct {
	on    bool
	brush map[style][2]string // what stands before and after a text of that style
}

func newPainter(on bool) *painter {
	p := &painter{on: on, brush: map[style][2]string{}}
	for s, attrs := range palette {
		c := color.New(attrs...)
		c.EnableColor()
		before, after, _ := strings.Cut(c.Sprint(" "), " ")
		p.brush[s] = [2]string{before, after}
	}
	return p
}

func (p *painter) paint(s style, text string) string {
	if !p.on || s == styleNone || text == "" {
		return text
	}
	b := p.brush[s]
	return b[0] + text + b[1]
}

// ColourByDefault reports whether colour is wanted when nobody said: the library
// knows NO_COLOR, dumb terminals and output that is no terminal.
func ColourByDefault() bool { return !color.NoColor }

// EnableColour lets an old Windows console understand colour; elsewhere it does nothing.
func EnableColour() { colorable.EnableColorsStdout(nil) }

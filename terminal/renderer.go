// Package terminal is what people look at: prompt, editor, colours, and the
// drawing of events and of what the lab says. It is the only place that knows a
// screen.
//
// What goes where: everything for the learner goes to the one writer given, in
// the order in which it happens. A client line is the prompt's line and ends its
// prompt with "C:"; a server line begins with "S:"; an explanation stands behind
// a bar under the line it is about, never instead of it. Colour repeats what
// these marks say and adds nothing.
package terminal

import (
	"io"
	"strings"
	"sync/atomic"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// Renderer draws events and blocks. Its methods are called one at a time.
type Renderer struct {
	out   io.Writer
	look  Look
	paint *painter
	// screen is how many columns there are now.
	screen func() int
	lang   phrases.Lang
	level  lab.Level
	seen   map[string]bool // topics that were explained in full
	noted  map[string]bool // risks that were told once
	// elsewhere: the conversation was held elsewhere, and only a text of it is here.
	elsewhere bool

	prompt  title // of the line being typed, or typed last: the caret stands under it
	last    *protocol.Event
	going   bool // lines of a reply are on the screen, and its end is not told yet
	foreign bool // the newest reply was none of a known protocol
	buf     strings.Builder
	blank   atomic.Bool // the line written last is a blank one
}

// NewRenderer draws on out; width tells how many columns there are now.
func NewRenderer(out io.Writer, width func() int, look Look, lang phrases.Lang) *Renderer {
	r := &Renderer{
		out: out, screen: width, look: look, paint: newPainter(look.Colour && !look.Plain), lang: lang, level: lab.LevelAuto,
		seen: map[string]bool{}, noted: map[string]bool{},
	}
	r.blank.Store(true)
	return r
}

// SetLang changes the language.
func (r *Renderer) SetLang(l phrases.Lang) { r.lang = l }

// SetLevel changes how much is explained.
func (r *Renderer) SetLevel(l lab.Level) { r.level = l }

// flush writes what was collected in one piece.
func (r *Renderer) flush() {
	if r.buf.Len() > 0 {
		_, _ = io.WriteString(r.out, r.buf.String())
		r.buf.Reset()
	}
}

// gap writes a blank line, unless there is one.
func (r *Renderer) gap() {
	if !r.blank.Load() && !r.look.Plain {
		r.line("")
	}
}

func (r *Renderer) line(s string) {
	r.blank.Store(s == "")
	r.buf.WriteString(s)
	r.buf.WriteByte('\n')
}

// Event draws what happened. The raw line of a server goes out before the notes about it; with
// colour, the parts of a reply's first line are looked up before it is written.
func (r *Renderer) Event(e protocol.Event) {
	defer r.flush()
	switch e.Kind {
	case protocol.KindConnected:
		r.connected(e)
	case protocol.KindClient:
		r.client(e)
		r.decoded(e, false)
	case protocol.KindLine:
		r.serverLine(e)
	case protocol.KindPartial:
		r.partial(e)
	case protocol.KindReply:
		r.going = false
		r.last = &e
		r.explainSafely(e)
	case protocol.KindFault:
		r.bar(styleNote, lab.FaultText(e).In(r.lang))
	case protocol.KindTLS:
		r.secured(e)
	case protocol.KindClosed:
		r.going = false
		r.bar(styleHeading, lab.ClosedText(e).In(r.lang))
	}
}

func (r *Renderer) connected(e protocol.Event) {
	r.bar(styleNote, say("connected", phrases.Args{
		"host": phrases.Clean(e.Host), "port": phrases.Clean(e.Port), "address": phrases.Clean(e.Address),
	}).In(r.lang))
}

// secured draws what a TLS handshake led to. A warning is never left out, whatever the level.
func (r *Renderer) secured(e protocol.Event) {
	story := lab.TellTLS(e)
	r.bar(styleGood, story.Agreed.In(r.lang))
	if r.level != lab.LevelOff {
		r.bar(styleNote, story.Certificate.In(r.lang))
	}
	switch {
	case !story.Trusted:
		r.bar(styleBad, story.Verdict.In(r.lang))
	case r.level != lab.LevelOff:
		r.bar(styleNone, story.Verdict.In(r.lang))
	}
	for _, w := range story.Warnings {
		r.bar(styleBad, w.In(r.lang))
	}
	if r.level != lab.LevelOff {
		r.bar(styleNone, story.Advice.In(r.lang))
	}
}

// maxShown is how many octets of one server line are put on the screen.
const maxShown = 4096

func (r *Renderer) serverLine(e protocol.Event) {
	text, cut := string(e.Raw), e.Cut
	if len(text) > maxShown {
		cut += len(text) - maxShown
		text = text[:maxShown]
	}
	r.line(r.paint.paint(styleServer, r.label("S: ", "plain.server")) + r.coloured(e.Context, text))
	if cut > 0 {
		r.bar(styleNote, say("line-cut", phrases.Args{"octets": itoa(cut)}).In(r.lang))
	}
}

func (r *Renderer) partial(e protocol.Event) {
	r.line(r.paint.paint(styleServer, r.label("S… ", "plain.partial")) + phrases.Clean(clipOctets(string(e.Raw), maxShown)))
	r.bar(styleNote, say("partial", phrases.Args{"octets": itoa(len(e.Raw))}).In(r.lang))
}

func clipOctets(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// Explain draws a reply and what it means in full, without a conversation.
func (r *Renderer) Explain(ctx protocol.Context, reply protocol.Reply) {
	a := explain.Reply(ctx, reply)
	raw := explain.Raw(reply)
	for _, l := range strings.Split(raw, "\r\n") {
		r.serverLine(protocol.Event{Raw: []byte(l), Context: ctx})
	}
	r.going = false
	r.annotation(a, raw, true)
	r.flush()
}

// Annotate draws an explanation in full, under text that the reader has before them already. raw is
// the reply that the explanation is of.
func (r *Renderer) Annotate(a explain.Annotation, raw string) {
	r.annotation(a, raw, true)
	r.flush()
}

// ExplainLast draws the newest explanation again, in full.
func (r *Renderer) ExplainLast() bool {
	if r.last == nil {
		return false
	}
	r.annotation(explain.Reply(r.last.Context, *r.last.Reply), explain.Raw(*r.last.Reply), true)
	r.flush()
	return true
}

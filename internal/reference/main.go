// Command reference writes docs/reference.md and docs/codes.md, and their Chinese
// twins, from the protocol tables and the knowledge files.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

//go:embed texts.toml
var textFile []byte

// document is one generated page.
type document struct {
	path  string
	lang  phrases.Lang
	write func(*writer)
}

// pages are all of them.
var pages = []document{
	{filepath.Join("docs", "reference.md"), phrases.English, (*writer).reference},
	{filepath.Join("docs", "reference.zh.md"), phrases.Chinese, (*writer).reference},
	{filepath.Join("docs", "codes.md"), phrases.English, (*writer).codes},
	{filepath.Join("docs", "codes.zh.md"), phrases.Chinese, (*writer).codes},
}

func main() {
	for _, d := range pages {
		if err := os.WriteFile(d.path, d.page(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// page writes the document.
func (d document) page() []byte {
	w := newWriter(d.lang)
	d.write(w)
	return w.Bytes()
}

func newWriter(lang phrases.Lang) *writer {
	w := &writer{lang: lang, texts: map[string]phrases.Text{}}
	if err := phrases.DecodeStrict("texts.toml", textFile, &w.texts); err != nil {
		log.Fatal(err)
	}
	return w
}

// reference writes the commands and states of both protocols.
func (w *writer) reference() {
	w.f("# %s\n\n%s\n", w.say("title"), w.say("intro"))
	for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
		w.protocol(protocol.TableOf(p))
	}
}

type writer struct {
	bytes.Buffer
	lang  phrases.Lang
	texts map[string]phrases.Text
}

func (w *writer) f(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *writer) say(key string) string { return w.texts[key].In(w.lang) }

func (w *writer) state(t *protocol.Table, s protocol.State) string {
	return explain.StateName(t.Protocol, string(s)).In(w.lang)
}

func (w *writer) protocol(t *protocol.Table) {
	w.f("\n## %s\n\n### %s\n\n", w.say(string(t.Protocol)), w.say("states"))
	w.diagram(t)
	w.f("\n### %s\n", w.say("commands"))
	for i := range t.Rows {
		w.row(t, &t.Rows[i])
	}
	w.f("\n%s:", w.say("anywhere"))
	for _, a := range t.Anywhere {
		w.f(" `%s`", a.Code)
	}
	w.f("\n")
}

// diagram draws the states as Mermaid does.
func (w *writer) diagram(t *protocol.Table) {
	w.f("```mermaid\nstateDiagram-v2\n")
	for _, s := range t.States {
		w.f("    %s: %s\n", s, w.state(t, s))
	}
	w.f("    [*] --> %s\n", t.States[0])
	for _, e := range t.Edges() {
		verb := e.Verb
		switch verb {
		case protocol.VerbResponse:
			verb = ""
		case protocol.VerbDot:
			verb = "lone dot"
		}
		w.f("    %s --> %s: %s\n", e.From, e.To, strings.TrimSpace(verb+" "+e.Code))
	}
	w.f("    %s --> [*]\n```\n", t.States[len(t.States)-1])
}

func (w *writer) row(t *protocol.Table, r *protocol.Row) {
	w.f("\n#### %s\n\n", r.Verb)
	if e, ok := explain.Verb(t.Protocol, r.Verb); ok {
		w.f("%s\n\n", e.Short.In(w.lang))
		if !e.Long.Empty() {
			w.f("%s\n\n", e.Long.In(w.lang))
		}
	}
	if r.Obsolete {
		w.f("%s\n\n", w.say("obsolete"))
	}
	w.f("- %s: `%s`\n", w.say("syntax"), r.Syntax)
	if !r.Obsolete {
		w.f("- %s: `%s`\n", w.say("example"), r.Example)
		w.f("- %s: %s\n", w.say("allowed"), w.allowed(t, r))
		w.f("- %s: %s\n", w.say("replies"), w.answers(t, r))
	}
	if r.Keyword != "" {
		w.f("- %s: `%s`\n", w.say("announced"), r.Keyword)
	}
	w.f("- %s: %s\n", w.say("ref"), r.Ref)
}

func (w *writer) allowed(t *protocol.Table, r *protocol.Row) string {
	var words []string
	for _, s := range r.States {
		words = append(words, w.state(t, s))
	}
	if len(words) == 0 {
		words = append(words, w.say("everywhere"))
	}
	text := strings.Join(words, ", ")
	for _, n := range r.Needs {
		text += "; " + w.say("need-"+string(n))
	}
	for _, n := range r.Excludes {
		text += "; " + w.say("exclude-"+string(n))
	}
	return text
}

func (w *writer) answers(t *protocol.Table, r *protocol.Row) string {
	led := map[string]protocol.State{}
	for _, e := range t.Edges() {
		if e.Verb == r.Verb {
			led[e.Code] = e.To
		}
	}
	var words []string
	for _, a := range r.Answers {
		word := "`" + a.Code + "`"
		if to, ok := led[a.Code]; ok {
			word += " (" + w.say("leads") + " " + w.state(t, to) + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"maillab/explain"
)

// codes writes what servers answer with: reply codes, enhanced codes, response codes,
// and the names that EHLO and CAPA list.
func (w *writer) codes() {
	w.f("# %s\n\n%s\n", w.say("codes-title"), w.say("codes-intro"))
	w.replyCodes("smtp", "codes-smtp")
	w.enhancedCodes()
	w.replyCodes("pop3", "codes-pop3")
	w.table("codes-response", explain.Entries("response-code"), named)
	w.table("codes-keywords", explain.Entries("keyword"), named)
	w.table("codes-capabilities", explain.Entries("capability"), named)
	w.table("codes-mechanisms", explain.Entries("mechanism"), named)
}

func named(e explain.Entry) string { return e.Key }

// replyCodes writes a protocol's codes, each followed by what it says after particular commands.
func (w *writer) replyCodes(protocol, title string) {
	var list []explain.Entry
	for _, e := range explain.Entries("code") {
		if rest, ok := strings.CutPrefix(e.Key, protocol+"."); ok {
			e.Key = rest
			list = append(list, e)
		}
	}
	w.table(title, list, func(e explain.Entry) string {
		code, place, after := strings.Cut(e.Key, ".")
		if after {
			return code + " " + place
		}
		return code
	})
}

func (w *writer) enhancedCodes() {
	list := explain.Entries("enhanced")
	slices.SortStableFunc(list, func(a, b explain.Entry) int { return slices.Compare(weight(a.Key), weight(b.Key)) })
	w.table("codes-enhanced", list, named)
}

// weight orders 4.X.X, X.1.X, X.1.1, X.1.10: what stands for many before what it stands for.
func weight(code string) []int {
	parts := strings.Split(code, ".")
	if len(parts) == 3 && parts[0] != "X" && parts[1] == "X" {
		return []int{-1, number(parts[0]), 0, 0} // a class
	}
	numbers := make([]int, 0, 4)
	for _, p := range parts[min(1, len(parts)):] {
		numbers = append(numbers, number(p))
	}
	return append(numbers, number(parts[0]))
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (w *writer) table(title string, list []explain.Entry, name func(explain.Entry) string) {
	w.f("\n## %s\n\n| %s | %s | %s |\n|---|---|---|\n", w.say(title), w.say("codes-name"), w.say("codes-meaning"), w.say("ref"))
	for _, e := range list {
		text := e.Short.In(w.lang)
		if !e.Long.Empty() {
			text += "<br>" + e.Long.In(w.lang)
		}
		w.f("| `%s` | %s | %s |\n", name(e), cell(text), cell(cmp.Or(explain.Standards(e.Ref), "–")))
	}
}

// cell keeps a text inside its cell of a table.
func cell(s string) string {
	s = strings.NewReplacer("\n", " ", "|", `\|`, "<br>", "<br>", "<", "&lt;").Replace(strings.TrimSpace(s))
	return s
}

package mockserver

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// rule is a habit of a persona: to a line that fits it gives an answer of its own. Everything that
// is given must fit; the first rule that fits is followed.
type rule struct {
	// Verb of the line, one of these.
	Verb []string `toml:"verb"`
	// Reason for which the line is refused, one of these; none fits lines in order too.
	Reason []protocol.Reason `toml:"reason"`
	// Want is what the table would have liked to hear first.
	Want []string `toml:"want"`
	// State in which it is said, one of these.
	State []protocol.State `toml:"state"`
	// Line is a regular expression.
	Line string `toml:"line"`

	Code     string `toml:"code"`
	Enhanced string `toml:"enhanced"`
	Text     string `toml:"text"`
	GBK      bool   `toml:"gbk"`
	// Close hangs up after the answer.
	Close bool `toml:"close"`
	// After lists client lines that get the answer.
	After []string `toml:"after"`

	line *regexp.Regexp
	says saying
}

func (r *rule) compile() error {
	if r.Code == "" || len(r.After) == 0 {
		return errors.New("a rule needs code and after")
	}
	if r.Line != "" {
		re, err := regexp.Compile(r.Line)
		if err != nil {
			return err
		}
		r.line = re
	}
	text := rewording{GBK: r.GBK}.encode(r.Text)
	r.says = saying{Code: r.Code, Enhanced: r.Enhanced, Text: text, After: r.After, key: "rule"}
	return nil
}

func (w *ways) ruleVerbs() []string {
	var out []string
	for _, r := range w.Rule {
		out = append(out, r.Verb...)
	}
	return out
}

// ruleFor finds the rule for a line that is refused for f, or in order where f is nil.
func (w *ways) ruleFor(u protocol.Utterance, f *protocol.Fault, state protocol.State) *rule {
	for i := range w.Rule {
		if w.Rule[i].fits(u, f, state) {
			return &w.Rule[i]
		}
	}
	return nil
}

func (r *rule) fits(u protocol.Utterance, f *protocol.Fault, state protocol.State) bool {
	reason, want := protocol.Reason(""), ""
	if f != nil {
		reason, want = f.Reason, f.Want
	}
	switch {
	case len(r.Verb) > 0 && !slices.Contains(r.Verb, u.Verb):
		return false
	case len(r.Reason) > 0 && !slices.Contains(r.Reason, reason):
		return false
	case len(r.Want) > 0 && !slices.Contains(r.Want, want):
		return false
	case len(r.State) > 0 && !slices.Contains(r.State, state):
		return false
	case r.line == nil:
		return true
	}
	return u.Speech == protocol.SpeechCommand && r.line.MatchString(u.Line())
}

// places are what a rule's or refusal's text can name of the line.
func placesOf(u protocol.Utterance, f *protocol.Fault) phrases.Args {
	args := phrases.Args{"verb": u.Verb, "args": printable(u.Args), "line": printable(u.Line()), "want": "", "syntax": "", "word": ""}
	if f != nil {
		args["want"] = f.Want
	}
	if u.Row != nil {
		args["syntax"] = u.Row.Syntax
	}
	args["word"], _, _ = strings.Cut(args["line"], " ")
	if open, end := strings.IndexByte(u.Args, '<'), strings.LastIndexByte(u.Args, '>'); open >= 0 && end > open {
		args["address"] = printable(u.Args[open+1 : end])
	}
	return args
}

// printable keeps of a client's line what a reply may repeat.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

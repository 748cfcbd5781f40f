package explain

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// rule is one known wording: when its words stand in a reply to its command
// under its code, the reply is of its class, whatever the number says.
type rule struct {
	// Match lists phrases in lower case, each beginning at a word; * stands for anything between.
	Match []string `toml:"match"`
	// Protocol, Code (prefixes; empty: any refusal), Verb, Enhanced (prefixes) narrow it down.
	Protocol string   `toml:"protocol"`
	Code     []string `toml:"code"`
	Verb     []string `toml:"verb"`
	Enhanced []string `toml:"enhanced"`
	// Class and, where the number lies, Severity.
	Class    string `toml:"class"`
	Severity string `toml:"severity"`
	// Closes: the server hangs up after it.
	Closes bool `toml:"closes"`
	// EN and ZH say more than the class's own words; both or none.
	EN string `toml:"en"`
	ZH string `toml:"zh"`
	// Cause: EN and ZH say what is behind the refusal better than its class does.
	Cause bool `toml:"cause"`
	// Alone: EN and ZH say all there is to say; the class's own words would be wrong here.
	Alone bool   `toml:"alone"`
	Ref   string `toml:"ref"`

	causes []phrases.Text
}

// pattern is one phrase of a rule; the index holds it under its first word.
type pattern struct {
	rule  int
	parts []string
}

type ruleBook struct {
	rules []rule
	index map[string][]pattern
}

const rulesFile = "rules.toml"

var loadRules = sync.OnceValue(func() *ruleBook {
	data, err := knowledgeFiles.ReadFile("knowledge/" + rulesFile)
	if err != nil {
		panic(err)
	}
	book, err := parseRules(rulesFile, data)
	if err != nil {
		panic(err)
	}
	return book
})

func parseRules(name string, data []byte) (*ruleBook, error) {
	var file struct {
		Rule []rule `toml:"rule"`
	}
	if err := phrases.DecodeStrict(name, data, &file); err != nil {
		return nil, err
	}
	book := &ruleBook{rules: file.Rule, index: map[string][]pattern{}}
	for i := range book.rules {
		if what := book.rules[i].lacks(); what != "" {
			return nil, fmt.Errorf("%s:%d: rule %d lacks %s", name, lineOfRule(data, i), i+1, what)
		}
		if r := &book.rules[i]; r.Cause {
			r.causes = []phrases.Text{{EN: r.EN, ZH: r.ZH}}
		}
		for _, m := range book.rules[i].Match {
			word := m[:wordEnd(m)]
			book.index[word] = append(book.index[word], pattern{i, strings.Split(m, "*")})
		}
	}
	return book, nil
}

func (r *rule) lacks() string {
	switch {
	case len(r.Match) == 0:
		return "match"
	case slices.ContainsFunc(r.Match, func(m string) bool { return m == "" || m != strings.ToLower(m) || wordEnd(m) == 0 }):
		return "a phrase that begins with a word in lower case"
	case r.Class == "":
		return "class"
	case r.EN == "" && (r.ZH != "" || r.Cause):
		return "en"
	case r.ZH == "" && r.EN != "":
		return "zh"
	case r.Ref == "":
		return "ref"
	}
	return ""
}

func lineOfRule(data []byte, n int) int {
	at := 0
	for i := 0; i <= n; i++ {
		next := bytes.Index(data[at:], []byte("[[rule]]"))
		if next < 0 {
			break
		}
		at += next + 1
	}
	return bytes.Count(data[:at], []byte("\n")) + 1
}

// wordEnd returns the length of the word that s begins with: letters and
// digits, or a single character of another script.
func wordEnd(s string) int {
	i := 0
	for i < len(s) && isWordByte(s[i]) {
		i++
	}
	if i > 0 || s == "" || s[0] < 0x80 {
		return i
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z'
}

// find returns the first rule of the book that fits. It looks at each word of
// the text once, so its cost does not grow with the number of rules.
func (b *ruleBook) find(v *view) *rule {
	best, text := len(b.rules), v.lower
	for i := 0; i < len(text); {
		n := wordEnd(text[i:])
		if n == 0 {
			i++
			continue
		}
		for _, p := range b.index[text[i:i+n]] {
			if p.rule < best && p.fits(text[i:]) && b.rules[p.rule].applies(v) {
				best = p.rule
			}
		}
		i += n
	}
	if best == len(b.rules) {
		return nil
	}
	return &b.rules[best]
}

func (p *pattern) fits(text string) bool {
	if !strings.HasPrefix(text, p.parts[0]) {
		return false
	}
	text = text[len(p.parts[0]):]
	for _, part := range p.parts[1:] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}

func (r *rule) applies(v *view) bool {
	if r.Protocol != "" && r.Protocol != string(v.protocol) {
		return false
	}
	if len(r.Code) == 0 {
		if !v.refused() {
			return false
		}
	} else if !hasPrefix(v.code, r.Code) {
		return false
	}
	if len(r.Verb) > 0 && !slices.Contains(r.Verb, v.place) {
		return false
	}
	return len(r.Enhanced) == 0 || hasPrefix(v.enhanced, r.Enhanced)
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// refused reports whether the reply is a refusal by its code.
func (v *view) refused() bool {
	return v.code == protocol.CodeErr || v.code != "" && (v.code[0] == '4' || v.code[0] == '5') || v.code == "" || v.oddCode
}

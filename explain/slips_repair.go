package explain

import (
	"strings"

	"maillab/protocol"
)

// repair writes the line that was probably meant: ASCII for look-alikes,
// backspaces carried out, the verb spelt right, the envelope in its form.
func repair(p protocol.Protocol, line string) string {
	t := protocol.TableOf(p)
	s := unquoted(foldLine(sentence(line)))
	if len(s) > 1000 {
		return s
	}
	word, rest, _ := strings.Cut(s, " ")
	verb, rest := strings.ToUpper(word), strings.TrimLeft(rest, " ")
	row := t.Row(verb)
	if row == nil || verb == "" || verb == protocol.VerbDot || verb == protocol.VerbResponse {
		g, ok := guessVerb(p, word, s)
		if !ok || g.kind == "other-protocol" || g.kind == "typo-other-protocol" || g.form.verb == "" {
			return s
		}
		verb, rest = g.form.verb, gluedRest(g, word, rest)
		row = t.Row(verb)
	}
	switch row.Args {
	case protocol.ArgsFrom:
		return repairEnvelope("MAIL FROM:", rest, s)
	case protocol.ArgsTo:
		return repairEnvelope("RCPT TO:", rest, s)
	case protocol.ArgsNone:
		return verb
	}
	if numbers[row.Args] {
		rest = strings.TrimRight(rest, ".,;:!?")
	}
	if rest == "" {
		return verb
	}
	return verb + " " + rest
}

// numbers are the rules of arguments that are nothing but numbers.
var numbers = map[protocol.Args]bool{protocol.ArgsNumber: true, protocol.ArgsNumberOptional: true, protocol.ArgsNumberNumber: true}

// separators are marks that are typed where the space behind a verb is due.
const separators = ":;,.!=-/_"

// gluedRest takes what hung on the verb back into the argument.
func gluedRest(g guess, word, rest string) string {
	_, extra, _ := strings.Cut(g.form.text, " ")
	extra = strings.TrimSuffix(extra, ":")
	tail := ""
	if len(g.rest) <= len(word) {
		tail = word[len(word)-len(g.rest):]
	}
	tail = strings.TrimLeft(tail, separators)
	if g.kind == "stray" {
		tail = ""
	}
	var parts []string
	for _, s := range []string{extra, tail, rest} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// keywordSpellings are FROM and TO and the ways they are mistyped.
var keywordSpellings = []string{"FROM", "FORM", "FRMO", "FRM", "FOM", "TO", "OT", "T0"}

// repairEnvelope rebuilds MAIL FROM:<address> or RCPT TO:<address>.
func repairEnvelope(lead, rest, whole string) string {
	var address, params string
	if open := openBracket(rest); open >= 0 {
		address, params, _ = strings.Cut(rest[open+1:], ">")
		params = strings.TrimLeft(params, ">")
		address, _, _ = strings.Cut(strings.TrimSpace(address), " ")
	} else {
		rest = dropKeyword(rest)
		address, params, _ = strings.Cut(rest, " ")
		address = strings.Trim(address, `<>"'`)
		if params != "" && !strings.Contains(params, "=") {
			params = ""
		}
	}
	if strings.Trim(params, stops+` "'`) == "" {
		params = ""
	}
	if address == "" && !strings.Contains(rest, "<>") {
		return whole
	}
	if params = strings.TrimSpace(params); params != "" {
		params = " " + params
	}
	return lead + "<" + address + ">" + params
}

// openBracket finds the < that belongs to the address: the last before its @.
func openBracket(s string) int {
	if at := strings.IndexByte(s, '@'); at >= 0 {
		return strings.LastIndexByte(s[:at], '<')
	}
	return strings.IndexByte(s, '<')
}

func dropKeyword(s string) string {
	for _, k := range keywordSpellings {
		if len(s) < len(k) || !strings.EqualFold(s[:len(k)], k) {
			continue
		}
		rest := strings.TrimLeft(s[len(k):], " ")
		if rest == s[len(k):] && !strings.HasPrefix(rest, ":") {
			continue
		}
		return strings.TrimLeft(rest, ": ")
	}
	return strings.TrimLeft(s, ": ")
}

package explain

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// maxFound bounds what one search brings.
const maxFound = 150

// Search is Lookup for whoever types a pattern: several codes ("250 251", "450,451"), a
// range ("450-459"), codes by their first digits or with x for any ("25x", "4xx", "5.7",
// "X.7.1"), or words that all stand in the same entry ("mailbox full").
func Search(p protocol.Protocol, pattern string) []Entry {
	pattern = strings.TrimSpace(pattern)
	if pattern == "" || len(pattern) > 200 {
		return nil
	}
	parts := strings.FieldsFunc(pattern, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == ';' || r == '，' || r == '、' })
	var found []Entry
	for _, part := range parts {
		list := byPattern(p, part)
		if list == nil {
			found = nil
			break
		}
		found = append(found, list...)
	}
	if found == nil {
		found = afterCommand(p, parts)
	}
	if found == nil {
		found = Lookup(p, pattern)
	}
	if found == nil && len(parts) > 1 {
		found = allWords(parts)
	}
	if found == nil {
		for _, part := range parts {
			found = append(found, Lookup(p, part)...)
		}
	}
	return found[:min(len(found), maxFound)]
}

// afterCommand: "EHLO 250" and "250 EHLO" ask for a code in the reply to a command: what the
// code means there where that is known, the code, and the command.
func afterCommand(p protocol.Protocol, parts []string) []Entry {
	if len(parts) != 2 {
		return nil
	}
	for _, prefix := range perProtocol(p) {
		for _, key := range []string{parts[0] + "." + parts[1], parts[1] + "." + parts[0]} {
			if k, r := shelfCodes.fold(prefix + key); r != nil {
				code, verb, _ := strings.Cut(k[len(prefix):], ".")
				found := append([]Entry{entry("code", k, r)}, Lookup(p, code)...)
				if command, known := Verb(protocol.SMTP, verb); known {
					found = append(found, command)
				}
				return found
			}
		}
	}
	if isCode(parts[1]) {
		slices.Reverse(parts)
	}
	if command, known := Verb(protocol.SMTP, parts[1]); known && isCode(parts[0]) {
		return append(Lookup(p, parts[0]), command)
	}
	return nil
}

// byPattern finds the codes that a pattern means, nil where it is none.
func byPattern(p protocol.Protocol, part string) []Entry {
	part = strings.ToLower(strings.Trim(part, "[]()<>"))
	low, high, isRange := strings.Cut(strings.ReplaceAll(part, "–", "-"), "-")
	switch {
	case isRange && isCode(low) && isCode(high):
		return codesBetween(low, high)
	case isCode(part):
		return Lookup(p, part)
	case len(part) == 3 && isMask(part) && part[0] != 'x', len(part) == 2 && isNumber(part, 2) && part[0] >= '2' && part[0] <= '5':
		return codesLike((part + "x")[:3])
	case strings.Count(part, ".") > 0 && len(part) <= 9:
		return enhancedLike(part)
	}
	return nil
}

func isCode(s string) bool { return len(s) == 3 && isNumber(s, 3) }

// isMask: digits, and x for any of them.
func isMask(s string) bool { return s != "" && strings.Trim(s, "0123456789x") == "" }

func codesBetween(low, high string) []Entry {
	return codesWhere(func(code string) bool { return code >= low && code <= high })
}

func codesLike(mask string) []Entry {
	return codesWhere(func(code string) bool { return fitsMask(code, mask) })
}

func fitsMask(s, mask string) bool {
	if len(s) != len(mask) {
		return false
	}
	for i := range len(s) {
		if mask[i] != 'x' && mask[i] != s[i] {
			return false
		}
	}
	return true
}

// codesWhere lists reply codes by themselves, without what each says after each command.
func codesWhere(ok func(code string) bool) []Entry {
	var found []Entry
	for _, k := range shelfCodes.keys() {
		if code, smtp := strings.CutPrefix(k, "smtp."); smtp && isCode(code) && ok(code) {
			found = append(found, entry("code", k, shelfCodes.get(k)))
		}
	}
	return found
}

// enhancedLike finds enhanced codes by class, subject and detail, each a number or x; a
// detail that is left out stands for any.
func enhancedLike(mask string) []Entry {
	want := strings.Split(strings.TrimSuffix(mask, "."), ".")
	if len(want) == 2 {
		want = append(want, "x")
	}
	if len(want) != 3 || len(want[0]) != 1 || !strings.Contains("245x", want[0]) || !isPart(want[1]) || !isPart(want[2]) {
		return nil
	}
	if want[0] != "x" && want[1] != "x" && want[2] != "x" {
		if e := enhancedEntry(strings.Join(want, ".")); e != nil {
			return []Entry{*e}
		}
		return nil
	}
	var found []Entry
	for _, k := range shelfEnhanced.keys() {
		if e := enhancedWhere(strings.Split(strings.ToLower(k), "."), want); e != nil {
			found = append(found, *e)
		}
	}
	slices.SortStableFunc(found, func(a, b Entry) int { return compareEnhanced(a.Key, b.Key) })
	return found
}

func isPart(s string) bool { return s == "x" || isNumber(s, 3) }

// enhancedWhere returns the entry of a key that fits what is wanted, under the class asked for.
func enhancedWhere(key, want []string) *Entry {
	fits := func(i int) bool { return want[i] == "x" || key[i] == want[i] || i == 0 && key[0] == "x" }
	if len(key) != 3 || !fits(0) || !fits(1) || !fits(2) {
		return nil
	}
	name := strings.ToUpper(strings.Join(key, "."))
	out := entry("enhanced", name, shelfEnhanced.get(name))
	if want[0] != "x" && key[1] != "x" && key[2] != "x" {
		code := want[0] + "." + key[1] + "." + key[2]
		out = entry("enhanced", code, shelfEnhanced.get(name))
		out.Short = enhancedWords(code)
	}
	return &out
}

func compareEnhanced(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		n, _ := strconv.Atoi(x[i])
		m, _ := strconv.Atoi(y[i])
		if c := cmp.Compare(n, m); c != 0 {
			return c
		}
	}
	return 0
}

// allWords finds the entries that hold every one of the words, in either language.
func allWords(words []string) []Entry {
	var found []Entry
	for _, s := range sources {
		for _, k := range s.shelf.keys() {
			e := entry(s.kind, k, s.shelf.get(k))
			text := strings.ToLower(strings.Join([]string{k, both(e.Title), both(e.Short), both(e.Long)}, "\n"))
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) }) {
				found = append(found, e)
			}
		}
	}
	return found
}

func both(t phrases.Text) string { return t.EN + "\n" + t.ZH }

package lessons

import "strings"

// glob matches text against a pattern in which * stands for any octets and ?
// for one, whatever the letter case. path.Match will not do: its * stops at a
// slash, and [ has a meaning that addresses would trip over.
func glob(pattern, text string) bool {
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

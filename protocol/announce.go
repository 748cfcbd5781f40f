package protocol

import "strings"

// Announces reports whether the server has announced a command, or it needs no announcement. What
// nobody has asked about (EHLO, CAPA) may be there.
func (c Context) Announces(r *Row) bool {
	if r.Keyword == "" || len(c.Keywords) == 0 {
		return true
	}
	for _, k := range c.Keywords {
		word, _, _ := strings.Cut(k, " ")
		word, _, _ = strings.Cut(word, "=") // AUTH=LOGIN, an old way to write it
		if strings.EqualFold(word, r.Keyword) {
			return true
		}
	}
	return false
}

package protocol

import "strings"

// Announces reports whether the server has announced a command, or it needs no announcement. What
// nobody has asked about (EHLO, CAPA) may be there.
func (c Context) Announces(r *Row) bool {
	if r.Keyword == "" || len(c.Keywords) == 0 {
		return true
	}
	for _, k := range c.Keywords {
		if strings.EqualFold(announcedWord(k), r.Keyword) {
			return true
		}
	}
	return false
}

// announcedWord is the keyword of a line of an EHLO or CAPA reply.
func announcedWord(line string) string {
	word, _, _ := strings.Cut(line, " ")
	word, _, _ = strings.Cut(word, "=") // AUTH=LOGIN, an old way to write it
	return word
}

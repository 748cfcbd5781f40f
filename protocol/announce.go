package protocol

import "strings"

// Announces reports whether the server's list, that of EHLO or CAPA, has a keyword. AUTH=LOGIN is an old form
// of AUTH LOGIN.
func (c Context) Announces(keyword string) bool {
	for _, line := range c.Keywords {
		end := strings.IndexAny(line, " =")
		if end < 0 {
			end = len(line)
		}
		if strings.EqualFold(line[:end], keyword) {
			return true
		}
	}
	return false
}

// Lacks reports whether a row is an extension's command and the server's list does not announce it. While
// the list is not known, nothing is lacking.
func (c Context) Lacks(r *Row) bool {
	return r.Keyword != "" && len(c.Keywords) > 0 && !c.Announces(r.Keyword)
}

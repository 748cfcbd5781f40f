package mail

import (
	"net/mail"
	"strings"
	"time"
)

// MaxHops bounds the way of a mail; a mail that goes in circles has more.
const MaxHops = 50

// Hop is one Received field: a server's stamp (RFC 5321 §4.4).
type Hop struct {
	// From is the name that the client gave, FromInfo what the server saw of it.
	From     string `json:"from,omitempty"`
	FromInfo string `json:"from_info,omitempty"`
	By       string `json:"by,omitempty"`
	// With is the protocol, "ESMTPSA" (RFC 3848).
	With string `json:"with,omitempty"`
	ID   string `json:"id,omitempty"`
	For  string `json:"for,omitempty"`
	// Time as the server wrote it, "" where it is missing or cannot be read.
	Time string `json:"time,omitempty"`
	// Delay in seconds since the hop before; nil where one of the two times is missing.
	// Below zero one of the two clocks is wrong.
	Delay *int `json:"delay_seconds,omitempty"`

	at time.Time
}

// Hops returns the way of the mail from the sender's end. start is the time at
// which it was written, from which the first delay counts; zero where unknown.
func (m *Message) Hops() []Hop {
	stamps := m.All("Received")
	if len(stamps) > MaxHops {
		stamps = stamps[len(stamps)-MaxHops:]
	}
	var hops []Hop
	before, _ := Date(m.Get("Date"))
	for i := len(stamps) - 1; i >= 0; i-- {
		h := parseHop(stamps[i])
		if !h.at.IsZero() && !before.IsZero() {
			seconds := int(h.at.Sub(before) / time.Second)
			h.Delay = &seconds
		}
		before = h.at
		hops = append(hops, h)
	}
	return hops
}

// Date reads a date of a header field (RFC 5322 §3.3), with a comment behind it or without.
func Date(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(withoutComments(s)), " ")
	if len(s) > 60 {
		return time.Time{}, false
	}
	t, err := mail.ParseDate(s)
	return t, err == nil
}

func parseHop(value string) Hop {
	clauses, date := value, ""
	if i := strings.LastIndexByte(value, ';'); i >= 0 {
		clauses, date = value[:i], strings.TrimSpace(value[i+1:])
	}
	var h Hop
	if t, ok := Date(date); ok {
		h.at, h.Time = t, strings.Join(strings.Fields(withoutComments(date)), " ")
	}
	words := hopWords(clauses)
	if date == "" {
		words = h.lastDate(words)
	}
	for i := 0; i+1 < len(words); i++ {
		to := h.clause(strings.ToLower(words[i]))
		if to == nil || *to != "" || h.clause(strings.ToLower(words[i+1])) != nil { // nothing stands behind some words
			continue
		}
		i++
		*to = words[i]
		for to == &h.With && i+1 < len(words) && words[i+1][0] != '(' && h.clause(strings.ToLower(words[i+1])) == nil {
			i++
			*to += " " + words[i]
		}
		if to == &h.From && i+1 < len(words) && strings.HasPrefix(words[i+1], "(") {
			h.FromInfo = strings.TrimSuffix(words[i+1][1:], ")")
		}
	}
	h.For, h.ID = strings.Trim(h.For, "<>"), strings.Trim(h.ID, "<>")
	return h
}

// lastDate takes a date off the end that has no semicolon before it, as some write.
func (h *Hop) lastDate(words []string) []string {
	for n := min(len(words), 7); n >= 5; n-- {
		date := strings.Join(words[len(words)-n:], " ")
		if t, ok := Date(date); ok {
			h.at, h.Time = t, strings.TrimSpace(withoutComments(date))
			return words[:len(words)-n]
		}
	}
	return words
}

// clause is where the value behind one of Received's words belongs.
func (h *Hop) clause(word string) *string {
	switch word {
	case "from":
		return &h.From
	case "by":
		return &h.By
	case "with":
		return &h.With
	case "id":
		return &h.ID
	case "for":
		return &h.For
	}
	return nil
}

// hopWords splits into words and whole comments.
func hopWords(s string) []string {
	var words []string
	for len(words) < 60 {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return words
		}
		end := strings.IndexAny(s, " \t(")
		switch {
		case s[0] == '(':
			end = commentEnd(s)
		case end < 0:
			end = len(s)
		}
		words = append(words, s[:end])
		s = s[end:]
	}
	return words
}

// commentEnd is where the comment that begins s ends.
func commentEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

package terminal

import (
	"strings"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// The legend: a part of a reply has one colour in the server's line and beside the note about it. It
// repeats the words of the part, so nothing is lost without colour.

// kindStyles are the colours of the kinds of part; a kind that is not here has the colour of words
// that one can type, and running text has none.
var kindStyles = map[string]style{
	"enhanced": styleEnhanced, "response-code": styleEnhanced,
	"octets": styleNumber, "messages": styleNumber, "message-number": styleNumber, "message": styleNumber, "size-limit": styleNumber,
	"wait": styleNumber, "value": styleNumber, "uid": styleNumber, "version": styleNumber,
	"server-name": styleName, "client-name": styleName, "client-ip": styleName, "host": styleName, "url": styleName,
	"address": styleName, "timestamp": styleName, "queue-id": styleName, "challenge": styleName, "decoded": styleName,
	"text": styleNone, "body": styleNone, "continuation": styleNote, "header": styleCommand, "trailer": styleNote,
}

func kindStyle(kind string) style {
	if s, ok := kindStyles[kind]; ok {
		return s
	}
	return styleCommand
}

// codeStyles are the colours of reply codes: a digit of SMTP's, or the word of POP3's.
var codeStyles = []struct {
	prefix string
	octets int // of the whole code
	style  style
}{
	{protocol.CodeOK, 3, styleGood}, {protocol.CodeErr, 4, styleBad},
	{"2", 3, styleGood}, {"3", 3, styleMiddle}, {"4", 3, styleTransient}, {"5", 3, styleBad},
}

// codeStyle returns the colour of the code that a line begins with, and its octets; 0 for none.
func codeStyle(line string) (style, int) {
	for _, c := range codeStyles {
		if strings.HasPrefix(line, c.prefix) && len(line) >= c.octets && (len(c.prefix) > 1 || digits(line[:c.octets])) {
			return c.style, c.octets
		}
	}
	return styleNone, 0
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// coloured is a line of the server, made safe, with its parts in the colours of the notes to come. A
// line in the midst of a reply is coloured by its form alone: what it means is known with the last.
func (r *Renderer) coloured(c protocol.Context, line string) string {
	if !r.paint.on {
		return phrases.Clean(line)
	}
	first := !r.going
	r.going = true // until the reply is whole
	s, n := codeStyle(line)
	switch {
	case n == 0, !first && c.Protocol == protocol.POP3:
		return phrases.Clean(line)
	case first && !strings.HasPrefix(line[n:], "-"):
		return r.paint.paint(s, line[:n]) + r.inParts(c, line, n)
	}
	return r.paint.paint(s, line[:n]) + r.keyword(c, line[n:], first)
}

// keyword colours the word that a line of a list of extensions begins with.
func (r *Renderer) keyword(c protocol.Context, rest string, first bool) string {
	if first || c.Verb != "EHLO" || len(rest) < 2 {
		return phrases.Clean(rest)
	}
	end := strings.IndexByte(rest[1:], ' ') + 1
	if end == 0 {
		end = len(rest)
	}
	return rest[:1] + r.paint.paint(styleCommand, phrases.Clean(rest[1:end])) + phrases.Clean(rest[end:])
}

// inParts colours a reply of one line by its explanation, from an offset on.
func (r *Renderer) inParts(c protocol.Context, line string, at int) (out string) {
	defer func() { // a mistake of ours must not cost the line
		if recover() != nil {
			out = phrases.Clean(line[at:])
		}
	}()
	reply := protocol.ParseReply(c.Protocol, line, false)
	if explain.Raw(reply) != line {
		return phrases.Clean(line[at:])
	}
	var b strings.Builder
	end := len(line)
	for _, s := range explain.Reply(c, reply).Spans {
		if s.Start < at || s.End > end || s.Start >= s.End {
			continue
		}
		b.WriteString(phrases.Clean(line[at:s.Start]))
		b.WriteString(r.paint.paint(kindStyle(s.Kind), phrases.Clean(line[s.Start:s.End])))
		at = s.End
	}
	b.WriteString(phrases.Clean(line[at:]))
	return b.String()
}

package explain

import (
	"cmp"
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// Reply explains a whole reply in the context in which it was given: the line
// answered stands in ctx.Verb, ctx.Line, ctx.Args and ctx.Speech. A context
// before the greeting with no verb means that r is the greeting; any other
// context without a verb, that the server spoke unasked.
func Reply(ctx protocol.Context, r protocol.Reply) Annotation {
	var v view
	v.read(ctx, r)
	v.classify()
	v.codeSpans()
	v.parts()
	v.commonParts()
	v.textSpan()
	v.summarise()
	v.causes()
	v.a.Digits = digits(v.code, v.protocol)
	v.a.Next = v.next()
	slices.SortStableFunc(v.a.Spans, func(x, y Span) int { return cmp.Compare(x.Start, y.Start) })
	return v.a
}

// parts takes apart what a particular reply holds beyond code and text.
func (v *view) parts() {
	if v.protocol == protocol.POP3 {
		v.pop3Parts()
	} else {
		v.smtpParts()
	}
}

// codeSpans marks the code, the separator and the enhanced code of each line.
func (v *view) codeSpans() {
	at := 0
	for i, l := range v.reply.Lines {
		if l.Code != "" && i < maxListed {
			v.codeSpan(at, i, l)
		}
		at += len(l.Code) + len(l.Separator) + len(l.Text) + len("\r\n")
	}
	if v.oddCode {
		v.span(0, len(v.code), "code", say("span.code-odd", nil))
	}
}

// maxListed bounds how many lines of a reply get spans of their own.
const maxListed = 200

func (v *view) codeSpan(at, i int, l protocol.ReplyLine) {
	v.span(at, at+len(l.Code), "code", codeWords(l.Code))
	end := at + len(l.Code)
	if l.Separator == "-" {
		v.span(end, end+1, "continuation", say("span.continuation", nil))
	}
	e, n := protocol.EnhancedAt(l.Code, l.Text)
	if n == 0 || v.protocol == protocol.POP3 && (i > 0 || e != v.enhanced) {
		return
	}
	end += len(l.Separator)
	if v.protocol == protocol.POP3 {
		v.span(end, end+n, "response-code", respCodeWords(e))
	} else {
		v.span(end, end+n, "enhanced", enhancedWords(e))
	}
}

// codeWords is the short note at a code: its class in words.
func codeWords(code string) phrases.Text {
	switch code {
	case protocol.CodeOK:
		return say("span.ok", nil)
	case protocol.CodeErr:
		return say("span.err", nil)
	case protocol.CodeChallenge:
		return say("span.challenge-mark", nil)
	}
	if !isNumber(code, 3) || len(code) < 3 {
		return say("span.code-odd", nil)
	}
	return codeNotes.get([3]byte([]byte(code)), func(code [3]byte) phrases.Text {
		if r := shelfTexts.get("code-class." + string(code[:1])); r != nil {
			return r.text().Fill(phrases.Args{"code": string(code[:])})
		}
		return say("span.code-odd", nil)
	})
}

var codeNotes memo[[3]byte, phrases.Text]

// textSpan marks the words that nothing else has explained: they are the
// server's own and mean nothing to the protocol.
func (v *view) textSpan() {
	if v.carriesContent() && len(v.reply.Lines) > 1 {
		return
	}
	v.furtherText()
	if len(v.text) == 0 {
		return
	}
	start, end := v.textAt, v.textAt+len(v.text)
	for _, s := range v.a.Spans {
		if s.Start < end && start < s.End {
			if gap := trimmedLen(v.text, start-v.textAt, s.Start-v.textAt); gap > 2 {
				v.noteWords(start, s.Start)
			}
			start = max(start, s.End)
		}
	}
	if trimmedLen(v.text, start-v.textAt, end-v.textAt) > 0 {
		v.noteWords(start, end)
	}
}

// furtherText marks the words of the lines after the first, as far as nothing
// else in them has been explained.
func (v *view) furtherText() {
	if v.protocol == protocol.POP3 || v.place == "EHLO" || v.place == "HELO" || len(v.reply.Lines) < 2 {
		return
	}
	at := v.lineStart(1)
	for i, l := range v.reply.Lines[1:] {
		if i > maxListed {
			return
		}
		start := at + len(l.Code) + len(l.Separator)
		end := start + len(l.Text)
		if _, n := protocol.EnhancedAt(l.Code, l.Text); n > 0 {
			start += n + 1
		}
		v.span(start, end, "text", say("span.text", nil))
		at = end + len("\r\n")
	}
}

// noteWords marks a stretch of free text, blanks and punctuation around it left out.
func (v *view) noteWords(start, end int) {
	for start < end && strings.IndexByte(" :,;", v.text[start-v.textAt]) >= 0 {
		start++
	}
	for start < end && v.text[end-1-v.textAt] == ' ' {
		end--
	}
	// A single word between values ("messages", "octets)") needs no note.
	whole := start == v.textAt && end == v.textAt+len(v.text)
	if !whole && len(strings.Fields(strings.Trim(v.text[start-v.textAt:end-v.textAt], " .,;:()[]<>"))) < 2 {
		return
	}
	if v.gbk {
		v.span(start, end, "text", say("span.text-gbk", phrases.Args{"text": shown(v.words)}))
		return
	}
	v.span(start, end, "text", say("span.text", nil))
}

func trimmedLen(s string, from, to int) int {
	n := 0
	for i := max(from, 0); i < min(to, len(s)); i++ {
		if s[i] != ' ' {
			n++
		}
	}
	return n
}

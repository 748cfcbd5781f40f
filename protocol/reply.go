package protocol

import "strings"

// ReplyLine is one line of a reply, without its line ending.
type ReplyLine struct {
	// Code is what the line begins with: three digits, +OK, -ERR, +, or "" where a line of a
	// POP3 multi-line reply or something unintelligible stands.
	Code string
	// Separator is what follows the code: " ", "-" or "".
	Separator string
	// Text is the rest.
	Text string
}

// Reply is a whole reply.
type Reply struct {
	// Code of the first line; "" when the first line is no reply at all.
	Code string
	// Lines in order. A POP3 multi-line reply's lines are as on the wire: dots not taken off,
	// without the dot that ends it.
	Lines []ReplyLine
	// Multiline is true for a POP3 reply that goes on to a lone dot, and for an SMTP reply of
	// more than one line.
	Multiline bool
	// Complete is false when the connection ended before the reply did.
	Complete bool
	// Cut counts the octets that were left out because a line or the reply was over the limit.
	Cut int
}

// ParseReply reads a whole reply from its raw text, lines ended by CRLF or LF.
// multiline says that a POP3 +OK goes on to a lone dot.
func ParseReply(p Protocol, raw string, multiline bool) Reply {
	f := NewFramer(p, func(string) bool { return multiline })
	raw = strings.TrimSuffix(strings.TrimSuffix(raw, "\n"), "\r")
	for more := true; more; {
		var line string
		line, raw, more = strings.Cut(raw, "\n")
		if f.Add(strings.TrimSuffix(line, "\r"), 0) {
			break
		}
	}
	return f.Take()
}

// Text is the first line's text, or "".
func (r Reply) Text() string {
	if len(r.Lines) == 0 {
		return ""
	}
	return r.Lines[0].Text
}

// Texts returns every line's text.
func (r Reply) Texts() []string {
	out := make([]string, len(r.Lines))
	for i, l := range r.Lines {
		out[i] = l.Text
	}
	return out
}

// Enhanced returns the enhanced status code of an SMTP reply (RFC 3463: the
// class digit must be the reply code's) or the response code of a POP3 reply
// without its brackets (RFC 2449 §8), "" where there is none.
func (r Reply) Enhanced() string {
	e, _ := EnhancedAt(r.Code, r.Text())
	return e
}

// EnhancedAt finds the enhanced status code or response code at the beginning
// of a reply's text, and how many octets it takes there, brackets included.
func EnhancedAt(code, text string) (enhanced string, length int) {
	if code == CodeErr || code == CodeOK {
		end := strings.IndexByte(text, ']')
		if !strings.HasPrefix(text, "[") || end < 2 || strings.ContainsAny(text[1:end], " []") {
			return "", 0
		}
		return text[1:end], end + 1
	}
	if len(code) != 3 {
		return "", 0
	}
	word := text[:wordLen(text)]
	class, rest, _ := strings.Cut(word, ".")
	subject, detail, two := strings.Cut(rest, ".")
	if !two || len(class) != 1 || !strings.Contains("245", class) || !upTo3Digits(subject) || !upTo3Digits(detail) {
		return "", 0
	}
	return word, len(word)
}

func upTo3Digits(s string) bool {
	if s == "" || len(s) > 3 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Timestamp returns the APOP timestamp of a POP3 greeting, angle brackets
// included, or "" (RFC 1939 §7: it has the form of a msg-id, so it holds an @).
func (r Reply) Timestamp() string {
	if r.Code != CodeOK {
		return ""
	}
	text := r.Text()
	open := strings.IndexByte(text, '<')
	if open < 0 {
		return ""
	}
	end := strings.IndexByte(text[open:], '>')
	if end < 0 {
		return ""
	}
	stamp := text[open : open+end+1]
	if at := strings.IndexByte(stamp, '@'); at < 2 || at == len(stamp)-2 || strings.ContainsAny(stamp, " \t") {
		return ""
	}
	return stamp
}

// RecogniseGreeting tells from a server's first line which protocol it speaks,
// "" when it is neither.
func RecogniseGreeting(line string) Protocol {
	l := parseSMTPLine(line)
	switch {
	case strings.HasPrefix(line, CodeOK), strings.HasPrefix(line, CodeErr):
		return POP3
	case l.Code != "":
		return SMTP
	}
	return ""
}

// parseSMTPLine takes a reply line apart (RFC 5321 §4.2). A line that is no
// reply comes back as text without a code.
func parseSMTPLine(line string) ReplyLine {
	if len(line) < 3 || !upTo3Digits(line[:3]) || line[0] < '2' || line[0] > '5' {
		return ReplyLine{Text: line}
	}
	if len(line) == 3 {
		return ReplyLine{Code: line}
	}
	if line[3] != ' ' && line[3] != '-' {
		return ReplyLine{Text: line}
	}
	return ReplyLine{Code: line[:3], Separator: line[3:4], Text: line[4:]}
}

// parsePOP3Line takes a status line apart (RFC 1939 §3; "+ " is a challenge).
func parsePOP3Line(line string) ReplyLine {
	for _, code := range []string{CodeOK, CodeErr, CodeChallenge} {
		rest, ok := strings.CutPrefix(line, code)
		if !ok || rest != "" && rest[0] != ' ' {
			continue
		}
		if rest == "" {
			return ReplyLine{Code: code}
		}
		return ReplyLine{Code: code, Separator: " ", Text: rest[1:]}
	}
	return ReplyLine{Text: line}
}

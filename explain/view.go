package explain

import (
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// Names of places that are no verb, as the data files write them.
const (
	placeGreeting = "GREETING"
	placeUnasked  = "UNASKED"
)

// maxScanned bounds how much of a reply's words is searched for known phrases.
const maxScanned = 2048

// view is a reply and its context, taken apart once, with the annotation that
// is being built from it.
type view struct {
	ctx      protocol.Context
	reply    protocol.Reply
	protocol protocol.Protocol
	table    *protocol.Table
	row      *protocol.Row

	code     string
	oddCode  bool // the line begins with something like a code that is none
	enhanced string
	verb     string
	place    string // verb, or one of the places above
	args     string

	// text is the first line's text after the enhanced code, textAt its offset in Raw.
	text   string
	textAt int
	// words is the text of all lines, decoded; lower is the same in lower case.
	words, lower string
	gbk          bool

	// known is the rule whose words the reply has, closes that the server hangs up.
	known  *rule
	closes bool
	slips  []Notice
	// slipSaid is set when the summary begins with the first of them.
	slipSaid bool
	// spanned is where the last span so far ends.
	spanned int

	a Annotation
}

// Raw returns the reply's lines as they were on the wire, joined by CRLF,
// without the dot that ends a POP3 reply: what the offsets of spans count in.
func Raw(r protocol.Reply) string {
	if len(r.Lines) == 1 {
		l := r.Lines[0]
		return l.Code + l.Separator + l.Text
	}
	var b strings.Builder
	for i, l := range r.Lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(l.Code)
		b.WriteString(l.Separator)
		b.WriteString(l.Text)
	}
	return b.String()
}

// read fills an empty view, which stays where its caller has it: no method keeps it.
func (v *view) read(ctx protocol.Context, r protocol.Reply) {
	if ctx.Greeting() { // whatever has been typed ahead, the server's first word is its greeting
		ctx.Speech, ctx.Verb, ctx.Line, ctx.Args = "", "", "", ""
	}
	v.ctx, v.reply, v.protocol, v.code, v.verb, v.args = ctx, r, ctx.Protocol, r.Code, ctx.Verb, ctx.Args
	if v.protocol == "" && len(r.Lines) > 0 {
		l := r.Lines[0]
		v.protocol = protocol.RecogniseGreeting(l.Code + l.Separator + l.Text)
	}
	v.table = protocol.TableOf(v.protocol)
	v.place = placeOf(ctx)
	if v.table != nil && v.verb != "" {
		v.row = v.table.Row(v.verb)
	}
	v.findCode()
	v.findWords()
	v.a = Annotation{
		Protocol: string(v.protocol), Command: shown(v.verb), Code: v.code, Enhanced: v.enhanced,
		Fields: map[string]any{}, Spans: make([]Span, 0, 4+2*min(len(r.Lines), maxListed)),
	}
}

func placeOf(ctx protocol.Context) string {
	switch {
	case ctx.Greeting():
		return placeGreeting
	case ctx.Verb != "":
		return ctx.Verb
	}
	return placeUnasked
}

// findCode takes code and enhanced code off the first line.
func (v *view) findCode() {
	v.text = v.reply.Text()
	if len(v.reply.Lines) > 0 {
		l := v.reply.Lines[0]
		v.textAt = len(l.Code) + len(l.Separator)
	}
	if v.code == "" {
		v.code, v.oddCode = oddCode(v.text), true
		v.text = v.text[len(v.code):]
		v.textAt += len(v.code)
		if v.code == "" {
			v.oddCode = false
			return
		}
	}
	e, n := protocol.EnhancedAt(v.code, v.text)
	if n > 0 && (v.protocol != protocol.POP3 || isRespCode(e)) {
		v.enhanced = e
		v.spanEnhanced(n)
	} else if v.protocol != protocol.POP3 {
		v.enhanced = hashCode(v.text)
	}
}

// spanEnhanced steps over the enhanced code and one space.
func (v *view) spanEnhanced(n int) {
	v.text, v.textAt = v.text[n:], v.textAt+n
	if strings.HasPrefix(v.text, " ") {
		v.text, v.textAt = v.text[1:], v.textAt+1
	}
}

// oddCode returns what stands in the place of the code in a line that is no
// reply by the standard: "+ERR", "150", "250" glued to its text.
func oddCode(line string) string {
	i := 0
	if i < len(line) && (line[i] == '+' || line[i] == '-') {
		for i++; i < len(line) && line[i] >= 'A' && line[i] <= 'Z'; i++ {
		}
		if i > 1 && i < 6 {
			return line[:i]
		}
		return ""
	}
	for i < len(line) && line[i] >= '0' && line[i] <= '9' {
		i++
	}
	if i == 3 {
		return line[:3]
	}
	return ""
}

// isRespCode wants what RFC 2449 §8 calls a response code: letters first, so
// that an address or a stamp in brackets is not taken for one.
func isRespCode(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '/' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// hashCode finds an enhanced code as qmail and Sina write it: (#5.7.1), #5.5.1.
func hashCode(text string) string {
	at := strings.LastIndexByte(text, '#')
	if at < 0 {
		return ""
	}
	rest := text[at+1:]
	n := 0
	for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
		n++
	}
	if e, ok := parseEnhanced(strings.TrimSuffix(rest[:n], ".")); ok {
		return e.code
	}
	return ""
}

func (v *view) findWords() {
	v.words = v.text
	if len(v.reply.Lines) > 1 && !v.carriesContent() {
		var b strings.Builder
		b.WriteString(v.text)
		for _, l := range v.reply.Lines[1:] {
			if b.Len() > maxScanned {
				break
			}
			text := l.Text
			if _, n := protocol.EnhancedAt(l.Code, text); n > 0 && v.protocol != protocol.POP3 {
				text = strings.TrimPrefix(text[n:], " ")
			}
			b.WriteByte(' ')
			b.WriteString(text)
		}
		v.words = b.String()
	}
	if len(v.words) > maxScanned {
		v.words = v.words[:maxScanned]
	}
	v.words, v.gbk = decodeText(v.words)
	v.lower = lowerASCII(v.words)
}

// carriesContent reports whether the lines after the first are data, not words.
func (v *view) carriesContent() bool {
	return v.protocol == protocol.POP3 && v.reply.Multiline && v.code == protocol.CodeOK
}

func (v *view) field(name string, value any) { v.a.Fields[name] = value }

// fieldOnce keeps the first value found for a name.
func (v *view) fieldOnce(name string, value any) {
	if _, ok := v.a.Fields[name]; !ok {
		v.a.Fields[name] = value
	}
}

func (v *view) str(name string) string { s, _ := v.a.Fields[name].(string); return s }

// span notes what octets mean; a stretch that overlaps one already there is left out.
func (v *view) span(start, end int, kind string, text phrases.Text) {
	if start >= end {
		return
	}
	if start >= v.spanned {
		v.spanned = end
		v.a.Spans = append(v.a.Spans, Span{start, end, kind, text})
		return
	}
	for _, s := range v.a.Spans {
		if start < s.End && s.Start < end {
			return
		}
	}
	v.a.Spans = append(v.a.Spans, Span{start, end, kind, text})
}

// spanAt notes a part of the first line's text, found by its offset in it.
func (v *view) spanAt(at, length int, kind string, args phrases.Args) {
	v.span(v.textAt+at, v.textAt+at+length, kind, say("span."+kind, args))
}

// spanOf notes the first place in the first line's text where value stands.
func (v *view) spanOf(value, kind string, args phrases.Args) {
	if at := strings.Index(v.text, value); at >= 0 && value != "" {
		v.spanAt(at, len(value), kind, args)
	}
}

// contradicts tells of a contradiction, as a detail and under a name for scripts.
func (v *view) contradicts(kind string, t phrases.Text) {
	v.a.Notices = append(v.a.Notices, Notice{Kind: kind, Text: t})
	v.detail(t)
}

func (v *view) detail(t phrases.Text) {
	if !t.Empty() && !strings.Contains(v.a.Summary.EN, t.EN) && !slices.Contains(v.a.Details, t) {
		v.a.Details = append(v.a.Details, t)
	}
}

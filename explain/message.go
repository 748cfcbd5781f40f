package explain

import (
	"strings"

	"maillab/explain/mail"
	"maillab/phrases"
	"maillab/protocol"
)

// message explains what RETR and TOP bring: the status line, header, blank
// line and body, byte-stuffing, and what the mail says of itself (RFC 1939 §5, RFC 5322).
func (v *view) message() {
	if len(v.reply.Lines) < 2 && !v.reply.Multiline {
		return
	}
	v.announcedOctets()
	var dots []int
	m := mail.Read(v.mailLines(&dots))
	v.field("header_lines", m.HeaderLines)
	v.field("body_lines", m.BodyLines)
	v.field("dot_stuffed_lines", len(dots))
	v.field("terminated", v.reply.Complete)
	v.mailSpans(m, dots)
	v.headers(m)
	v.messageSummary(m, len(dots))
	v.hops(m)
	v.authentication(m)
	v.signatures(m)
	v.report(m)
	v.mailParts(m)
}

// mailLines gives the lines of the mail with their offsets in Raw, the added
// dots taken off and their offsets collected.
func (v *view) mailLines(dots *[]int) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		at := v.lineStart(1)
		for _, l := range v.reply.Lines[1:] {
			text := protocol.Unstuff(l.Text)
			if len(text) < len(l.Text) {
				*dots = append(*dots, at)
			}
			if !yield(at+len(l.Text)-len(text), text) {
				return
			}
			at += len(l.Text) + len("\r\n")
		}
	}
}

// announcedOctets finds the size in the status line: a number with its unit, or alone.
func (v *view) announcedOctets() {
	n, at := numbersIn(v.text, 3)
	for i := range n {
		end := at[i] + digitsAt(v.text, at[i])
		unit := strings.ToLower(strings.TrimLeft(v.text[end:], " "))
		alone := at[i] == 0 && unit == ""
		if alone || strings.HasPrefix(unit, "octet") || strings.HasPrefix(unit, "byte") {
			v.field("octets", n[i])
			v.spanAt(at[i], end-at[i], "octets", phrases.Args{"size": humanSize(n[i])})
			return
		}
	}
}

// maxDots bounds how many added dots get a span of their own.
const maxDots = 20

// mailSpans marks the empty line, the added dots and the body between them.
func (v *view) mailSpans(m *mail.Message, dots []int) {
	end := v.lineStart(len(v.reply.Lines)) - len("\r\n")
	if m.BlankAt >= 0 {
		v.span(m.BlankAt, min(m.BlankAt+len("\r\n"), end), "blank-line", say("span.blank-line", nil))
	}
	words, from := bodyWords(m), m.BodyAt
	for _, dot := range dots[:min(len(dots), maxDots)] {
		if m.BodyAt >= 0 && dot >= from-1 {
			v.span(from, dot, "body", words)
			from = dot + 1
		}
		v.span(dot, dot+1, "dot-stuffing", say("span.dot-stuffing", nil))
	}
	if m.BodyAt >= 0 {
		v.span(from, end, "body", words)
	}
}

// bodyWords is the note at the body; what is encoded is shown decoded.
func bodyWords(m *mail.Message) phrases.Text {
	p := m.Parts[0]
	words := mailWords("encoding-of-body." + p.Encoding)
	switch {
	case p.Multipart():
		return say("span.body-parts", nil)
	case words.Empty():
		return say("span.body", nil)
	}
	if begins := p.Begins(); begins != "" {
		return clauses(words, say("span.body-begins", phrases.Args{"text": shown(begins)}))
	}
	return words
}

// header is a header field as --json shows it.
type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// headers notes at each field what it is for, with its encoded words decoded.
func (v *view) headers(m *mail.Message) {
	list := make([]header, 0, len(m.Fields))
	for _, f := range m.Fields {
		decoded := headerText(f.Value)
		list = append(list, header{f.Name, decoded})
		if strings.EqualFold(f.Name, "Subject") && decoded != "" {
			v.fieldOnce("subject", decoded)
		}
		text := headerWords(f)
		if decoded != f.Value {
			text = insert(say("span.header-decoded", phrases.Args{"text": shown(decoded)}), "what", text)
		}
		v.span(f.Start, f.End, "header", text)
	}
	if len(list) > 0 {
		v.field("headers", list)
	}
}

// headerText decodes encoded words (RFC 2047), or GBK sent raw.
func headerText(s string) string {
	if strings.Contains(s, "=?") {
		return mail.DecodeHeader(s)
	}
	out, _ := decodeText(s)
	return out
}

// headerValues are the fields whose values have words of their own, and where those stand.
var headerValues = map[string]string{
	"content-type": "type.", "content-transfer-encoding": "encoding.", "content-disposition": "disposition.",
	"auto-submitted": "auto-submitted.", "return-path": "return-path.",
	"importance": "importance.", "precedence": "precedence.", "content-language": "language.",
}

// headerWords is what a field is for, and what its value means where that is known.
func headerWords(f mail.Field) phrases.Text {
	text := say("span.header-unknown", phrases.Args{"name": shown(f.Name)})
	name := strings.ToLower(f.Name)
	if _, r := shelfHeaders.fold(name); r != nil {
		text = r.text()
	} else if family := headerFamily(name); family != nil {
		text = family.text()
	}
	prefix, ok := headerValues[name]
	if !ok {
		return text
	}
	value, _ := mail.Parameters(f.Value)
	if strings.HasPrefix(strings.ToLower(value), "multipart/") { // the table of parts says it
		return text
	}
	if meaning := mailWords(prefix + value); !meaning.Empty() {
		return clauses(text, valued(value, meaning))
	}
	return text
}

// headerFamily finds what is known of fields that begin alike: "X-MS-Exchange-*".
func headerFamily(name string) *record {
	for i := len(name); i > 0; i = strings.LastIndexByte(name[:i], '-') {
		if _, r := shelfHeaders.fold(name[:i] + "-*"); r != nil {
			return r
		}
	}
	return nil
}

func (v *view) messageSummary(m *mail.Message, stuffed int) {
	args := phrases.Args{
		"header": number(m.HeaderLines), "body": number(m.BodyLines), "stuffed": number(stuffed),
		"subject": shown(v.str("subject")), "message": shown(firstWord(v.args)),
	}
	key := "summary.message"
	if v.place == "TOP" {
		key = "summary.top"
	}
	v.a.Summary = say(key, args)
	if v.str("subject") != "" {
		v.a.Summary = join(v.a.Summary, say("summary.subject", args))
	}
	if stuffed > 0 {
		v.detail(say("detail.stuffed", args))
	}
	if !m.Blank && m.BodyLines > 0 {
		v.field("blank_line", false)
		v.detail(say("detail.no-blank-line", nil))
	}
	if !v.reply.Complete {
		v.detail(say("detail.not-terminated", nil))
	}
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}

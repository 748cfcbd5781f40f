package explain

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"

	"maillab/phrases"
	"maillab/protocol"
)

// message explains what RETR and TOP bring: the status line, header, blank
// line and body, byte-stuffing, the MIME structure (RFC 1939 §5, RFC 5322, RFC 2045).
func (v *view) message() {
	if len(v.reply.Lines) < 2 && !v.reply.Multiline {
		return
	}
	v.announcedOctets()
	m := v.scanMessage()
	v.field("header_lines", m.headerLines)
	v.field("body_lines", m.bodyLines)
	v.field("dot_stuffed_lines", m.stuffed)
	v.field("terminated", v.reply.Complete)
	if m.subject != "" {
		v.field("subject", m.subject)
	}
	v.messageSummary(m)
	v.mimeTree(m)
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

// scanned is what one pass over the lines of a message has found.
type scanned struct {
	headerLines, bodyLines, stuffed int
	inBody, blank                   bool
	subject, contentType            string
	headers                         []headerLine
	// bodyAt is where the part of the body begins that has no span yet.
	bodyAt int
	// end of the reply in Raw.
	end int
}

// maxHeader bounds how much of a folded field is put together.
const maxHeader = 8 << 10

// headerLine is one header field with its continuation lines joined.
type headerLine struct {
	name, value string
	start, end  int
}

func (v *view) scanMessage() *scanned {
	m := &scanned{end: v.lineStart(len(v.reply.Lines)) - len("\r\n")}
	at := v.lineStart(1)
	for _, l := range v.reply.Lines[1:] {
		v.messageLine(m, l.Text, at)
		at += len(l.Text) + len("\r\n")
	}
	if m.inBody {
		v.span(m.bodyAt, m.end, "body", say("span.body", nil))
	}
	for _, h := range m.headers {
		v.headerSpan(m, h)
	}
	return m
}

func (v *view) messageLine(m *scanned, line string, at int) {
	if strings.HasPrefix(line, "..") {
		m.stuffed++
		if m.stuffed <= 20 {
			if m.inBody {
				v.span(m.bodyAt, at, "body", say("span.body", nil))
				m.bodyAt = at + 1
			}
			v.span(at, at+1, "dot-stuffing", say("span.dot-stuffing", nil))
		}
		line = line[1:]
	}
	if m.inBody {
		m.bodyLines++
		return
	}
	name, value, isField := headerField(line)
	switch {
	case line == "":
		m.inBody, m.blank, m.bodyAt = true, true, at+len("\r\n")
		v.span(at, min(at+len("\r\n"), m.end), "blank-line", say("span.blank-line", nil))
	case line[0] == ' ' || line[0] == '\t':
		m.headerLines++
		if n := len(m.headers); n > 0 {
			if h := &m.headers[n-1]; len(h.value) < maxHeader {
				h.value += " " + strings.TrimSpace(line)
			}
			m.headers[n-1].end = at + len(line)
		}
	case isField:
		m.headerLines++
		if len(m.headers) < maxListed {
			m.headers = append(m.headers, headerLine{name, value, at, at + len(line)})
		}
	default: // no header line: the blank line was forgotten
		m.inBody, m.bodyAt = true, at
		m.bodyLines++
	}
}

// headerField takes "Name: value" apart; blanks before the colon are the old form (RFC 5322 §4.5).
func headerField(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	name = strings.TrimRight(name, " \t")
	if !ok || name == "" || len(name) > 76 {
		return "", "", false
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] >= 0x7f {
			return "", "", false
		}
	}
	return name, strings.TrimSpace(value), true
}

// headerSpan notes what a header field is for, with its encoded words decoded.
func (v *view) headerSpan(m *scanned, h headerLine) {
	decoded := decodeHeader(h.value)
	switch strings.ToLower(h.name) {
	case "subject":
		if m.subject == "" {
			m.subject = decoded
		}
	case "content-type":
		m.contentType = h.value
	}
	text := say("span.header-unknown", phrases.Args{"name": shown(h.name)})
	if _, r := shelfHeaders.fold(h.name); r != nil {
		text = r.text()
	}
	if decoded != h.value {
		text = insert(say("span.header-decoded", phrases.Args{"text": shown(decoded)}), "what", text)
	}
	if len(h.name) <= h.end-h.start {
		v.span(h.start, h.end, "header", text)
	}
}

// decodeHeader decodes encoded words (RFC 2047), or GBK sent raw.
func decodeHeader(s string) string {
	if !strings.Contains(s, "=?") {
		out, _ := decodeText(s)
		return out
	}
	out, err := wordDecoder.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

var wordDecoder = &mime.WordDecoder{CharsetReader: charsetReader}

func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	if strings.HasPrefix(strings.ToLower(charset), "gb") || strings.EqualFold(charset, "cp936") {
		return simplifiedchinese.GB18030.NewDecoder().Reader(in), nil
	}
	e, err := ianaindex.MIME.Encoding(charset)
	if err != nil || e == nil {
		return nil, fmt.Errorf("charset %q", charset)
	}
	return e.NewDecoder().Reader(in), nil
}

func (v *view) messageSummary(m *scanned) {
	args := phrases.Args{
		"header": number(m.headerLines), "body": number(m.bodyLines), "stuffed": number(m.stuffed),
		"subject": shown(m.subject), "message": shown(firstWord(v.args)),
	}
	key := "summary.message"
	if v.place == "TOP" {
		key = "summary.top"
	}
	v.a.Summary = say(key, args)
	if m.subject != "" {
		v.a.Summary = join(v.a.Summary, say("summary.subject", args))
	}
	if m.stuffed > 0 {
		v.detail(say("detail.stuffed", args))
	}
	if !m.blank && m.bodyLines > 0 {
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

// The tree is bounded, whatever the message claims.
const (
	maxParts = 40
	maxDepth = 6
)

// mimeTree draws the parts of a multipart message, when all of it is there.
func (v *view) mimeTree(m *scanned) {
	kind, params, err := mime.ParseMediaType(m.contentType)
	if err != nil || !strings.HasPrefix(kind, "multipart/") || params["boundary"] == "" || v.place != "RETR" || !m.blank {
		return
	}
	lines := make([]string, 0, len(v.reply.Lines))
	for _, l := range v.reply.Lines[1:] {
		lines = append(lines, protocol.Unstuff(l.Text))
	}
	_, body, _ := strings.Cut(strings.Join(lines, "\r\n"), "\r\n\r\n")
	tree := []string{kind}
	walkParts(body, params["boundary"], 1, &tree)
	v.field("parts", tree)
	var shownTree []string
	for _, line := range tree {
		shownTree = append(shownTree, shown(line))
	}
	v.detail(say("detail.mime", phrases.Args{"tree": strings.Join(shownTree, "; ")}))
}

func walkParts(body, boundary string, depth int, tree *[]string) {
	r := multipart.NewReader(strings.NewReader(body+"\r\n"), boundary)
	for len(*tree) < maxParts {
		p, err := r.NextRawPart()
		if err != nil {
			return
		}
		kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			kind = "text/plain"
		}
		line := strings.Repeat("- ", depth) + kind
		if name := p.FileName(); name != "" {
			line += " " + decodeHeader(name)
		}
		*tree = append(*tree, line)
		if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
			inner, _ := io.ReadAll(p)
			walkParts(string(inner), params["boundary"], depth+1, tree)
		}
	}
}

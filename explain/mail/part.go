package mail

import (
	"strconv"
	"strings"
)

// Part is one part of the MIME structure (RFC 2045, RFC 2046).
type Part struct {
	// Number is the part's place as IMAP counts, "2.1"; "" for the mail itself (RFC 9051 §6.4.5.1).
	Number string `json:"number"`
	// Type is the media type in lower case, with the default where none is given.
	Type string `json:"type"`
	// Charset, Encoding and Disposition are in lower case, "" where not given.
	Charset     string `json:"charset,omitempty"`
	Encoding    string `json:"encoding,omitempty"`
	Disposition string `json:"disposition,omitempty"`
	// Name is the file name, decoded (RFC 2183 §2.3, RFC 2231, RFC 2047).
	Name string `json:"name,omitempty"`
	// Subject of a mail inside the mail, decoded.
	Subject string `json:"subject,omitempty"`
	// Octets and Lines of the body, as encoded; 0 for what only holds parts.
	Octets int `json:"octets"`
	Lines  int `json:"lines"`
	// Depth says how deep it lies, 0 for the mail itself.
	Depth int `json:"depth"`
	// Preview is for the one who shows the part: what Begins gave.
	Preview string `json:"begins,omitempty"`

	started bool
	head    []byte
}

// Multipart reports whether the part holds others.
func (p Part) Multipart() bool { return strings.HasPrefix(p.Type, "multipart/") }

// open begins a part.
func (r *reader) open(number string, depth int) {
	r.header, r.mode = nil, inHeader
	if len(r.m.Parts) >= MaxParts {
		r.m.More = true
		r.part, r.mode = -1, inNothing
		return
	}
	r.part = len(r.m.Parts)
	r.m.Parts = append(r.m.Parts, Part{Number: number, Depth: depth})
}

// close ends the part being read. The line break before a boundary belongs to the boundary.
func (r *reader) close(atBoundary bool) {
	if r.mode == inHeader && r.part >= 0 {
		r.headerDone()
	}
	if r.part >= 0 && atBoundary {
		p := &r.m.Parts[r.part]
		p.Octets = max(p.Octets-len("\r\n"), 0)
	}
	r.part, r.mode = -1, inNothing
}

// boundary acts on a line that separates or ends the parts of an open multipart.
func (r *reader) boundary(line string) bool {
	line = strings.TrimRight(line, " \t")[2:]
	for i := len(r.levels) - 1; i >= 0; i-- {
		l := &r.levels[i]
		rest, ok := strings.CutPrefix(line, l.boundary)
		if !ok || rest != "" && rest != "--" {
			continue
		}
		r.close(true)
		r.levels = r.levels[:i+1]
		if rest == "--" {
			r.levels = r.levels[:i]
			return true
		}
		l.children++
		parent := &r.m.Parts[l.part]
		number := strconv.Itoa(l.children)
		if parent.Number != "" {
			number = parent.Number + "." + number
		}
		r.open(number, parent.Depth+1)
		return true
	}
	return false
}

// headerDone takes over what the header of the part says of its body.
func (r *reader) headerDone() {
	p := &r.m.Parts[r.part]
	if r.part == 0 {
		r.m.Fields = r.header
	}
	kind, params := Parameters(get(r.header, "Content-Type"))
	p.Type = strings.ToLower(kind)
	if strings.Count(p.Type, "/") != 1 || strings.ContainsAny(p.Type, " \t<>\"") {
		p.Type = "text/plain"
	}
	p.Charset = strings.ToLower(params["charset"])
	p.Encoding = strings.ToLower(firstToken(get(r.header, "Content-Transfer-Encoding")))
	disposition, more := Parameters(get(r.header, "Content-Disposition"))
	p.Disposition = strings.ToLower(disposition)
	if p.Name = more["filename"]; p.Name == "" {
		p.Name = params["name"]
	}
	if p.Number != "" && p.Depth > 0 {
		p.Subject = DecodeHeader(get(r.header, "Subject"))
	}
	r.mode = inBody
	r.descend(p, params)
}

func firstToken(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t;("); i >= 0 {
		s = s[:i]
	}
	return s
}

// descend looks at what the part holds, where it holds something that can be read.
func (r *reader) descend(p *Part, params map[string]string) {
	encoded := p.Encoding == "base64" || p.Encoding == "quoted-printable"
	switch {
	case p.Multipart() && params["boundary"] != "" && p.Depth < MaxDepth:
		r.levels = append(r.levels, level{boundary: params["boundary"], part: r.part})
		p.started = true
		r.part, r.mode = -1, inNothing
	case encoded:
	case p.Type == "message/delivery-status" || p.Type == "message/global-delivery-status" || p.Type == "message/disposition-notification":
		r.mode = inGroups
		if n := len(r.m.Report); n > 0 && len(r.m.Report[n-1]) > 0 && n < MaxGroups {
			r.m.Report = append(r.m.Report, nil)
		}
	case (p.Type == "message/rfc822" || p.Type == "message/global") && p.Depth < MaxDepth:
		r.openInner(p)
	}
}

// openInner begins the mail that lies in a message/rfc822 part, as its only child.
func (r *reader) openInner(p *Part) {
	number, depth := p.Number, p.Depth+1
	if number == "" {
		number = "1"
	} else {
		number += ".1"
	}
	p.started = true
	r.open(number, depth)
}

// maxHead is how much of a part is kept to show how it begins, in octets.
const maxHead = 600

// keepHead keeps the first lines of what is plain text.
func (p *Part) keepHead(line string) {
	if p.Type == "text/plain" && len(p.head) < maxHead {
		p.head = append(append(p.head, line[:min(len(line), maxHead)]...), '\n')
	}
}

// Begins decodes the first words of a part of plain text, white space joined; "" where it is none.
func (p Part) Begins() string {
	text := string(p.head)
	switch p.Encoding {
	case "base64":
		packed := strings.Join(strings.Fields(text), "")
		octets, ok := lenientBase64(packed[:len(packed)/4*4])
		if !ok {
			return ""
		}
		text = octets
	case "quoted-printable":
		text = hexEscapes(strings.ReplaceAll(text, "=\n", ""), '=')
	}
	text = decodeCharset(p.Charset, text)
	words := strings.Fields(text)
	return firstRunes(strings.Join(words, " "), maxBegins)
}

// maxBegins is how much of a beginning is shown, in characters.
const maxBegins = 60

func firstRunes(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return strings.TrimRight(s, "\ufffd")
}

package mail

import (
	"iter"
	"strings"
)

// What is kept of a mail at most. What is beyond is counted where a count is
// asked for, and else left out.
const (
	MaxFields = 200     // header fields of the mail
	MaxValue  = 8 << 10 // octets of one unfolded field
	MaxParts  = 60      // parts of the MIME structure
	MaxDepth  = 12      // how deep they lie in one another
	MaxGroups = 20      // groups of fields in a delivery report
)

// Field is a header field, unfolded (RFC 5322 §2.2).
type Field struct {
	Name, Value string
	// Start and End are the offsets given with its first and last line, the last line included.
	Start, End int
}

// Message is what one pass over the lines of a mail has found.
type Message struct {
	Fields []Field
	// HeaderLines and BodyLines count lines; the empty line between them is in neither.
	HeaderLines, BodyLines int
	// Blank is true when the empty line between header and body was there.
	Blank bool
	// BlankAt is its offset, BodyAt that of the first line of the body; -1 where there is none.
	BlankAt, BodyAt int
	// Parts are the parts in the order in which they come; the first is the mail itself.
	Parts []Part
	// More is true when there are more parts than are kept.
	More bool
	// Report are the groups of fields of a delivery report or a read receipt, the first
	// about the mail, the others about one recipient each (RFC 3464 §2.1, RFC 8098 §3.1).
	Report [][]Field
}

// Read reads the lines of a mail without their line endings and without the
// dots that were added on the wire; each comes with its offset.
func Read(lines iter.Seq2[int, string]) *Message {
	r := reader{m: &Message{BlankAt: -1, BodyAt: -1}}
	r.open("", 0)
	for at, line := range lines {
		r.line(line, at)
	}
	r.close(false)
	return r.m
}

// Get returns the value of the first field of that name, "" where there is none.
func (m *Message) Get(name string) string { return get(m.Fields, name) }

// All returns the values of all fields of that name, as they stand from the top.
func (m *Message) All(name string) []string {
	var out []string
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			out = append(out, f.Value)
		}
	}
	return out
}

func get(fields []Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// mode is what the next line is taken for.
type mode int

const (
	inHeader mode = iota
	inBody
	inGroups  // the fields of a report
	inNothing // text between or behind the parts
)

// level is an open multipart: its boundary, and how deep its parts lie.
type level struct {
	boundary string
	part     int
	children int
}

type reader struct {
	m      *Message
	mode   mode
	header []Field // of the part that is being read
	levels []level
	part   int // the part being read, -1 for none
}

func (r *reader) line(line string, at int) {
	top := r.part == 0 && len(r.m.Parts) == 1 && r.mode == inHeader && len(r.levels) == 0
	if !top {
		r.m.bodyLine(at)
	}
	if strings.HasPrefix(line, "--") && r.boundary(line) {
		return
	}
	switch r.mode {
	case inHeader:
		r.headerLine(line, at, top)
	case inGroups:
		r.groupLine(line, at)
	}
	if r.part >= 0 && !(top && r.mode == inHeader) {
		r.count(line)
	}
}

func (m *Message) bodyLine(at int) {
	if m.BodyAt < 0 {
		m.BodyAt = at
	}
	m.BodyLines++
}

// count adds a line to the part being read, header lines of inner parts left out.
func (r *reader) count(line string) {
	if r.mode == inHeader {
		return
	}
	p := &r.m.Parts[r.part]
	if !p.started {
		p.started = true // the empty line before the body
		if line == "" {
			return
		}
	}
	p.keepHead(line)
	p.Lines++
	p.Octets += len(line) + len("\r\n")
}

func (r *reader) headerLine(line string, at int, top bool) {
	name, value, isField := SplitField(line)
	folded := line != "" && (line[0] == ' ' || line[0] == '\t')
	switch {
	case line == "":
		if top {
			r.m.Blank, r.m.BlankAt = true, at
		}
		r.headerDone()
		return
	case folded:
		fold(r.header, line, at)
	case isField:
		if len(r.header) < MaxFields {
			r.header = append(r.header, Field{name, clip(value), at, at + len(line)})
		}
	default: // no header line: the empty line was forgotten
		if top {
			r.m.bodyLine(at)
		}
		r.headerDone()
		return
	}
	if top {
		r.m.HeaderLines++
	}
}

// fold joins a continuation line to the last field.
func fold(fields []Field, line string, at int) {
	if len(fields) == 0 {
		return
	}
	f := &fields[len(fields)-1]
	f.End = at + len(line)
	if len(f.Value) < MaxValue {
		f.Value = clip(f.Value + " " + strings.TrimSpace(line))
	}
}

func clip(s string) string { return s[:min(len(s), MaxValue)] }

// SplitField takes "Name: value" apart; blanks before the colon are the old form (RFC 5322 §4.5).
func SplitField(line string) (name, value string, ok bool) {
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

// groupLine reads a report: groups of fields with empty lines between them.
func (r *reader) groupLine(line string, at int) {
	groups := r.m.Report
	name, value, isField := SplitField(line)
	switch last := len(groups) - 1; {
	case line == "":
		if last < 0 || len(groups[last]) > 0 && len(groups) < MaxGroups {
			r.m.Report = append(r.m.Report, nil)
		}
	case line[0] == ' ' || line[0] == '\t':
		if last >= 0 {
			fold(groups[last], line, at)
		}
	case isField:
		if last < 0 {
			groups, last = append(groups, nil), 0
			r.m.Report = groups
		}
		if len(groups[last]) < MaxFields {
			groups[last] = append(groups[last], Field{name, clip(value), at, at + len(line)})
		}
	}
}

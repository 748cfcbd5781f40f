package protocol

import "bytes"

// Form says what is amiss with how content is laid out; FormWhole where nothing is.
type Form string

// A mail is a header, an empty line and a body (RFC 5322 §2.1). Servers take all of these.
const (
	FormWhole       Form = ""
	FormHeadless    Form = "headless"    // it does not begin with a header field
	FormFullWidth   Form = "full-width"  // where a field should be, the colon is the full-width one (U+FF1A)
	FormUnseparated Form = "unseparated" // a line that is no field follows the header, and no empty line is between
	FormBodiless    Form = "bodiless"    // nothing comes after the header
)

// Layout follows content line by line and tells its Form. The zero Layout has seen none.
type Layout struct {
	part part
	form Form // what is amiss, once a line was
}

// part is where in a mail the next line will stand.
type part int

const (
	inNothing part = iota
	inHeader
	inGap // after the empty line
	inBody
	inWreck // nothing that follows can mend it
)

// Line takes the next line of content, without its CRLF.
func (l *Layout) Line(line []byte) {
	switch {
	case l.part == inGap && len(line) > 0:
		l.part = inBody
	case l.part > inHeader:
	case len(line) == 0 && l.part == inHeader:
		l.part = inGap
	case IsField(line):
		l.part = inHeader
	case l.part == inHeader && (line[0] == ' ' || line[0] == '\t'): // a folded field goes on (§2.2.3)
	default:
		l.part, l.form = inWreck, amiss(line, l.part)
	}
}

// amiss says what is wrong with a line where a header field should be.
func amiss(line []byte, at part) Form {
	switch {
	case bytes.HasPrefix(afterFieldName(line), []byte("：")):
		return FormFullWidth
	case at == inHeader:
		return FormUnseparated
	}
	return FormHeadless
}

// Form says what is amiss with the content as far as it has come.
func (l *Layout) Form() Form {
	switch l.part {
	case inNothing:
		return FormHeadless
	case inHeader, inGap:
		return FormBodiless
	}
	return l.form
}

// Begun reports whether a line has come.
func (l *Layout) Begun() bool { return l.part != inNothing }

// InHeader reports whether the next line can still be a header field.
func (l *Layout) InHeader() bool { return l.part == inNothing || l.part == inHeader }

// Sound reports whether lines that follow can still make it whole.
func (l *Layout) Sound() bool { return l.part != inWreck }

// FormOf tells the form of content that is there as a whole, its lines ended by CRLF.
func FormOf(content []byte) Form {
	var l Layout
	for len(content) > 0 && l.part < inBody {
		line, rest, _ := bytes.Cut(content, []byte("\n"))
		l.Line(bytes.TrimSuffix(line, []byte("\r")))
		content = rest
	}
	return l.Form()
}

// IsField reports whether a line begins a header field: a name of printable ASCII and a colon (RFC 5322 §2.2).
func IsField(line []byte) bool {
	rest := afterFieldName(line)
	return len(rest) > 0 && rest[0] == ':'
}

// afterFieldName returns what stands behind a line's field name and the white space after it; nil where there is no name.
func afterFieldName(line []byte) []byte {
	n := 0
	for n < len(line) && line[n] > ' ' && line[n] < 0x7f && line[n] != ':' {
		n++
	}
	if n == 0 {
		return nil
	}
	return bytes.TrimLeft(line[n:], " \t")
}

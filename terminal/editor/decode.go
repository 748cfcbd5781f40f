package editor

import (
	"bytes"
	"unicode/utf8"
)

// decoder turns what the terminal sends into events. Bytes that may be the
// beginning of something longer wait in rest for the next chunk or for settle.
type decoder struct {
	emit func(event)

	rest    []byte
	pasting bool // between the marks of a bracketed paste
	afterCR bool // a \n now belongs to the \r before it
	single  bool // the chunk before was one byte: a key, not a piece of something
	literal bool // the chunk looks like a paste without marks: Tab is text
}

// chunk takes the bytes of one read.
func (d *decoder) chunk(p []byte) {
	if d.pasting && len(p) == 1 && p[0] == 0x03 {
		// The end mark got lost, or the paste was cut off: this is the key.
		d.pasting, d.rest = false, nil
	}
	// Enter and then Ctrl-J by hand are two keys; \r\n across two reads is one break.
	if d.single {
		d.afterCR = false
	}
	d.single = len(p) == 1 && !d.pasting
	d.literal = looksPasted(p)
	p = append(d.rest, p...)
	d.rest = nil
	for len(p) > 0 {
		n := d.step(p)
		if n == 0 {
			d.rest = bytes.Clone(p)
			break
		}
		p = p[n:]
	}
}

// looksPasted tells whether a chunk holds several lines, or more than anyone
// types between two reads.
func looksPasted(p []byte) bool {
	i := bytes.IndexAny(p, "\r\n")
	return len(p) >= 256 || (i >= 0 && len(bytes.Trim(p[i:], "\r\n")) > 0)
}

// step handles what p starts with and returns its length, or zero if more bytes
// are needed to tell.
func (d *decoder) step(p []byte) int {
	if d.pasting {
		return d.stepPaste(p)
	}
	switch b := p[0]; {
	case b == '\r' || b == '\n':
		return d.lineBreak(b)
	case b == '\t' && d.literal:
		d.send(keyText, toRunes("\t"))
		return 1
	case b == 0x1B:
		return d.stepEscape(p)
	case b < ' ' || b == 0x7F:
		d.send(controlKeys[b], nil)
		return 1
	}
	return d.stepText(p)
}

func (d *decoder) send(k key, text []rune) {
	d.afterCR = false
	if k != keyNone {
		d.emit(event{key: k, text: text, pasted: d.pasting})
	}
}

// lineBreak counts \r, \n and \r\n as one break each.
func (d *decoder) lineBreak(b byte) int {
	if b == '\n' && d.afterCR {
		d.afterCR = false
		return 1
	}
	d.send(keyEnter, nil)
	d.afterCR = b == '\r'
	return 1
}

// stepText takes printable bytes up to the next control character.
func (d *decoder) stepText(p []byte) int {
	n := bytes.IndexFunc(p, func(r rune) bool { return r < ' ' || r == 0x7F })
	if n < 0 {
		n = len(p) - incomplete(p)
	}
	if n > 0 {
		d.send(keyText, toRunes(string(p[:n])))
	}
	return n
}

// incomplete returns how many bytes at the end of p start a character of which
// the rest has not arrived.
func incomplete(p []byte) int {
	for n := 1; n <= min(len(p), utf8.UTFMax-1); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// stepEscape takes an ESC and what belongs to it.
func (d *decoder) stepEscape(p []byte) int {
	if len(p) == 1 {
		return 0
	}
	switch p[1] {
	case '[', 'O':
		n := sequenceEnd(p)
		if n > 0 {
			d.sequence(string(p[1:n]))
		}
		return n
	case ']', 'P', '_', '^':
		return stringEnd(p) // an answer of the terminal nobody asked for
	case 0x1B:
		d.send(keyLone, nil)
		return 1
	}
	if k, ok := metaKeys[p[1]]; ok {
		d.send(k, nil)
		return 2
	}
	// ESC swallows nothing: the next byte is a key of its own.
	d.send(keyLone, nil)
	return 1
}

func (d *decoder) sequence(seq string) {
	if seq == "[200~" {
		d.send(keyPaste, nil)
		d.pasting = true
		return
	}
	d.send(sequences[seq], nil)
}

// sequenceEnd returns the length of the key code p starts with, zero if it is
// not complete.
func sequenceEnd(p []byte) int {
	if bytes.HasPrefix(p, []byte("\x1b[[")) { // function keys of the Linux console
		if len(p) < 4 {
			return 0
		}
		return 4
	}
	for i := 2; i < len(p); i++ {
		switch b := p[i]; {
		case b >= 0x40 && b <= 0x7E, b == '$': // $: shifted keys of rxvt
			return i + 1
		case b < ' ' || b > 0x7E: // no key code after all
			return i
		}
	}
	return 0
}

// stringEnd returns the length of a terminal's answer ended by BEL or ESC \.
func stringEnd(p []byte) int {
	for i := 2; i < len(p); i++ {
		if p[i] == 0x07 {
			return i + 1
		}
		if p[i] == '\\' && p[i-1] == 0x1B {
			return i + 1
		}
	}
	return 0
}

// waiting tells whether an unfinished code should be given up after a moment.
func (d *decoder) waiting() bool { return len(d.rest) > 0 && !d.pasting }

// settle is called when nothing more came: what waits stands for itself.
func (d *decoder) settle() {
	p := d.rest
	d.rest = nil
	if len(p) == 0 {
		return
	}
	if p[0] == 0x1B {
		d.send(keyLone, nil)
		return
	}
	d.send(keyText, toRunes(string(p)))
}

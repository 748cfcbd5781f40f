package editor

import "bytes"

// What terminals send before and after pasted text once they are asked to.
const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

var pasteEnd = []byte("\x1b[201~")

// stepPaste takes pasted bytes: text as it is, line breaks as Enter. It does not
// wait for the end of the paste, so a lost end mark does not freeze the line.
func (d *decoder) stepPaste(p []byte) int {
	switch p[0] {
	case '\r', '\n':
		return d.lineBreak(p[0])
	case 0x1B:
		if bytes.HasPrefix(p, pasteEnd) {
			d.pasting, d.afterCR = false, false
			return len(pasteEnd)
		}
		if bytes.HasPrefix(pasteEnd, p) {
			return 0
		}
	}
	n := bytes.IndexAny(p[1:], "\r\n\x1b") + 1
	if n == 0 {
		n = len(p) - incomplete(p)
	}
	if n > 0 {
		d.send(keyText, toRunes(string(p[:n])))
	}
	return n
}

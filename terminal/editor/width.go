package editor

import "github.com/rivo/uniseg"

const (
	replacement = "\uFFFD"
	tabStop     = 8
)

// cluster is one user-perceived character as it appears on the screen.
type cluster struct {
	runes int    // how many runes of the text it covers
	draw  string // what is written; never a control character
	width int    // columns; for a tab it depends on where it starts
	tab   bool
}

// clusterAt returns the character which starts at rs[i].
func clusterAt(rs []rune, i int) cluster {
	r := rs[i]
	if b, ok := escapedByte(r); ok {
		return byteCluster(b)
	}
	if w := simpleWidth(r); w > 0 && (i+1 == len(rs) || joinsNothing(rs[i+1])) {
		return cluster{runes: 1, draw: string(r), width: w}
	}
	return segment(rs[i:])
}

// byteCluster draws what must not reach the terminal as it is.
func byteCluster(b byte) cluster {
	switch {
	case b == '\t':
		return cluster{runes: 1, width: 1, tab: true}
	case b < ' ':
		return cluster{runes: 1, draw: "^" + string(rune(b+'@')), width: 2}
	case b == 0x7F:
		return cluster{runes: 1, draw: "^?", width: 2}
	}
	return cluster{runes: 1, draw: replacement, width: 1}
}

// simpleWidth spares the common characters the tables of uniseg, which matters
// in a pasted line of many thousand characters. Zero means: ask uniseg.
func simpleWidth(r rune) int {
	switch {
	case r >= ' ' && r < 0x7F:
		return 1
	case r >= 0x4E00 && r <= 0x9FFF:
		return 2
	}
	return 0
}

// joinsNothing tells that r certainly starts a character of its own.
func joinsNothing(r rune) bool {
	return r < 0x300 || (r >= 0x4E00 && r <= 0x9FFF) || r >= keyBase
}

// segment asks uniseg, showing it more runes only while a character fills the view.
func segment(rs []rune) cluster {
	for view := 8; ; view *= 2 {
		view = min(view, len(rs))
		text, _, width, _ := uniseg.FirstGraphemeClusterInString(string(rs[:view]), -1)
		n := len([]rune(text))
		if n == view && view < len(rs) {
			continue
		}
		// Zero columns: C1 and format controls (some reorder the display) and
		// marks without a base. All would leave the cursor without a place.
		if width == 0 {
			return cluster{runes: n, draw: replacement, width: 1}
		}
		return cluster{runes: n, draw: text, width: width}
	}
}

// clusters calls yield with each character of rs and the index it starts at.
func clusters(rs []rune) func(yield func(int, cluster) bool) {
	return func(yield func(int, cluster) bool) {
		for i := 0; i < len(rs); {
			c := clusterAt(rs, i)
			if !yield(i, c) {
				return
			}
			i += c.runes
		}
	}
}

// visible returns text safe to write and the columns it takes, cut with … where
// it would be wider than limit.
func visible(text string, limit int) (string, int) {
	var out []byte
	width, keep, kept := 0, 0, 0 // the longest beginning that leaves a column free
	for _, c := range clusters(toRunes(text)) {
		if c.tab {
			c.draw = " "
		}
		if width += c.width; width > limit {
			if limit < 1 {
				return "", 0
			}
			return string(out[:keep]) + "…", kept + 1
		}
		out = append(out, c.draw...)
		if width < limit {
			keep, kept = len(out), width
		}
	}
	return string(out), width
}

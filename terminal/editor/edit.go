package editor

import (
	"slices"
	"unicode"
)

// line is the text being edited and the cursor, as an index into it that never
// stands inside a user-perceived character.
type line struct {
	text []rune
	pos  int
}

// motions are the keys that move the cursor, and where to. The start and the end
// of the line are not among them: readline gets those right.
var motions = map[key]func(line) int{
	keyLeft:      line.left,
	keyRight:     line.right,
	keyWordLeft:  func(l line) int { return l.runLeft(isWord) },
	keyWordRight: func(l line) int { return l.runRight(isWord) },
}

// erasures remove from the cursor to the place the function returns.
var erasures = map[key]func(line) int{
	keyBackspace: line.left,
	keyDelete:    line.right,
}

// kills are erasures whose text Ctrl-Y brings back.
var kills = map[key]func(line) int{
	keyKillStart:     func(line) int { return 0 },
	keyKillEnd:       func(l line) int { return len(l.text) },
	keyKillBlank:     func(l line) int { return l.runLeft(isBlack) },
	keyKillWordLeft:  func(l line) int { return l.runLeft(isWord) },
	keyKillWordRight: func(l line) int { return l.runRight(isWord) },
}

// left returns the start of the character before the cursor. Characters are
// counted from the start of the line: that is the only place where the grapheme
// rules are sure to begin one.
func (l line) left() int {
	at := 0
	for i := range clusters(l.text) {
		if i >= l.pos {
			break
		}
		at = i
	}
	return at
}

func (l line) right() int {
	if l.pos >= len(l.text) {
		return len(l.text)
	}
	return l.pos + clusterAt(l.text, l.pos).runes
}

// runLeft skips what does not belong to in, and then what does.
func (l line) runLeft(in func(rune) bool) int {
	i := l.pos
	for i > 0 && !in(l.text[i-1]) {
		i--
	}
	for i > 0 && in(l.text[i-1]) {
		i--
	}
	return l.snap(i)
}

func (l line) runRight(in func(rune) bool) int {
	i := l.pos
	for i < len(l.text) && !in(l.text[i]) {
		i++
	}
	for i < len(l.text) && in(l.text[i]) {
		i++
	}
	return l.snap(i)
}

// snap moves an index out of the middle of a character, to its start.
func (l line) snap(i int) int {
	for at, c := range clusters(l.text) {
		if i < at+c.runes {
			return at
		}
	}
	return len(l.text)
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

func isBlack(r rune) bool { return !unicode.IsSpace(r) && r != escapeByte('\t') }

// insert puts text at the cursor, which ends up behind it.
func (l line) insert(text []rune) line {
	return l.replace(l.pos, l.pos, text)
}

// remove takes out everything between the cursor and index to.
func (l line) remove(to int) line {
	return l.replace(min(l.pos, to), max(l.pos, to), nil)
}

// replace puts text in the place of [from, to) and the cursor behind it. The
// result shares nothing with l: readline edits its line in place.
func (l line) replace(from, to int, text []rune) line {
	out := slices.Concat(l.text[:from], text, l.text[to:])
	return line{out, from + len(text)}
}

// between returns what remove(to) takes out.
func (l line) between(to int) []rune {
	return slices.Clone(l.text[min(l.pos, to):max(l.pos, to)])
}

// transpose swaps the characters around the cursor, or the last two at the end.
func (l line) transpose() line {
	mid := l.pos
	if mid == len(l.text) {
		mid = l.left()
	}
	if mid == 0 {
		return l
	}
	at := line{l.text, mid}
	from, to := at.left(), at.right()
	return l.replace(from, to, slices.Concat(l.text[mid:to], l.text[from:mid]))
}

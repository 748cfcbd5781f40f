package editor

import "slices"

// killed is the text Ctrl-Y brings back. Kills in a row add up, as in a shell.
type killed struct {
	text  []rune
	again bool // the key before was a kill too
}

func (k *killed) add(text []rune, forward bool) {
	switch {
	case !k.again:
		k.text = text
	case forward:
		k.text = slices.Concat(k.text, text)
	default:
		k.text = slices.Concat(text, k.text)
	}
	k.again = true
}

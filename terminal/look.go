package terminal

// Look is how the screen is drawn.
type Look struct {
	// Colour repeats what marks and places say.
	Colour bool
	// ASCII uses only signs of ASCII, for terminals that know no more.
	ASCII bool
	// Plain is for screen readers: no colour, no signs, no columns, one fact a line.
	Plain bool
}

// plainWidth is wider than any line: a screen reader reads lines whole.
const plainWidth = 1 << 20

// width is how many columns a line may have.
func (r *Renderer) width() int {
	if r.look.Plain {
		return plainWidth
	}
	return r.screen()
}

// SetPlain turns the look for screen readers on or off, in the midst of everything.
func (r *Renderer) SetPlain(on bool) {
	r.look.Plain = on
	r.paint = newPainter(r.look.Colour && !on)
}

// Plain reports whether the look is the one for screen readers.
func (r *Renderer) Plain() bool { return r.look.Plain }

// sign chooses between a drawn sign and its stand-in.
func (r *Renderer) sign(drawn, standIn string) string {
	if r.look.ASCII {
		return standIn
	}
	return drawn
}

// label chooses between a sign and the word that a screen reader says instead, by its key in the texts.
func (r *Renderer) label(sign, key string) string {
	if r.look.Plain {
		return say(key, nil).In(r.lang)
	}
	return sign
}

package lessons

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"maillab/phrases"
)

// Load reads every lesson of fsys: a folder a lesson. What is wrong with them,
// all of it, comes back as one error with file and line.
func Load(fsys fs.FS) (*Library, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	p := &problems{}
	lib := &Library{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if d := readLesson(fsys, e.Name(), p); d != nil {
			d.unique(lib)
			lib.lessons = append(lib.lessons, d.lesson)
		}
	}
	slices.SortStableFunc(lib.lessons, func(a, b *Lesson) int { return cmp.Compare(a.Order, b.Order) })
	if err := p.err(); err != nil {
		return nil, err
	}
	return lib, nil
}

// readLesson reads one folder, nil when lesson.toml alone is past reading.
func readLesson(fsys fs.FS, dir string, p *problems) *draft {
	d := decode(fsys, dir, p)
	if d == nil || !d.check() {
		return nil
	}
	for _, l := range phrases.Langs {
		d.words(fsys, l)
	}
	d.parity()
	return d
}

// parity: the same hints in every language.
func (d *draft) parity() {
	for i := range d.lesson.Steps {
		s := &d.lesson.Steps[i]
		for _, l := range phrases.Langs {
			line := d.hints[hintsAt{s.ID, l}]
			if n := countHints(s.Hints, l); line > 0 && n < len(s.Hints) {
				d.add(d.wordsFile(l), line, "## %s has %d hints here and %d in the other language", s.ID, n, len(s.Hints))
			}
		}
	}
}

func countHints(hints []Words, l phrases.Lang) int {
	n := 0
	for _, h := range hints {
		if len(h.In(l)) > 0 {
			n++
		}
	}
	return n
}

// unique: no two lessons in one place.
func (d *draft) unique(lib *Library) {
	for _, l := range lib.lessons {
		if l.Order == d.lesson.Order {
			d.wrong("order", "order %d is the order of %q too", l.Order, l.ID)
		}
	}
}

// cutKey takes a section's key apart.
func cutKey(key string) (step, sub string) {
	step, sub, _ = strings.Cut(key, "/")
	return step, sub
}

package lessons

import (
	"io/fs"
	"path"

	"maillab/phrases"
)

// draft is a lesson that is being put together, with what is needed to say
// where something is wrong.
type draft struct {
	*problems
	lesson *Lesson
	dir    string
	toml   string // path of lesson.toml
	data   []byte
	at     *positions      // made from data when first needed
	hints  map[hintsAt]int // the lines of the ### hints headings
}

// hintsAt names one list of hints.
type hintsAt struct {
	step string
	lang phrases.Lang
}

// decode reads lesson.toml, strictly; nil when it cannot be read at all.
func decode(fsys fs.FS, dir string, p *problems) *draft {
	d := &draft{problems: p, lesson: &Lesson{}, dir: dir, hints: map[hintsAt]int{}, toml: path.Join(dir, "lesson.toml")}
	data, err := fs.ReadFile(fsys, d.toml)
	if err != nil {
		p.fail(err)
		return nil
	}
	if err := phrases.DecodeStrict(d.toml, data, d.lesson); err != nil {
		p.fail(err)
		return nil
	}
	d.data = data
	return d
}

// wrong notes a problem at a place of lesson.toml.
func (d *draft) wrong(place, format string, args ...any) {
	d.add(d.toml, d.line(place), format, args...)
}

// line returns where a place of lesson.toml stands.
func (d *draft) line(place string) int {
	if d.at == nil {
		d.at = indexTOML(d.data)
	}
	return d.at.line(place)
}

// wordsFile returns the path of a language's words.
func (d *draft) wordsFile(l phrases.Lang) string { return path.Join(d.dir, string(l)+".md") }

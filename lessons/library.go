package lessons

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/agnivade/levenshtein"
)

//go:embed content
var content embed.FS

// Library is a set of lessons in their order.
type Library struct {
	lessons []*Lesson
}

// builtin is loaded when it is first asked for: most runs of the program need no lesson.
var builtin = sync.OnceValues(func() (*Library, error) {
	sub, err := fs.Sub(content, "content")
	if err != nil {
		return nil, err
	}
	return Load(sub)
})

// Builtin returns the lessons that are part of the program.
func Builtin() (*Library, error) { return builtin() }

// Lessons returns every lesson in order.
func (lib *Library) Lessons() []*Lesson { return lib.lessons }

// Lesson returns a lesson by its id.
func (lib *Library) Lesson(id string) (*Lesson, bool) {
	for _, l := range lib.lessons {
		if l.ID == id {
			return l, true
		}
	}
	return nil, false
}

// Nearest returns the id that was probably meant, "" when none is near.
func (lib *Library) Nearest(id string) string {
	ids := make([]string, len(lib.lessons))
	for i, l := range lib.lessons {
		ids[i] = l.ID
	}
	return nearest(id, ids)
}

// nearest returns the word closest to what was written, "" when none is close.
func nearest(written string, words []string) string {
	best, distance := "", max(2, len(written)/3)+1
	for _, w := range words {
		if d := levenshtein.ComputeDistance(written, w); d < distance {
			best, distance = w, d
		}
	}
	return best
}

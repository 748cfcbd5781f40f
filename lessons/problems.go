package lessons

import (
	"errors"
	"fmt"
)

// problems collects what is wrong with a lesson, so that its author sees all of
// it at once.
type problems struct{ errs []error }

// add notes a problem at a line of a file.
func (p *problems) add(file string, line int, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...)))
}

// fail notes an error that names its place itself.
func (p *problems) fail(err error) { p.errs = append(p.errs, err) }

func (p *problems) err() error { return errors.Join(p.errs...) }

// unlike words a name that is not one of those known.
func unlike(what, written string, known []string) string {
	s := fmt.Sprintf("unknown %s %q", what, written)
	if n := nearest(written, known); n != "" {
		s += fmt.Sprintf(", did you mean %q?", n)
	}
	return s
}

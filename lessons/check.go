package lessons

import (
	"fmt"
	"path"
	"regexp"
	"slices"

	"maillab/protocol"
)

// An id is a word of small letters, digits and hyphens, because it stands in
// headings, in progress files and on command lines.
var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// reserved is the heading under which a lesson's own mistakes stand.
const reserved = "mistakes"

// check judges the structure of a decoded lesson and reports whether its
// protocol is known, without which nothing else can be judged.
func (d *draft) check() bool {
	l := d.lesson
	d.id("id", l.ID, "a lesson")
	if l.ID != "" && l.ID != path.Base(d.dir) {
		d.wrong("id", "id is %q but the folder is %q", l.ID, path.Base(d.dir))
	}
	if l.Order < 1 {
		d.wrong("order", "order is missing (from 1)")
	}
	if protocol.TableOf(l.Protocol) == nil {
		d.wrong("protocol", "%s", unlike("protocol", string(l.Protocol), []string{"smtp", "pop3"}))
		return false
	}
	if len(l.Steps) == 0 {
		d.wrong("", "the lesson has no [[step]]")
	}
	for i := range l.Steps {
		d.step(i)
	}
	d.mistakes("mistake", l.Mistakes)
	return true
}

// id checks that an id is there and well formed.
func (d *draft) id(place, id, what string) {
	switch {
	case id == "":
		d.wrong(place, "%s without id", what)
	case !idForm.MatchString(id):
		d.wrong(place, "id %q must be small letters, digits and hyphens", id)
	case id == reserved:
		d.wrong(place, "id %q is reserved", id)
	}
}

func (d *draft) step(i int) {
	s := &d.lesson.Steps[i]
	place := fmt.Sprintf("step[%d]", i)
	d.id(place+".id", s.ID, "a step")
	if j := d.lesson.step(s.ID); s.ID != "" && j < i {
		d.wrong(place+".id", "step %q stands twice", s.ID)
	}
	if len(s.Solution) == 0 {
		d.wrong(place, "step %q has no solution", s.ID)
	}
	if len(s.Evidence) == 0 && !s.Reading {
		d.wrong(place, "step %q has no evidence and is no reading step", s.ID)
	}
	d.names(place+".states", "state", s.States, append(labels(d.lesson.Protocol), ""))
	for j, id := range s.Undoes {
		d.earlier(fmt.Sprintf("%s.undoes[%d]", place, j), id, i)
	}
	for j := range s.Evidence {
		d.evidence(place, i, j)
	}
	for j := range s.Undone {
		d.pattern(fmt.Sprintf("%s.undone[%d]", place, j), &s.Undone[j])
	}
	if s.Mail != "" {
		d.earlier(place+".mail", s.Mail, i)
	}
	if (s.Mail != "" || s.Letters > 0) && d.lesson.Mailbox == "" {
		d.wrong(place, "step %q needs mail, but the lesson names no mailbox", s.ID)
	}
	d.mistakes(place+".mistake", s.Mistakes)
}

// evidence checks the j-th evidence of step i.
func (d *draft) evidence(step string, i, j int) {
	all := d.lesson.Steps[i].Evidence
	e := &all[j]
	place := fmt.Sprintf("%s.evidence[%d]", step, j)
	if e.ID != "" || len(all) > 1 {
		d.id(place+".id", e.ID, "an evidence (a step with several must name them)")
	}
	same := func(id string) func(Evidence) bool { return func(x Evidence) bool { return x.ID == id } }
	if e.ID != "" && slices.IndexFunc(all, same(e.ID)) < j {
		d.wrong(place+".id", "evidence %q stands twice", e.ID)
	}
	if e.Since != "" {
		d.earlier(place+".since", e.Since, i)
	}
	if e.Follows != "" && !slices.ContainsFunc(all[:j], same(e.Follows)) {
		d.wrong(place+".follows", "no evidence %q before this one in step %q", e.Follows, d.lesson.Steps[i].ID)
	}
	d.pattern(place, &e.Pattern)
	for k := range e.Or {
		d.pattern(fmt.Sprintf("%s.or[%d]", place, k), &e.Or[k])
	}
}

// earlier checks the name of a step before step i.
func (d *draft) earlier(place, id string, i int) {
	j := d.lesson.step(id)
	if j >= i {
		d.wrong(place, "step %q does not stand before %q", id, d.lesson.Steps[i].ID)
	}
	if j < 0 {
		d.wrong(place, "%s", unlike("step", id, d.stepIDs()))
	}
}

func (d *draft) mistakes(list string, all []Mistake) {
	for i := range all {
		m := &all[i]
		place := fmt.Sprintf("%s[%d]", list, i)
		d.id(place+".id", m.ID, "a mistake")
		if slices.IndexFunc(all, func(x Mistake) bool { return x.ID == m.ID }) < i {
			d.wrong(place+".id", "mistake %q stands twice", m.ID)
		}
		if list != "mistake" && (len(m.Steps) > 0 || m.First) {
			d.wrong(place, "steps and first belong to the lesson's own mistakes only")
		}
		if m.Times > 0 {
			d.wrong(place+".times", "times belongs to evidence only")
		}
		d.names(place+".steps", "step", m.Steps, d.stepIDs())
		d.pattern(place, &m.Pattern)
	}
}

func (d *draft) stepIDs() []string {
	ids := make([]string, len(d.lesson.Steps))
	for i := range d.lesson.Steps {
		ids[i] = d.lesson.Steps[i].ID
	}
	return ids
}

// names checks a list of names against those that are known.
func (d *draft) names(place, what string, got, known []string) {
	for i, g := range got {
		if !slices.Contains(known, g) {
			d.wrong(fmt.Sprintf("%s[%d]", place, i), "%s", unlike(what, g, known))
		}
	}
}

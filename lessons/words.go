package lessons

import (
	"io/fs"
	"slices"

	"maillab/phrases"
)

// words reads one language's file into the lesson.
func (d *draft) words(fsys fs.FS, l phrases.Lang) {
	file := d.wordsFile(l)
	source, err := fs.ReadFile(fsys, file)
	if err != nil {
		d.fail(err)
		return
	}
	o := readOutline(file, source, d.problems)
	d.fill(o, l)
}

// fill gives each section to its slot, and names the headings that are missing,
// unknown, twice there or in another order than lesson.toml's.
func (d *draft) fill(o *outline, l phrases.Lang) {
	slots := d.slots()
	found := map[string]*section{}
	last := -1
	for i := range o.sections {
		s := &o.sections[i]
		at := slices.IndexFunc(slots, func(x slot) bool { return x.key == s.key })
		switch {
		case s.level > 3: // noted already
		case at < 0:
			o.add(o.file, s.line, "%s", unknownHeading(s.key, slots))
		case found[s.key] != nil:
			o.add(o.file, s.line, "%s stands twice, first on line %d", slots[at], found[s.key].line)
		default:
			if at < last {
				o.add(o.file, s.line, "%s stands after %s, %s has it before", slots[at], slots[last], d.toml)
			}
			last = max(last, at)
			found[s.key] = s
			slots[at].put(d, o, l, s)
		}
	}
	d.missing(o, slots, found)
}

// missing names each heading that is not there, at the line where it should be.
func (d *draft) missing(o *outline, slots []slot, found map[string]*section) {
	line := 1
	absent := map[string]bool{}
	for _, x := range slots {
		if s := found[x.key]; s != nil {
			line = max(s.end-1, 1)
			continue
		}
		absent[x.key] = true
		if step, sub := cutKey(x.key); sub == "" || !absent[step] {
			o.add(o.file, line, "%s is missing (%s:%d)", x, d.toml, d.line(x.place))
		}
	}
}

// unknownHeading says what a heading that nothing calls for may have been meant to be.
func unknownHeading(key string, slots []slot) string {
	keys := make([]string, 0, len(slots))
	step, sub := cutKey(key)
	for _, x := range slots {
		owner, name := cutKey(x.key)
		switch {
		case sub == "" && name == "" && owner != "":
			keys = append(keys, owner)
		case sub != "" && name != "" && owner == step:
			keys = append(keys, name)
		}
	}
	if sub == "" {
		return unlike("step heading", step, keys)
	}
	return unlike("heading", sub, keys) + " under ## " + step
}

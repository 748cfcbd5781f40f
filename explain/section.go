package explain

import "maillab/phrases"

// Section is a table under an explanation: one thing that the reply holds,
// taken apart row by row. It reads without columns, too: "label: text".
type Section struct {
	// Kind is the stable name of what the table is about, "hops" for instance.
	Kind  string
	Title phrases.Text
	Rows  []Row
}

// Row is one line of a section.
type Row struct {
	// Label names the row: a name or a value as it stands in the reply, safe to show.
	Label string
	Text  phrases.Text
	// Depth is how deep it lies under the rows before, 0 at the top.
	Depth int
}

// maxRows bounds a section.
const maxRows = 60

// section adds a table, unless it is empty.
func (v *view) section(kind string, title phrases.Text, rows []Row) {
	if len(rows) == 0 {
		return
	}
	v.a.Sections = append(v.a.Sections, Section{kind, title, rows[:min(len(rows), maxRows)]})
}

// clauses sets texts behind one another with semicolons between.
func clauses(list ...phrases.Text) phrases.Text {
	var out phrases.Text
	for _, t := range list {
		switch {
		case t.Empty():
		case out.Empty():
			out = t
		default:
			out = phrases.Text{EN: out.EN + "; " + t.EN, ZH: out.ZH + "；" + t.ZH}
		}
	}
	return out
}

// verbatim is a value that reads the same in every language.
func verbatim(s string) phrases.Text { return phrases.Text{EN: shown(s), ZH: shown(s)} }

// valued sets a value in front of what it means: "{value}: {meaning}".
func valued(value string, meaning phrases.Text) phrases.Text {
	if meaning.Empty() {
		return verbatim(value)
	}
	return phrases.Text{EN: shown(value) + ": " + meaning.EN, ZH: shown(value) + "：" + meaning.ZH}
}

// mailWords are the words of mail.toml under a key, empty where there are none.
func mailWords(key string) phrases.Text {
	if _, r := shelfMail.fold(key); r != nil {
		return r.text()
	}
	return phrases.Text{}
}

package explain

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"maillab/phrases"
)

//go:embed knowledge/*.toml
var knowledgeFiles embed.FS

// record is one entry of a data file. Its short text stands in en and zh; a
// title and a long text are optional, but never in one language only.
type record struct {
	EN    string        `toml:"en"`
	ZH    string        `toml:"zh"`
	Ref   string        `toml:"ref"`
	Title *phrases.Text `toml:"title"`
	Long  *phrases.Text `toml:"long"`
}

func (r *record) text() phrases.Text { return phrases.Text{EN: r.EN, ZH: r.ZH} }

// shelf is one data file, loaded when it is first needed.
type shelf struct {
	file string
	once sync.Once
	data map[string]*record
	// folded finds keys whatever their letter case.
	folded map[string]string
}

// The shelves. A reply needs two or three of them.
var (
	shelfTexts      = &shelf{file: "texts.toml"}
	shelfNotices    = &shelf{file: "notices.toml"}
	shelfCodes      = &shelf{file: "codes.toml"}
	shelfClasses    = &shelf{file: "classes.toml"}
	shelfVerbs      = &shelf{file: "verbs.toml"}
	shelfStates     = &shelf{file: "states.toml"}
	shelfEnhanced   = &shelf{file: "enhanced.toml"}
	shelfKeywords   = &shelf{file: "keywords.toml"}
	shelfCapa       = &shelf{file: "capa.toml"}
	shelfMechanisms = &shelf{file: "mechanisms.toml"}
	shelfRespCodes  = &shelf{file: "respcodes.toml"}
	shelfHeaders    = &shelf{file: "headers.toml"}
	shelfMail       = &shelf{file: "mail.toml"}
	shelfSASL       = &shelf{file: "sasl.toml"}
	shelfTerms      = &shelf{file: "terms.toml"}
)

var shelves = []*shelf{
	shelfTexts, shelfNotices, shelfCodes, shelfClasses, shelfVerbs, shelfStates, shelfEnhanced,
	shelfKeywords, shelfCapa, shelfMechanisms, shelfRespCodes, shelfHeaders, shelfMail, shelfSASL, shelfTerms,
}

// entries loads the file on first use. A damaged file is a mistake of ours that
// the tests find, as it is embedded: so it panics.
func (s *shelf) entries() map[string]*record {
	s.once.Do(func() {
		data, err := knowledgeFiles.ReadFile("knowledge/" + s.file)
		if err == nil {
			s.data, err = parseShelf(s.file, data)
		}
		if err != nil {
			panic(err)
		}
		s.folded = make(map[string]string, len(s.data))
		for k := range s.data {
			s.folded[strings.ToUpper(k)] = k
		}
	})
	return s.data
}

func (s *shelf) get(key string) *record { return s.entries()[key] }

// fold finds a key in any letter case.
func (s *shelf) fold(key string) (string, *record) {
	s.entries()
	k, ok := s.folded[strings.ToUpper(key)]
	if !ok {
		return "", nil
	}
	return k, s.data[k]
}

// parseShelf reads a data file strictly: an unknown key, a missing language, a
// missing reference is an error with file and line.
func parseShelf(name string, data []byte) (map[string]*record, error) {
	var file map[string]*record
	if err := phrases.DecodeStrict(name, data, &file); err != nil {
		return nil, err
	}
	for key, r := range file {
		if what := r.lacks(); what != "" {
			return nil, fmt.Errorf("%s:%d: [%s] lacks %s", name, lineOf(data, key), key, what)
		}
	}
	return file, nil
}

// lacks names what an entry should have and has not.
func (r *record) lacks() string {
	pairs := []phrases.Text{r.text()}
	if r.Title != nil {
		pairs = append(pairs, *r.Title)
	}
	if r.Long != nil {
		pairs = append(pairs, *r.Long)
	}
	for _, t := range pairs {
		switch {
		case t.EN == "":
			return "en"
		case t.ZH == "":
			return "zh"
		}
	}
	if r.Ref == "" {
		return "ref"
	}
	return ""
}

// lineOf finds the line on which a table of the file begins.
func lineOf(data []byte, key string) int {
	for _, head := range []string{"[" + key + "]", `["` + key + `"]`} {
		if at := bytes.Index(data, []byte("\n"+head)); at >= 0 {
			return bytes.Count(data[:at+1], []byte("\n")) + 1
		}
		if bytes.HasPrefix(data, []byte(head)) {
			return 1
		}
	}
	return 1
}

// keys returns a shelf's keys in order.
func (s *shelf) keys() []string {
	out := make([]string, 0, len(s.entries()))
	for k := range s.data {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// say returns a sentence of texts.toml with its values. An unknown key comes
// back in double angle quotes, so that the mistake is seen.
func say(key string, args phrases.Args) phrases.Text { return shelfTexts.say(key, args) }

func (s *shelf) say(key string, args phrases.Args) phrases.Text {
	r := s.get(key)
	if r == nil {
		return phrases.Text{EN: "«" + key + "»", ZH: "«" + key + "»"}
	}
	return r.text().Fill(args)
}

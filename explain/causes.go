package explain

import (
	"fmt"
	"sync"

	"maillab/phrases"
)

// causeList is what may have brought a refusal about, likeliest first.
type causeList struct {
	Cause []phrases.Text `toml:"cause"`
	Ref   string         `toml:"ref"`
}

const causesFile = "causes.toml"

var loadCauses = sync.OnceValue(func() map[string]*causeList {
	data, err := knowledgeFiles.ReadFile("knowledge/" + causesFile)
	if err != nil {
		panic(err)
	}
	list, err := parseCauses(causesFile, data)
	if err != nil {
		panic(err)
	}
	return list
})

func parseCauses(name string, data []byte) (map[string]*causeList, error) {
	var file map[string]*causeList
	if err := phrases.DecodeStrict(name, data, &file); err != nil {
		return nil, err
	}
	for key, l := range file {
		if what := l.lacks(); what != "" {
			return nil, fmt.Errorf("%s:%d: [%s] lacks %s", name, lineOf(data, key), key, what)
		}
	}
	return file, nil
}

func (l *causeList) lacks() string {
	if len(l.Cause) == 0 {
		return "cause"
	}
	for _, c := range l.Cause {
		switch {
		case c.EN == "":
			return "en"
		case c.ZH == "":
			return "zh"
		}
	}
	if l.Ref == "" {
		return "ref"
	}
	return ""
}

// causes tells what may be behind a refusal: what the known wording says
// itself, or else what its class mostly comes from.
func (v *view) causes() {
	if v.a.Severity != Transient && v.a.Severity != Permanent || v.certain() {
		return
	}
	if v.known != nil && v.known.Cause {
		v.a.Causes = v.known.causes
		return
	}
	lists := loadCauses()
	keys := []string{v.a.Class + "." + v.place, string(v.protocol) + "." + v.a.Class, v.a.Class}
	if v.afterLogin() {
		keys = append([]string{string(v.protocol) + "." + v.a.Class + loggedIn, v.a.Class + loggedIn}, keys...)
	}
	if v.ctx.Deleted > 0 {
		keys = append([]string{v.a.Class + marked}, keys...)
	}
	if v.parameters() {
		keys = append([]string{v.a.Class + withParameters}, keys...)
	}
	for _, key := range keys {
		if l := lists[key]; l != nil {
			v.a.Causes = l.Cause
			return
		}
	}
}

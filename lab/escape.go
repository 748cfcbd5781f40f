package lab

import (
	"context"
	"strings"

	"maillab/phrases"
)

// escapeWords are the lab commands that the escape prompt takes, as telnet's does.
var escapeWords = []string{"close", "status", "help", "hint", "solution", "quit"}

// Escape carries out a line typed at the escape prompt (Ctrl-]), which works
// where a typed line would be content. It reports whether to ask for another: after the list of the
// words, and after one that is not among them; all else, and an empty line, goes back.
func (s *Shell) Escape(ctx context.Context, line string) (again bool) {
	word := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(line)), ":")
	if word == "" {
		return false
	}
	s.begin()
	defer s.end()
	if word == "help" || word == "?" {
		s.show(s.escapeHelp()...)
		return true
	}
	for _, w := range escapeWords {
		if strings.HasPrefix(w, word) {
			s.report(s.runCommand(ctx, w, true))
			return false
		}
	}
	s.report(trouble("escape.unknown", phrases.Args{"word": phrases.Clean(word), "words": phrases.List(escapeWords)}))
	return true
}

func (s *Shell) escapeHelp() []Block {
	rows := [][]phrases.Text{}
	for _, w := range escapeWords {
		rows = append(rows, []phrases.Text{plain(w), Say("escape."+w, nil)})
	}
	return []Block{{Kind: Para, Text: Say("escape.intro", nil)}, {Kind: Table, Rows: rows}}
}

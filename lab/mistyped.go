package lab

import (
	"strings"

	"maillab/explain"
	"maillab/phrases"
)

// programName begins a line that is for a shell, and was typed in the lab.
const programName = "maillab"

// mistyped knows lines that mean a lab command and are none yet: with characters of an input method, or
// with the program's name before it as in a shell. The trouble tells the line to type.
func mistyped(line, name string, colon bool) error {
	mark := ""
	if colon {
		mark = ":"
	}
	if rest, ok := strings.CutPrefix(line, programName+" "); ok {
		return trouble("command.inside", phrases.Args{"line": mark + phrases.Clean(strings.TrimSpace(rest))})
	}
	meant, char := explain.Halfwidth(line)
	if char == "" || findCommand(strings.ToLower(line)) != nil {
		return nil
	}
	meant = strings.TrimSpace(strings.TrimPrefix(meant, ":"))
	word, _, _ := strings.Cut(meant, " ")
	cmd := findCommand(strings.ToLower(word))
	if cmd == nil || cmd.literal && name == word {
		return nil
	}
	return trouble("command.full-width", phrases.Args{"char": phrases.Clean(char), "line": mark + phrases.Clean(meant)})
}

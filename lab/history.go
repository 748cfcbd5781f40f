package lab

import (
	"strings"

	"maillab/protocol"
)

// Keeping says whether a line may be remembered.
type Keeping struct {
	// Memory: it may come back with the arrow keys in this run.
	Memory bool
	// File: it may be written to the history file.
	File bool
}

// Keep decides what may be remembered of a line that is about to be carried out.
// Passwords and AUTH responses are remembered nowhere; mail content neither, it
// is not a command; what no table knows stays out of the file, because a
// mistyped PASS looks like that.
func (s *Shell) Keep(line string) Keeping {
	if strings.TrimSpace(line) == "" {
		return Keeping{}
	}
	c := s.session()
	switch {
	case c == nil:
		return keepCommand(strings.TrimPrefix(strings.TrimSpace(line), ":"))
	case c.Context().InContent():
		return Keeping{}
	case strings.HasPrefix(line, ":"):
		return keepCommand(strings.TrimSpace(line[1:]))
	}
	_, u := c.Look(line)
	if u.Secret() {
		return Keeping{}
	}
	return Keeping{Memory: true, File: u.Row != nil && u.Speech == protocol.SpeechCommand}
}

func keepCommand(line string) Keeping {
	name, arg, _ := strings.Cut(line, " ")
	cmd := findCommand(strings.ToLower(name))
	switch {
	case cmd == nil:
		return Keeping{Memory: true}
	case cmd.private && arg != "", cmd.Name == "send":
		return Keeping{}
	}
	return Keeping{Memory: true, File: true}
}

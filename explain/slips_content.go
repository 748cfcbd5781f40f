package explain

import (
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// contentSlips looks at a line of the mail: everything is content there, which
// is what beginners forget.
func contentSlips(line string) []Notice {
	trimmed := strings.TrimSpace(line)
	switch {
	case line == "":
		return nil
	case foldLine(trimmed) == protocol.VerbDot:
		kind := "dot-with-blank"
		if trimmed != protocol.VerbDot {
			kind = "full-width-dot"
		}
		return []Notice{notice(kind, 0, len(line), protocol.VerbDot, nil)} // said each time: who is caught here tries on
	case line[0] == '.' && !strings.HasPrefix(line, ".."):
		n := risk("dot-not-doubled", 0, 1, nil)
		n.Meant = "." + line
		return []Notice{n}
	case len(line) > protocol.MaxTextLine-2:
		return []Notice{risk("content-line-too-long", protocol.MaxTextLine-2, len(line)-protocol.MaxTextLine+2, nil)}
	case strings.HasPrefix(foldLine(line), ":") && labWords[strings.ToUpper(strings.TrimPrefix(firstWord(foldLine(line)), ":"))]:
		return []Notice{risk("lab-command-in-content", 0, len(line), nil)}
	case isCommandLine(trimmed):
		return []Notice{risk("command-in-content", 0, len(line), phrases.Args{"line": shown(trimmed)})}
	}
	return fullWidthField(line)
}

// fullWidthField: a header field's name and the colon of an input method, which no program takes for
// a field. Said each time, for the next field comes at once.
func fullWidthField(line string) []Notice {
	name, rest, found := strings.Cut(line, "：")
	key, field := shelfHeaders.fold(strings.TrimSpace(name))
	if !found || field == nil {
		return nil
	}
	meant := key + ": " + strings.TrimLeft(rest, " 　")
	return []Notice{notice("full-width-field", len(name), len("："), meant, phrases.Args{"name": key})}
}

// isCommandLine wants a whole line that can hardly be prose: a verb that takes
// nothing, alone, or an envelope.
func isCommandLine(line string) bool {
	verb, rest, spaced := strings.Cut(line, " ")
	row := protocol.TableOf(protocol.SMTP).Row(verb)
	if row == nil || verb == "" || row.Verb == protocol.VerbDot {
		return false
	}
	switch row.Args {
	case protocol.ArgsNone, protocol.ArgsAny:
		return !spaced
	case protocol.ArgsFrom, protocol.ArgsTo:
		return strings.Contains(rest, ":") && strings.Contains(rest, "@")
	case protocol.ArgsDomain:
		return spaced && !strings.Contains(rest, " ")
	}
	return false
}

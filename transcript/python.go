package transcript

import (
	"strconv"
	"strings"
)

// pythonSource reads what smtplib and poplib print with set_debuglevel.
type pythonSource struct{ r *Replay }

func newPython(r *Replay, _ []string) source { return &pythonSource{r: r} }

var (
	pythonSaid    = lazily(`^(?:\d\d:\d\d:\d\d\.\d+ )?(?:send: |\*cmd\* )b?(['"].*['"])$`)
	pythonAnswer  = lazily(`^(?:\d\d:\d\d:\d\d\.\d+ )?(?:reply: |\*get\* )b?(['"].*['"])$`)
	pythonConnect = lazily(`^(?:\d\d:\d\d:\d\d\.\d+ )?connect: (?:to )?\('([^']+)', (\d+)\)`)
	pythonTold    = lazily(`^(?:\d\d:\d\d:\d\d\.\d+ )?(?:reply: retcode |connect: |data: |\*(?:stat|resp|welcome|put)\* )`)
)

func fitsPython(sample []string) bool {
	return count(sample, func(l string) bool { return pythonAnswer().MatchString(l) }) > 0
}

func (s *pythonSource) take(line string) {
	if m := pythonSaid().FindStringSubmatch(line); m != nil {
		for _, l := range pythonLines(m[1]) {
			s.r.Client(l)
		}
		return
	}
	if m := pythonAnswer().FindStringSubmatch(line); m != nil {
		for _, l := range pythonLines(m[1]) {
			s.r.Server(l)
		}
		return
	}
	if m := pythonConnect().FindStringSubmatch(line); m != nil {
		s.r.Begin(m[1], m[2], "")
		return
	}
	switch {
	case pythonTold().MatchString(line):
		s.r.Note(line)
	case line != "":
		s.r.Unknown(line)
	}
}

func (s *pythonSource) done() {}

// pythonLines reads a literal of Python's, which may hold several lines.
func pythonLines(literal string) []string {
	body := literal[1 : len(literal)-1]
	if literal[0] == '\'' {
		body = strings.ReplaceAll(strings.ReplaceAll(body, `\'`, `'`), `"`, `\"`)
	}
	text, err := strconv.Unquote(`"` + body + `"`)
	if err != nil {
		text = literal[1 : len(literal)-1]
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

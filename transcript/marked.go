package transcript

import (
	"strings"

	"maillab/protocol"
)

// marks are what stands before a line to tell who says it.
type marks struct{ client, server string }

// markings are the pairs met in books, mails and logs; a text keeps to one of them.
var markings = []marks{
	{"CLIENT -> SERVER:", "SERVER -> CLIENT:"}, {"C:", "S:"}, {"C>", "S>"}, {"Client:", "Server:"}, {"[C]", "[S]"}, {"客户端：", "服务器："}, {"客户端:", "服务器:"},
	{">>>", "<<<"}, {">>", "<<"}, {"-->", "<--"}, {"->", "<-"}, {"=>", "<="}, {"→", "←"}, {">", "<"},
}

// markedSource reads lines that are marked with who says them.
type markedSource struct {
	r     *Replay
	marks marks
}

func newMarked(r *Replay, sample []string) source {
	return &markedSource{r: r, marks: bestMarks(sample)}
}

// bestMarks is the pair with the most lines.
func bestMarks(sample []string) marks {
	best, most := markings[1], 0
	for _, m := range markings {
		servers := count(sample, func(l string) bool { t, ok := cutMark(l, m.server); return ok && serverLike(t) })
		clients := count(sample, func(l string) bool { _, ok := cutMark(l, m.client); return ok })
		if servers > 0 && servers+clients > most {
			best, most = m, servers+clients
		}
	}
	return best
}

func fitsMarked(sample []string) bool {
	m := bestMarks(sample)
	if m == markings[1] && count(sample, func(l string) bool {
		return strings.HasPrefix(l, m.client) && knownVerb(strings.TrimPrefix(l, m.client))
	}) > 0 {
		return true // the marks of the RFCs, whatever the server said
	}
	return count(sample, func(l string) bool { t, ok := cutMark(l, m.server); return ok && serverLike(t) }) > 0
}

// cutMark takes a mark off a line, and the one blank behind it.
func cutMark(line, mark string) (string, bool) {
	line = strings.TrimLeft(line, " \t")
	if len(line) < len(mark) || !strings.EqualFold(line[:len(mark)], mark) {
		return "", false
	}
	return strings.TrimPrefix(line[len(mark):], " "), true
}

func (s *markedSource) take(line string) {
	if text, ok := cutMark(line, s.marks.client); ok {
		s.r.Client(strings.ReplaceAll(text, "<BS>", "\b")) // how the corpus writes a backspace that was sent
		return
	}
	if text, ok := cutMark(line, s.marks.server); ok {
		s.r.Server(text)
		return
	}
	s.unmarked(line)
}

// unmarked lines are content, the rest of a listing, or an aside.
func (s *markedSource) unmarked(line string) {
	aside := strings.HasPrefix(line, "#") || strings.HasPrefix(line, "(") && strings.HasSuffix(line, ")")
	switch {
	case aside && strings.Contains(line, "closed the connection"):
		s.r.End(protocol.ClosedByServer)
	case aside:
		s.r.Note(line)
	case s.r.Now().State == protocol.StateContent && s.r.machine.Awaiting() == 0:
		s.r.Client(line)
	case s.r.MidReply() && (s.r.Now().Protocol == protocol.POP3 || serverLike(line)):
		s.r.Server(line)
	case line != "":
		s.r.Unknown(line)
	}
}

func (s *markedSource) done() {}

package transcript

import (
	"strings"

	"maillab/protocol"
)

// prefixes read the output of a program that marks its lines at fixed places.
type prefixSource struct {
	r              *Replay
	client, server []string
	aside          func(*prefixSource, string)
}

func (s *prefixSource) take(line string) {
	if strings.HasPrefix(line, " ~>") || strings.HasPrefix(line, "<~") {
		s.r.Secure()
	}
	for _, p := range s.client {
		if text, ok := strings.CutPrefix(line, p); ok {
			s.r.Client(text)
			return
		}
	}
	for _, p := range s.server {
		if text, ok := strings.CutPrefix(line, p); ok {
			s.r.Server(text)
			return
		}
	}
	s.aside(s, line)
}

func (s *prefixSource) done() {}

// swaks: " -> " is sent, "<-  " received, "<** " received and unwelcome; a tilde
// instead means inside TLS. An empty line sent is the arrow alone.
var (
	swaksClient = []string{" -> ", " ~> ", " ->", " ~>"}
	swaksServer = []string{"<-  ", "<** ", "<~  ", "<~* ", "<-", "<**", "<~"}
	connectedTo = lazily(`(?i)connected to ([^\s(]+)(?: \(([^)]*)\))?(?:,? port (\d+))?`)
)

func newSwaks(r *Replay, _ []string) source {
	return &prefixSource{r: r, client: swaksClient, server: swaksServer, aside: swaksAside}
}

func fitsSwaks(sample []string) bool {
	if count(sample, func(l string) bool {
		return (strings.HasPrefix(l, "<** ") || strings.HasPrefix(l, "<~* ")) && serverLike(l[4:])
	}) > 0 {
		return true // nobody else writes so
	}
	return count(sample, func(l string) bool {
		for _, p := range swaksServer[:4] {
			if text, ok := strings.CutPrefix(l, p); ok && serverLike(text) {
				return true
			}
		}
		return false
	}) > 0 && count(sample, func(l string) bool {
		return strings.HasPrefix(l, "=== ") || strings.HasPrefix(l, " -> ") || strings.HasPrefix(l, " ~> ")
	}) > 0
}

func swaksAside(s *prefixSource, line string) {
	switch {
	case strings.HasPrefix(line, "=== Connected to "):
		begin(s.r, line)
	case strings.HasPrefix(line, "=== Connection closed"):
		s.r.End(protocol.ClosedByUser)
	case strings.HasPrefix(line, "*** Remote host closed"):
		s.r.Note(line)
		s.r.End(protocol.ClosedByServer)
	case strings.HasPrefix(line, "=== "), strings.HasPrefix(line, "*** "):
		s.r.Note(line)
	case line != "":
		s.r.Unknown(line)
	}
}

func begin(r *Replay, line string) {
	m := connectedTo().FindStringSubmatch(line)
	if m == nil {
		r.Note(line)
		return
	}
	r.Begin(strings.TrimRight(m[1], "."), m[3], m[2])
}

func newCurl(r *Replay, _ []string) source {
	r.Elided = true
	return &prefixSource{r: r, client: []string{"> "}, server: []string{"< "}, aside: curlAside}
}

func fitsCurl(sample []string) bool {
	return count(sample, func(l string) bool { return strings.HasPrefix(l, "* ") }) > 0 &&
		count(sample, func(l string) bool { t, ok := strings.CutPrefix(l, "< "); return ok && serverLike(t) }) > 0
}

func curlAside(s *prefixSource, line string) {
	switch {
	case strings.HasPrefix(line, "* Connected to "):
		begin(s.r, line)
	case strings.HasPrefix(line, "* Closing connection"), strings.HasPrefix(line, "* shutting down connection"), strings.HasPrefix(line, "* closing connection"):
		s.r.Note(line)
		s.r.End(protocol.ClosedByUser)
	case line == ">" || line == "<":
	case strings.HasPrefix(line, "* "), strings.HasPrefix(line, "{ ["), strings.HasPrefix(line, "} ["), line == "}", line == "{":
		s.r.Note(line)
	case s.r.MidReply() && s.r.Now().Protocol == protocol.POP3:
		s.r.Server(line) // the mail itself goes to standard output
	case line != "":
		s.r.Unknown(line)
	}
}

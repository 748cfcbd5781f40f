package transcript

import (
	"strings"
)

// bounceSource reads a bounce, as a mail or as its text alone: fields and
// paragraphs are put on one line each, and searched for the reply they quote.
type bounceSource struct {
	r *Replay
	// lines of the paragraph or field so far, size their octets.
	lines []string
	size  int
	// announced: the paragraph before said that the reply comes next.
	announced bool
	rcpt      string
	// told are the replies that were told: the text and its Diagnostic-Code say the same.
	told map[string]bool
	// verb that a ">>>" line has said, for the "<<<" line below it.
	said string
}

// The bounds of what a bounce may hold.
const (
	maxParagraph = 8 << 10 // octets of one paragraph that are searched
	maxTold      = 1000    // replies that are not told twice
)

func newBounce(r *Replay, _ []string) source { return &bounceSource{r: r, told: map[string]bool{}} }

var (
	bounceField  = lazily(`(?i)^(?:diagnostic-code|final-recipient|original-recipient|reporting-mta|remote-mta|action|status|arrival-date|last-attempt-date): `)
	bounceWords  = lazily(`(?i)^(?:diagnostic-code: ?smtp|content-type: multipart/report)|^Remote host said: [245]\d\d|^This is the mail system at host |^Hi\. This is the qmail-send program|^\s+SMTP error from remote (?:mail server|mailer) after |-----\s*(?:Transcript of session follows|The following addresses had permanent fatal errors)|Remote Server returned '|response (?:from the remote server )?was:\s*$|^(?:This message was created automatically by mail delivery software)|^<[^\s<>]+@[^\s<>]+>: host \S+ said: |#SMTP#`)
	bounceNext   = lazily(`(?i)(?:response|error|reply)[^.]*(?:was|is|returned|error):$`)
	quotedSaid   = lazily(`^>>> (.+)`)
	quotedAnswer = lazily(`^<<< ([2-5]\d\d[ -].*)`)
	bareReply    = lazily(`^[245]\d\d[ -]`)
)

func fitsBounce(sample []string) bool {
	return count(sample, bounceWords().MatchString) > 0
}

func (s *bounceSource) take(line string) {
	folded := line != "" && (line[0] == ' ' || line[0] == '\t')
	said, answer := quotedSaid().FindStringSubmatch(line), quotedAnswer().FindStringSubmatch(line)
	switch {
	case said != nil:
		s.flush()
		s.said = said[1]
		s.r.Note(line)
	case answer != nil:
		s.flush()
		x := Exchange{Verb: Unknown, Reply: answer[1]}
		if s.said != "" {
			x.Verb, x.Line = verbOf(s.said)
		}
		s.r.Note(line)
		s.tell(x)
	case strings.TrimSpace(line) == "":
		s.flush()
	case bounceField().MatchString(line) && !folded:
		s.flush()
		s.keep(line)
	default:
		s.keep(line)
	}
}

func (s *bounceSource) keep(line string) {
	if s.size += len(line); s.size > maxParagraph {
		s.flush()
		s.size = len(line)
	}
	s.lines = append(s.lines, line)
}

// flush searches the paragraph that has come, and shows it.
func (s *bounceSource) flush() {
	lines := s.lines
	s.lines, s.size = nil, 0
	if len(lines) == 0 {
		return
	}
	text := joined(lines)
	if to := recipients().FindStringSubmatch(text); to != nil {
		s.rcpt = to[1]
	}
	x, found := find(text)
	if !found && s.announced && bareReply().MatchString(text) {
		x, found = Exchange{Verb: Unknown, Reply: text}, true
	}
	s.announced = bounceNext().MatchString(text)
	status := findStatus(text)
	for i, l := range lines {
		if !found && status != "" && i == 0 {
			s.r.Status(l, status)
			continue
		}
		s.r.Note(l)
	}
	if found {
		s.tell(x)
	}
}

// joined puts a folded paragraph on one line.
func joined(lines []string) string {
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = strings.TrimSpace(l)
	}
	return strings.Join(words, " ")
}

// tell tells a reply once for each recipient.
func (s *bounceSource) tell(x Exchange) {
	if x.Verb == "RCPT" && x.Line == "" && s.rcpt != "" {
		x.Line = "RCPT TO:<" + s.rcpt + ">"
	}
	key := s.rcpt + "\x00" + x.Reply
	if s.told[key] {
		return
	}
	if len(s.told) < maxTold {
		s.told[key] = true
	}
	s.r.One(x)
}

func (s *bounceSource) done() { s.flush() }

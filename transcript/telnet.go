package transcript

import (
	"strings"

	"maillab/protocol"
)

// telnetSource reads what a terminal showed. Nothing is marked: the code tells
// the server's lines, and where the conversation stands tells the rest.
type telnetSource struct {
	r       *Replay
	trying  string // the address that is being tried
	tls     bool   // openssl's own talk is mixed in
	chatter bool   // and is going on
}

func newTelnet(r *Replay, _ []string) source { return &telnetSource{r: r} }

func newOpenSSL(r *Replay, _ []string) source {
	r.tls = true
	r.restart()
	return &telnetSource{r: r, tls: true, chatter: true}
}

// fitsTelnet wants more than one reply alone: that is no conversation.
func fitsTelnet(sample []string) bool {
	return count(sample, serverLike) > 0 && count(sample, func(l string) bool {
		return knownVerb(l) || telnetTalk().MatchString(l)
	}) > 0
}

func fitsOpenSSL(sample []string) bool {
	return count(sample, func(l string) bool {
		return strings.HasPrefix(l, "CONNECTED(") || strings.HasPrefix(l, "verify return:") || strings.HasPrefix(l, "SSL handshake has read")
	}) > 0
}

var (
	telnetTrying    = lazily(`^Trying ([0-9A-Fa-f.:]+)`)
	telnetTalk      = lazily(`^(?:Trying [0-9A-Fa-f.:]+\.\.\.|Connected to .*\.|Escape character is |Connection closed by foreign host|telnet> |Connection to .* succeeded!|Ncat: |.*\$ (?:telnet|nc|ncat) )`)
	ncatConnected   = lazily(`^(?:Ncat: Connected to (\S+?):(\d+)\.|Connection to (\S+) (?:\(\S+\) )?(?:port )?(\d+) port \[.*succeeded!)`)
	telnetConnected = lazily(`^Connected to ([^\s]+?)\.?$`)
)

func (s *telnetSource) take(line string) {
	state := s.r.Now().State
	switch {
	case state == protocol.StateContent && s.r.machine.Awaiting() == 0:
		s.r.Client(line)
	case s.r.MidReply() && s.r.Now().Protocol == protocol.POP3:
		s.r.Server(line)
	case s.tls && s.tlsTalk(line):
	case s.program(line):
	case serverLike(line) && s.fitsProtocol(line):
		s.chatter = false
		s.r.Server(line)
	case s.chatter:
		s.note(line)
	case line == "" && (s.r.Idle() || s.r.machine.Awaiting() > 0):
	case s.r.Idle() && !knownVerb(line), s.r.MidReply():
		s.r.Unknown(line)
	default:
		s.r.Client(line)
	}
}

func (s *telnetSource) done() {}

func (s *telnetSource) note(line string) {
	if line != "" {
		s.r.Note(line)
	}
}

// fitsProtocol: "+OK" is no line of SMTP, "250 x" none of POP3.
func (s *telnetSource) fitsProtocol(line string) bool {
	p := s.r.Now().Protocol
	return p == "" || s.r.over() || (p == protocol.POP3) == (line[0] == '+' || line[0] == '-')
}

// program takes the lines that telnet itself prints.
func (s *telnetSource) program(line string) bool {
	if m := telnetTrying().FindStringSubmatch(line); m != nil {
		s.trying = strings.TrimRight(m[1], ".")
		s.r.Note(line)
		return true
	}
	if m := telnetConnected().FindStringSubmatch(line); m != nil {
		s.r.Begin(m[1], "", s.trying)
		return true
	}
	if m := ncatConnected().FindStringSubmatch(line); m != nil {
		s.r.Begin(m[1]+m[3], m[2]+m[4], "")
		return true
	}
	switch {
	case strings.HasPrefix(line, "Ncat: "):
		s.r.Note(line)
	case strings.HasPrefix(line, "Escape character is"), strings.HasPrefix(line, "telnet>"):
		s.r.Note(line)
	case strings.HasPrefix(line, "Connection closed by foreign host"):
		s.r.End(protocol.ClosedByServer)
	case line == "Connection closed.":
		s.r.End(protocol.ClosedByUser)
	default:
		return false
	}
	return true
}

// tlsTalk takes what openssl s_client prints between the lines of the conversation.
func (s *telnetSource) tlsTalk(line string) bool {
	switch {
	case strings.HasPrefix(line, "CONNECTED("):
		s.chatter = true
	case line == "---":
		s.chatter = true
	case line == "read R BLOCK":
		s.chatter = false
	case line == "DONE":
		s.r.Note(line)
		s.r.End(protocol.ClosedByUser)
		return true
	case line == "closed", strings.HasPrefix(line, "read:errno="):
		s.r.Note(line)
		s.r.End(protocol.ClosedByServer)
		return true
	case line == "RENEGOTIATING", line == "KEYUPDATE": // a line that begins with R, or with K, is a command of openssl's
		s.r.Taken(line)
		return true
	default:
		return false
	}
	s.r.Note(line)
	return true
}

// knownVerb: a line that begins with a command of either protocol.
func knownVerb(line string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if verb == "" || strings.HasPrefix(verb, "(") || verb == protocol.VerbDot {
		return false
	}
	return protocol.TableOf(protocol.SMTP).Row(verb) != nil || protocol.TableOf(protocol.POP3).Row(verb) != nil
}

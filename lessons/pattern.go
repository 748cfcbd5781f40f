package lessons

import (
	"slices"
	"strings"

	"maillab/protocol"
)

// Pattern describes an event. Every field that is given must fit; a field that
// is a list fits when one of its entries does. Globs (* for any octets, ? for
// one) ignore letter case.
type Pattern struct {
	Kind protocol.Kind `toml:"kind"`
	// Protocol of the conversation; the lesson's own when not given.
	Protocol protocol.Protocol `toml:"protocol"`
	// Verb of the line said or answered, as in the protocol's table.
	Verb []string `toml:"verb"`
	// Word is a glob for the first word of a line that is in no table (REPTTO*).
	Word []string `toml:"word"`
	// Args and NotArgs are globs for the line's argument.
	Args    []string `toml:"args"`
	NotArgs []string `toml:"not_args"`
	// Line is a glob for the whole line said or answered.
	Line []string `toml:"line"`
	// Code of the reply, exact or a class ("5xx"); Enhanced is a glob.
	Code     []string `toml:"code"`
	Enhanced []string `toml:"enhanced"`
	// State is the label before, After the label that the reply led to.
	State []string `toml:"state"`
	After []string `toml:"after"`
	// Fault that the table predicted for the line said or answered.
	Fault  []protocol.Reason `toml:"fault"`
	Speech []protocol.Speech `toml:"speech"`
	Close  []protocol.Close  `toml:"close"`
	// Host and Port dialled; Mailbox and From of a delivery; Name and Arg of a lab command.
	Host []string `toml:"host"`
	Port []string `toml:"port"`
	// Of what is said in a POP3 conversation, Mailbox is the one it has opened.
	Mailbox    []string `toml:"mailbox"`
	NotMailbox []string `toml:"not_mailbox"`
	From       []string `toml:"from"`
	Name       []string `toml:"name"`
	Arg        []string `toml:"arg"`
	NotArg     []string `toml:"not_arg"`
	// At least so many: recipients accepted and messages marked where the line was said, messages
	// that the event counts, and times that the event was seen.
	Recipients int `toml:"recipients"`
	Deleted    int `toml:"deleted"`
	Count      int `toml:"count"`
	Times      int `toml:"times"`
	// Unmarked: no message is marked.
	Unmarked bool `toml:"unmarked"`
	// Fresh: the mail is one whose delivery was seen in this lesson.
	Fresh bool `toml:"fresh"`
}

// sighting is an event as patterns look at it.
type sighting struct {
	protocol.Event
	verb, args, line string
	fault            *protocol.Fault
	// fresh: the mail that was read is one whose delivery was seen.
	fresh bool
}

// matches reports whether the event fits, Times left aside; home is the lesson's protocol.
func (p *Pattern) matches(s *sighting, home protocol.Protocol) bool {
	return p.Kind == s.Kind && p.spoken(s, home) && p.inConversation(s) && p.inReply(s) && p.inMailbox(s) && p.beside(s)
}

// spoken checks the protocol. A connection that ended before there was one to be told belongs to any.
func (p *Pattern) spoken(s *sighting, home protocol.Protocol) bool {
	if p.Protocol != "" {
		home = p.Protocol
	}
	spoken := s.Context.Protocol
	return spoken == home || !s.inConversation() && (s.Kind != protocol.KindClosed || spoken == "")
}

// inMailbox checks whose mail it is about. Where a conversation has not told, it may be the right one's.
func (p *Pattern) inMailbox(s *sighting) bool {
	if s.Mailbox == "" && s.inConversation() {
		return len(p.NotMailbox) == 0
	}
	return anyGlob(p.Mailbox, s.Mailbox) && noGlob(p.NotMailbox, s.Mailbox)
}

// inConversation checks what was said and where.
func (p *Pattern) inConversation(s *sighting) bool {
	c := &s.Context
	return oneOf(p.Verb, s.verb) && anyGlob(p.Word, s.verb) &&
		anyGlob(p.Args, s.args) && noGlob(p.NotArgs, s.args) && anyGlob(p.Line, s.line) &&
		oneOf(p.State, c.Label()) && oneOf(p.Speech, c.Speech) &&
		c.Recipients >= p.Recipients && c.Deleted >= p.Deleted && (!p.Unmarked || c.Deleted == 0) &&
		(len(p.Fault) == 0 || s.fault != nil && slices.Contains(p.Fault, s.fault.Reason))
}

// inReply checks what came back.
func (p *Pattern) inReply(s *sighting) bool {
	if len(p.After) > 0 && (s.Event.After == nil || !slices.Contains(p.After, s.Event.After.Label())) {
		return false
	}
	if s.Reply == nil {
		return len(p.Code) == 0 && len(p.Enhanced) == 0
	}
	return codeFits(p.Code, s.Reply.Code) && anyGlob(p.Enhanced, s.Reply.Enhanced())
}

// beside checks what belongs to no line.
func (p *Pattern) beside(s *sighting) bool {
	return oneOf(p.Close, s.Event.Close) && anyGlob(p.Host, s.Host) && oneOf(p.Port, s.Port) &&
		(!p.Fresh || s.fresh) && anyGlob(p.From, s.Event.From) && s.Event.Count >= p.Count &&
		anyGlob(p.Name, s.Name) && anyGlob(p.Arg, s.Arg) && noGlob(p.NotArg, s.Arg)
}

func oneOf[T comparable](wanted []T, got T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, got)
}

func anyGlob(globs []string, text string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(g string) bool { return glob(g, text) })
}

func noGlob(globs []string, text string) bool {
	return !slices.ContainsFunc(globs, func(g string) bool { return glob(g, text) })
}

func codeFits(codes []string, code string) bool {
	return len(codes) == 0 || slices.ContainsFunc(codes, func(c string) bool {
		class, isClass := strings.CutSuffix(c, "xx")
		return c == code || isClass && len(code) == 3 && strings.HasPrefix(code, class)
	})
}

package protocol

// maxReplyOctets bounds what one reply may keep in memory; what is over it is
// counted in Reply.Cut. 64 MiB is more than any mail that is read by hand. lineCost is what a line takes
// beside its text: a server may send nothing but line ends.
const (
	maxReplyOctets = 64 << 20
	lineCost       = 64
)

// Framer collects the lines of a reply and knows when it is whole.
type Framer struct {
	protocol  Protocol
	multiline func(status string) bool
	reply     Reply
	size      int
}

// NewFramer makes a framer. multiline is asked once per POP3 reply, with its
// status, whether it goes on to a lone dot; Machine.Multiline is the usual answer.
func NewFramer(p Protocol, multiline func(status string) bool) *Framer {
	return &Framer{protocol: p, multiline: multiline}
}

// Begun reports whether a reply has been started and not been taken.
func (f *Framer) Begun() bool { return len(f.reply.Lines) > 0 }

// Add takes the next line, without its line ending, and reports whether the
// reply is whole; cut is the count of octets the line reader left out.
func (f *Framer) Add(line string, cut int) (whole bool) {
	f.reply.Cut += cut
	if f.protocol == POP3 {
		whole = f.addPOP3(line)
	} else {
		whole = f.addSMTP(line)
	}
	f.reply.Complete = whole
	return whole
}

func (f *Framer) addSMTP(line string) bool {
	l := parseSMTPLine(line)
	f.keep(l)
	f.reply.Multiline = len(f.reply.Lines) > 1
	return l.Separator != "-"
}

func (f *Framer) addPOP3(line string) bool {
	if !f.Begun() {
		l := parsePOP3Line(line)
		f.keep(l)
		f.reply.Multiline = f.multiline(l.Code)
		return !f.reply.Multiline
	}
	if line == VerbDot {
		return true
	}
	f.keep(ReplyLine{Text: line})
	return false
}

func (f *Framer) keep(l ReplyLine) {
	f.size += len(l.Text) + len(l.Code) + lineCost
	if f.size > maxReplyOctets {
		f.reply.Cut += len(l.Text) + len(CRLF)
		return
	}
	if len(f.reply.Lines) == 0 {
		f.reply.Code = l.Code
	}
	f.reply.Lines = append(f.reply.Lines, l)
}

// Take returns the reply collected so far and starts the next.
func (f *Framer) Take() Reply {
	r := f.reply
	f.reply, f.size = Reply{}, 0
	return r
}

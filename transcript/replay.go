package transcript

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"maillab/protocol"
)

// Replay follows conversations that are told to it line by line, and emits their
// events. NewReplay makes one; Finish ends it.
type Replay struct {
	emit    protocol.Sink
	forced  protocol.Protocol
	machine *protocol.Machine
	framer  *protocol.Framer
	conn    int      // conversations so far
	begun   bool     // one is going on
	early   []string // what the client said before the server's first word
	verb    string   // the line that the last reply answered
	code    string   // and its code
	host    string
	port    string
	tls     bool // conversations are encrypted from their first word on
	// standIn: the line that is answered is not known, only its verb; the machine was told an example.
	standIn bool

	// lost: part of what the server said is missing, so that the lines that wait may have been answered.
	lost bool

	// Conn names the conversation in its events where the caller knows better than to count.
	Conn string
	// At is when what comes next was said, where the text tells.
	At time.Time
	// Elided: the text does not show content and multi-line answers (curl -v does not).
	Elided bool
}

// maxWaiting bounds how many lines may wait for their answer. It is more than any
// client sends ahead (RFC 5321 §4.5.3.1.8: 100 recipients and more).
const maxWaiting = 1000

// NewReplay emits to emit. With p empty each conversation's first server line
// tells its protocol.
func NewReplay(p protocol.Protocol, emit protocol.Sink) *Replay {
	r := &Replay{emit: emit, forced: p}
	r.restart()
	return r
}

// restart forgets the conversation there was.
func (r *Replay) restart() {
	r.stand(r.forced)
	r.lost = false
	r.begun, r.early, r.verb, r.code, r.host, r.port = false, nil, "", "", "", ""
}

// stand puts a machine before the greeting.
func (r *Replay) stand(p protocol.Protocol) {
	r.machine = protocol.NewMachine(p)
	if r.tls || protocol.ImplicitTLS(r.port) {
		r.machine.Secure()
	}
	r.framer, r.standIn = protocol.NewFramer(p, r.machine.Multiline), false
}

// Secure says that what follows is encrypted: from the first word on where none has been said.
func (r *Replay) Secure() {
	if !r.machine.Now().TLS {
		r.machine.Secure()
	}
}

// open counts a conversation when its first word is said.
func (r *Replay) open() {
	if !r.begun {
		r.begun = true
		r.conn++
	}
}

func (r *Replay) send(e protocol.Event) {
	if r.begun {
		e.Conn, e.Host, e.Port = cmp.Or(r.Conn, "t"+strconv.Itoa(r.conn)), r.host, r.port
	}
	e.Time = r.At
	if r.standIn || strings.Contains(e.Context.Line, protocol.Mask) {
		e.Context.Line, e.Context.Args = "", ""
	}
	r.emit(e)
}

// Begin starts a conversation with a host that the text names.
func (r *Replay) Begin(host, port, address string) {
	r.connected(host, port, protocol.Event{Address: address})
}

// BeginFrom is Begin for who knows the client's address, and not by what name the server was looked up.
func (r *Replay) BeginFrom(host, port, client string) {
	r.connected(host, port, protocol.Event{From: client})
}

func (r *Replay) connected(host, port string, e protocol.Event) {
	r.Finish()
	r.restart()
	r.open()
	r.host, r.port = host, port
	r.stand(r.forced)
	e.Kind, e.Context = protocol.KindConnected, r.machine.Now()
	r.send(e)
}

// Note keeps a line of the program that wrote the text.
func (r *Replay) Note(text string) { r.note(protocol.NoteProgram, text, "") }

// Unknown keeps a line of which nobody knows who said it.
func (r *Replay) Unknown(text string) { r.note(protocol.NoteUnknown, text, "") }

// Taken keeps a line that tells that the program took what was typed last for a command of its own.
func (r *Replay) Taken(text string) { r.note(protocol.NoteTaken, text, "") }

// Status keeps a line that tells an enhanced status code and not the reply it came in.
func (r *Replay) Status(text, code string) { r.note(protocol.NoteStatus, text, code) }

func (r *Replay) note(name, text, arg string) {
	r.send(protocol.Event{Kind: protocol.KindNote, Name: name, Arg: arg, Raw: []byte(text), Context: r.machine.Now()})
}

// Gap says that octets of the conversation are missing here (0: nobody knows how
// many), with where as the side that said them, and gives up the reply that was begun.
func (r *Replay) Gap(where string, octets int) {
	if r.framer.Begun() {
		r.reply(r.framer.Take())
	}
	if where == SideServer {
		r.lost = true
		r.assumeGranted(1)
	}
	r.send(protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteGap, Arg: where, Octets: octets, Context: r.machine.Now()})
}

// The sides of a conversation, as notes name them.
const (
	SideClient = "client"
	SideServer = "server"
)

// Midway says that the text begins after the conversation did.
func (r *Replay) Midway() {
	r.send(protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteMidway, Context: r.machine.Now()})
}

// Sealed says that what follows is encrypted, and how many octets of it there are.
func (r *Replay) Sealed(octets int) {
	r.send(protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteSealed, Octets: octets, Context: r.machine.Now()})
}

// BreakOff says that the text ends before the conversation does.
func (r *Replay) BreakOff() {
	r.Finish()
	r.send(protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteCut, Context: r.machine.Now()})
}

// After gives the first line behind a gap to the side that said it, where it can be
// seen to be a whole one: it may be the rest of a line whose beginning is missing.
func (r *Replay) After(side, line string) {
	switch {
	case side == SideServer && serverLike(line):
		r.Server(line)
	case side == SideClient && knownVerb(line):
		r.Client(line)
	case line != "":
		r.Unknown(line)
	}
}

// assumeGranted takes the lines that wait, but for so many, for granted where their answers are missing
// and the client goes on: without that, every later answer would be put to the wrong line.
func (r *Replay) assumeGranted(but int) {
	if !r.lost || r.machine.Now().Protocol == "" || r.machine.Now().Greeting() {
		return
	}
	for n := r.machine.Awaiting(); n > but; n-- {
		c := r.machine.Context()
		row := protocol.TableOf(c.Protocol).Row(c.Verb)
		if row == nil || len(row.Answers) == 0 {
			break
		}
		r.machine.Heard(protocol.ParseReply(c.Protocol, row.Answers[0].Code+" ", false))
	}
}

// Now is where the conversation stands, for sources that read unmarked lines.
func (r *Replay) Now() protocol.Context { return r.machine.Now() }

// Idle reports that no conversation goes on: none has begun, or the last is over.
func (r *Replay) Idle() bool { return !r.begun || r.over() }

// MidReply reports that a reply has begun and is not whole.
func (r *Replay) MidReply() bool { return r.framer.Begun() }

func (r *Replay) over() bool {
	s := r.machine.Now().State
	return s == protocol.StateClosed || s == protocol.StateUpdate
}

// Client is a line that the client said, without its line ending.
func (r *Replay) Client(line string) {
	if r.over() && !r.framer.Begun() {
		r.restart() // the text goes on with the next conversation
	}
	r.open()
	if r.Elided && r.framer.Begun() && r.machine.Now().Protocol == protocol.POP3 {
		r.reply(r.framer.Take())
	}
	if len(r.early) >= maxWaiting || r.machine.Awaiting() >= maxWaiting {
		r.Unknown(line)
		return
	}
	r.assumeGranted(0)
	r.lost = false
	if r.machine.Now().Greeting() {
		r.early = append(r.early, line)
		return
	}
	r.say(line)
}

func (r *Replay) say(line string) {
	before := r.machine.Now()
	u := r.machine.Said(line)
	r.send(protocol.Event{
		Kind: protocol.KindClient, Raw: []byte(line), Ending: protocol.CRLF,
		Speech: u.Speech, Context: before, Fault: faultOf(u, line),
	})
}

// faultOf is what the table has against a line, where the line is what was really said.
func faultOf(u protocol.Utterance, line string) *protocol.Fault {
	if strings.Contains(line, protocol.Mask) {
		return nil
	}
	return u.Fault
}

// Server is a line that the server said, without its line ending.
func (r *Replay) Server(line string) { r.ServerLine(line, protocol.CRLF, 0) }

// ServerLine is Server for who knows how the line ended, and how much of it was left out.
func (r *Replay) ServerLine(line string, ending protocol.Ending, cut int) {
	if r.over() && !r.framer.Begun() && opensConversation(line) {
		r.restart() // the text goes on with the next conversation
	}
	r.open()
	r.recognise(line)
	if !r.framer.Begun() {
		r.settleStart(line)
		r.settleContent(line)
	}
	r.send(protocol.Event{
		Kind: protocol.KindLine, Raw: []byte(line), Ending: ending, Cut: cut, Context: r.machine.Context(),
	})
	if r.framer.Add(line, cut) {
		r.reply(r.framer.Take())
	}
}

// opensConversation: only a greeting can come after the end.
func opensConversation(line string) bool {
	return strings.HasPrefix(line, "220") || strings.HasPrefix(line, protocol.CodeOK)
}

func (r *Replay) recognise(line string) {
	if r.machine.Now().Protocol != "" {
		return
	}
	if p := protocol.RecogniseGreeting(line); p != "" {
		r.machine.Recognise(p)
		r.framer = protocol.NewFramer(p, r.machine.Multiline)
	}
}

// settleContent: an answer in the middle of content means that the dot was said,
// only not shown. A 421 comes unasked.
func (r *Replay) settleContent(line string) {
	if r.machine.Now().State == protocol.StateContent && r.machine.Awaiting() == 0 && !strings.HasPrefix(line, "421") {
		r.machine.Said(protocol.VerbDot)
	}
}

// reply follows a whole reply.
func (r *Replay) reply(reply protocol.Reply) {
	r.lost = false
	out := r.machine.Heard(reply)
	r.verb, r.code = out.Before.Verb, reply.Code
	r.send(protocol.Event{
		Kind: protocol.KindReply, Reply: &reply, Context: out.Before, After: &out.After,
		Unlisted: !out.Listed, Unasked: out.Unasked,
	})
}

// End is the end of the connection. why is what the text says of it; what was
// said last may know better.
func (r *Replay) End(why protocol.Close) {
	if !r.begun {
		return
	}
	r.Finish()
	before := r.machine.Now()
	why = r.whyClosed(why)
	r.machine.Close()
	r.send(protocol.Event{Kind: protocol.KindClosed, Close: why, Context: before})
	r.restart()
}

// whyClosed prefers what the last reply tells over what the text says.
func (r *Replay) whyClosed(told protocol.Close) protocol.Close {
	switch {
	case r.over() && r.verb == "QUIT":
		return protocol.ClosedByQuit
	case r.code == "421":
		return protocol.ClosedBy421
	case told != protocol.ClosedByServer:
		return told
	case r.machine.Now().Greeting():
		return protocol.ClosedGreeting
	case r.machine.Awaiting() == 0 && refusal(r.code):
		return protocol.ClosedRefusal
	}
	return told
}

func refusal(code string) bool {
	return code == protocol.CodeErr || code != "" && (code[0] == '5' || code[0] == '4')
}

// Finish emits what is still held back: client lines that nothing was answered
// to, and a reply that the text breaks off.
func (r *Replay) Finish() {
	early := r.early
	r.early = nil
	for _, line := range early {
		r.say(line)
	}
	if r.framer.Begun() {
		r.reply(r.framer.Take())
	}
}

package lessons_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"maillab/lessons"
	"maillab/protocol"
)

// desk is a learner's desk without a network: it carries out typed lines as the
// lab's shell does, talks to a scripted server, and gives every event to a player.
type desk struct {
	t      *testing.T
	player *lessons.Player
	// m follows the conversation, nil when there is none.
	m        *protocol.Machine
	server   answerer
	verdicts []lessons.Verdict
	events   []protocol.Event
}

// answerer is a scripted server. It sees the line as the client's machine
// understood it and returns its reply, with what else happens.
type answerer interface {
	greeting() string
	answer(u protocol.Utterance, c protocol.Context) (reply string, beside []protocol.Event)
}

func newDesk(t *testing.T, id string, p lessons.Progress) *desk {
	t.Helper()
	return &desk{t: t, player: lessons.NewPlayer(lesson(t, id), p)}
}

func lesson(t *testing.T, id string) *lessons.Lesson {
	t.Helper()
	lib, err := lessons.Builtin()
	require.NoError(t, err)
	l, ok := lib.Lesson(id)
	require.True(t, ok, id)
	return l
}

// label is where the conversation stands, as the shell tells it to Recipe.
func (d *desk) label() string {
	if d.m == nil {
		return ""
	}
	return d.m.Context().Label()
}

// at is where the learner stands, as the shell tells it to Recipe.
func (d *desk) at() lessons.Desk { return lessons.Desk{Label: d.label(), Letters: 12, New: d.sent()} }

// sent counts the mails that came to fpwjp.
func (d *desk) sent() int {
	n := 0
	for _, e := range d.events {
		if e.Kind == protocol.KindDelivered && e.Mailbox == "fpwjp" {
			n++
		}
	}
	return n
}

func (d *desk) emit(e protocol.Event) {
	e.Seq = len(d.events) + 1
	d.events = append(d.events, e)
	d.verdicts = append(d.verdicts, d.player.Event(e)...)
}

// types carries lines out and returns the verdicts they brought.
func (d *desk) types(lines ...string) []lessons.Verdict {
	d.t.Helper()
	d.verdicts = nil
	for _, line := range lines {
		switch {
		case d.m == nil:
			d.command(strings.TrimPrefix(line, ":"))
		case strings.HasPrefix(line, ":") && d.m.Context().State != protocol.StateContent:
			d.command(line[1:])
		default:
			d.say(line)
		}
	}
	return d.verdicts
}

func (d *desk) command(line string) {
	name, arg, _ := strings.Cut(line, " ")
	switch name {
	case "telnet":
		d.connect(arg)
	case "close":
		d.close(protocol.ClosedByUser)
	}
	if name == "base64" {
		arg = d.base64(arg)
	}
	e := protocol.Event{Kind: protocol.KindCommand, Name: name, Arg: arg}
	if name == "inbox" {
		e.Count = d.sent()
	}
	d.emit(e)
}

// base64 is what the event of a base64 command tells of its argument: no secrets. Without one, it
// asks, and is told the right ones.
func (d *desk) base64(arg string) string {
	switch way, text, _ := strings.Cut(arg, " "); {
	case arg == "":
		d.command("base64 encode jspdevelop")
		d.command("base64 encode jsp123")
	case text != "jspdevelop" && text != "jsp123":
		return way
	}
	return arg
}

func (d *desk) connect(to string) {
	host, port, _ := strings.Cut(to, " ")
	e := protocol.Event{Kind: protocol.KindConnecting, Conn: "1", Host: host, Port: port}
	d.emit(e)
	p := protocol.SMTP
	d.server = &smtpServer{}
	switch port {
	case "110":
		p, d.server = protocol.POP3, newPOP3Server()
	case "25", "587":
	default:
		d.emit(protocol.Event{Kind: protocol.KindClosed, Conn: "1", Close: protocol.ClosedByError, Err: "connection refused"})
		return
	}
	e.Kind = protocol.KindConnected
	d.emit(e)
	d.m = protocol.NewMachine(p)
	d.hear(d.server.greeting())
}

func (d *desk) say(line string) {
	c := d.m.Context()
	u := d.m.Said(line)
	d.emit(protocol.Event{Kind: protocol.KindClient, Conn: "1", Raw: []byte(line), Speech: u.Speech, Context: c, Fault: u.Fault})
	if u.Speech == protocol.SpeechContent {
		if s, ok := d.server.(*smtpServer); ok {
			s.content = append(s.content, line)
		}
		return
	}
	reply, beside := d.server.answer(u, d.m.Context())
	for _, e := range beside {
		d.emit(e)
	}
	d.hear(reply)
	if s := d.m.Context().State; s == protocol.StateClosed || s == protocol.StateUpdate {
		d.close(protocol.ClosedByQuit)
	}
}

func (d *desk) hear(raw string) {
	status, _, _ := strings.Cut(strings.SplitN(raw, "\r\n", 2)[0], " ")
	r := protocol.ParseReply(d.m.Context().Protocol, raw, d.m.Multiline(status))
	out := d.m.Heard(r)
	d.emit(protocol.Event{
		Kind: protocol.KindReply, Conn: "1", Reply: &r, Context: out.Before, After: &out.After,
		Unlisted: !out.Listed, Unasked: out.Unasked,
	})
}

func (d *desk) close(why protocol.Close) {
	if d.m == nil {
		return
	}
	d.m.Close()
	d.emit(protocol.Event{Kind: protocol.KindClosed, Conn: "1", Close: why, Context: d.m.Context()})
	d.m = nil
}

// reach plays the lesson by its recipes up to a step.
func (d *desk) reach(id string) {
	d.t.Helper()
	for {
		_, step := d.player.Step()
		require.NotNil(d.t, step, "no step %q", id)
		if step.ID == id {
			return
		}
		d.types(d.player.Recipe(d.at())...)
		_, now := d.player.Step()
		require.NotEqual(d.t, step, now, "the recipe of %q does not do it", step.ID)
	}
}

// mistakes returns the ids of the mistakes among verdicts.
func mistakes(verdicts []lessons.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		if v.Kind == lessons.MistakeMade {
			out = append(out, v.MistakeID())
		}
	}
	return out
}

// done returns the ids of the steps that verdicts finish, "END" for the lesson.
func done(verdicts []lessons.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		switch v.Kind {
		case lessons.StepDone:
			out = append(out, v.Step.ID)
		case lessons.LessonDone:
			out = append(out, "END")
		}
	}
	return out
}

package terminal

import (
	"cmp"
	"strings"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// Transcript draws a conversation that was written down elsewhere: the client's
// lines too, which nobody types here, and the lines that nobody said.
type Transcript struct {
	*Renderer
	reveal bool
	hidden bool // something was, and has been told
}

// NewTranscript draws with r; reveal shows secrets instead of masking them.
func NewTranscript(r *Renderer, reveal bool) *Transcript {
	r.prompt.set("C: ")
	r.elsewhere = true
	return &Transcript{Renderer: r, reveal: reveal}
}

// Event draws what happened.
func (t *Transcript) Event(e protocol.Event) {
	defer t.flush()
	shown := e
	if !t.reveal {
		shown = e.Redacted()
	}
	switch e.Kind {
	case protocol.KindConnected:
		t.gap()
		key := "transcript.connected"
		if e.From != "" {
			key = "transcript.connected-from"
		}
		t.bar(styleNote, say(key, phrases.Args{"where": whereTo(e), "from": phrases.Clean(e.From)}).In(t.lang))
	case protocol.KindClient:
		t.said(e, shown)
	case protocol.KindReply:
		t.Renderer.Event(withoutSecret(shown))
	case protocol.KindNote:
		t.note(shown)
	case protocol.KindClosed:
		t.bar(styleHeading, closedWords(e).In(t.lang))
		t.gap()
	default:
		t.Renderer.Event(shown)
	}
}

// whereTo is the host, its port and its address, as far as the text tells them.
func whereTo(e protocol.Event) string {
	where := phrases.Clean(e.Host)
	if e.Port != "" {
		where += " " + phrases.Clean(e.Port)
	}
	if e.Address != "" && e.Address != e.Host {
		where += " (" + phrases.Clean(e.Address) + ")"
	}
	return where
}

// said draws a client line. About a masked one only what is risky is told: the rest
// would quote it.
func (t *Transcript) said(e, shown protocol.Event) {
	line := clipOctets(string(shown.Raw), maxShown)
	t.line(t.paint.paint(styleCommand, t.label("C: ", "plain.said")) + phrases.Clean(line))
	switch masked := string(shown.Raw) != string(e.Raw); {
	case !masked && !strings.Contains(line, protocol.Mask):
		t.client(e)
	case masked && t.level != lab.LevelOff:
		for _, n := range explain.Client(e.Context, understood(e)) {
			if n.Risky && !t.noted[n.Kind] {
				t.noted[n.Kind] = true
				t.bar(styleTransient, t.warning(n).In(t.lang))
			}
		}
		if !t.hidden {
			t.hidden = true
			t.bar(styleNote, say("transcript.masked", nil).In(t.lang))
		}
	}
	t.decoded(e, t.reveal)
}

// unproven are the words for risks that a text can only suggest: whether the connection was encrypted
// does not stand in it, and it has no history.
var unproven = map[string]string{
	"clear-password": "transcript.clear-password", "clear-token": "transcript.clear-token", "secret-in-line": "transcript.secret-in-line",
}

// warning is what a notice says, about a line typed here or written down elsewhere.
func (r *Renderer) warning(n explain.Notice) phrases.Text {
	if key, ok := unproven[n.Kind]; ok && r.elsewhere {
		return say(key, nil)
	}
	return n.Text
}

// withoutSecret takes a masked line out of the context: explained, the mask would be
// taken for what was said.
func withoutSecret(e protocol.Event) protocol.Event {
	if strings.Contains(e.Context.Line, protocol.Mask) {
		e.Context.Line, e.Context.Args = "", ""
	}
	return e
}

// note draws a line that nobody said.
func (t *Transcript) note(e protocol.Event) {
	switch e.Name {
	case protocol.NoteGap:
		t.bar(styleBad, gapWords(e).In(t.lang))
		return
	case protocol.NoteSealed:
		t.bar(styleNote, say("transcript.encrypted", phrases.Args{"octets": itoa(e.Octets)}).In(t.lang))
		return
	case protocol.NoteMidway:
		t.bar(styleNote, say("transcript.midway", nil).In(t.lang))
		return
	case protocol.NoteCut:
		t.bar(styleNote, say("transcript.cut", nil).In(t.lang))
		return
	}
	mark := t.label("# ", "plain.note")
	if e.Name == protocol.NoteUnknown {
		mark = t.label("? ", "plain.unknown")
	}
	t.line(t.paint.paint(styleNote, mark+phrases.Clean(clipOctets(string(e.Raw), maxShown))))
	switch {
	case e.Name == protocol.NoteStatus:
		for _, entry := range explain.Lookup(protocol.SMTP, e.Arg) {
			t.bar(styleNone, entry.Title.In(t.lang)+"  "+entry.Short.In(t.lang))
			t.bar(styleNote, explain.Standards(entry.Ref))
			break
		}
	case e.Name == protocol.NoteTaken:
		t.bar(styleTransient, say("transcript.taken", nil).In(t.lang))
	case e.Name == protocol.NoteUnknown && !t.look.Plain && !t.noted["unknown"]: // plain words say it themselves
		t.noted["unknown"] = true
		t.bar(styleNote, say("transcript.unknown", nil).In(t.lang))
	}
}

// closings are the words for the reasons that have some here.
var closings = map[protocol.Close]string{
	protocol.ClosedByQuit: "transcript.closed-quit", protocol.ClosedBy421: "transcript.closed-421",
	protocol.ClosedByServer: "transcript.closed-server", protocol.ClosedByUser: "transcript.closed-user",
	protocol.ClosedRefusal: "transcript.closed-refusal", protocol.ClosedGreeting: "transcript.closed-greeting",
	protocol.ClosedByReset: "transcript.closed-reset",
}

func closedWords(e protocol.Event) phrases.Text {
	return say(cmp.Or(closings[e.Close], "transcript.closed-error"), nil)
}

// gaps are the words for what is missing: by the side that said it, and whether its size is known.
var gaps = map[string][2]string{
	"client": {"transcript.gap-client-unknown", "transcript.gap-client"},
	"server": {"transcript.gap-server-unknown", "transcript.gap-server"},
}

func gapWords(e protocol.Event) phrases.Text {
	return say(gaps[e.Arg][min(e.Octets, 1)], phrases.Args{"octets": itoa(e.Octets)})
}

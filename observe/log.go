package observe

import (
	"context"
	"io"
	"log/slog"

	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

// Log writes a line for each thing that a keeper of servers wants to know.
type Log struct{ to *slog.Logger }

// Formats are the forms of a log, by name: key=value, or a JSON object a line.
var Formats = map[string]func(io.Writer) *Log{
	"text": func(w io.Writer) *Log { return &Log{slog.New(slog.NewTextHandler(w, nil))} },
	"json": func(w io.Writer) *Log { return &Log{slog.New(slog.NewJSONHandler(w, nil))} },
}

// Notice logs connections, logins, handshakes, mails and refusals. Replies that refuse nothing are too
// many to be of use.
func (l *Log) Notice(n mockserver.Notice) {
	if n.Kind == mockserver.NoticeReply && !n.Refused() {
		return
	}
	name, level := string(n.Kind), slog.LevelInfo
	if n.Kind == mockserver.NoticeReply {
		name = "refused"
	}
	attrs := []slog.Attr{slog.String("domain", n.Domain)}
	if n.Conn > 0 {
		attrs = append(attrs, slog.String("service", n.Service), slog.Int64("conn", n.Conn), slog.String("peer", n.Peer))
	}
	switch n.Kind {
	case mockserver.NoticeEnded:
		attrs = append(attrs, slog.Float64("seconds", n.Took.Seconds()), slog.Int("mails", n.Mails))
	case mockserver.NoticeReply:
		attrs = append(attrs, slog.String("verb", n.Verb), slog.String("code", n.Code), slog.String("enhanced", n.Enhanced))
	case mockserver.NoticeMail:
		attrs = append(attrs, slog.String("message", n.Message), slog.Int("octets", n.Octets), slog.Int("recipients", n.Recipients))
	case mockserver.NoticeLogin:
		attrs = append(attrs, slog.Bool("ok", n.OK), slog.String("mechanism", n.Mechanism), slog.String("user", phrases.Clean(n.User)))
	case mockserver.NoticeTLS:
		attrs = append(attrs, slog.Bool("ok", n.OK), slog.String("version", n.Version))
	case mockserver.NoticeSetAside:
		attrs = append(attrs, slog.String("file", phrases.Clean(n.File)), slog.String("why", phrases.Clean(n.Why)))
		level = slog.LevelWarn
	case mockserver.NoticeUnsaved:
		attrs = append(attrs, slog.String("message", n.Message), slog.String("why", phrases.Clean(n.Why)))
		level = slog.LevelError
	}
	if n.Refused() || !n.OK && (n.Kind == mockserver.NoticeLogin || n.Kind == mockserver.NoticeTLS) {
		level = slog.LevelWarn
	}
	l.to.LogAttrs(context.Background(), level, name, attrs...)
}

// Event logs what becomes of mail, and the faults that strike.
func (l *Log) Event(e protocol.Event) {
	level := slog.LevelInfo
	if e.Kind == protocol.KindDeferred || e.Kind == protocol.KindBounced || e.Kind == protocol.KindFault {
		level = slog.LevelWarn
	}
	var attrs []slog.Attr
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, phrases.Clean(value)))
		}
	}
	text("mailbox", e.Mailbox)
	text("message", e.Message)
	text("from", e.From)
	text("host", e.Host)
	text("name", e.Name)
	text("detail", e.Arg)
	if e.Octets > 0 {
		attrs = append(attrs, slog.Int("octets", e.Octets))
	}
	if e.Count > 0 {
		attrs = append(attrs, slog.Int("count", e.Count))
	}
	l.to.LogAttrs(context.Background(), level, string(e.Kind), attrs...)
}

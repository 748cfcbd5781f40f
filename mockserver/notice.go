package mockserver

import (
	"time"

	"maillab/protocol"
)

// NoticeKind says what a Notice is about.
type NoticeKind string

// What is noticed.
const (
	NoticeConnected NoticeKind = "connected" // a client has come: Peer
	NoticeEnded     NoticeKind = "ended"     // and has gone: Took, Mails
	NoticeMail      NoticeKind = "mail"      // a mail was taken in: Message, Octets, Recipients
	NoticeRefused   NoticeKind = "refused"   // a line was refused: Verb, Code, Enhanced
)

// Notice is for whoever runs the servers: logs and metrics. Nothing secret is in it. A lesson is
// about the protocol and reads protocol.Event instead.
type Notice struct {
	Kind    NoticeKind
	Service string
	// Conn counts connections, from 1.
	Conn int64
	Peer string // the client's address

	Took  time.Duration // how long the connection was there
	Mails int           // taken in by it

	Message    string // queue id
	Octets     int    // as kept
	Recipients int

	Verb     string // of the line refused, "" when the server spoke unasked
	Code     string // of the reply
	Enhanced string // enhanced status code, in POP3 the response code; may be empty
}

// notify hands a notice on, if anybody wants it. No lock may be held.
func (l *Lab) notify(w *wire, n Notice) {
	if l.cfg.Notify == nil {
		return
	}
	n.Service, n.Conn, n.Peer = w.service, w.number, w.peer
	l.cfg.Notify(n)
}

// refused notices a reply that is a refusal. It must come before the machine hears the reply.
func (l *Lab) refused(w *wire, m *protocol.Machine, r *saying) {
	refusal := r.Code == protocol.CodeErr || r.Code[0] == '4' || r.Code[0] == '5'
	if l.cfg.Notify != nil && refusal {
		l.notify(w, Notice{Kind: NoticeRefused, Verb: m.Context().Verb, Code: r.Code, Enhanced: r.Enhanced})
	}
}

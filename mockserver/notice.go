package mockserver

import (
	"crypto/tls"
	"time"

	"maillab/protocol"
)

// NoticeKind says what a Notice is about.
type NoticeKind string

// What is noticed.
const (
	NoticeConnected NoticeKind = "connected" // a client has come
	NoticeEnded     NoticeKind = "ended"     // and has gone: Took, Mails
	NoticeReply     NoticeKind = "reply"     // something was said: Verb, Code, Enhanced
	NoticeMail      NoticeKind = "mail"      // a mail was taken in: Message, Octets, Recipients
	NoticeLogin     NoticeKind = "login"     // somebody tried to log in: OK, Mechanism, User
	NoticeTLS       NoticeKind = "tls"       // a handshake has ended: OK, Version

	// Of the queue on disk; nobody is connected.
	NoticeSetAside NoticeKind = "set-aside" // a file could not be read and is out of the way: File, Why
	NoticeUnsaved  NoticeKind = "unsaved"   // what became of a mail could not be written down: Message, Why
)

// Notice is for whoever runs the servers: logs and metrics. Nothing secret is in it. A lesson is
// about the protocol and reads protocol.Event instead.
type Notice struct {
	Kind NoticeKind
	// Domain tells the lab's domains apart, Service the listeners of one.
	Domain, Service string
	// Conn counts the connections of a domain, from 1.
	Conn int64
	Peer string // the client's address

	Took  time.Duration // how long the connection was there
	Mails int           // taken in by it

	Message    string // queue id
	Octets     int    // as kept
	Recipients int

	Verb     string // of the line that the reply answers, of the protocol's table; "" for any other word and for the greeting
	Code     string // of the reply
	Enhanced string // enhanced status code, in POP3 the response code; may be empty

	OK        bool   // the login is right, the handshake agreed
	Mechanism string // a SASL mechanism, or PASS or APOP
	User      string // who is in; "" when nobody is: what was typed may be a password
	Version   string // of TLS, "" without one

	File string // where a file is now
	Why  string // the system's words
}

// Refused reports whether a reply is a refusal.
func (n Notice) Refused() bool {
	return n.Kind == NoticeReply && (n.Code == protocol.CodeErr || n.Code != "" && n.Code[0] > '3')
}

// notify hands a notice on, if anybody wants it. No lock may be held.
func (l *Lab) notify(w *wire, n Notice) {
	if l.cfg.Notify == nil {
		return
	}
	n.Domain, n.Service, n.Conn, n.Peer = l.cfg.Domain, w.service, w.number, w.peer
	l.cfg.Notify(n)
}

// notifyAlone hands on a notice that no connection is the cause of.
func (l *Lab) notifyAlone(n Notice) {
	if l.cfg.Notify == nil {
		return
	}
	n.Domain = l.cfg.Domain
	l.cfg.Notify(n)
}

// notifyReply notices a reply. It must come before the machine hears the reply.
func (l *Lab) notifyReply(w *wire, m *protocol.Machine, r *saying) {
	if l.cfg.Notify != nil {
		l.describeReply(w, m, r)
	}
}

func (l *Lab) describeReply(w *wire, m *protocol.Machine, r *saying) {
	c := m.Context()
	verb := c.Verb
	if t := m.Table(); t == nil || t.Row(verb) == nil {
		verb = ""
	}
	l.notify(w, Notice{Kind: NoticeReply, Verb: verb, Code: r.Code, Enhanced: r.Enhanced})
}

// notifyTLS notices how a handshake ended.
func (l *Lab) notifyTLS(w *wire, err error) {
	n := Notice{Kind: NoticeTLS, OK: err == nil}
	if state := w.secured(); state != nil {
		n.Version = tls.VersionName(state.Version)
	}
	l.notify(w, n)
}

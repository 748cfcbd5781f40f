package protocol

import "strings"

// Protocol names one of the two protocols. The empty value means that the
// greeting has not yet told which it is.
type Protocol string

// The protocols that have a table.
const (
	SMTP Protocol = "smtp" // RFC 5321
	POP3 Protocol = "pop3" // RFC 1939
)

// State is a place in a conversation. Its value is the name that is used in
// events, lesson files, data files and documents.
type State string

// States of an SMTP conversation (RFC 5321 §4.1.4).
const (
	StateConnecting State = "connecting" // both protocols: the greeting has not come yet
	StateGreeted    State = "greeted"    // 220 has come, nobody has said EHLO
	StateIdentified State = "identified" // EHLO or HELO was accepted, no mail transaction is open
	StateAuth       State = "auth"       // both protocols: inside an AUTH exchange, the next line is a response
	StateMail       State = "mail"       // MAIL was accepted, no recipient yet
	StateRcpt       State = "rcpt"       // at least one recipient was accepted
	StateContent    State = "content"    // after 354: every line is content until a lone dot
	StateChunks     State = "chunks"     // BDAT has carried some of the content, more is to come (RFC 3030)
	StateClosed     State = "closed"     // both protocols: nothing more can be said
)

// States of a POP3 conversation (RFC 1939 §3). "user" is the part of the
// AUTHORIZATION state in which PASS is awaited; StateUpdate is entered by QUIT.
const (
	StateAuthorization State = "authorization"
	StateUser          State = "user"
	StateTransaction   State = "transaction"
	StateUpdate        State = "update"
)

// stateBase stands in a row's Next for "back to where no transaction is open":
// identified once the client has said EHLO, greeted before.
const stateBase State = "(base)"

// stateEnd stands in a row's Next for "the session ends": POP3 passes through the UPDATE
// state when a maildrop was open and through nothing when none was (RFC 1939 §6).
const stateEnd State = "(end)"

// Need is a condition beside the state that a command depends on.
type Need string

// The needs a row may name, in Needs or (as their opposite) in Excludes.
const (
	NeedESMTP     Need = "esmtp"     // the client said EHLO, not HELO
	NeedAuth      Need = "auth"      // the client has authenticated
	NeedTimestamp Need = "timestamp" // the POP3 greeting carried an APOP timestamp
	NeedTLS       Need = "tls"       // the connection is encrypted
)

// Answer is one reply that a command can get, and what it does.
type Answer struct {
	Code string // "250", "+OK"
	Next State  // the state it leads to; "" leaves the state as it is
	// Marks what the reply changes beside the state.
	Marks Mark
}

// Mark is a change beside the state that an Answer brings.
type Mark uint8

// The marks.
const (
	MarkESMTP         Mark = 1 << iota // the session speaks ESMTP from here on
	MarkPlain                          // HELO: it does not
	MarkAuthenticated                  // the login succeeded
	MarkRecipient                      // one more recipient
	MarkDeleted                        // POP3: one more message marked for deletion
	MarkUndeleted                      // POP3: all marks cleared
	MarkTLS                            // the connection is encrypted from here on, and all that was learned is void
)

// Framing says how long a successful POP3 reply is. SMTP replies frame themselves.
type Framing uint8

// The framings (RFC 1939 §3).
const (
	SingleLine    Framing = iota // one line
	MultiLine                    // up to a line holding only a dot
	MultiIfNoArgs                // multi-line without an argument, one line with one (LIST, UIDL)
	MultiContent                 // multi-line, and what it carries is a message
)

// Secrecy says which part of a client line must never be stored or shown again.
type Secrecy uint8

// The secrecies.
const (
	NothingSecret Secrecy = iota
	SecretArgs            // everything after the verb (PASS)
	SecretAfter1          // everything after the first argument (AUTH PLAIN …, APOP name …)
	SecretLine            // the whole line (a response inside an AUTH exchange)
)

// Row is one command as its RFC defines it.
type Row struct {
	// Verb is the command word in upper case; "" in the greeting's row, "(response)" in the
	// row of an AUTH response and "." in the row of the line that ends the content.
	Verb string
	// Lead is what a client types up to the first argument, "MAIL FROM:<" for instance.
	Lead string
	// Syntax is the RFC's form, with optional parts in square brackets.
	Syntax string
	// Example is a line that may be typed as it stands against the lab.
	Example string
	// Args is the rule that the text after the verb must obey.
	Args Args
	// States lists where the command is in order; empty means everywhere but connecting and closed.
	States []State
	// Needs and Excludes are the conditions beside the state.
	Needs, Excludes []Need
	// Answers lists every reply the RFC gives for it, success first.
	Answers []Answer
	// Bare replaces Answers when the command was said without an argument; nil means the same.
	Bare []Answer
	// Last replaces Answers when the command was said with LAST (BDAT); nil means the same.
	Last []Answer
	// Framing of a successful reply (POP3).
	Framing Framing
	// Secrecy of the line.
	Secrecy Secrecy
	// Obsolete commands are recognised and refused with 502.
	Obsolete bool
	// InsteadOf is the command that beginners are led to, where this one is another way to the
	// same place; "" for most.
	InsteadOf string
	// Keyword is the EHLO keyword or CAPA tag that announces it; "" needs no announcement.
	Keyword string
	// Ref is the place that defines it, "RFC 5321 §4.1.1.2".
	Ref string
}

// answers returns the replies that the row gives to a line with or without arguments.
func (r *Row) answers(args string) []Answer {
	if args == "" && r.Bare != nil {
		return r.Bare
	}
	if r.Last != nil && isLastChunk(args) {
		return r.Last
	}
	return r.Answers
}

// Answer returns the row's entry for a reply code to a line with these
// arguments, and whether there is one.
func (r *Row) Answer(code, args string) (Answer, bool) {
	for _, a := range r.answers(args) {
		if a.Code == code {
			return a, true
		}
	}
	return Answer{}, false
}

// InOrder reports whether the state alone allows the command.
func (r *Row) InOrder(s State) bool {
	if len(r.States) == 0 {
		return s != StateConnecting && s != StateClosed
	}
	for _, x := range r.States {
		if x == s {
			return true
		}
	}
	return false
}

// Multiline reports whether a successful reply to the command, said with these
// arguments, goes on to a line holding only a dot.
func (r *Row) Multiline(args string) bool {
	switch r.Framing {
	case MultiLine, MultiContent:
		return true
	case MultiIfNoArgs:
		return args == ""
	}
	return false
}

// introduces reports whether the command is the client's self-introduction.
func (r *Row) introduces() bool {
	return len(r.Answers) > 0 && r.Answers[0].Marks&(MarkESMTP|MarkPlain) != 0
}

// Table is one protocol.
type Table struct {
	Protocol Protocol
	// States in the order of the main path; diagrams follow it.
	States []State
	// Greeting, Response and Dot are the rows of lines that are not commands: what the server
	// says first, a response inside an AUTH exchange, and the dot that ends the content.
	Greeting, Response, Dot Row
	// Rows are the commands in the order in which they are taught.
	Rows []Row
	// Anywhere lists the replies that any command may get (RFC 5321 §4.2.4, §4.3.2).
	Anywhere []Answer
}

// TableOf returns a protocol's table, or nil for an unknown protocol.
func TableOf(p Protocol) *Table {
	switch p {
	case SMTP:
		return &smtpTable
	case POP3:
		return &pop3Table
	}
	return nil
}

// Row returns the row of a verb, any letter case, or nil. The three rows that
// are not commands are found under their own Verb.
func (t *Table) Row(verb string) *Row {
	for i := range t.Rows {
		if strings.EqualFold(t.Rows[i].Verb, verb) {
			return &t.Rows[i]
		}
	}
	for _, r := range []*Row{&t.Response, &t.Dot} {
		if r.Verb != "" && r.Verb == verb {
			return r
		}
	}
	if verb == "" {
		return &t.Greeting
	}
	return nil
}

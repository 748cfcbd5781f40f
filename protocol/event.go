package protocol

import (
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// Kind says what happened.
type Kind string

// What happens in a conversation.
const (
	KindConnecting Kind = "connecting" // a connection is being made: Host, Port
	KindConnected  Kind = "connected"  // it stands: Host, Port, Address
	KindClient     Kind = "client"     // a client line was sent: Raw, Speech, Context, Fault
	KindLine       Kind = "line"       // a line of a reply has come, the reply may go on: Raw, Ending
	KindPartial    Kind = "partial"    // the server stopped in the middle of a line: Raw is what has come
	KindReply      Kind = "reply"      // a reply is whole: Reply, Context (with the line it answers), After
	KindTLS        Kind = "tls"        // the connection is encrypted from here on: TLS
	KindClosed     Kind = "closed"     // the connection is gone: Close
	KindNote       Kind = "note"       // a line of a transcript that nobody said: Raw, Name is one of the notes below
)

// What a KindNote is, in Event.Name.
const (
	NoteProgram = "program" // the words of the program that wrote the transcript
	NoteUnknown = "unknown" // nobody knows whose words
	NoteStatus  = "status"  // it tells an enhanced status code without the reply: Arg is the code
	NoteTaken   = "taken"   // the program took the line said before for its own, and did not send it
	NoteGap     = "gap"     // part of what one side said is missing: Arg is "client" or "server", Octets how much, 0 where nobody knows
	NoteMidway  = "midway"  // the transcript begins after the conversation did
	NoteSealed  = "sealed"  // what follows is encrypted and cannot be read: Octets of it
	NoteCut     = "cut"     // the transcript ends before the conversation did
)

// What happens beside it, in the lab and at the learner's desk.
const (
	KindDelivered Kind = "delivered" // a mail was put into a mailbox: Mailbox, Message, Octets, From; Arg is its Form
	KindRetrieved Kind = "retrieved" // a mail was read over POP3: Mailbox, Message
	KindRemoved   Kind = "removed"   // marked mails were really deleted: Mailbox, Count
	KindLocked    Kind = "locked"    // a POP3 session has locked a maildrop: Mailbox
	KindUnlocked  Kind = "unlocked"  // and has left it: Mailbox
	KindFault     Kind = "fault"     // a fault of the lab, switched on by somebody, has struck: Name, Arg is where
	KindCommand   Kind = "command"   // the learner used a lab command: Name, Arg; of inbox Mailbox, and Count of the mails that came in this run
)

// What becomes of mail for another domain. All of them have Message, From, Name (the recipient's
// address) and Host (the server that was tried); Count is the number of tries.
const (
	KindQueued   Kind = "queued"   // it waits for its first try
	KindDeferred Kind = "deferred" // a try failed and another will follow: Arg is why
	KindRelayed  Kind = "relayed"  // the next server has taken it
	KindBounced  Kind = "bounced"  // it was given up, and the sender is told: Arg is why
)

// Close says why a connection ended.
type Close string

// The reasons.
const (
	ClosedByQuit    Close = "quit"      // the client said QUIT and the server agreed
	ClosedBy421     Close = "421"       // the server said 421
	ClosedByServer  Close = "server"    // the server closed without a word
	ClosedByReset   Close = "reset"     // the connection was reset
	ClosedByTimeout Close = "timeout"   // nothing moved for too long
	ClosedByUser    Close = "user"      // the learner closed it
	ClosedRefusal   Close = "refusal"   // the server refused in words and hung up
	ClosedByError   Close = "error"     // anything else; Err has the system's words
	ClosedGreeting  Close = "greeting"  // it closed before it had greeted
	ClosedHandshake Close = "handshake" // the TLS handshake failed: TLS.Problem, Err
)

// Event is one thing that happened. Every reader of a conversation (screen,
// lesson, transcript, report) reads these and nothing else.
type Event struct {
	// Seq counts the events of one program run, from 1.
	Seq int `json:"seq"`
	// Time it happened, set by who emits it.
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`
	// Conn tells conversations apart; "" for what happens at the desk.
	Conn string `json:"conn,omitempty"`
	// Host as the learner named it, Port, and Address that was really dialled.
	Host    string `json:"host,omitempty"`
	Port    string `json:"port,omitempty"`
	Address string `json:"address,omitempty"`
	// Raw octets as they went over the wire, without the line ending.
	Raw []byte `json:"-"`
	// Ending of the line on the wire.
	Ending Ending `json:"ending,omitempty"`
	// Cut counts octets that were left out of Raw because the line was over the limit.
	Cut int `json:"cut,omitempty"`
	// Speech is what a client line is.
	Speech Speech `json:"speech,omitempty"`
	// Context in which the line was said or the reply given.
	Context Context `json:"context"`
	// After is where a reply led.
	After *Context `json:"after,omitempty"`
	// Reply, whole.
	Reply *Reply `json:"reply,omitempty"`
	// Unlisted: the table does not know this code for this command. Unasked: nothing was owed.
	Unlisted bool `json:"unlisted,omitempty"`
	Unasked  bool `json:"unasked,omitempty"`
	// Fault the table predicts for a client line.
	Fault *Fault `json:"fault,omitempty"`
	Close Close  `json:"close,omitempty"`
	Err   string `json:"error,omitempty"`
	// TLS is what a handshake agreed on, or why it failed.
	TLS *TLS `json:"tls,omitempty"`

	// Mailbox is a user's name; Message a mail's unique id in it; Octets its size; From its envelope
	// sender, or the client's address where a capture tells it (KindConnected); Count how many; Name and Arg a lab command or a fault.
	Mailbox string `json:"mailbox,omitempty"`
	Message string `json:"message,omitempty"`
	Octets  int    `json:"octets,omitempty"`
	From    string `json:"from,omitempty"`
	Count   int    `json:"count,omitempty"`
	Name    string `json:"name,omitempty"`
	Arg     string `json:"arg,omitempty"`
}

// Sink takes events in the order in which they happened. It must not block for
// long and must not send: it is called while the conversation waits.
type Sink func(Event)

// MarshalJSON writes Raw as "raw", or as "raw_base64" where it is not UTF-8.
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	out := struct {
		plain
		Raw       string `json:"raw,omitempty"`
		RawBase64 string `json:"raw_base64,omitempty"`
	}{plain: plain(e)}
	if utf8.Valid(e.Raw) {
		out.Raw = string(e.Raw)
	} else {
		out.RawBase64 = base64.StdEncoding.EncodeToString(e.Raw)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Event) UnmarshalJSON(data []byte) error {
	type plain Event
	in := struct {
		*plain
		Raw       string `json:"raw"`
		RawBase64 []byte `json:"raw_base64"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	e.Raw = in.RawBase64
	if in.Raw != "" {
		e.Raw = []byte(in.Raw)
	}
	return nil
}

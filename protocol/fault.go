package protocol

// Reason says what is wrong with a client line. Its value is the key under
// which the data files hold the words for it.
type Reason string

// The reasons, in the order in which a server meets them.
const (
	UnknownVerb       Reason = "unknown-verb"
	NotImplemented    Reason = "not-implemented"
	OutOfOrder        Reason = "out-of-order"
	NeedsESMTP        Reason = "needs-esmtp"
	NeedsAuth         Reason = "needs-auth"
	AlreadyAuth       Reason = "already-authenticated"
	NoTimestamp       Reason = "no-timestamp"
	NeedsTLS          Reason = "needs-tls"
	AlreadyTLS        Reason = "already-encrypted"
	MissingArgument   Reason = "missing-argument"
	ExtraArgument     Reason = "extra-argument"
	MissingKeyword    Reason = "missing-keyword"      // MAIL or RCPT without FROM: or TO:
	MissingColon      Reason = "missing-colon"        // FROM or TO without the colon
	SpaceBeforeColon  Reason = "space-before-colon"   // FROM :
	MissingBrackets   Reason = "missing-brackets"     // an address without < and >
	UnclosedBracket   Reason = "unclosed-bracket"     // < without >
	EmptyPath         Reason = "empty-path"           // <> where an address is due
	BadAddress        Reason = "bad-address"          // not a mailbox by RFC 5321 §4.1.2
	TooLongLocal      Reason = "local-part-too-long"  // over 64 octets
	TooLongDomain     Reason = "domain-too-long"      // over 255 octets
	BadDomain         Reason = "bad-domain"           // EHLO with something that is no host name
	BadParameter      Reason = "bad-parameter"        // not keyword[=value]
	UnknownParameter  Reason = "unknown-parameter"    // a parameter that no offered extension defines
	BadValue          Reason = "bad-value"            // a parameter with a value that it may not have
	RepeatedParameter Reason = "repeated-parameter"   // a parameter that stands there twice
	BadNumber         Reason = "bad-number"           // not a message number
	BadDigest         Reason = "bad-digest"           // APOP's digest is not 32 hexadecimal digits
	BadBase64         Reason = "bad-base64"           // a response that does not decode
	Cancelled         Reason = "auth-cancelled"       // the response was *
	LineTooLong       Reason = "line-too-long"        // over the limit of its kind of line
	NulInLine         Reason = "nul-or-eightbit-line" // octets that a command line may not hold
	TooLongPath       Reason = "path-too-long"        // over 256 octets, < and > counted
	NeedsUTF8         Reason = "needs-smtputf8"       // an address outside ASCII without SMTPUTF8
	BeyondChunk       Reason = "beyond-chunk"         // content that is longer than BDAT said
)

// Fault is what the table has against a client line: the refusal that a
// standards-true server gives. For the client it is a prediction, never a ban.
type Fault struct {
	Reason Reason `json:"reason"`
	// Code is the reply code a server answers with, "503" or "-ERR".
	Code string `json:"code"`
	// Enhanced is the enhanced status code (RFC 3463), "" in POP3.
	Enhanced string `json:"enhanced,omitempty"`
	// At and Len are the place in the line, in octets from its first one.
	At  int `json:"at"`
	Len int `json:"len"`
	// Want is what the table would have liked there: a verb to say first, a keyword, a form.
	Want string `json:"want,omitempty"`
}

// refusal is how SMTP words a reason: reply code and enhanced status code.
type refusal struct{ code, enhanced string }

// smtpRefusals: RFC 5321 §4.2.4, §4.3.2; RFC 4954 §4, §6; RFC 3463 §3.6.
var smtpRefusals = map[Reason]refusal{
	UnknownVerb:       {"500", "5.5.1"},
	NotImplemented:    {"502", "5.5.1"},
	OutOfOrder:        {"503", "5.5.1"},
	NeedsESMTP:        {"503", "5.5.1"},
	NeedsAuth:         {"530", "5.7.0"},
	AlreadyAuth:       {"503", "5.5.1"},
	NeedsTLS:          {"530", "5.7.0"}, // RFC 3207 §4
	AlreadyTLS:        {"503", "5.5.1"},
	MissingArgument:   {"501", "5.5.4"},
	ExtraArgument:     {"501", "5.5.4"},
	MissingKeyword:    {"501", "5.5.4"},
	MissingColon:      {"501", "5.5.4"},
	SpaceBeforeColon:  {"501", "5.5.4"},
	MissingBrackets:   {"501", "5.5.4"},
	UnclosedBracket:   {"501", "5.5.4"},
	EmptyPath:         {"501", "5.1.3"},
	BadAddress:        {"501", "5.1.3"},
	TooLongLocal:      {"501", "5.1.3"},
	TooLongDomain:     {"501", "5.1.3"},
	BadDomain:         {"501", "5.5.4"},
	BadParameter:      {"501", "5.5.4"},
	UnknownParameter:  {"555", "5.5.4"},
	BadValue:          {"501", "5.5.4"},
	RepeatedParameter: {"501", "5.5.4"},
	BadBase64:         {"501", "5.5.2"},
	Cancelled:         {"501", "5.7.0"},
	LineTooLong:       {"500", "5.5.6"},
	NulInLine:         {"500", "5.5.2"},
	TooLongPath:       {"501", "5.1.3"},
	NeedsUTF8:         {"553", "5.6.7"}, // RFC 6531 §3.5
	BeyondChunk:       {"500", "5.5.1"}, // what is over is read as a command
}

// newFault words a reason for a protocol.
func newFault(p Protocol, reason Reason, at, length int, want string) *Fault {
	f := &Fault{Reason: reason, Code: CodeErr, At: at, Len: length, Want: want}
	if p == SMTP {
		r := smtpRefusals[reason]
		f.Code, f.Enhanced = r.code, r.enhanced
	}
	return f
}

// NewFault returns the refusal of a whole line for a reason that only a server
// can know: a line over its limit, a response that does not decode.
func NewFault(p Protocol, reason Reason, line string) *Fault {
	return newFault(p, reason, 0, len(line), "")
}

package explain

import "maillab/phrases"

// Severity says how a reply came out (RFC 5321 §4.2.1).
type Severity = string

// The severities.
const (
	Success      Severity = "success"
	Intermediate Severity = "intermediate"
	Transient    Severity = "transient" // failed for now, try again later
	Permanent    Severity = "permanent" // failed, trying the same again is useless
	Unknown      Severity = "unknown"
)

// Annotation is one reply explained.
type Annotation struct {
	// Protocol that was explained, "smtp" or "pop3".
	Protocol string
	// Command is the verb of the line answered, "" for the greeting and for what comes unasked.
	Command string
	// Code is the reply code or status indicator, "" where the line is none.
	Code string
	// Enhanced is the enhanced status code (RFC 3463), for POP3 the response code (RFC 2449 §8).
	Enhanced string
	// Class is what really happened, which is not always what the number says.
	Class string
	// Severity is one of the constants above.
	Severity Severity
	// Fields are the values the reply carries, under stable names. They are exact: clean a string
	// (Clean) before it goes to a screen. Counts are ints, lists []string; entries of LIST and
	// UIDL are [][2]any, number and size or unique id.
	Fields map[string]any
	// Spans tell which octets of Raw mean what, in order, without overlap.
	Spans []Span
	// Digits explain the code digit by digit, or the status indicator.
	Digits []Span
	// Summary is the meaning for what was just asked, for a beginner.
	Summary phrases.Text
	// Details are for the full level, most useful first.
	Details []phrases.Text
	// Causes are what may be behind a refusal, likeliest first. They are shared: do not change them.
	Causes []phrases.Text
	// Notices are what in the reply contradicts itself or the protocol.
	Notices []Notice
	// Sections take apart what the reply holds beyond its words: the way of a mail, its parts, a
	// login's message. For the full level.
	Sections []Section
	// Next are the lines that are in order after this reply, most sensible first.
	Next []Next
	// Ref is the place that defines it.
	Ref string
	// Topic is the stable identity of the thing explained, "smtp.250.RCPT" for instance.
	Topic string
}

// Span is a stretch of octets of Raw and what it means.
type Span struct {
	Start, End int
	Kind       string
	Text       phrases.Text
}

// Next is something that can be said now.
type Next struct {
	Line string
	Why  phrases.Text
}

// Notice is something about a client line that the person should know.
type Notice struct {
	// Kind is the stable name of the slip or risk, "missing-brackets" for instance.
	Kind string
	// At and Len are the place in the line, in octets.
	At, Len int
	Text    phrases.Text
	// Meant is the whole line that was probably meant, "" where there is no telling.
	Meant string
	// Risky is true for what is in order but has a danger.
	Risky bool
	// word is the verb form that was probably meant, for the field did_you_mean.
	word string
}

// Entry is one piece of knowledge.
type Entry struct {
	Key   string       `json:"key"`
	Kind  string       `json:"kind"`
	Title phrases.Text `json:"title"`
	Short phrases.Text `json:"short"`
	Long  phrases.Text `json:"long"`
	Ref   string       `json:"ref"`
}

package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"maillab/phrases"
)

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

// spanJSON and the following are the shapes of the JSON that scripts read.
type spanJSON struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  string `json:"kind"`
	EN    string `json:"en"`
	ZH    string `json:"zh"`
}

type annotationJSON struct {
	Protocol string         `json:"protocol"`
	Command  string         `json:"command"`
	Code     string         `json:"code"`
	Enhanced string         `json:"enhanced"`
	Class    string         `json:"class"`
	Severity string         `json:"severity"`
	Fields   map[string]any `json:"fields"`
	Spans    []spanJSON     `json:"spans"`
	Digits   []spanJSON     `json:"digits"`
	Summary  phrases.Text   `json:"summary"`
	Details  []phrases.Text `json:"details"`
	Next     []string       `json:"next"`
	Ref      string         `json:"ref"`
	Topic    string         `json:"topic"`
}

// MarshalJSON writes the annotation as one flat object. No control or
// direction-changing character appears in it raw, so it may go to a terminal.
func (a Annotation) MarshalJSON() ([]byte, error) {
	out := annotationJSON{
		Protocol: a.Protocol, Command: a.Command, Code: a.Code, Enhanced: a.Enhanced, Class: a.Class,
		Severity: a.Severity, Fields: a.Fields, Spans: spansJSON(a.Spans), Digits: spansJSON(a.Digits),
		Summary: a.Summary, Details: a.Details, Next: make([]string, 0, len(a.Next)), Ref: a.Ref, Topic: a.Topic,
	}
	if out.Fields == nil {
		out.Fields = map[string]any{}
	}
	if out.Details == nil {
		out.Details = []phrases.Text{}
	}
	for _, n := range a.Next {
		out.Next = append(out.Next, n.Line)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, err
	}
	return escapeInvisible(bytes.TrimRight(b.Bytes(), "\n")), nil
}

func spansJSON(spans []Span) []spanJSON {
	out := make([]spanJSON, len(spans))
	for i, s := range spans {
		out[i] = spanJSON{s.Start, s.End, s.Kind, s.Text.EN, s.Text.ZH}
	}
	return out
}

// escapeInvisible replaces what encoding/json leaves raw although a terminal
// would act on it: DEL, C1 controls and bidirectional controls.
func escapeInvisible(in []byte) []byte {
	if !bytes.ContainsFunc(in, invisible) {
		return in
	}
	out := make([]byte, 0, len(in)+16)
	for len(in) > 0 {
		r, n := utf8.DecodeRune(in)
		if invisible(r) && r <= 0xffff {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else if !invisible(r) {
			out = append(out, in[:n]...)
		}
		in = in[n:]
	}
	return out
}

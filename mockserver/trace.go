package mockserver

import (
	"strings"
	"time"

	"maillab/protocol"
)

// traceFields is what a server writes above a mail that it takes in.
type traceFields struct {
	from         string // envelope sender
	helo, peer   string // what the client called itself, and its address
	by, with, id string
	recipient    string // "" when there are several: each other's names are no business of theirs
	when         time.Time
}

// String writes Return-Path and Received (RFC 5321 §4.4).
func (t traceFields) String() string { return "Return-Path: <" + t.from + ">\r\n" + t.received() }

// received is the field alone: only the server that delivers writes Return-Path.
func (t traceFields) received() string {
	clause := ""
	if t.recipient != "" {
		clause = "\r\n\tfor <" + t.recipient + ">"
	}
	return "Received: from " + t.helo + " (" + addressLiteral(t.peer) + ")\r\n\tby " + t.by + " (maillab) with " + t.with + " id " + t.id + clause +
		";\r\n\t" + t.when.Format("Mon, 2 Jan 2006 15:04:05 -0700") + "\r\n"
}

// addressLiteral writes an IP address as RFC 5321 §4.1.3 has it.
func addressLiteral(ip string) string {
	if strings.Contains(ip, ":") {
		return "[IPv6:" + ip + "]"
	}
	return "[" + ip + "]"
}

// headless content does not begin with a header.
func headless(content []byte) bool {
	return len(content) > 0 && content[0] != '\r' && !protocol.IsField(content)
}

// withTrace makes what is kept in memory of a mail that is delivered here.
func withTrace(t traceFields, c *incoming) []byte { return beneath(t.String(), c) }

// beneath puts trace fields above content. Content that does not begin with a header gets an empty line
// before it, or its first line would count as one.
func beneath(head string, c *incoming) []byte {
	if c.headless {
		head += "\r\n"
	}
	out := make([]byte, 0, len(head)+len(c.buffer))
	return append(append(out, head...), c.buffer...)
}

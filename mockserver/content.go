package mockserver

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"maillab/protocol"
)

// unread is how far the content being read has come; it outlives a wake.
type unread struct {
	begun       bool
	afterCRLF   bool // what was read last is a CRLF: only then a lone dot is the end
	octets      int  // without dot-stuffing, those not kept included
	lineTooLong bool
	line        int  // of a chunk: octets of the line so far
	cr          bool // of a chunk: the octet before was a CR
}

// readContent reads up to <CRLF>.<CRLF> into s.buffer, dots taken off (RFC 5321 §4.5.2).
//
// Nothing else ends the content: not <LF>.<CRLF>, not <CRLF>.<LF>, not a dot between bare
// CRs. Servers that were more lenient let one mail smuggle in another. A bare LF is written as
// CRLF, as Postfix does since 3.9, because programs that send text files as they are do mean a
// line end; a bare CR stays an octet of its line (RFC 5321 §2.3.8). What is over the limits is
// read and counted, not kept.
func (s *smtpSession) readContent() (unread, error) {
	c := &s.unread
	if !c.begun {
		*c = unread{begun: true, afterCRLF: true}
	}
	for {
		line, err := s.wire.readLine()
		if err != nil {
			return *c, err
		}
		if line.Ending == protocol.Unended {
			return *c, io.ErrUnexpectedEOF
		}
		text := line.Text
		if c.afterCRLF && len(text) > 0 && text[0] == '.' {
			if len(text) == 1 && line.Ending == protocol.CRLF {
				return *c, nil
			}
			if len(text) > 1 {
				text = text[1:]
			}
		}
		c.afterCRLF = line.Ending == protocol.CRLF
		c.octets += len(text) + line.Cut + len(protocol.CRLF)
		c.lineTooLong = c.lineTooLong || line.Cut > 0
		if c.octets <= s.lab.cfg.Limits.Message && !c.lineTooLong {
			s.buffer = append(append(s.buffer, text...), protocol.CRLF...)
		}
	}
}

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
	return fmt.Sprintf("Received: from %s (%s)\r\n\tby %s (maillab) with %s id %s%s;\r\n\t%s\r\n",
		t.helo, addressLiteral(t.peer), t.by, t.with, t.id, clause, t.when.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
}

// addressLiteral writes an IP address as RFC 5321 §4.1.3 has it.
func addressLiteral(ip string) string {
	if strings.Contains(ip, ":") {
		return "[IPv6:" + ip + "]"
	}
	return "[" + ip + "]"
}

// aField matches the beginning of a header field (RFC 5322 §2.2).
var aField = regexp.MustCompile(`^[!-9;-~]+[ \t]*:`)

// withTrace makes the message that is kept. Content that does not begin with a header
// gets an empty line before it, or its first line would count as one.
func withTrace(t traceFields, content []byte) []byte {
	head := t.String()
	if len(content) > 0 && content[0] != '\r' && !aField.Match(content) {
		head += "\r\n"
	}
	out := make([]byte, 0, len(head)+len(content))
	return append(append(out, head...), content...)
}

package explain

import (
	"strings"

	"maillab/protocol"
)

// ContextAfter builds the likeliest context of a reply of which nothing is known
// but the client line that it answers ("" for the greeting), and parses the
// reply in it. An empty protocol is recognised from the reply.
func ContextAfter(p protocol.Protocol, clientLine, reply string) (protocol.Context, protocol.Reply) {
	if protocol.TableOf(p) == nil {
		p = recognise(clientLine, reply)
	}
	clientLine = strings.ReplaceAll(clientLine, "<BS>", "\b")
	t := protocol.TableOf(p)
	c, multiline := protocol.Context{Protocol: p, State: protocol.StateConnecting}, strings.Contains(strings.TrimRight(reply, "\r\n"), "\n")
	described := describedLine(clientLine)
	switch {
	case clientLine == "":
	case described == placeUnasked:
		c.State = t.Greeting.Answers[0].Next
	default:
		c = contextOf(t, clientLine, described, reply)
		row := t.Row(c.Verb)
		multiline = multiline || row != nil && row.Multiline(c.Args)
	}
	return c, protocol.ParseReply(p, reply, multiline && p == protocol.POP3 && strings.HasPrefix(reply, protocol.CodeOK))
}

// recognise tells the protocol from the reply, then from the line.
func recognise(clientLine, reply string) protocol.Protocol {
	if p := protocol.RecogniseGreeting(reply); p != "" {
		return p
	}
	if strings.HasPrefix(reply, "+") || strings.HasPrefix(reply, "-") {
		return protocol.POP3
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(clientLine), " ")
	if verb != "" && protocol.TableOf(protocol.SMTP).Row(verb) == nil && protocol.TableOf(protocol.POP3).Row(verb) != nil {
		return protocol.POP3
	}
	return protocol.SMTP
}

// describedLine understands lines that describe instead of quote, as the corpus
// and swaks write them: "(base64 password)" is a response, "(idle)" is nothing.
func describedLine(line string) string {
	if !strings.HasPrefix(line, "(") || !strings.HasSuffix(line, ")") {
		return ""
	}
	for _, word := range []string{"base64", "response", "password", "user"} {
		if strings.Contains(line, word) {
			return protocol.VerbResponse
		}
	}
	return placeUnasked
}

// contextOf plays the shortest conversation in which the line is in order.
func contextOf(t *protocol.Table, line, described, reply string) protocol.Context {
	state := stateFor(t, line, described, reply)
	w := protocol.Context{Protocol: t.Protocol, State: state, ESMTP: t.Protocol == protocol.SMTP, Timestamp: ""}
	verb, _, _ := strings.Cut(line, " ")
	if strings.EqualFold(verb, "APOP") {
		w.Timestamp = "<1@x>"
	}
	if t.Protocol == protocol.SMTP && state == protocol.StateGreeted {
		w.ESMTP = false
	}
	m := machineAt(w)
	m.Said(line)
	c := m.Context()
	c.Challenge, c.Helo, c.Timestamp = "", "", ""
	c.Keywords = nil
	if described == protocol.VerbResponse {
		c.Line, c.Args = "", ""
	}
	return c
}

// stateFor finds the state in which the line makes sense with this reply.
func stateFor(t *protocol.Table, line, described, reply string) protocol.State {
	if described == protocol.VerbResponse || answersAuth(t, line, reply) {
		return protocol.StateAuth
	}
	if line == protocol.VerbDot && t.Protocol == protocol.SMTP {
		return protocol.StateContent
	}
	verb, _, _ := strings.Cut(strings.TrimRight(line, " \t"), " ")
	row := t.Row(verb)
	switch {
	case row == nil || verb == "":
		return middle(t)
	case len(row.States) == 0:
		return middle(t)
	}
	best := row.States[0]
	for _, s := range row.States {
		if s == protocol.StateTransaction {
			best = s
		}
	}
	return best
}

// middle is the state in which most of a protocol's commands are in order.
func middle(t *protocol.Table) protocol.State {
	if t.Protocol == protocol.POP3 {
		return protocol.StateTransaction
	}
	return protocol.StateIdentified
}

// answersAuth tells whether the reply is one that only a line inside an AUTH
// exchange can get: the line was meant, or taken, for a response.
func answersAuth(t *protocol.Table, line, reply string) bool {
	code := reply[:min(len(reply), 3)]
	verb, _, _ := strings.Cut(line, " ")
	row := t.Row(verb)
	if line == "*" {
		return true
	}
	if row != nil && row.Verb == "AUTH" || t.Protocol == protocol.POP3 {
		return false
	}
	switch code {
	case "235", "334", "535":
		return true
	case "501":
		return row == nil && strings.Contains(strings.ToLower(reply), "base64")
	}
	return false
}

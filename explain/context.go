package explain

import (
	"slices"
	"strings"

	"maillab/protocol"
)

// ContextAfter builds the likeliest context of a reply of which nothing is known
// but the client line that it answers, and parses the reply in it. Without a line
// it is the greeting, or, where no greeting looks so, whatever it can only be. An
// empty protocol is recognised from the reply.
func ContextAfter(p protocol.Protocol, clientLine, reply string) (protocol.Context, protocol.Reply) {
	if protocol.TableOf(p) == nil {
		p = recognise(clientLine, reply)
	}
	if clientLine == "" {
		clientLine = lineFor(p, reply)
	}
	clientLine = strings.ReplaceAll(clientLine, "<BS>", "\b")
	t := protocol.TableOf(p)
	c, multiline := protocol.Context{Protocol: p, State: protocol.StateConnecting}, strings.Contains(strings.TrimRight(reply, "\r\n"), "\n")
	described := describedLine(clientLine)
	switch {
	case clientLine == "":
	case described == placeUnasked:
		c.State = stateUnasked(t, reply)
	default:
		c = contextOf(t, clientLine, described, reply)
		row := t.Row(c.Verb)
		multiline = multiline || row != nil && row.Multiline(c.Args)
	}
	return c, protocol.ParseReply(p, reply, multiline && p == protocol.POP3 && strings.HasPrefix(reply, protocol.CodeOK))
}

// unasked stands for a line that is not known.
const unasked = "(unknown)"

// envelopeRefusals answer, of all commands, nearly always a sender or recipient (RFC 5321 §4.3.2).
var envelopeRefusals = []string{"450", "452", "550", "551", "552", "553"}

// stateUnasked is where a reply was given of which not even the line that it answers is known.
func stateUnasked(t *protocol.Table, reply string) protocol.State {
	if t.Protocol == protocol.SMTP && slices.Contains(envelopeRefusals, reply[:min(len(reply), 3)]) {
		return protocol.StateMail
	}
	return t.Greeting.Answers[0].Next
}

// onlyAfter: codes that say by themselves which line they answer.
var onlyAfter = map[string]string{
	"214": "HELP", "221": "QUIT", "235": "(response)", "252": "VRFY x", "334": "(response)", "354": "DATA",
	"535": "(response)", "251": "RCPT TO:<x@x>", "551": "RCPT TO:<x@x>",
}

// greetingCodes may stand in a greeting, as ready or as a refusal of the whole session.
var greetingCodes = []string{"220", "421", "521", "554", protocol.CodeOK, protocol.CodeErr}

// lineFor guesses the line that a reply answers, "" for the greeting.
func lineFor(p protocol.Protocol, reply string) string {
	code := reply[:min(len(reply), 3)]
	if p == protocol.POP3 {
		return lineForPOP3(reply)
	}
	line, known := onlyAfter[code]
	switch lower := lowerASCII(reply[:min(len(reply), maxScanned)]); {
	case known:
		return line
	case code == "250" && strings.HasPrefix(reply, "250-") && !strings.HasPrefix(reply, "250-2."):
		return "EHLO x"
	case code == "250" && (strings.Contains(lower, "queued") || strings.Contains(lower, " id=") || strings.Contains(lower, "accepted for delivery") || strings.Contains(lower, " qp ")):
		return protocol.VerbDot
	case contains(greetingCodes, code), len(code) < 3:
		return ""
	}
	if _, ok := refusalClasses[code]; ok || code == "250" {
		return unasked
	}
	return ""
}

func lineForPOP3(reply string) string {
	words := strings.Fields(reply[:min(len(reply), 200)])
	switch {
	case len(words) > 1 && isRespCode(strings.Trim(words[1], "[]")) && words[1] != "[SYS/TEMP]" && strings.HasPrefix(words[1], "["):
		return "PASS x"
	case len(words) == 3 && words[0] == protocol.CodeOK && isNumber(words[1], 9) && isNumber(words[2], 12):
		return "STAT"
	case strings.HasPrefix(reply, protocol.CodeChallenge) && (len(words) > 0 && words[0] == protocol.CodeChallenge):
		return protocol.VerbResponse
	case strings.HasPrefix(reply, protocol.CodeOK):
		return lineForList(reply)
	}
	return ""
}

// lineForList tells by its lines, and by the words before them, what an answer of several lines, or
// its first line alone, is about.
func lineForList(reply string) string {
	status, body, _ := strings.Cut(strings.TrimRight(reply, "\r\n"), "\n")
	first, _, _ := strings.Cut(body, "\n")
	first = strings.TrimRight(first, "\r")
	number, value, two := strings.Cut(first, " ")
	switch words := strings.Fields(lowerASCII(status)); {
	case two && isNumber(number, 9) && isNumber(value, 12):
		return "LIST"
	case two && isNumber(number, 9) && !strings.Contains(value, " "):
		return "UIDL"
	case isHeader(first), slices.Contains(words, "octets") && len(words) == 3 && isNumber(words[1], 12):
		return "RETR 1"
	case slices.Contains(capaTags, firstWord(first)):
		return "CAPA"
	case len(words) > 2 && isNumber(words[1], 9) && (words[2] == "messages:" || words[2] == "messages" && len(words) > 4):
		return "LIST"
	}
	return ""
}

// capaTags begin the list of a CAPA answer, one of them or another.
var capaTags = []string{"CAPA", "TOP", "UIDL", "USER", "SASL", "STLS", "PIPELINING", "RESP-CODES", "EXPIRE", "LOGIN-DELAY", "IMPLEMENTATION"}

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
	m.Trust(line)
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

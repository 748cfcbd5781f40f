package explain

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"

	"maillab/phrases"
	"maillab/protocol"
)

// pop3Parts takes the parts of a POP3 reply apart by what was answered.
func (v *view) pop3Parts() {
	if v.enhanced != "" {
		v.field("resp_code", v.enhanced)
	}
	switch v.a.Class {
	case "greeting":
		v.pop3Greeting()
	case "status":
		v.stat()
	case "listing":
		v.listing(false)
	case "uidl":
		v.listing(true)
	case "message":
		v.message()
	case "capabilities":
		v.capabilities()
	case "auth-mechanisms":
		v.authList()
	case "auth-ok":
		v.loggedIn()
	case "auth-continue":
		if v.code == protocol.CodeChallenge {
			v.challenge(v.reply.Text())
		}
	case "last":
		v.last()
	case "goodbye":
		v.pop3Goodbye()
	}
	v.messageNumber()
}

// messageNumber: which message a reply is about, from its words or the line answered.
func (v *view) messageNumber() {
	switch {
	case v.code == protocol.CodeErr && (v.a.Class == "no-such-message" || v.a.Class == "message-deleted"):
	case v.a.Class == "message", v.a.Class == "deleted-mark":
	default:
		return
	}
	word, _, _ := strings.Cut(v.args, " ")
	if n, err := strconv.Atoi(word); err == nil {
		v.fieldOnce("message", n)
		v.spanOf(word, "message-number", nil)
	}
}

// pop3Greeting: host, software and the APOP timestamp (RFC 1939 §7). Brackets
// without an @ inside are no timestamp.
func (v *view) pop3Greeting() {
	stamp := v.reply.Timestamp()
	v.field("apop", stamp != "")
	if stamp != "" {
		v.field("timestamp", stamp)
		v.spanOf(stamp, "timestamp", nil)
		v.a.Summary = say("summary.pop3-greeting-apop", phrases.Args{"timestamp": shown(stamp)})
	}
	for _, word := range strings.Fields(v.text) {
		if name := strings.TrimRight(word, ".,;!"); isHost(name) {
			v.field("host", name)
			v.spanOf(name, "host", phrases.Args{"host": shown(name)})
			break
		}
	}
	v.software()
	v.falseStamp(stamp)
}

// falseStamp explains what looks like a timestamp and is none: Exchange puts
// its own name there, in UTF-16 and Base64.
func (v *view) falseStamp(stamp string) {
	open := strings.IndexAny(v.text, "[<")
	if open < 0 || stamp != "" {
		return
	}
	end := strings.IndexAny(v.text[open:], "]>")
	if end < 2 {
		return
	}
	inner := v.text[open+1 : open+end]
	v.contradicts("no-timestamp", say("detail.no-timestamp", nil))
	if name := utf16Name(inner); name != "" {
		v.field("server_name", name)
		v.spanAt(open, end+1, "server-name", phrases.Args{"host": shown(name)})
	}
}

func utf16Name(s string) string {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(raw) < 4 || len(raw)%2 != 0 {
		return ""
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i]) | uint16(raw[2*i+1])<<8
	}
	name := string(utf16.Decode(units))
	if !isHost(name) {
		return ""
	}
	return name
}

// numbersIn returns the first numbers of a text, at most n, and where they stand. The digits of a
// name ("POP3", "STD53") are none.
func numbersIn(text string, n int) (values, at []int) {
	for i := 0; i < len(text) && len(values) < n; {
		if text[i] < '0' || text[i] > '9' {
			i++
			continue
		}
		end := i
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		if v, err := strconv.Atoi(text[i:end]); err == nil && (i == 0 || !isWordByte(text[i-1])) {
			values, at = append(values, v), append(at, i)
		}
		i = end
	}
	return values, at
}

// stat: +OK messages octets (RFC 1939 §5).
func (v *view) stat() {
	if v.totals() {
		args := phrases.Args{"messages": number(v.a.Fields["messages"].(int)), "octets": number(v.a.Fields["octets"].(int))}
		v.a.Summary = say("summary.stat", args)
		if v.ctx.Deleted > 0 {
			v.a.Summary = join(v.a.Summary, say("summary.stat-deleted", phrases.Args{"n": number(v.ctx.Deleted)}))
		}
	}
}

// totals reads the two numbers, count and octets, of a first line.
func (v *view) totals() bool {
	n, at := numbersIn(v.text, 3)
	if len(n) < 2 {
		if len(n) == 1 && strings.Contains(v.lower, "message") {
			v.field("messages", n[0])
			v.spanAt(at[0], len(number(n[0])), "messages", nil)
		}
		return false
	}
	octets := len(n) - 1
	for i := len(n) - 1; i > 0; i-- { // "2 visible messages (0 hidden) in 320 octets"
		if unit := strings.TrimLeft(v.text[at[i]+digitsAt(v.text, at[i]):], " "); hasUnit(unit) {
			octets = i
			break
		} else if i == 1 {
			octets = 1
		}
	}
	v.field("messages", n[0])
	v.field("octets", n[octets])
	v.spanAt(at[0], digitsAt(v.text, at[0]), "messages", nil)
	v.spanAt(at[octets], digitsAt(v.text, at[octets]), "octets", phrases.Args{"size": humanSize(n[octets])})
	return true
}

// hasUnit: what stands behind a size.
func hasUnit(s string) bool {
	s = lowerASCII(s[:min(len(s), 6)])
	return strings.HasPrefix(s, "octet") || strings.HasPrefix(s, "byte") || strings.HasPrefix(s, "(octet")
}

func digitsAt(s string, at int) int {
	n := at
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n - at
}

// loggedIn: some servers tell the count after the login, others a session's name.
func (v *view) loggedIn() {
	if at := strings.Index(v.text, "SESSIONID=<"); at >= 0 {
		rest := v.text[at+len("SESSIONID=<"):]
		if end := strings.IndexByte(rest, '>'); end > 0 {
			v.field("session_id", rest[:end])
			v.spanAt(at, len("SESSIONID=<")+end+1, "session-id", nil)
		}
		return
	}
	if strings.Contains(v.lower, "message") || strings.Contains(v.lower, "octets") {
		v.totals()
	}
}

func (v *view) last() {
	if n, at := numbersIn(v.text, 1); len(n) == 1 {
		v.field("last", n[0])
		v.spanAt(at[0], digitsAt(v.text, at[0]), "message-number", nil)
	}
}

// pop3Goodbye: QUIT after a login deletes what is marked (RFC 1939 §6).
func (v *view) pop3Goodbye() {
	if strings.Contains(v.lower, "deleted") || strings.Contains(v.lower, "expunged") || v.ctx.Deleted > 0 {
		v.field("deleted", true)
	}
	switch {
	case v.ctx.State != protocol.StateTransaction:
		v.a.Summary = say("summary.pop3-quit-early", nil)
	case v.ctx.Deleted > 0:
		v.a.Summary = say("summary.pop3-quit-deleted", phrases.Args{"n": number(v.ctx.Deleted)})
	}
}

// authList: one mechanism a line (RFC 5034 §4, first sent in answer to a bare AUTH).
func (v *view) authList() {
	list := []string{}
	at := v.lineStart(min(1, len(v.reply.Lines)))
	for i, l := range v.reply.Lines {
		if i == 0 {
			continue
		}
		v.mechanisms(at, l.Text, &list)
		at += len(l.Text) + len("\r\n")
	}
	v.field("mechanisms", list)
	if len(list) == 0 {
		v.a.Summary = say("summary.auth-list-empty", nil)
		return
	}
	v.a.Summary = insert(say("summary.auth-list", nil), "mechanisms", enumerated(list))
}

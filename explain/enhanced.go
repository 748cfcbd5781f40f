package explain

import (
	"cmp"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// enhancedCode is class.subject.detail (RFC 3463 §2).
type enhancedCode struct {
	code, class, subject, detail string
}

func parseEnhanced(s string) (enhancedCode, bool) {
	class, rest, ok := strings.Cut(s, ".")
	subject, detail, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || len(class) != 1 || !strings.Contains("245", class) || !isNumber(subject, 3) || !isNumber(detail, 3) {
		return enhancedCode{}, false
	}
	return enhancedCode{s, class, subject, detail}, true
}

func isNumber(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// enhancedRecord finds what the registry says of a code, or of its subject.
func enhancedRecord(e enhancedCode) (r *record, exact bool) {
	if r := shelfEnhanced.get(e.class + "." + e.subject + "." + e.detail); r != nil {
		return r, true
	}
	if r := shelfEnhanced.get("X." + e.subject + "." + e.detail); r != nil {
		return r, true
	}
	if r := shelfEnhanced.get("X." + e.subject + ".X"); r != nil {
		return r, false
	}
	return shelfEnhanced.get("X.0.0"), false
}

// enhancedWords is the note at an enhanced code: its class and its meaning.
func enhancedWords(code string) phrases.Text {
	e, ok := parseEnhanced(code)
	if !ok {
		return say("span.text", nil)
	}
	r, exact := enhancedRecord(e)
	return enhancedNotes.get(enhancedNote{r, e.class[0], exact}, enhancedNote.words)
}

// enhancedNote is what the note at an enhanced code depends on: the record found, whether it is
// the code's own, and the first digit.
type enhancedNote struct {
	*record
	class byte
	exact bool
}

var enhancedNotes memo[enhancedNote, phrases.Text]

func (n enhancedNote) words() phrases.Text {
	class := shelfEnhanced.get(string(n.class) + ".X.X")
	what := n.text()
	if !n.exact {
		private := say("enhanced.private", phrases.Args{"subject": ""})
		what = phrases.Text{EN: n.EN + private.EN, ZH: n.ZH + private.ZH}
	}
	return phrases.Text{EN: class.EN + ": " + what.EN, ZH: class.ZH + "：" + what.ZH}
}

// enhancedClasses: what an enhanced code tells whatever the command was.
var enhancedClasses = map[string]string{
	"1.1": "mailbox-unknown", "1.2": "dns-failure", "1.3": "address-syntax", "1.6": "mailbox-unknown", "1.7": "address-syntax",
	"1.8": "sender-rejected", "1.10": "dns-failure", "2.1": "mailbox-disabled", "2.2": "mailbox-full", "2.3": "too-large",
	"3.2": "service-unavailable", "3.4": "too-large", "4.1": "temp-failure", "4.2": "timeout", "4.4": "dns-failure",
	"5.3": "too-many-recipients", "5.6": "protocol-violation", "7.8": "auth-failed", "7.9": "auth-failed", "7.10": "tls-required", "7.11": "tls-required",
	"7.12": "auth-failed", "7.13": "login-disabled", "7.15": "policy-reject", "7.20": "policy-reject", "7.21": "policy-reject",
	"7.22": "policy-reject", "7.23": "policy-reject", "7.24": "policy-reject", "7.25": "ip-blocked", "7.26": "policy-reject",
	"7.27": "sender-rejected", "7.28": "rate-limit", "7.29": "policy-reject",
}

// classByEnhanced returns the class that the enhanced code alone decides, or "".
func classByEnhanced(v *view) string {
	e, ok := parseEnhanced(v.enhanced)
	if !ok {
		return ""
	}
	key := e.subject + "." + e.detail
	switch {
	case v.code == "530" && key == "7.0":
		return "auth-required"
	case v.code == "530" && key == "7.10", v.code == "553" && v.place == "MAIL" && key == "7.1":
		return "sender-rejected"
	case v.place == "RCPT" && v.a.Severity == Permanent && (key == "7.0" || key == "7.1" || key == "7.2"):
		return "policy-reject" // 550 alone would be an unknown mailbox
	case v.place == protocol.VerbDot && e.subject == "7" && (e.detail == "0" || e.detail == "1"):
		return "policy-reject"
	case key == "4.1" && v.a.Severity == Permanent:
		return ""
	case key == "2.1" && v.a.Severity == Transient, key == "4.4" && v.code == "421", key == "1.8" && v.place == "RCPT" && v.a.Severity == Transient:
		return "temp-failure"
	case key == "7.9" && v.code == "504", key == "5.4" && v.place == "AUTH" && v.code == "504":
		return "auth-mechanism-unsupported"
	}
	if class := enhancedClasses[key]; class != "" || v.place != "RCPT" || v.code != "550" && v.code != "554" {
		return class
	}
	return cmp.Or(refusedRecipient[key], refusedRecipient[e.subject])
}

// refusedRecipient: 550 to RCPT says that the mailbox is unknown, unless the enhanced code
// tells that it is about something else.
var refusedRecipient = map[string]string{
	"1.4": "address-syntax", "2.4": "error", "3.1": "temp-failure", "3.3": "parameter-unsupported", "3.5": "policy-reject",
	"4.3": "temp-failure", "4.5": "temp-failure", "4.6": "policy-reject", "4.7": "timeout",
	"5.1": "bad-sequence", "5.2": "syntax-error", "5.4": "parameter-unsupported",
	"6": "policy-reject", "6.7": "parameter-unsupported", "7": "policy-reject", "7.16": "too-large", "7.17": "mailbox-unknown", "7.18": "mailbox-unknown",
}

// contradiction reports an enhanced code whose class is not the reply code's.
func contradiction(code, enhanced string) bool {
	return len(code) == 3 && enhanced != "" && strings.Contains("245", enhanced[:1]) && code[0] != enhanced[0]
}

// respCodeWords is the note at a POP3 response code.
func respCodeWords(code string) phrases.Text {
	if r := shelfRespCodes.get(code); r != nil {
		return r.text()
	}
	head, _, _ := strings.Cut(code, "/")
	if r := shelfRespCodes.get(head); r != nil {
		return r.text()
	}
	return say("span.response-code-unknown", phrases.Args{"code": shown(code)})
}

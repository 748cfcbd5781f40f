package explain

import (
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// classSubjects are the subjects of enhanced codes (RFC 3463 §2) under which a
// class may come; another one contradicts the words. Classes that come under any
// subject are left out.
var classSubjects = map[string]string{
	"address-syntax": "15", "auth-failed": "75", "auth-rate-limit": "7", "auth-required": "75", "dns-failure": "147",
	"login-disabled": "71", "mailbox-disabled": "12", "mailbox-full": "23", "mailbox-unknown": "1", "relay-denied": "714",
	"spam-reject": "76", "syntax-error": "5", "tls-required": "75", "too-large": "235", "too-many-recipients": "5",
	"unknown-command": "5", "helo-rejected": "75",
}

// wordsAgainstCodes notices words that say something else than the codes do.
func (v *view) wordsAgainstCodes() {
	if v.known == nil || v.protocol != protocol.SMTP {
		return
	}
	if v.known.Severity != "" && v.known.Severity != v.severity() {
		v.contradicts("misleading-code", say("detail.misleading", phrases.Args{"code": v.code}))
	}
	e, ok := parseEnhanced(v.enhanced)
	if !ok || e.subject == "0" || len(v.known.Enhanced) > 0 { // words and code are known together
		return
	}
	if subjects, bound := classSubjects[v.a.Class]; bound && !strings.Contains(subjects, e.subject) {
		v.contradicts("enhanced-words", say("detail.enhanced-words", phrases.Args{"enhanced": v.enhanced}))
	}
}

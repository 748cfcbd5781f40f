package explain

import (
	"strings"

	"maillab/protocol"
)

// classByCode is for replies whose words are unknown.
func (v *view) classByCode() string {
	switch {
	case v.code == "":
		return "error"
	case v.protocol == protocol.POP3:
		return v.classPOP3()
	case v.oddCode:
		return "error"
	case v.a.Severity == Success || v.a.Severity == Intermediate:
		return v.classSuccess()
	}
	if class := classByEnhanced(v); class != "" {
		return class
	}
	return v.classRefusal()
}

// successClasses: SMTP codes that mean the same after every command.
var successClasses = map[string]string{
	"211": "help", "214": "help", "221": "goodbye", "235": "auth-ok", "252": "verify-uncertain",
	"334": "auth-continue", "354": "data-continue",
}

// success250 tells what a 250 says by the command it answers (RFC 5321 §4.3.2).
var success250 = map[string]string{
	"EHLO": "capabilities", ".": "queued", "RSET": "reset", "NOOP": "noop", "HELP": "help", "QUIT": "goodbye", "BDAT": "queued",
}

func (v *view) classSuccess() string {
	switch class, ok := successClasses[v.code]; {
	case ok:
		return class
	case v.place == placeGreeting:
		return "greeting"
	case v.code == "220" && v.place == "STARTTLS":
		return "tls-ready"
	case v.code == "220" && v.place == placeUnasked:
		return "greeting"
	}
	if v.place == "BDAT" && !lastChunk(v.args) {
		return "ok" // only a part has arrived
	}
	if class, ok := success250[v.place]; ok {
		return class
	}
	return "ok"
}

// lastChunk: "BDAT 10 LAST" ends the mail (RFC 3030 §2).
func lastChunk(args string) bool {
	_, word, _ := strings.Cut(args, " ")
	return strings.EqualFold(strings.TrimSpace(word), "LAST")
}

// placeClasses: refusals whose meaning depends on the command, "code.place".
var placeClasses = map[string]string{
	"501.(response)": "auth-failed", "500.(response)": "auth-failed", "503.(response)": "auth-failed", "550.(response)": "auth-failed",
	"504.AUTH": "auth-mechanism-unsupported", "504.EHLO": "helo-rejected", "504.HELO": "helo-rejected",
	"550.EHLO": "helo-rejected", "550.HELO": "helo-rejected", "554.EHLO": "helo-rejected", "554.HELO": "helo-rejected",
	"550.AUTH": "auth-failed", "454.STARTTLS": "tls-unavailable", "454.AUTH": "auth-unavailable", "454.(response)": "auth-unavailable",
	"550.RCPT": "mailbox-unknown", "550.MAIL": "sender-rejected", "553.MAIL": "sender-rejected", "554.MAIL": "sender-rejected",
	"550.VRFY": "mailbox-unknown", "550.EXPN": "mailbox-unknown", "553.RCPT": "address-syntax", "553.VRFY": "address-syntax",
	"552.RCPT": "mailbox-full", "552.MAIL": "too-large", "552..": "too-large", "452.RCPT": "too-many-recipients",
	"554.GREETING": "service-unavailable", "421.GREETING": "service-unavailable", "554.DATA": "bad-sequence",
	"550..": "policy-reject", "554..": "policy-reject", "553..": "policy-reject", "554.RCPT": "policy-reject",
	"550.GREETING": "ip-blocked", "553.GREETING": "ip-blocked", "535.GREETING": "policy-reject", "551.RCPT": "mailbox-unknown",
}

// refusalClasses: the same without regard to the command.
var refusalClasses = map[string]string{
	"421": "service-unavailable", "432": "auth-failed", "450": "temp-failure", "451": "temp-failure", "452": "temp-failure",
	"453": "policy-reject", "454": "auth-unavailable", "455": "temp-failure", "458": "policy-reject", "459": "service-unavailable",
	"500": "unknown-command", "501": "syntax-error", "502": "not-implemented", "503": "bad-sequence",
	"504": "parameter-unsupported", "510": "address-syntax", "511": "mailbox-unknown", "512": "dns-failure", "513": "relay-denied",
	"521": "service-unavailable", "523": "too-large", "525": "login-disabled", "526": "auth-failed", "530": "auth-required",
	"533": "auth-required", "534": "auth-failed", "535": "auth-failed", "538": "tls-required", "541": "spam-reject",
	"550": "policy-reject", "551": "mailbox-unknown", "552": "mailbox-full", "553": "address-syntax", "554": "policy-reject",
	"555": "parameter-unsupported", "556": "relay-denied", "557": "policy-reject", "571": "policy-reject",
}

func (v *view) classRefusal() string {
	if v.code == "501" && v.enhanced == "" && v.addressProblem() {
		return "address-syntax"
	}
	if isSubcode(firstWord(v.text)) && v.a.Severity == Permanent {
		return "policy-reject"
	}
	if class, ok := placeClasses[v.code+"."+v.place]; ok {
		return class
	}
	if class, ok := refusalClasses[v.code]; ok {
		return class
	}
	if v.a.Severity == Transient {
		return "temp-failure"
	}
	return "error"
}

// addressProblem: a bare 501 to a line whose only fault is its address.
func (v *view) addressProblem() bool {
	for _, s := range v.slips {
		if s.Kind == string(protocol.BadAddress) || s.Kind == string(protocol.EmptyPath) {
			return true
		}
	}
	return false
}

// popSuccess tells what +OK says by the command it answers.
var popSuccess = map[string]string{
	placeGreeting: "greeting", "USER": "continue", "PASS": "auth-ok", "APOP": "auth-ok", "AUTH": "auth-ok",
	protocol.VerbResponse: "auth-ok", "STAT": "status", "LIST": "listing", "UIDL": "uidl", "RETR": "message",
	"TOP": "message", "DELE": "deleted-mark", "RSET": "reset", "NOOP": "noop", "QUIT": "goodbye", "CAPA": "capabilities",
	"LAST": "last", "STLS": "tls-ready", "HELP": "help",
}

// slipClass: with -ERR alone, what the table has against the line is the reason.
var slipClass = map[protocol.Reason]string{
	protocol.OutOfOrder: "bad-sequence", protocol.MissingArgument: "bad-argument", protocol.ExtraArgument: "bad-argument",
	protocol.BadNumber: "bad-argument", protocol.BadDigest: "bad-argument",
}

// popFailure tells what -ERR says by the command it answers, when its words say nothing.
var popFailure = map[string]string{
	placeGreeting: "service-unavailable", "PASS": "auth-failed", "APOP": "auth-failed",
	protocol.VerbResponse: "auth-failed", "CAPA": "unknown-command", "AUTH": "auth-failed", "STLS": "tls-unavailable",
}

func (v *view) classPOP3() string {
	switch v.code {
	case protocol.CodeOK:
		if v.place == "AUTH" && (v.args == "" || v.reply.Multiline) {
			return "auth-mechanisms"
		}
		if v.place == "AUTH" && !strings.Contains(v.args, " ") {
			v.a.Summary = say("summary.auth-plus-ok", nil)
			return "auth-continue"
		}
		if class, ok := popSuccess[v.place]; ok {
			return class
		}
		return "ok"
	case protocol.CodeChallenge:
		return "auth-continue"
	}
	if class := respCodeClass(v.enhanced); class != "" {
		return class
	}
	for _, s := range v.slips {
		if class, ok := slipClass[protocol.Reason(s.Kind)]; ok {
			return class
		}
	}
	if v.row != nil && v.afterLogin() && !v.row.InOrder(v.ctx.State) {
		return "bad-sequence" // a second login
	}
	if v.place == "AUTH" && !strings.Contains(v.args, " ") {
		return "unknown-command" // no password has been given yet
	}
	if class, ok := popFailure[v.place]; ok {
		return class
	}
	if v.row == nil && v.code == protocol.CodeErr && v.verb != "" {
		return "unknown-command"
	}
	return "error"
}

// respCodeClass is what a POP3 response code tells by itself (RFC 2449 §8.1, RFC 3206).
func respCodeClass(code string) string {
	switch {
	case code == "IN-USE":
		return "mailbox-locked"
	case code == "LOGIN-DELAY":
		return "login-delay"
	case strings.HasPrefix(code, "SYS/TEMP"):
		return "temp-failure"
	case strings.HasPrefix(code, "SYS/PERM"):
		return "service-disabled"
	case code == "AUTH":
		return "auth-failed"
	}
	return ""
}

package explain

import (
	"strconv"
	"strings"

	"maillab/protocol"
)

// classify decides what really happened. The words decide where they are known,
// then the response code or enhanced code, then the reply code in its command.
func (v *view) classify() {
	v.a.Severity = v.severity()
	v.slips = v.clientSlips()
	v.known = loadRules().find(v)
	if v.known != nil {
		v.a.Class = v.refine(v.known.Class)
		if v.known.Severity != "" {
			v.a.Severity = v.known.Severity
		}
		v.closes = v.known.Closes
	}
	if v.a.Class == "" {
		v.a.Class = v.classByCode()
	}
	v.closes = v.closes || v.code == "421" || v.a.Class == "goodbye" || v.code == "521" && v.place == placeGreeting ||
		v.place == placeGreeting && v.code == protocol.CodeErr
	if v.closes {
		v.field("closes", true)
	}
}

func (v *view) severity() Severity {
	switch {
	case v.code == protocol.CodeOK:
		return Success
	case v.code == protocol.CodeChallenge:
		return Intermediate
	case v.code == protocol.CodeErr && (strings.HasPrefix(v.enhanced, "SYS/TEMP") || v.enhanced == "IN-USE" || v.enhanced == "LOGIN-DELAY"):
		return Transient
	case v.code == protocol.CodeErr:
		return Permanent
	case v.oddCode || len(v.code) != 3:
		return Unknown
	}
	switch v.code[0] {
	case '2':
		return Success
	case '3':
		return Intermediate
	case '4':
		return Transient
	case '5':
		return Permanent
	}
	return Unknown
}

// clientSlips looks at the line that was answered: the reply often is about a slip in it.
func (v *view) clientSlips() []Notice {
	if v.table == nil || v.ctx.Line == "" || v.ctx.Speech == protocol.SpeechContentEnd || v.a.Severity == Success {
		return nil
	}
	return slipsOf(v.ctx)
}

// refine settles what words alone leave open: the same sentence means different
// things after different lines.
func (v *view) refine(class string) string {
	switch class {
	case "unknown-command":
		return v.unknownCommand()
	case "temp-failure":
		if v.code == "421" && v.place != protocol.VerbResponse && v.place != "AUTH" {
			return "service-unavailable"
		}
	case "not-implemented":
		if v.enhanced == "SYS/PERM" {
			return "service-disabled"
		}
		if v.row == nil && v.verb != "" && !knownVerb(v.protocol, v.verb) {
			return "unknown-command"
		}
	case "no-such-message":
		return v.noSuchMessage()
	case "mailbox-unknown":
		if strings.HasPrefix(v.lower, "invalid recipient") && publicDomain(argDomain(v.args)) {
			return "relay-denied"
		}
	case "syntax-error":
		if v.addressFault() {
			return "address-syntax"
		}
	}
	return class
}

// unknownCommand: "unknown command" of a word that is right elsewhere is a matter of the state.
func (v *view) unknownCommand() string {
	if v.protocol != protocol.POP3 || v.row == nil {
		return "unknown-command"
	}
	for _, s := range v.slips {
		if class, ok := slipClass[protocol.Reason(s.Kind)]; ok {
			return class
		}
	}
	state := v.ctx.State
	switch {
	case strings.Contains(v.lower, "transaction state"):
		state = protocol.StateTransaction
	case strings.Contains(v.lower, "state"), v.row.Keyword == "":
		// Every server has the commands that need no capability: to them, "unknown" means
		// that nobody has logged in.
		state = protocol.StateAuthorization
	}
	if v.row.Verb != "CAPA" && !v.row.InOrder(state) && !v.row.InOrder(protocol.StateUser) {
		return "bad-sequence"
	}
	return "unknown-command"
}

// noSuchMessage: a wrong number, or no number at all, or message 1, which is
// missing only when it was marked (or the maildrop is empty).
func (v *view) noSuchMessage() string {
	number, _, _ := strings.Cut(v.args, " ")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil && v.args != "", v.args == "" && v.place != "":
		return "bad-argument"
	case n == 1, v.ctx.Deleted > 0 && n > 0 && strings.Contains(v.lower, "deleted"):
		return "message-deleted"
	}
	return "no-such-message"
}

// addressFault reports whether the line has its address wrong, by the table.
func (v *view) addressFault() bool {
	if v.code != "554" && v.code != "553" && v.enhanced == "" {
		return false
	}
	for _, s := range v.slips {
		switch protocol.Reason(s.Kind) {
		case protocol.MissingBrackets, protocol.UnclosedBracket, protocol.BadAddress, protocol.EmptyPath:
			return v.code == "554" || v.code == "553"
		}
	}
	return false
}

func argDomain(args string) string {
	_, domain, ok := strings.Cut(args, "@")
	if !ok {
		return ""
	}
	end := strings.IndexAny(domain, "> ")
	if end >= 0 {
		domain = domain[:end]
	}
	return strings.ToLower(domain)
}

// publicDomain reports whether a domain belongs to a big public provider: a
// server that is not the provider's can only relay to it.
func publicDomain(domain string) bool { return domain != "" && shelfTerms.get("domain."+domain) != nil }

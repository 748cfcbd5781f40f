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
			v.slips = v.clientSlips() // a refusal after all, whatever its code
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
		return v.syntaxError()
	}
	return class
}

// syntaxError: bad syntax of a word that is no command is an unknown command;
// of a line whose only fault is its address, a matter of the address.
func (v *view) syntaxError() string {
	switch {
	case v.code == "500" && v.row == nil && v.verb != "":
		return "unknown-command"
	case v.addressFault():
		return "address-syntax"
	}
	return "syntax-error"
}

// unknownCommand: "unknown command" of a word that is right elsewhere is a matter of the state.
func (v *view) unknownCommand() string {
	if v.protocol != protocol.POP3 || v.row == nil {
		if v.row != nil && strings.Contains(v.lower, "command error") { // Courier has one sentence for all
			return v.commandError()
		}
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

// commandError: a known command that is refused as a whole was badly written, or out of order.
func (v *view) commandError() string {
	for _, s := range v.slips {
		if protocol.Reason(s.Kind) != protocol.OutOfOrder {
			return "syntax-error"
		}
	}
	return "bad-sequence"
}

// noSuchMessage: a wrong number, or no number at all, or message 1, which is
// missing only when it was marked (or the maildrop is empty).
func (v *view) noSuchMessage() string {
	number, _, _ := strings.Cut(v.args, " ")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil && v.args != "", v.args == "" && v.place != "", err == nil && n < 0:
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

package explain

import (
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// clearMechanisms send the password or the token itself; the value is the notice about that.
var clearMechanisms = map[string]string{
	"LOGIN": "clear-password", "PLAIN": "clear-password", "XOAUTH2": "clear-token", "OAUTHBEARER": "clear-token",
}

// risks are what is in order and yet has a danger worth one sentence.
func risks(ctx protocol.Context, u protocol.Utterance) []Notice {
	line := u.Line()
	if u.Speech == protocol.SpeechResponse {
		kind := clearMechanisms[ctx.Mechanism]
		refused := kind == "clear-token" && ctx.Challenge != "" // the secret went with the line before
		if kind != "" && !refused && !ctx.TLS && line != "*" && line != "" && !asksName(ctx) {
			return []Notice{risk(kind, 0, len(line), nil)}
		}
		return nil
	}
	if u.Speech != protocol.SpeechCommand || u.Row == nil {
		return misspeltPassword(u)
	}
	var list []Notice
	add := func(n Notice) { list = append(list, n) }
	first, second, _ := strings.Cut(u.Args, " ")
	transaction := ctx.State == protocol.StateMail || ctx.State == protocol.StateRcpt
	switch u.Row.Verb {
	case "PASS":
		passRisks(ctx, u, add)
	case "USER":
		if looksBase64(u.Args) {
			add(risk("base64-in-pop3", u.ArgsAt, len(u.Args), phrases.Args{"verb": "USER"}))
		}
	case "AUTH":
		if kind := clearMechanisms[strings.ToUpper(first)]; kind != "" && !ctx.TLS {
			add(risk(kind, u.ArgsAt, len(first), nil))
		}
		if _, bad := protocol.DecodeBase64(second); bad == nil && second != "" && strings.EqualFold(first, "PLAIN") {
			add(risk("secret-in-line", u.ArgsAt+len(first)+1, len(second), nil))
		}
	case "APOP":
		add(risk("apop-weak", 0, len(u.Verb), nil))
	case "QUIT":
		switch {
		case transaction:
			add(risk("quit-abandons", 0, len(u.Verb), nil))
		case ctx.Deleted > 0:
			add(risk("quit-deletes", 0, len(u.Verb), phrases.Args{"n": number(ctx.Deleted)}))
		}
	case "EHLO", "HELO":
		if transaction {
			add(risk("ehlo-resets", 0, len(u.Verb), nil))
		}
	}
	return list
}

// asksName reports whether the line due is only the user name.
func asksName(ctx protocol.Context) bool {
	return challengeKind(decodedChallenge(ctx.Challenge), ctx.Challenge, ctx.Mechanism) == "username"
}

func passRisks(ctx protocol.Context, u protocol.Utterance, add func(Notice)) {
	line := u.Line()
	if u.Args != "" && !ctx.TLS {
		add(clearPassword(u))
	}
	if behind := u.Line()[min(len(u.Verb), len(u.Line())):]; strings.HasPrefix(behind, "  ") {
		blanks := len(behind) - len(strings.TrimLeft(behind, " "))
		add(risk("leading-blank-of-password", len(u.Verb)+1, blanks-1, nil))
	}
	if end := len(strings.TrimRight(line, " ")); u.Args != "" && end < len(line) {
		add(risk("trailing-blank", end, len(line)-end, nil))
	}
	if looksBase64(u.Args) && (strings.HasSuffix(u.Args, "=") || len(u.Args) >= 8) {
		add(risk("base64-in-pop3", u.ArgsAt, len(u.Args), phrases.Args{"verb": "PASS"}))
	}
}

// clearPassword: a password that stands in the line as it is.
func clearPassword(u protocol.Utterance) Notice {
	n := risk("clear-password-typed", u.ArgsAt, len(u.Args), nil)
	n.Kind = "clear-password"
	return n
}

// misspeltPassword: "pas secret" sends the password although nobody understands it.
func misspeltPassword(u protocol.Utterance) []Notice {
	if u.Speech != protocol.SpeechCommand || u.Args == "" {
		return nil
	}
	if f, d := nearest([]form{{"PASS", "PASS", "PASS"}}, lettersOnly(u.Verb)); d <= 1 && f.verb != "" || strings.HasPrefix(u.Verb, "PASS") {
		return []Notice{clearPassword(u)}
	}
	return nil
}

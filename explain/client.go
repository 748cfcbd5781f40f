package explain

import (
	"slices"
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// Client looks at a client line before or after it is sent, and says what in it
// is a slip or a risk, with the place and the line that was probably meant. u
// comes from Machine.Look or Machine.Said; ctx is where the conversation stands.
func Client(ctx protocol.Context, u protocol.Utterance) []Notice {
	notices := slips(ctx, u)
	return append(notices, risks(ctx, u)...)
}

// slipsOf finds the slips of the line that ctx says was answered.
func slipsOf(ctx protocol.Context) []Notice {
	m := machineAt(ctx)
	u := m.Look(ctx.Line)
	if u.Speech == protocol.SpeechCommand && ctx.Speech == protocol.SpeechResponse {
		return nil
	}
	return slips(ctx, u)
}

func slips(ctx protocol.Context, u protocol.Utterance) []Notice {
	switch u.Speech {
	case protocol.SpeechContent:
		if f := u.Fault; f != nil {
			return []Notice{notice("reason."+string(f.Reason), f.At, f.Len, "", nil)}
		}
		return contentSlips(u.Line())
	case protocol.SpeechContentEnd:
		return nil
	case protocol.SpeechResponse:
		return responseSlips(ctx, u.Line())
	}
	if ctx.Protocol == "" {
		return nil
	}
	return commandSlips(ctx, u)
}

// notice makes a notice from the words under its kind.
func notice(kind string, at, length int, meant string, args phrases.Args) Notice {
	return Notice{Kind: kind, At: at, Len: length, Text: shelfNotices.say(kind, args), Meant: meant}
}

func risk(kind string, at, length int, args phrases.Args) Notice {
	n := notice(kind, at, length, "", args)
	n.Risky = true
	return n
}

// commandSlips: what a keyboard or an input method did to the line explains
// everything else about it, so it is looked for first.
func commandSlips(ctx protocol.Context, u protocol.Utterance) []Notice {
	line := u.Line()
	if typed := typingSlips(ctx.Protocol, line); len(typed) > 0 {
		return typed
	}
	switch {
	case line == "":
		return []Notice{notice("empty-line", 0, 0, "", nil)}
	case u.Fault == nil:
		return slices.Concat(notOffered(ctx, u), initialSlips(ctx, u), doubleBlank(ctx.Protocol, line, u), blankAfterColon(ctx.Protocol, line, u))
	case u.Fault.Reason == protocol.UnknownVerb:
		return append(unknownVerb(ctx, u), doubleBlank(ctx.Protocol, line, u)...)
	}
	list := []Notice{faultNotice(ctx, u)}
	return append(list, doubleBlank(ctx.Protocol, line, u)...)
}

// faultNotice puts the refusal that the table predicts into words.
func faultNotice(ctx protocol.Context, u protocol.Utterance) Notice {
	f := u.Fault
	key, want := "reason."+string(f.Reason), f.Want
	transaction := ctx.State == protocol.StateMail || ctx.State == protocol.StateRcpt || ctx.State == protocol.StateChunks
	switch {
	case f.Reason != protocol.OutOfOrder:
	case ctx.TLS && slices.Contains(u.Row.Excludes, protocol.NeedTLS): // whatever else is due first
		key = "reason." + string(protocol.AlreadyTLS)
	case u.Verb == "MAIL" && transaction:
		key = "nested-mail"
	case transaction && want == "EHLO":
		key, want = "out-of-order-want", "RSET"
	case ctx.Protocol == protocol.POP3 && ctx.State == protocol.StateAuthorization:
		// The table's shortest way in is APOP; the way that is taught is USER.
		key, want = "out-of-order-want", "USER"
	case want != "":
		key = "out-of-order-want"
	case ctx.Protocol == protocol.POP3 && ctx.State == protocol.StateTransaction && !u.Row.InOrder(ctx.State):
		key = "reason." + string(protocol.AlreadyAuth)
	}
	word, meant := part(u.Line(), f.At, f.Len), mended(ctx, u)
	switch {
	case f.Reason == protocol.BadNumber && f.At > u.ArgsAt:
		key = "bad-line-count"
	case severalAddresses(u):
		key, meant = "several-addresses", ""
	case f.Reason == protocol.MissingBrackets && meant != "":
		want = bracketed(meant)
	case f.Reason == protocol.BadAddress:
		word = strings.Trim(bracketed(u.Line()), "<>")
	}
	n := notice(key, f.At, f.Len, meant, phrases.Args{
		"want": shown(want), "verb": shown(u.Verb), "syntax": u.Row.Syntax, "word": shown(word),
	})
	if n.Kind = string(f.Reason); key == "reason."+string(protocol.AlreadyTLS) {
		n.Kind = string(protocol.AlreadyTLS)
	}
	return n
}

// severalAddresses: more than one in a line, set apart by commas as mail programs write them, or by a space.
func severalAddresses(u protocol.Utterance) bool {
	switch u.Fault.Reason {
	case protocol.BadParameter:
		more := part(u.Line(), u.Fault.At, u.Fault.Len)
		return strings.Contains(more, "@") && !strings.Contains(more, "=")
	case protocol.MissingBrackets, protocol.BadAddress:
		first, second, comma := strings.Cut(u.Args, ",")
		return comma && strings.Contains(first, "@") && strings.Contains(second, "@")
	}
	return false
}

// bracketed is what stands between the first < and the last >, these included.
func bracketed(line string) string {
	open, end := strings.IndexByte(line, '<'), strings.LastIndexByte(line, '>')
	if open < 0 || end < open {
		return line
	}
	return line[open : end+1]
}

// notOffered looks whether the server's EHLO reply offers the mechanism asked for.
func notOffered(ctx protocol.Context, u protocol.Utterance) []Notice {
	if u.Verb != "AUTH" || ctx.Protocol != protocol.SMTP || len(ctx.Keywords) == 0 {
		return nil
	}
	name := strings.ToUpper(firstWord(u.Args))
	for _, k := range ctx.Keywords {
		keyword, list, _ := strings.Cut(strings.ToUpper(k), " ")
		if rest, ok := strings.CutPrefix(keyword, "AUTH="); ok {
			keyword, list = "AUTH", rest+" "+list
		}
		if keyword == "AUTH" && contains(strings.Fields(list), name) {
			return nil
		}
	}
	return []Notice{notice("mechanism-not-offered", u.ArgsAt, len(name), "", phrases.Args{"name": shown(name)})}
}

// mended is the line repaired, "" where the repair does not take its fault away.
func mended(ctx protocol.Context, u protocol.Utterance) string {
	meant := repair(ctx.Protocol, u.Line())
	if meant == u.Line() || strings.EqualFold(meant, u.Line()) {
		return ""
	}
	m := machineAt(ctx)
	if f := m.Look(meant).Fault; f != nil && f.Reason == u.Fault.Reason {
		return ""
	}
	return meant
}

func part(s string, at, length int) string {
	at = min(max(at, 0), len(s))
	return s[at:min(at+max(length, 0), len(s))]
}

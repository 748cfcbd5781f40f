package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// responseSlips looks at a line inside an AUTH exchange: Base64 is due there.
func responseSlips(ctx protocol.Context, line string) []Notice {
	if line == "*" {
		return nil
	}
	bare := strings.TrimSpace(line)
	if row := protocol.TableOf(ctx.Protocol).Row(firstWord(bare)); row != nil && row.Verb != "" && bare != "" && isCommandHere(row, bare) {
		return []Notice{notice("command-at-challenge", 0, len(line), "*", phrases.Args{"verb": row.Verb})}
	}
	if bare != line {
		at := 0
		if line[0] != ' ' && line[0] != '\t' {
			at = len(strings.TrimRight(line, " \t"))
		}
		return []Notice{notice("blank-in-response", at, 1, "", nil)}
	}
	if typed := fullWidthBase64(ctx, line); typed != nil {
		return typed
	}
	return base64Slips(ctx, line)
}

// fullWidthBase64: Base64 with the = of an input method, which must not be encoded once more.
func fullWidthBase64(ctx protocol.Context, line string) []Notice {
	at, r := firstLookalike(ctx.Protocol, line)
	meant := foldLine(line)
	if _, bad := protocol.DecodeBase64(meant); at < 0 || bad != nil {
		return nil
	}
	s, _ := fold(r)
	if !asksName(ctx) { // what may be a password is not repeated
		meant = ""
	}
	return []Notice{notice("full-width", at, utf8.RuneLen(r), meant, phrases.Args{"char": Clean(string(r)), "ascii": s})}
}

// initialSlips looks at the response that stands in the line of AUTH already.
func initialSlips(ctx protocol.Context, u protocol.Utterance) []Notice {
	name, text, ok := strings.Cut(u.Args, " ")
	if u.Verb != "AUTH" || !ok || text == "" {
		return nil
	}
	ctx.Mechanism, ctx.Challenge, ctx.Challenges = strings.ToUpper(name), "", 0
	if text == "*" { // it cancels as an answer only (RFC 4954 §4)
		return []Notice{notice("star-in-auth", u.ArgsAt+len(name)+1, 1, "", nil)}
	}
	list := base64Slips(ctx, text)
	for i := range list {
		list[i].At += u.ArgsAt + len(name) + 1
		list[i].Meant = "" // the line that was meant is longer, and may hold a password
	}
	return list
}

// base64Slips tells where a response is no Base64, or what it does not hold.
func base64Slips(ctx protocol.Context, line string) []Notice {
	raw, bad := protocol.DecodeBase64(line)
	switch {
	case bad == nil:
		return decodedSlips(ctx, line, raw)
	case bad.Unpadded && readable(unpadded(line)):
		meant := ""
		if asksName(ctx) { // what may be a password is not repeated, in any form
			meant = line + strings.Repeat("=", (4-len(line)%4)%4)
		}
		return []Notice{notice("base64-unpadded", bad.At, 1, meant, nil)}
	case plainLooking(line):
		return []Notice{plainText(ctx, line)}
	}
	return []Notice{notice("base64-bad-character", bad.At, 1, "", phrases.Args{"char": shown(part(line, bad.At, 1))})}
}

func isCommandHere(row *protocol.Row, line string) bool {
	return row.Verb != protocol.VerbDot && (strings.Contains(line, " ") || row.Args == protocol.ArgsNone || row.Args == protocol.ArgsAny)
}

// plainText: the name or password itself was typed. A name is shown encoded; a
// password is not, in any form.
func plainText(ctx protocol.Context, line string) Notice {
	meant := ""
	if asksName(ctx) {
		meant = protocol.EncodeBase64([]byte(line))
	}
	return notice("base64-plain-text", 0, len(line), meant, nil)
}

func plainLooking(line string) bool {
	return utf8.ValidString(line) && !strings.Contains(line, "=") && len(line) < 64
}

func unpadded(line string) []byte {
	raw, bad := protocol.DecodeBase64(line + strings.Repeat("=", (4-len(line)%4)%4))
	if bad != nil {
		return []byte{0xff}
	}
	return raw
}

// readable wants text that a person may have as name or password.
func readable(raw []byte) bool {
	return utf8.Valid(raw) && strings.IndexFunc(string(raw), func(r rune) bool { return r != 0 && !unicode.IsPrint(r) }) < 0
}

// decodedSlips: it is Base64, but does it hold what the mechanism wants?
func decodedSlips(ctx protocol.Context, line string, raw []byte) []Notice {
	if strings.HasPrefix(ctx.Mechanism, "SCRAM-") {
		return scramSlips(ctx, line, string(raw))
	}
	switch ctx.Mechanism {
	case "LOGIN", "":
		if line != "" && line != "=" && !readable(raw) {
			return []Notice{plainText(ctx, line)}
		}
	case "PLAIN":
		if _, ok := protocol.ParsePlain(raw); !ok {
			return []Notice{notice("plain-form", 0, len(line), "", nil)}
		}
	case "CRAM-MD5":
		at := strings.LastIndexByte(string(raw), ' ')
		if at < 1 || len(raw)-at-1 != 32 {
			return []Notice{notice("cram-md5-form", 0, len(line), "", nil)}
		}
	case "XOAUTH2", "OAUTHBEARER":
		if !bearerForm(ctx, raw) {
			return []Notice{notice("bearer-form", 0, len(line), "", phrases.Args{"mechanism": ctx.Mechanism})}
		}
	}
	return nil
}

// bearerForm reports whether a message has the form of its mechanism. What follows a refusal needs none.
func bearerForm(ctx protocol.Context, raw []byte) bool {
	if strings.HasPrefix(decodedChallenge(ctx.Challenge), "{") {
		return true
	}
	parse := protocol.ParseXOAUTH2
	if ctx.Mechanism == "OAUTHBEARER" {
		parse = protocol.ParseOAUTHBEARER
	}
	_, ok := parse(raw)
	return ok
}

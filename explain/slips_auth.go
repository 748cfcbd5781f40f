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
	raw, bad := protocol.DecodeBase64(line)
	switch {
	case bad == nil:
		return decodedSlips(ctx, line, raw)
	case bad.Unpadded && readable(unpadded(line)):
		return []Notice{notice("base64-unpadded", bad.At, 1, line+strings.Repeat("=", (4-len(line)%4)%4), nil)}
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
	}
	return nil
}

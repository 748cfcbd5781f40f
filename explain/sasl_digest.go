package explain

import (
	"strings"

	"maillab/phrases"
)

// directive is one name=value of DIGEST-MD5 (RFC 2831 §7.1).
type directive struct{ name, value string }

// directives reads a list of name=value or name="value" with commas between.
func directives(text string) []directive {
	var out []directive
	for text != "" && len(out) < maxRows {
		name, rest, ok := strings.Cut(strings.TrimLeft(text, ", \t\r\n"), "=")
		if !ok {
			break
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, text, _ = strings.Cut(rest[1:], `"`)
		} else {
			value, text, _ = strings.Cut(rest, ",")
		}
		out = append(out, directive{strings.ToLower(strings.TrimSpace(name)), value})
	}
	return out
}

// digestParts takes the challenge of DIGEST-MD5 apart.
func (v *view) digestParts(decoded string) {
	var rows []Row
	for _, p := range directives(decoded) {
		key := "digest." + p.name
		if shelfSASL.get(key) == nil {
			key = "sasl.other"
		}
		if p.name == "nonce" || p.name == "realm" {
			v.fieldOnce(p.name, p.value)
		}
		rows = append(rows, Row{Label: shown(p.name + "=" + p.value), Text: saslWords(key)})
	}
	v.section("sasl", say("section.challenge", phrases.Args{"mechanism": "DIGEST-MD5"}), rows)
}

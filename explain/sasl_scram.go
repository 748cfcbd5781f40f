package explain

import (
	"strings"

	"maillab/phrases"
	"maillab/protocol"
)

// scramFields are the fields that the attributes of SCRAM become, by their letters (RFC 5802 §5.1).
var scramFields = map[string]string{
	"a": "authorize", "n": "user", "r": "nonce", "s": "salt", "i": "iterations", "v": "verifier", "e": "scram_error",
}

// scramSecrets would let somebody guess the password at home.
var scramSecrets = map[string]bool{"p": true}

// scramParts takes a server's decoded SCRAM message apart.
func (v *view) scramParts(decoded string) {
	var rows []Row
	for _, part := range strings.Split(decoded, ",") {
		letter, value, ok := strings.Cut(part, "=")
		if !ok || len(letter) != 1 || len(rows) >= maxRows {
			continue
		}
		key := "scram." + letter
		if letter == "e" && shelfSASL.get("scram.e."+value) != nil {
			key = "scram.e." + value
		}
		if shelfSASL.get(key) == nil {
			key = "scram.extension"
		}
		if field := scramFields[letter]; field != "" {
			v.fieldOnce(field, value)
		}
		rows = append(rows, Row{Label: shown(part), Text: saslWords(key)})
	}
	v.section("sasl", say("section.challenge", phrases.Args{"mechanism": shown(v.mechanismName("SCRAM"))}), rows)
}

// mechanismName is the mechanism in use, or what its message shows it to be.
func (v *view) mechanismName(family string) string {
	if name := v.mechanism(); name != "" {
		return name
	}
	return family
}

// scramSlips: has the client's message the attributes that are due, and the server's nonce (RFC 5802 §5, §7)?
func scramSlips(ctx protocol.Context, line, raw string) []Notice {
	challenge := decodedChallenge(ctx.Challenge)
	nonce := scramValue(challenge, "r")
	args := phrases.Args{"mechanism": shown(ctx.Mechanism)}
	switch {
	case strings.HasPrefix(challenge, "v="): // the server has proved itself; nothing is due
		return nil
	case nonce == "":
		rest, ok := (&saying{fields: map[string]any{}}).gs2First(raw)
		if !ok || scramValue(rest, "n") == "" || scramValue(rest, "r") == "" {
			return []Notice{notice("scram-first-form", 0, len(line), "", args)}
		}
	case scramValue(raw, "c") == "" || scramValue(raw, "r") == "" || scramValue(raw, "p") == "":
		return []Notice{notice("scram-final-form", 0, len(line), "", args)}
	case scramValue(raw, "r") != nonce:
		return []Notice{notice("scram-nonce", 0, len(line), "", args)}
	}
	return nil
}

// scramValue is the value of an attribute of a SCRAM message.
func scramValue(message, letter string) string {
	for _, part := range strings.Split(message, ",") {
		if value, ok := strings.CutPrefix(part, letter+"="); ok {
			return value
		}
	}
	return ""
}

// scram takes the client's messages apart: the first begins with the header of GS2,
// the last has its channel binding behind c=, in Base64 once more (RFC 5802 §7).
func (s *saying) scram() {
	text := s.raw
	if rest, first := s.gs2First(text); first {
		text = rest
	}
	for _, part := range strings.Split(text, ",") {
		letter, value, ok := strings.Cut(part, "=")
		if !ok || len(letter) != 1 || len(s.rows) > maxRows {
			continue
		}
		s.scramAttribute(letter, value)
	}
}

func (s *saying) scramAttribute(letter, value string) {
	key := "scram." + letter
	if shelfSASL.get(key) == nil {
		key = "scram.extension"
	}
	switch {
	case scramSecrets[letter]:
		s.secret(letter+"=", value, key)
	case letter == "c":
		s.binding(value)
	case scramFields[letter] != "":
		s.name(scramFields[letter], letter+"=", scramName(letter, value), key)
	default:
		s.secret(letter+"=", value, key)
	}
}

// scramName writes =2C and =3D in names as the characters they stand for.
func scramName(letter, value string) string {
	if letter != "n" && letter != "a" {
		return value
	}
	return strings.NewReplacer("=2C", ",", "=3D", "=").Replace(value)
}

// gs2First finds the header of GS2 that the first message begins with: a flag and
// an identity, a comma behind each (RFC 5801 §4).
func (s *saying) gs2First(text string) (rest string, ok bool) {
	flag, after, ok := strings.Cut(text, ",")
	identity, rest, ok2 := strings.Cut(after, ",")
	if !ok || !ok2 || flag != "n" && flag != "y" && !strings.HasPrefix(flag, "p=") {
		return "", false
	}
	if identity != "" && !strings.HasPrefix(identity, "a=") {
		return "", false
	}
	s.gs2(flag + "," + identity + ",")
	return rest, true
}

// gs2 tells what the header says: whether the login is bound to the TLS connection, and as whom to act.
func (s *saying) gs2(header string) {
	flag, identity, _ := strings.Cut(header, ",")
	switch {
	case flag == "n":
		s.row("n", "gs2.n")
	case flag == "y":
		s.row("y", "gs2.y")
	case strings.HasPrefix(flag, "p="):
		s.fields["channel_binding"] = flag[2:]
		key := "gs2.p." + flag[2:]
		if shelfSASL.get(key) == nil {
			key = "gs2.p"
		}
		s.row(flag, key)
	}
	if name, ok := strings.CutPrefix(strings.TrimSuffix(identity, ","), "a="); ok && name != "" {
		s.name("authorize", "a=", scramName("a", name), "scram.a")
	}
}

// binding is c=: the header of the first message again, and what ties the login to the TLS connection.
func (s *saying) binding(value string) {
	s.row("c="+value, "scram.c")
	raw, bad := protocol.DecodeBase64(value)
	if bad != nil {
		return
	}
	flag, after, ok := strings.Cut(string(raw), ",")
	identity, data, ok2 := strings.Cut(after, ",")
	if !ok || !ok2 || flag != "n" && flag != "y" && !strings.HasPrefix(flag, "p=") {
		return
	}
	header := flag + "," + identity + ","
	text := saslWords("scram.c-header")
	if data != "" {
		text = saslWords("scram.c-data").Fill(phrases.Args{"n": number(len(data))})
	}
	s.rows = append(s.rows, Row{Label: shown(header), Text: text, Depth: 1})
}

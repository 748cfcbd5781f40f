package explain

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// challenge explains the text of a 334 or of "+ " by decoding it (RFC 4954 §4, RFC 5034 §4).
func (v *view) challenge(text string) {
	text = strings.TrimSpace(text)
	at := strings.Index(v.text, text)
	v.field("challenge", text)
	raw, bad := protocol.DecodeBase64(text)
	if bad != nil {
		v.field("decoded", "")
		v.a.Summary = say("summary.challenge-not-base64", nil)
		return
	}
	decoded := printable(raw)
	v.field("decoded", decoded)
	kind := challengeKind(decoded, text, v.mechanism())
	if kind == "token" || kind == "ntlm" {
		decoded = tokenLabel(string(raw))
	}
	args := phrases.Args{"decoded": shown(decoded), "challenge": shown(text)}
	if text != "" && at >= 0 {
		v.spanAt(at, len(text), "challenge", args)
	}
	v.a.Summary = say("challenge."+kind, args)
	if r := shelfTexts.get("challenge-how." + kind); r != nil {
		v.detail(r.text().Fill(args))
	}
	v.challengeParts(kind, decoded, string(raw))
}

// challengeParts takes the message apart where it has parts.
func (v *view) challengeParts(kind, decoded, raw string) {
	switch kind {
	case "scram-first", "scram-final":
		v.scramParts(decoded)
	case "oauth-error":
		v.oauthError([]byte(raw))
	case "digest-md5", "digest-md5-final":
		v.digestParts(decoded)
	case "ntlm":
		v.ntlmParts(raw)
	case "token":
		v.tokenParts(raw)
	case "otp":
		v.otpParts(decoded)
	}
}

func printable(raw []byte) string {
	if utf8.Valid(raw) {
		return strings.TrimSuffix(string(raw), "\x00")
	}
	return Clean(string(raw))
}

// mechanism is that of the exchange; after AUTH itself it is its first argument.
func (v *view) mechanism() string {
	if v.verb == "AUTH" {
		name, _, _ := strings.Cut(v.args, " ")
		return strings.ToUpper(name)
	}
	return v.ctx.Mechanism
}

// challengeKind tells by what the challenge holds, and for an empty one by the mechanism.
func challengeKind(decoded, text, mechanism string) string {
	lower := strings.ToLower(decoded)
	switch {
	case text == "" || text == "=":
		if mechanism == "LOGIN" {
			return "empty-login"
		}
		return "empty"
	case strings.HasPrefix(lower, "user"):
		return "username"
	case strings.HasPrefix(lower, "pass"):
		return "password"
	case strings.HasPrefix(decoded, "{"):
		return "oauth-error"
	case strings.HasPrefix(decoded, "<") && strings.Contains(decoded, "@") && mechanism != "SCRAM-SHA-1":
		return "cram-md5"
	case (strings.HasPrefix(decoded, "r=") || strings.HasPrefix(decoded, "m=")) && strings.Contains(decoded, ",s="):
		return "scram-first"
	case strings.HasPrefix(decoded, "v="), strings.HasPrefix(decoded, "e=") && strings.HasPrefix(mechanism, "SCRAM-"):
		return "scram-final"
	case strings.HasPrefix(lower, "realm=") || strings.HasPrefix(lower, "nonce="):
		return "digest-md5"
	case strings.HasPrefix(decoded, "rspauth="):
		return "digest-md5-final"
	case strings.HasPrefix(decoded, "NTLMSSP"):
		return "ntlm"
	case mechanism == "GSSAPI", mechanism == "GS2-KRB5", mechanism == "GSS-SPNEGO":
		return "token"
	case strings.HasPrefix(lower, "otp-"):
		return "otp"
	}
	return "other"
}

// oauthFields are the members of the error object (RFC 7628 §3.2.2; Google's XOAUTH2), in the order of interest.
var oauthFields = []string{"status", "schemes", "scope", "openid-configuration"}

// oauthError reads the error object: {"status":"400","schemes":"Bearer",...}.
func (v *view) oauthError(raw []byte) {
	var members map[string]any
	if json.Unmarshal(raw, &members) != nil {
		return
	}
	var rows []Row
	for _, name := range oauthFields {
		value, ok := members[name].(string)
		if !ok || value == "" {
			continue
		}
		v.field("oauth_"+strings.TrimSuffix(name, "-configuration"), value)
		text := saslWords("oauth." + name)
		if r := shelfSASL.get("oauth.status." + strings.ToLower(value)); name == "status" && r != nil {
			text = r.text()
		}
		if name == "status" {
			v.a.Class = "auth-failed"
		}
		rows = append(rows, Row{Label: shown(name + "=" + value), Text: text})
	}
	v.section("sasl", say("section.challenge", phrases.Args{"mechanism": shown(v.mechanismName("OAuth"))}), rows)
}

// otpParts takes "otp-md5 487 dog2 ext" apart (RFC 2289 §6, RFC 2444).
func (v *view) otpParts(decoded string) {
	var rows []Row
	for i, word := range strings.Fields(decoded) {
		if i >= len(otpKeys) {
			break
		}
		rows = append(rows, Row{Label: shown(word), Text: saslWords(otpKeys[i])})
	}
	v.section("sasl", say("section.challenge", phrases.Args{"mechanism": "OTP"}), rows)
}

var otpKeys = []string{"otp.algorithm", "otp.sequence", "otp.seed"}

// decodedChallenge is the challenge in clear, "" where it is no Base64.
func decodedChallenge(text string) string {
	raw, bad := protocol.DecodeBase64(strings.TrimSpace(text))
	if bad != nil {
		return ""
	}
	return printable(raw)
}

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
	args := phrases.Args{"decoded": shown(decoded), "challenge": shown(text)}
	if text != "" && at >= 0 {
		v.spanAt(at, len(text), "challenge", args)
	}
	v.a.Summary = say("challenge."+kind, args)
	if r := shelfTexts.get("challenge-how." + kind); r != nil {
		v.detail(r.text().Fill(args))
	}
	if kind == "scram-first" || kind == "scram-final" {
		v.scramParts(decoded)
	}
	if kind == "oauth-error" {
		v.oauthError(raw)
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
	case strings.HasPrefix(decoded, "r=") && strings.Contains(decoded, ",s="):
		return "scram-first"
	case strings.HasPrefix(decoded, "v="):
		return "scram-final"
	case strings.HasPrefix(lower, "realm=") || strings.HasPrefix(lower, "nonce="):
		return "digest-md5"
	case strings.HasPrefix(decoded, "rspauth="):
		return "digest-md5-final"
	case strings.HasPrefix(decoded, "NTLMSSP"):
		return "ntlm"
	}
	return "other"
}

// oauthError reads XOAUTH2's error object: {"status":"400","schemes":"Bearer",...}.
func (v *view) oauthError(raw []byte) {
	var e struct {
		Status string `json:"status"`
	}
	if json.Unmarshal(raw, &e) == nil && e.Status != "" {
		v.field("oauth_status", e.Status)
		v.a.Class = "auth-failed"
	}
}

// decodedChallenge is the challenge in clear, "" where it is no Base64.
func decodedChallenge(text string) string {
	raw, bad := protocol.DecodeBase64(strings.TrimSpace(text))
	if bad != nil {
		return ""
	}
	return printable(raw)
}

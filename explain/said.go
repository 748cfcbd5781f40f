package explain

import (
	"strings"
	"unicode/utf8"

	"maillab/phrases"
	"maillab/protocol"
)

// Decoded is what a client line of a login holds behind its Base64.
type Decoded struct {
	// Section has a row for each field of the message.
	Section Section
	// Fields are its values under stable names.
	Fields map[string]any
}

// Said decodes a client line of a login: the answer to a challenge, or the initial
// response behind AUTH. ok is false for every other line and for what is no Base64.
// What proves who somebody is (passwords, tokens, proofs) is masked unless reveal.
func Said(ctx protocol.Context, u protocol.Utterance, reveal bool) (d Decoded, ok bool) {
	text, mechanism := saslText(ctx, u)
	if mechanism == "" || strings.Contains(text, protocol.Mask) {
		return Decoded{}, false
	}
	raw, bad := protocol.DecodeBase64(text)
	if bad != nil && (text != "*" || u.Speech == protocol.SpeechCommand) || len(text) > maxMessage {
		return Decoded{}, false
	}
	s := saying{ctx: ctx, mechanism: mechanism, initial: u.Speech == protocol.SpeechCommand, raw: string(raw), reveal: reveal}
	s.fields = map[string]any{"mechanism": mechanism}
	s.decode(text)
	if len(s.rows) == 0 {
		return Decoded{}, false
	}
	title := say("section.sasl", phrases.Args{"mechanism": shown(mechanism)})
	return Decoded{Section{"sasl", title, s.rows[:min(len(s.rows), maxRows)]}, s.fields}, true
}

// maxMessage is the longest login message that is taken apart, in octets (RFC 4954 §4).
const maxMessage = 12288

// saslText is the Base64 of a line, with the mechanism that it belongs to.
func saslText(ctx protocol.Context, u protocol.Utterance) (text, mechanism string) {
	switch {
	case u.Speech == protocol.SpeechResponse:
		return u.Line(), ctx.Mechanism
	case u.Speech == protocol.SpeechCommand && u.Verb == "AUTH" && u.Fault == nil:
		name, text, ok := strings.Cut(u.Args, " ")
		if ok && text != "" {
			return text, strings.ToUpper(name)
		}
	}
	return "", ""
}

// saying is a client's message that is being taken apart.
type saying struct {
	ctx       protocol.Context
	mechanism string
	initial   bool
	raw       string
	reveal    bool
	rows      []Row
	fields    map[string]any
}

// decoders take the messages of mechanisms apart.
var decoders = map[string]func(*saying){
	"LOGIN": (*saying).login, "PLAIN": (*saying).plain, "PLAIN-CLIENTTOKEN": (*saying).plain, "CRAM-MD5": (*saying).cram,
	"XOAUTH2": (*saying).bearer, "OAUTHBEARER": (*saying).bearer, "EXTERNAL": (*saying).identity, "ANONYMOUS": (*saying).trace,
	"NTLM": (*saying).ntlm, "MSN": (*saying).ntlm, "DIGEST-MD5": (*saying).digest,
	"GSSAPI": (*saying).token, "GS2-KRB5": (*saying).token, "GSS-SPNEGO": (*saying).token,
}

func (s *saying) decode(text string) {
	switch {
	case text == "*":
		s.row("*", "sasl.cancel")
		return
	case text == "": // there is nothing to show
		return
	case text == "=":
		s.row(text, emptyMeaning(s))
		return
	case strings.HasPrefix(s.mechanism, "SCRAM-"):
		s.scram()
		return
	}
	if decode := decoders[s.mechanism]; decode != nil {
		decode(s)
	}
}

// emptyMeaning is what it means to say nothing.
func emptyMeaning(s *saying) string {
	switch {
	case s.mechanism == "EXTERNAL":
		return "sasl.external-empty"
	case s.mechanism == "ANONYMOUS":
		return "sasl.anonymous-empty"
	}
	return "sasl.empty"
}

// row adds a value with its meaning; label is shown as it stands.
func (s *saying) row(label, key string) {
	if label == "" { // empty, and not forgotten
		label = `""`
	}
	s.rows = append(s.rows, Row{Label: shown(label), Text: saslWords(key)})
}

// secret adds a value that is masked; prefix stands in front of it.
func (s *saying) secret(prefix, value, key string) {
	if !s.reveal {
		value = protocol.Mask
	}
	s.row(prefix+value, key)
}

// name adds a value that is no secret, and its field.
func (s *saying) name(field, prefix, value, key string) {
	if !utf8.ValidString(value) {
		value = strings.ToValidUTF8(value, "\ufffd")
	}
	s.fields[field] = value
	s.row(prefix+value, key)
}

func saslWords(key string) phrases.Text {
	if r := shelfSASL.get(key); r != nil {
		return r.text()
	}
	return phrases.Text{EN: "«" + key + "»", ZH: "«" + key + "»"}
}

// login: the name where the server asks for it, and where the line of AUTH brings it; all else is taken for the password.
func (s *saying) login() {
	if s.initial || asksName(s.ctx) {
		s.name("user", "", s.raw, "sasl.user")
		return
	}
	s.secret("", s.raw, "sasl.password")
}

func (s *saying) plain() {
	m, ok := protocol.ParsePlain([]byte(s.raw))
	if !ok {
		return
	}
	if m.Authorize != "" {
		s.name("authorize", "", m.Authorize, "sasl.authorize")
	}
	s.name("user", "", m.User, "sasl.user")
	s.secret("", m.Password, "sasl.password")
}

// cram: user SP digest (RFC 2195 §2).
func (s *saying) cram() {
	at := strings.LastIndexByte(s.raw, ' ')
	if at < 1 || len(s.raw)-at-1 != 32 {
		return
	}
	s.name("user", "", s.raw[:at], "sasl.user")
	s.secret("", s.raw[at+1:], "cram.digest")
}

func (s *saying) identity() { s.name("authorize", "", s.raw, "sasl.authorize") }

func (s *saying) trace() { s.name("trace", "", s.raw, "sasl.trace") }

// bearer: the token of OAuth in Google's form or that of RFC 7628 §3.1. After a refusal
// the client says next to nothing.
func (s *saying) bearer() {
	if s.raw == "\x01" {
		s.row("^A", "oauth.acknowledge")
		return
	}
	if c := (protocol.Context{Mechanism: s.mechanism}); !bearerForm(c, []byte(s.raw)) { // no telling where the token is
		return
	}
	for _, part := range strings.Split(s.raw, "\x01") {
		name, value, ok := strings.Cut(part, "=")
		switch lower := strings.ToLower(name); {
		case lower == "user" && ok:
			s.name("user", "user=", value, "sasl.user")
		case lower == "auth":
			kind, token, _ := strings.Cut(value, " ")
			s.secret("auth="+kind+" ", token, "oauth.token")
		case lower == "host" && ok, lower == "port" && ok:
			s.name(lower, lower+"=", value, "oauth."+lower)
		case s.mechanism == "OAUTHBEARER" && strings.HasSuffix(part, ","):
			s.gs2(part)
		}
	}
}

// digest: DIGEST-MD5's list of values (RFC 2831 §2.1.2).
func (s *saying) digest() {
	for _, p := range directives(s.raw) {
		switch key := "digest." + p.name; {
		case shelfSASL.get(key) == nil:
			s.secret(p.name+"=", p.value, "sasl.other")
		case p.name == "response":
			s.secret("response=", p.value, key)
		case p.name == "username":
			s.name("user", "username=", p.value, key)
		default:
			s.row(p.name+"="+p.value, key)
		}
	}
}

// token: Kerberos and its like are for programs; only the size says anything.
func (s *saying) token() {
	s.rows = append(s.rows, Row{Label: tokenLabel(s.raw), Text: saslWords(tokenKind(s.raw))})
}

package protocol

import "strings"

// BearerMessage is what a client says in XOAUTH2 and OAUTHBEARER: a token in place of a password.
type BearerMessage struct {
	// User that the mailbox belongs to; OAUTHBEARER may leave it to the token.
	User string
	// Host and Port that the client meant to reach; OAUTHBEARER only, and optional there.
	Host, Port string
	Token      string
}

// kvsep separates the parts of both messages (RFC 7628 §3.1).
const kvsep = "\x01"

// bearer is the scheme before the token, in any letter case (RFC 6750 §2.1).
const bearer = "Bearer "

// BearerGivesUp is the message with which an OAUTHBEARER client answers a refusal: one separator
// (RFC 7628 §3.2.3). XOAUTH2 answers with nothing.
const BearerGivesUp = kvsep

// EncodeXOAUTH2 returns the message of XOAUTH2 in Base64: user=NAME ^A auth=Bearer TOKEN ^A ^A.
func (m BearerMessage) EncodeXOAUTH2() string {
	return EncodeBase64([]byte("user=" + m.User + kvsep + "auth=" + bearer + m.Token + kvsep + kvsep))
}

// EncodeOAUTHBEARER returns the message of OAUTHBEARER in Base64 (RFC 7628 §3.1).
func (m BearerMessage) EncodeOAUTHBEARER() string {
	var b strings.Builder
	b.WriteString("n,")
	if m.User != "" {
		b.WriteString("a=" + strings.NewReplacer("=", "=3D", ",", "=2C").Replace(m.User))
	}
	b.WriteString("," + kvsep)
	for _, pair := range [][2]string{{"host=", m.Host}, {"port=", m.Port}} {
		if pair[1] != "" {
			b.WriteString(pair[0] + pair[1] + kvsep)
		}
	}
	b.WriteString("auth=" + bearer + m.Token + kvsep + kvsep)
	return EncodeBase64([]byte(b.String()))
}

// ParseXOAUTH2 takes a decoded XOAUTH2 message apart.
func ParseXOAUTH2(octets []byte) (BearerMessage, bool) {
	values, ok := keyValues(string(octets))
	if !ok || values["user"] == "" {
		return BearerMessage{}, false
	}
	token, ok := bearerToken(values["auth"])
	return BearerMessage{User: values["user"], Token: token}, ok
}

// ParseOAUTHBEARER takes a decoded OAUTHBEARER message apart.
func ParseOAUTHBEARER(octets []byte) (BearerMessage, bool) {
	header, rest, found := strings.Cut(string(octets), kvsep)
	flag, authzid, ok := strings.Cut(strings.TrimSuffix(header, ","), ",")
	if !found || !ok || flag != "n" && flag != "y" || !strings.HasSuffix(header, ",") {
		return BearerMessage{}, false
	}
	user, isName := strings.CutPrefix(authzid, "a=")
	user, good := decodeSASLName(user)
	if !isName && authzid != "" || !good {
		return BearerMessage{}, false
	}
	values, ok := keyValues(rest)
	if !ok {
		return BearerMessage{}, false
	}
	token, ok := bearerToken(values["auth"])
	return BearerMessage{User: user, Host: values["host"], Port: values["port"], Token: token}, ok
}

// decodeSASLName takes the two escapes out of a name (RFC 5801 §4).
func decodeSASLName(s string) (string, bool) {
	clean := strings.NewReplacer("=2C", ",", "=3D", "=").Replace(s)
	escapes := strings.Count(s, "=2C") + strings.Count(s, "=3D")
	return clean, escapes == strings.Count(s, "=") && !strings.Contains(s, ",")
}

// keyValues reads *(key "=" value kvsep) kvsep.
func keyValues(s string) (map[string]string, bool) {
	body, ok := strings.CutSuffix(s, kvsep+kvsep)
	if !ok {
		return nil, false
	}
	out := map[string]string{}
	for _, pair := range strings.Split(body, kvsep) {
		key, value, found := strings.Cut(pair, "=")
		if _, twice := out[key]; !found || key == "" || twice {
			return nil, false
		}
		out[key] = value
	}
	return out, true
}

func bearerToken(auth string) (string, bool) {
	if len(auth) <= len(bearer) || !strings.EqualFold(auth[:len(bearer)], bearer) {
		return "", false
	}
	token := strings.TrimSpace(auth[len(bearer):])
	return token, token != "" && !strings.ContainsAny(token, " \t")
}

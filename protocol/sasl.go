package protocol

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // CRAM-MD5 and APOP are defined with it
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Base64Error says where a text stops being Base64 (RFC 4648 §4).
type Base64Error struct {
	// At is the offset of the first octet that does not fit; len(text) when something is missing.
	At int
	// Unpadded is true when only the = signs at the end are missing.
	Unpadded bool
}

// Error gives the machine's words; screens use the data files'.
func (e *Base64Error) Error() string {
	if e.Unpadded {
		return "base64: padding is missing"
	}
	return "base64: bad octet"
}

// DecodeBase64 decodes standard Base64 strictly and says where it fails. A lone
// "=" is the empty response (RFC 4954 §4).
func DecodeBase64(text string) ([]byte, *Base64Error) {
	if text == "" || text == "=" {
		return nil, nil
	}
	body := strings.TrimRight(text, "=")
	for i := 0; i < len(body); i++ {
		if strings.IndexByte(base64Alphabet, body[i]) < 0 {
			return nil, &Base64Error{At: i}
		}
	}
	pads := len(text) - len(body)
	if want := (4 - len(body)%4) % 4; pads != want || want == 3 {
		if pads > want {
			return nil, &Base64Error{At: len(body) + want}
		}
		return nil, &Base64Error{At: len(text), Unpadded: want != 3}
	}
	out, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, &Base64Error{At: len(text)}
	}
	return out, nil
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// EncodeBase64 encodes octets as AUTH sends them.
func EncodeBase64(octets []byte) string { return base64.StdEncoding.EncodeToString(octets) }

// PlainMessage is the message of SASL PLAIN: [authzid] NUL authcid NUL passwd (RFC 4616 §2).
type PlainMessage struct{ Authorize, User, Password string }

// Encode returns the message in Base64.
func (m PlainMessage) Encode() string {
	return EncodeBase64([]byte(m.Authorize + "\x00" + m.User + "\x00" + m.Password))
}

// ParsePlain takes a decoded PLAIN message apart.
func ParsePlain(octets []byte) (PlainMessage, bool) {
	parts := strings.Split(string(octets), "\x00")
	if len(parts) != 3 || parts[1] == "" {
		return PlainMessage{}, false
	}
	return PlainMessage{parts[0], parts[1], parts[2]}, true
}

// CRAMMD5 computes the response to a decoded challenge, not yet in Base64:
// user SP hex(HMAC-MD5(password, challenge)) (RFC 2195 §2).
func CRAMMD5(user, password, challenge string) string {
	mac := hmac.New(md5.New, []byte(password))
	mac.Write([]byte(challenge))
	return user + " " + hex.EncodeToString(mac.Sum(nil))
}

// APOPDigest computes the digest of APOP: hex(MD5(timestamp password)), the
// timestamp with its angle brackets (RFC 1939 §7).
func APOPDigest(timestamp, password string) string {
	sum := md5.Sum([]byte(timestamp + password)) //nolint:gosec // RFC 1939
	return hex.EncodeToString(sum[:])
}

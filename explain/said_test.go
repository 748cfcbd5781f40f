package explain_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/protocol"
)

// atChallenge brings a machine to a challenge, its text not yet in Base64.
func atChallenge(t *testing.T, auth, challenge string) *protocol.Machine {
	t.Helper()
	text := ""
	if challenge != "" {
		text = protocol.EncodeBase64([]byte(challenge))
	}
	return machine(t, protocol.SMTP, append(identified[:len(identified):len(identified)], auth, "334 "+text))
}

// rowsOf writes a section as one line a row.
func rowsOf(s explain.Section) string {
	var b strings.Builder
	for _, r := range s.Rows {
		b.WriteString(r.Label + ": " + r.Text.EN + "\n")
	}
	return b.String()
}

const secretWord = "Geheim-7"

func TestSaid(t *testing.T) {
	for _, c := range []struct {
		auth, challenge, response string
		rows                      []string
		fields                    map[string]any
	}{
		{"AUTH LOGIN", "Username:", "fpwjp", []string{"fpwjp: the user name"}, map[string]any{"mechanism": "LOGIN", "user": "fpwjp"}},
		{"AUTH LOGIN", "Password:", secretWord, []string{"********: the password"}, map[string]any{"mechanism": "LOGIN"}},
		{"AUTH LOGIN", "What now?", secretWord, []string{"********: the password"}, map[string]any{"mechanism": "LOGIN"}},
		{"AUTH PLAIN", "", "boss\x00fpwjp\x00" + secretWord, []string{"boss: on whose behalf", "fpwjp: the user name", "********: the password"},
			map[string]any{"mechanism": "PLAIN", "user": "fpwjp", "authorize": "boss"}},
		{"AUTH CRAM-MD5", "<1.2@x>", protocol.CRAMMD5("fpwjp", secretWord, "<1.2@x>"), []string{"fpwjp: the user name", "********: HMAC-MD5"}, nil},
		{"AUTH SCRAM-SHA-256", "", "n,a=boss,n=a=2Cb,r=nonce", []string{"n: no channel binding", "a=boss: on whose behalf", "n=a,b: the user name", "r=nonce: the nonce"},
			map[string]any{"mechanism": "SCRAM-SHA-256", "authorize": "boss", "user": "a,b", "nonce": "nonce"}},
		{"AUTH SCRAM-SHA-256-PLUS", "", "p=tls-exporter,,n=u,r=x", []string{"p=tls-exporter: channel binding", "n=u"}, nil},
		{"AUTH SCRAM-SHA-256", "r=noncex,s=c2FsdA==,i=4096", "c=biws,r=noncex,p=" + secretWord, []string{"c=biws: the channel binding", "n,,: decoded: the header", "p=********: the proof"}, nil},
		{"AUTH SCRAM-SHA-256-PLUS", "r=n,s=c2FsdA==,i=4096", "c=" + protocol.EncodeBase64([]byte("p=tls-exporter,,\x00\x01\x02\x03")) + ",r=n,p=x", []string{"p=tls-exporter,,: decoded: the header, and 4 octets"}, nil},
		{"AUTH XOAUTH2", "", "user=a@b\x01auth=Bearer " + secretWord + "\x01\x01", []string{"user=a@b: the user name", "auth=Bearer ********: the access token"}, nil},
		{"AUTH OAUTHBEARER", "", "n,a=a@b,\x01host=x\x01port=587\x01auth=Bearer " + secretWord + "\x01\x01",
			[]string{"n: no channel binding", "a=a@b: on whose behalf", "host=x", "port=587", "auth=Bearer ********"}, nil},
		{"AUTH OAUTHBEARER", `{"status":"invalid_token"}`, "\x01", []string{"^A: the refusal is noted"}, nil},
		{"AUTH EXTERNAL", "", "me@x", []string{"me@x: on whose behalf"}, nil},
		{"AUTH ANONYMOUS", "", "guest", []string{"guest: a trace"}, nil},
		{"AUTH DIGEST-MD5", `realm="x",nonce="y"`, `username="u",cnonce="c",nc=00000001,response=` + secretWord, []string{"username=u: the user name", "response=********", "nc=00000001"}, nil},
		{"AUTH GSSAPI", "", "\x60\x82\x01\x02\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02xx", []string{"17 B: a Kerberos ticket"}, nil},
	} {
		m := atChallenge(t, c.auth, c.challenge)
		u := m.Look(protocol.EncodeBase64([]byte(c.response)))
		d, ok := explain.Said(m.Context(), u, false)
		require.True(t, ok, "%s %q", c.auth, c.response)
		got := rowsOf(d.Section)
		for _, row := range c.rows {
			assert.Contains(t, got, row, c.auth)
		}
		if c.fields != nil {
			assert.Equal(t, c.fields, d.Fields)
		}
		hidden, err := json.Marshal(struct{ Section, Fields any }{d.Section, d.Fields})
		require.NoError(t, err)
		assert.NotContains(t, string(hidden), secretWord, c.auth)
		for _, r := range d.Section.Rows {
			assert.NotEmpty(t, r.Text.ZH)
			assert.NotContains(t, r.Text.EN+r.Text.ZH, "«")
		}
		if strings.Contains(c.response, secretWord) {
			open, _ := explain.Said(m.Context(), u, true)
			assert.Contains(t, rowsOf(open.Section), secretWord, c.auth)
		}
	}
}

// TestSaidWithoutBase64: what has no Base64, or is none, has nothing to decode, and nothing leaks.
func TestSaidWithoutBase64(t *testing.T) {
	for _, c := range [][2]string{
		{"AUTH LOGIN", "Geheim-7!"}, {"AUTH PLAIN", protocol.EncodeBase64([]byte(secretWord))}, {"AUTH PLAIN", protocol.Mask},
		{"AUTH XOAUTH2", protocol.EncodeBase64([]byte("user=a auth=Bearer " + secretWord))},
		{"AUTH CRAM-MD5", protocol.EncodeBase64([]byte("u " + secretWord))}, {"AUTH X-UNKNOWN", "QUJD"}, {"AUTH NTLM", "QUJD"},
	} {
		m := atChallenge(t, c[0], "")
		d, ok := explain.Said(m.Context(), m.Look(c[1]), false)
		assert.False(t, ok, "%v: %v", c, d)
	}
	m := machine(t, protocol.SMTP, identified)
	_, ok := explain.Said(m.Context(), m.Look("MAIL FROM:<a@b>"), true)
	assert.False(t, ok)
}

func TestSaidInTheLineOfAuth(t *testing.T) {
	for line, want := range map[string]string{
		"AUTH PLAIN " + protocol.PlainMessage{User: "u", Password: secretWord}.Encode(): "u: the user name\n********: the password",
		"AUTH LOGIN " + protocol.EncodeBase64([]byte("fpwjp")):                          "fpwjp: the user name",
		"AUTH EXTERNAL =":                   "=: an empty message: log me in as",
		"AUTH ANONYMOUS =":                  "=: an empty message: nobody",
		"auth scram-sha-1 biwsbj1hLHI9YWJj": "n=a: the user name",
	} {
		m := machine(t, protocol.SMTP, identified)
		d, ok := explain.Said(m.Context(), m.Look(line), false)
		require.True(t, ok, line)
		assert.Contains(t, rowsOf(d.Section), want)
	}
	m := atChallenge(t, "AUTH PLAIN", "")
	d, ok := explain.Said(m.Context(), m.Look("*"), false)
	require.True(t, ok)
	assert.Contains(t, rowsOf(d.Section), "*: the login is cancelled")
}

// TestBrokenInitialResponse: the place of the mistake is told in the line of AUTH, too, and the password is not repeated.
func TestBrokenInitialResponse(t *testing.T) {
	plain := protocol.PlainMessage{User: "u", Password: secretWord + "xx"}.Encode()
	for line, want := range map[string]struct {
		kind string
		at   int
	}{
		"AUTH PLAIN AGFiYw??AGFiYw==":                 {"base64-bad-character", 17},
		"AUTH PLAIN " + strings.TrimRight(plain, "="): {"base64-unpadded", 11 + len(strings.TrimRight(plain, "="))},
		"AUTH PLAIN QUJD":                             {"plain-form", 11},
		"AUTH XOAUTH2 QUJD":                           {"bearer-form", 13},
	} {
		m := machine(t, protocol.SMTP, identified)
		found := false
		for _, n := range explain.Client(m.Context(), m.Look(line)) {
			if n.Kind == want.kind {
				found = true
				assert.Equal(t, want.at, n.At, line)
			}
			assert.Empty(t, n.Meant, line)
		}
		assert.True(t, found, "%s: %s", line, want.kind)
	}
	m := atChallenge(t, "AUTH LOGIN", "Password:")
	for _, n := range explain.Client(m.Context(), m.Look("R2VoZWltLTc")) {
		assert.Empty(t, n.Meant, "a password is not repeated, in any form")
	}
}

// ntlmMessage puts an NTLM message together: buffers lie behind the fixed part.
func ntlmMessage(kind uint32, size int, flagsAt int, texts map[int]string) string {
	m := bytes.Repeat([]byte{0}, size)
	copy(m, "NTLMSSP\x00")
	binary.LittleEndian.PutUint32(m[8:], kind)
	binary.LittleEndian.PutUint32(m[flagsAt:], 1)
	for at := 0; at < size; at++ {
		text, ok := texts[at]
		if !ok {
			continue
		}
		binary.LittleEndian.PutUint16(m[at:], uint16(len(text)))
		binary.LittleEndian.PutUint32(m[at+4:], uint32(len(m)))
		m = append(m, text...)
	}
	return string(m)
}

func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

func TestNTLMIsRecognised(t *testing.T) {
	m := atChallenge(t, "AUTH NTLM", "")
	d, ok := explain.Said(m.Context(), m.Look(protocol.EncodeBase64([]byte(ntlmMessage(1, 32, 12, nil)))), false)
	require.True(t, ok)
	assert.Contains(t, rowsOf(d.Section), "NTLM 1")

	name := wide("mail.corp.example")
	info := "\x03\x00" + string([]byte{byte(len(name)), 0}) + name + "\x00\x00\x00\x00"
	second := ntlmMessage(2, 48, 20, map[int]string{12: wide("CORP"), 40: info})
	ctx, r := explain.ContextAfter(protocol.SMTP, "AUTH NTLM TlRM", "334 "+protocol.EncodeBase64([]byte(second)))
	a := explain.Reply(ctx, r)
	assertSafe(t, a, r)
	en, _ := told(a, "sasl")
	assert.Contains(t, en, "CORP: the Windows domain")
	assert.Contains(t, en, "mail.corp.example: the server's name in the DNS")

	third := ntlmMessage(3, 64, 60, map[int]string{28: wide("CORP"), 36: wide("王"), 44: wide("PC"), 12: secretWord})
	d, ok = explain.Said(m.Context(), m.Look(protocol.EncodeBase64([]byte(third))), true)
	require.True(t, ok)
	assert.Contains(t, rowsOf(d.Section), "王: the user name")
	assert.NotContains(t, rowsOf(d.Section), secretWord)
}

func TestChallengesAreTakenApart(t *testing.T) {
	for _, c := range []struct{ auth, challenge, want string }{
		{"AUTH DIGEST-MD5", `realm="lab",nonce="abc",qop="auth,auth-int",charset=utf-8`, "qop=auth,auth-int: the protection"},
		{"AUTH SCRAM-SHA-1 biwsbj1hLHI9YWJj", "e=invalid-proof", "e=invalid-proof: the login fails: the proof is wrong"},
		{"AUTH SCRAM-SHA-1 biwsbj1hLHI9YWJj", "m=x,r=abcd,s=c2FsdA==,i=1", "i=1: how many times"},
		{"AUTH XOAUTH2 dXNlcj1h", `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`, "scope=https://mail.google.com/: what the token must be good for"},
		{"AUTH OAUTHBEARER biwsAQ==", `{"status":"insufficient_scope","openid-configuration":"https://x/y"}`, "the token is good, but not for mail"},
		{"AUTH OTP AGZwd2pw", "otp-md5 487 dog2", "487: which one-time password"},
		{"AUTH GSSAPI YIIB", "\x60\x10\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", "a Kerberos ticket"},
	} {
		for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
			code := "334 "
			if p == protocol.POP3 {
				code = "+ "
			}
			ctx, r := explain.ContextAfter(p, c.auth, code+protocol.EncodeBase64([]byte(c.challenge)))
			a := explain.Reply(ctx, r)
			assertSafe(t, a, r)
			en, zh := told(a, "sasl")
			assert.Contains(t, en, c.want, c.auth)
			assert.NotEmpty(t, zh)
		}
	}
}

func FuzzSaid(f *testing.F) {
	for _, s := range []string{
		"n,,n=u,r=x", "p=tls-exporter,a=b,n=u,r=x", "c=biws,r=x,p=y", "\x00u\x00p", "user=a\x01auth=Bearer t\x01\x01", "n,,\x01auth=Bearer t\x01\x01",
		"u 0123456789abcdef0123456789abcdef", `username="u",response=1`, ntlmMessage(3, 64, 60, map[int]string{36: "u"}), ntlmMessage(2, 48, 20, map[int]string{12: "u", 40: "\x01\x00\x02\x00uu"}),
	} {
		for i := range fuzzMechanisms {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, mechanism uint8, text string) {
		name := fuzzMechanisms[int(mechanism)%len(fuzzMechanisms)]
		m := atChallenge(t, "AUTH "+name, "")
		d, _ := explain.Said(m.Context(), m.Look(protocol.EncodeBase64([]byte(text))), true)
		a := explain.Annotation{Sections: []explain.Section{d.Section}, Fields: d.Fields, Summary: d.Section.Title}
		if len(d.Section.Rows) > 0 {
			assertSafe(t, a, protocol.Reply{})
		}
		ctx, r := explain.ContextAfter(protocol.SMTP, "AUTH "+name+" QUJD", "334 "+protocol.EncodeBase64([]byte(text)))
		assertSafe(t, explain.Reply(ctx, r), r)
	})
}

var fuzzMechanisms = []string{"LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "NTLM", "DIGEST-MD5", "GSSAPI", "EXTERNAL", "ANONYMOUS", "OTP"}

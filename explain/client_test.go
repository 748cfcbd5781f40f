package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/protocol"
)

// turns leads a machine to a place: client line, reply.
var (
	greetedSMTP  = []string{"", "220 x ESMTP"}
	identified   = append(greetedSMTP[:2:2], "EHLO pc", "250 x")
	inMail       = append(identified[:4:4], "MAIL FROM:<a@lab.test>", "250 ok")
	inRcpt       = append(inMail[:6:6], "RCPT TO:<b@lab.test>", "250 ok")
	inContent    = append(inRcpt[:8:8], "DATA", "354 go")
	withList     = append(greetedSMTP[:2:2], "EHLO pc", "250-x\r\n250 AUTH LOGIN PLAIN")
	atUsername   = append(identified[:4:4], "AUTH LOGIN", "334 VXNlcm5hbWU6")
	atPassword   = append(atUsername[:6:6], "anNwZGV2ZWxvcA==", "334 UGFzc3dvcmQ6")
	atPlain      = append(identified[:4:4], "AUTH PLAIN", "334 ")
	atCram       = append(identified[:4:4], "AUTH CRAM-MD5", "334 PDFAeD4=")
	atScramFirst = append(identified[:4:4], "AUTH SCRAM-SHA-256", "334 ")
	atScram      = append(atScramFirst[:6:6], "biwsbj1hLHI9YmJi", "334 cj1iYmJjY2Mscz1zc3MsaT00MDk2") // r=bbbccc,s=sss,i=4096
	greetedPOP3  = []string{"", "+OK ready"}
	atPass       = append(greetedPOP3[:2:2], "USER fpwjp", "+OK")
	loggedIn     = append(atPass[:4:4], "PASS x", "+OK")
	marked       = append(loggedIn[:6:6], "DELE 1", "+OK")
)

func machine(t *testing.T, p protocol.Protocol, turns []string) *protocol.Machine {
	t.Helper()
	m := protocol.NewMachine(p)
	for i := 0; i < len(turns); i += 2 {
		if turns[i] != "" {
			m.Said(turns[i])
		}
		m.Heard(protocol.ParseReply(p, turns[i+1], false))
	}
	return m
}

// client is one line in its place with the first notice it must bring.
type client struct {
	where []string
	line  string
	kind  string
	at    int
	meant string
}

var smtpClients = []client{
	{inMail, "reptto:<b@lab.test>", "typo", 0, "RCPT TO:<b@lab.test>"},
	{inMail, "reptto <b@lab.test>", "typo", 0, "RCPT TO:<b@lab.test>"},
	{inMail, "rcptto:<b@lab.test>", "glued", 0, "RCPT TO:<b@lab.test>"},
	{identified, "mailfrom:<a@lab.test>", "glued", 0, "MAIL FROM:<a@lab.test>"},
	{identified, "mailform:<a@lab.test>", "typo", 0, "MAIL FROM:<a@lab.test>"},
	{identified, "mial from:<a@lab.test>", "typo", 0, "MAIL FROM:<a@lab.test>"},
	{greetedSMTP, "ehlopc.lab.test", "glued", 0, "EHLO pc.lab.test"},
	{identified, "authlogin", "glued", 0, "AUTH LOGIN"},
	{identified, "auth-login", "glued", 0, "AUTH LOGIN"},
	{identified, "mail-from:<a@lab.test>", "glued", 0, "MAIL FROM:<a@lab.test>"},
	{identified, "mail form:<a@lab.test>", "missing-keyword", 5, "MAIL FROM:<a@lab.test>"},
	{identified, "mail from a@lab.test", "missing-colon", 9, "MAIL FROM:<a@lab.test>"},
	{identified, "mail from : <a@lab.test>", "space-before-colon", 9, "MAIL FROM:<a@lab.test>"},
	{identified, "mail from:a@lab.test", "missing-brackets", 10, "MAIL FROM:<a@lab.test>"},
	{identified, "mail from:<a@lab.test", "unclosed-bracket", 21, "MAIL FROM:<a@lab.test>"},
	{identified, "mail from:Alice <a@lab.test>", "missing-brackets", 10, "MAIL FROM:<a@lab.test>"},
	{identified, "mail from:<Alice <a@lab.test>>", "bad-address", 11, "MAIL FROM:<a@lab.test>"},
	{identified, "mail a@lab.test", "missing-keyword", 5, "MAIL FROM:<a@lab.test>"},
	{inMail, "rcpt b@lab.test", "missing-keyword", 5, "RCPT TO:<b@lab.test>"},
	{identified, "MAIL FROM：<a@lab.test>", "full-width", 9, "MAIL FROM:<a@lab.test>"},
	{identified, "MAIL FROM:《a@lab.test》", "full-width", 10, "MAIL FROM:<a@lab.test>"},
	{identified, "MAIL FROM:＜a@lab.test＞", "full-width", 10, "MAIL FROM:<a@lab.test>"},
	{identified, "ＭＡＩＬ FROM:<a@lab.test>", "full-width", 0, "MAIL FROM:<a@lab.test>"},
	{identified, "MAIL　FROM:<a@lab.test>", "full-width-space", 4, "MAIL FROM:<a@lab.test>"},
	{identified, "MAIL FROM:<“a@lab.test”>", "full-width", 11, `MAIL FROM:<"a@lab.test">`},
	{greetedSMTP, "ehlo，me", "separator", 4, "EHLO me"},
	{greetedSMTP, "ehlo,me", "separator", 4, "EHLO me"},
	{inMail, "rcpt to:<b@lab.test>。", "trailing-stop", 20, "RCPT TO:<b@lab.test>"},
	{inMail, "rcpt to：<b@lab.test>。", "full-width", 7, "RCPT TO:<b@lab.test>"},
	{inMail, "rcpt to:<b@lab.test>.", "bad-parameter", 20, "RCPT TO:<b@lab.test>"},
	{inMail, "rcpt to:<a@x.y>，<b@x.y>", "several-addresses", 15, ""},
	{inRcpt, "DATA。", "trailing-stop", 4, "DATA"},
	{identified, "quit。。", "trailing-stop", 4, "QUIT"},
	{identified, "auth　login。", "full-width-space", 4, "AUTH login"},
	{identified, "“quit”", "quoted-line", 0, "QUIT"},
	{identified, "`quit`", "quoted-line", 0, "QUIT"},
	{inMail, "「rcpt to:<b@lab.test>」", "quoted-line", 0, "RCPT TO:<b@lab.test>"},
	{identified, " EHLO pc", "leading-blank", 0, "EHLO pc"},
	{identified, "MAIL  FROM:<a@lab.test>", "double-blank", 4, "MAIL FROM:<a@lab.test>"},
	{identified, "EHLP\bO pc", "backspace", 4, "EHLO pc"},
	{identified, "MAIL FROM:<alicf\be@lab.test>", "backspace", 16, "MAIL FROM:<alice@lab.test>"},
	{identified, "NO\x00OP", "control-character", 2, "NOOP"},
	{identified, "rert 1", "typo-other-protocol", 0, ""},
	{identified, "retr 1", "other-protocol", 0, ""},
	{identified, "list", "other-protocol", 0, ""},
	{identified, "date", "typo", 0, "DATA"},
	{identified, "exit", "synonym", 0, "QUIT"},
	{identified, "退出", "synonym", 0, "QUIT"},
	{identified, "quit.", "stray", 0, "QUIT"},
	{identified, "Subject: hi", "header-before-data", 0, ""},
	{identified, "GET / HTTP/1.1", "http", 0, ""},
	{identified, "250 ok", "reply-typed", 0, ""},
	{identified, "C: ehlo me", "transcript-client", 0, "ehlo me"},
	{identified, "S: 220 mx.test ESMTP", "transcript-server", 0, ""},
	{identified, ">>> MAIL FROM:<a@lab.test>", "transcript-client", 0, "MAIL FROM:<a@lab.test>"},
	{identified, "auth login *", "star-in-auth", 11, ""},
	{identified, "auth plain me:secret", "base64-plain-text", 11, ""},
	{atScram, "Yz1iaXdzLHI9YWJj", "scram-final-form", 0, ""},
	{atScram, "Yz1iaXdzLHI9YWJjLHA9eA==", "scram-nonce", 0, ""},
	{atScramFirst, "YWJj", "scram-first-form", 0, ""},
	{atScramFirst, "biwsbj1hLHI9YmJi", "", 0, ""},
	{identified, "：next", "full-width-colon", 0, ":next"},
	{identified, "：fault error-at:RCPT，450", "full-width-colon", 0, ":fault error-at:RCPT,450"},
	{identified, "maillab telnet x", "own-name", 0, ":telnet x"},
	{inContent, "：hint", "lab-command-in-content", 0, ""},
	{identified, "hint", "lab-command", 0, ":hint"},
	{identified, "amFjaw==", "base64-outside-auth", 0, ""},
	{identified, ".", "dot-outside-content", 0, ""},
	{identified, "xyzzy", "unknown-verb", 0, ""},
	{identified, "", "empty-line", 0, ""},
	{identified, "DATA", "out-of-order", 0, ""},
	{greetedSMTP, "MAIL FROM:<a@lab.test>", "out-of-order", 0, ""},
	{inRcpt, "MAIL FROM:<a@lab.test>", "out-of-order", 0, ""},
	{inRcpt, "DATA x", "extra-argument", 5, "DATA"},
	{inMail, "RCPT TO:<>", "empty-path", 8, ""},
	{inMail, "RCPT TO:<b@>", "bad-address", 10, ""},
	{identified, "TURN", "not-implemented", 0, ""},
	{withList, "AUTH NTLM", "mechanism-not-offered", 5, ""},
	{withList, "AUTH LOGIN", "clear-password", 5, ""},
	{atUsername, "anNwZGV2ZWxvcA==", "", 0, ""},
	{identified, "AUTH LOGIN", "clear-password", 5, ""},
	{identified, "AUTH XOAUTH2", "clear-token", 5, ""},
	{inRcpt, "QUIT", "quit-abandons", 0, ""},
	{inRcpt, "EHLO pc", "ehlo-resets", 0, ""},
	{atUsername, "jspdevelop", "base64-plain-text", 0, "anNwZGV2ZWxvcA=="},
	{atUsername, "fpwjp", "base64-plain-text", 0, "ZnB3anA="},
	{atUsername, "anNwZGV2ZWxvcA", "base64-unpadded", 14, "anNwZGV2ZWxvcA=="},
	{atUsername, "anNwZGV2?WxvcA==", "base64-bad-character", 8, ""},
	{atUsername, "EHLO pc", "command-at-challenge", 0, "*"},
	{atUsername, "quit", "command-at-challenge", 0, "*"},
	{atPassword, "jsp123", "base64-plain-text", 0, ""},
	{atPassword, "anNwMTIz", "clear-password", 0, ""},
	{atPlain, "anNwZGV2ZWxvcA==", "plain-form", 0, ""},
	{atCram, "anNwZGV2ZWxvcA==", "cram-md5-form", 0, ""},
	{atUsername, "anNwZGV2ZWxvcA＝＝", "full-width", 14, "anNwZGV2ZWxvcA=="},
	{atPassword, "anNwMTI＝", "full-width", 7, ""},
	{inMail, "rcpt to: <b@lab.test>", "blank-after-colon", 8, "RCPT TO:<b@lab.test>"},
	{inMail, "RCPT TO:a@x.y,b@x.y", "missing-brackets", 8, ""},
	{inMail, "RCPT TO:<a@x.y>,<b@x.y>", "bad-parameter", 15, ""},
	{inContent, "．", "full-width-dot", 0, "."},
	{inContent, "。", "full-width-dot", 0, "."},
	{inContent, ". ", "dot-with-blank", 0, "."},
	{inContent, "quit", "command-in-content", 0, ""},
	{inContent, "RCPT TO:<b@lab.test>", "command-in-content", 0, ""},
	{inContent, ".hidden", "dot-not-doubled", 0, "..hidden"},
	{inContent, ":hint", "lab-command-in-content", 0, ""},
	{inContent, "From： me", "full-width-field", 4, "From: me"},
	{inContent, "subject：你好", "full-width-field", 7, "Subject: 你好"},
	{inContent, "price： 3", "", 0, ""},
	{inContent, "Dear all, please quit smoking", "", 0, ""},
	{inContent, "Subject: hi", "", 0, ""},
	{inContent, ".", "", 0, ""},
	{identified, "mail from:<a@lab.test>", "", 0, ""},
	{identified, "NOOP 你好：", "", 0, ""},
}

var pop3Clients = []client{
	{greetedPOP3, "uer fpwjp", "typo", 0, "USER fpwjp"},
	{atPass, "pas x", "typo", 0, "PASS x"},
	{atPass, "password x", "typo", 0, "PASS x"},
	{loggedIn, "rert 11", "typo", 0, "RETR 11"},
	{marked, "undele 1", "synonym", 0, "RSET"},
	{loggedIn, "retr11", "glued", 0, "RETR 11"},
	{atPass, "passfpw123", "glued", 0, "PASS fpw123"},
	{greetedPOP3, "userfpwjp", "glued", 0, "USER fpwjp"},
	{greetedPOP3, "password", "typo", 0, "PASS"},
	{loggedIn, "retrieve 11", "typo", 0, "RETR 11"},
	{loggedIn, "RETR　11", "full-width-space", 4, "RETR 11"},
	{loggedIn, "RETR １１", "full-width", 5, "RETR 11"},
	{loggedIn, "retr 11。", "trailing-stop", 7, "RETR 11"},
	{greetedPOP3, "user：fpwjp", "separator", 4, "USER fpwjp"},
	{greetedPOP3, "user:fpwjp", "separator", 4, "USER fpwjp"},
	{loggedIn, "再见", "synonym", 0, "QUIT"},
	{loggedIn, "list、", "trailing-stop", 4, "LIST"},
	{loggedIn, "stat：", "trailing-stop", 4, "STAT"},
	{loggedIn, "top 11 五", "bad-number", 7, ""},
	{loggedIn, "retr", "missing-argument", 4, ""},
	{loggedIn, "retr x", "bad-number", 5, ""},
	{loggedIn, "top 1", "missing-argument", 5, ""},
	{loggedIn, "mail from:<a@b>", "other-protocol", 0, ""},
	{greetedPOP3, "ehlo pc", "other-protocol", 0, ""},
	{greetedPOP3, "stat", "out-of-order", 0, ""},
	{greetedPOP3, "apop fpwjp 0123456789abcdef0123456789abcdef", "no-timestamp", 0, ""},
	{atPass, "PASS fpw123", "clear-password", 5, ""},
	{atPass, "pass  fpw123", "clear-password", 6, ""},
	{greetedPOP3, "USER Ym9i", "base64-in-pop3", 5, ""},
	{marked, "QUIT", "quit-deletes", 0, ""},
	{loggedIn, "QUIT", "", 0, ""},
}

func TestClient(t *testing.T) {
	for p, list := range map[protocol.Protocol][]client{protocol.SMTP: smtpClients, protocol.POP3: pop3Clients} {
		for _, c := range list {
			checkClient(t, p, c)
		}
	}
}

func checkClient(t *testing.T, p protocol.Protocol, c client) {
	t.Helper()
	m := machine(t, p, c.where)
	notices := explain.Client(m.Context(), m.Look(c.line))
	if c.kind == "" {
		assert.Empty(t, notices, c.line)
		return
	}
	if !assert.NotEmpty(t, notices, c.line) {
		return
	}
	n := notices[0]
	assert.Equal(t, c.kind, n.Kind, c.line)
	assert.Equal(t, c.at, n.At, "place in %q", c.line)
	assert.Equal(t, c.meant, n.Meant, "meant by %q", c.line)
	assert.LessOrEqual(t, n.At, len(c.line))
	for _, x := range notices {
		assert.NotEmpty(t, x.Text.EN)
		assert.NotContains(t, x.Text.EN+x.Text.ZH, "{", c.line)
		assert.NotContains(t, x.Text.EN+x.Text.ZH, "«", c.line)
		if testing.Verbose() {
			t.Logf("%q %s@%d+%d %q\n  %s\n  %s", c.line, x.Kind, x.At, x.Len, x.Meant, x.Text.EN, x.Text.ZH)
		}
	}
}

// TestMeantLinesAreRight: what is proposed as meant must be in order itself.
func TestMeantLinesAreRight(t *testing.T) {
	for p, list := range map[protocol.Protocol][]client{protocol.SMTP: smtpClients, protocol.POP3: pop3Clients} {
		for _, c := range list {
			m := machine(t, p, c.where)
			u := m.Look(c.meant)
			if c.meant == "" || u.Speech != protocol.SpeechCommand || c.kind == "lab-command" || c.kind == "own-name" || c.kind == "transcript-client" || c.kind == "full-width-colon" || c.kind == "stray" {
				continue
			}
			if u.Fault != nil && u.Fault.Reason != protocol.OutOfOrder {
				assert.Contains(t, c.line, "“", "%q is proposed for %q: %v", c.meant, c.line, u.Fault)
			}
		}
	}
}

// TestWhatIsSaidOfALine: the whole of the notices, and what must not be among them.
func TestWhatIsSaidOfALine(t *testing.T) {
	encrypted := machine(t, protocol.SMTP, identified)
	encrypted.Said("STARTTLS")
	encrypted.Heard(protocol.ParseReply(protocol.SMTP, "220 go", false))
	for _, c := range []struct {
		m         *protocol.Machine
		line      string
		has, lack string
	}{
		{encrypted, "starttls", "encrypted already", "say EHLO"},
		{machine(t, protocol.SMTP, identified), "auth plain me:secret", "looks like plain text", "stands in this line, in Base64"},
		{machine(t, protocol.SMTP, identified), "auth login *", "behind AUTH it is no Base64", "plain text"},
		{machine(t, protocol.POP3, atPass), "pass x", "can read the password", "Base64"},
		{machine(t, protocol.POP3, atPass), "pass  x", "One space is enough behind PASS", "Base64"},
		{machine(t, protocol.POP3, atPass), "pass ZnB3MTIz", "looks like Base64", ""},
	} {
		said := ""
		for _, n := range explain.Client(c.m.Context(), c.m.Look(c.line)) {
			said += n.Text.EN + "\n"
		}
		assert.Contains(t, said, c.has, c.line)
		if c.lack != "" {
			assert.NotContains(t, said, c.lack, c.line)
		}
	}
	_, decoded := explain.Said(protocol.Context{Protocol: protocol.SMTP}, machine(t, protocol.SMTP, identified).Look("auth login *"), false)
	assert.False(t, decoded, "nothing is cancelled by it")
}

// TestOneRecipientALine: more than one is said to be that, however they are set apart.
func TestOneRecipientALine(t *testing.T) {
	for _, line := range []string{"RCPT TO:<a@x.y>,<b@x.y>", "RCPT TO:<a@x.y>, <b@x.y>", "RCPT TO:<a@x.y> <b@x.y>", "RCPT TO:a@x.y,b@x.y", "RCPT TO:<a@x.y>，<b@x.y>"} {
		m := machine(t, protocol.SMTP, inMail)
		assert.Contains(t, explain.Client(m.Context(), m.Look(line))[0].Text.EN, "one address only", line)
	}
}

func TestPasswordIsNotShownEncoded(t *testing.T) {
	m := machine(t, protocol.SMTP, atPassword)
	for _, n := range explain.Client(m.Context(), m.Look("jsp12345")) {
		assert.NotContains(t, n.Meant+n.Text.EN, "anNwMTIzNDU=")
		assert.Empty(t, n.Meant)
	}
}

func TestLookup(t *testing.T) {
	for topic, key := range map[string]string{
		"334": "smtp.334", "SIZE": "SIZE", "rcpt": "smtp.RCPT", "5.7.1": "5.7.1", "+OK": "pop3.+OK", "-ERR": "pop3.-ERR",
		"queue id": "queue-id", "队列编号": "queue-id", "授权码": "authorization-code", "MAIL FROM:<x>": "smtp.MAIL", "retr 11": "pop3.RETR",
		"greylist": "greylist", "IN-USE": "IN-USE", "Message-ID": "Message-ID", "cram-md5": "CRAM-MD5", "X.7.1": "X.7.1",
	} {
		found := explain.Lookup("", topic)
		require.NotEmpty(t, found, topic)
		assert.Equal(t, key, found[0].Key, topic)
		for _, e := range found {
			assert.NotEmpty(t, e.Title.EN, topic)
			assert.NotEmpty(t, e.Short.ZH, topic)
			assert.NotEmpty(t, e.Ref, topic)
		}
	}
	assert.Empty(t, explain.Lookup("", "zzzzqqq"))
	var titles []string
	for _, topic := range []string{"421", "550"} {
		for _, e := range explain.Lookup("", topic) {
			titles = append(titles, e.Title.ZH)
		}
	}
	assert.Subset(t, titles, []string{"建立连接之后的 421", "服务器主动发出的 421", "邮件内容结束（.）之后的 550", "RCPT 之后的 550"})
	assert.Equal(t, "pop3.QUIT", explain.Lookup(protocol.POP3, "quit")[0].Key)
}

package explain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"maillab/explain"
	"maillab/protocol"
)

// assertSafe: an explanation of anything holds nothing that a terminal would act on.
func assertSafe(t *testing.T, a explain.Annotation, r protocol.Reply) {
	t.Helper()
	assertTexts(t, a, "«»")
	assertSpans(t, a, explain.Raw(r))
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	assertSameJSON(t, a)
	if s := string(data); !utf8.ValidString(s) || explain.Clean(s) != s {
		t.Errorf("JSON has control characters: %q", s)
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range [][3]string{
		{"smtp", "", "220 mail.lab.test ESMTP Postfix"},
		{"smtp", "EHLO pc", "250-x\r\n250-SIZE 10\r\n250-AUTH LOGIN\r\n250 LIMITS RCPTMAX=1"},
		{"smtp", "(base64 user)", "334 VXNlcm5hbWU6"},
		{"smtp", ".", "250 ok 1795433818 qp 18260"},
		{"smtp", "RCPT TO:<a@b>", "550 5.1.1 <a@b\x1b[31m>: user unknown \xe2\x80\xae"},
		{"", "", "+OK \xc4\xfa <1.2@x>"},
		{"pop3", "RETR 1", "+OK 3 octets\r\nSubject: =?gbk?B?xOM=?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n..\r\n--x--\r\n."},
		{"pop3", "RETR 1", "+OK\r\nReceived: from a (b [1.2.3.4]) by c with ESMTPSA id d for <e@f>; Tue, 24 Nov 2026 20:00:00 +0000\r\nAuthentication-Results: x; spf=pass smtp.mailfrom=a@b\r\n" +
			"DKIM-Signature: v=1; d=x; b=AA==\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n."},
		{"pop3", "LIST", "+OK 2 3\r\n1 2\r\n2 99999999999999999999\r\n."},
		{"pop3", "CAPA", "+OK\r\nEXPIRENEVER\r\nSASL PLAIN\r\nLOGIN-DELAY 3\r\n."},
		{"smtp", "X", "\x00\x01\xff"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, p, line, raw string) {
		ctx, r := explain.ContextAfter(protocol.Protocol(p), line, raw)
		assertSafe(t, explain.Reply(ctx, r), r)
	})
}

func FuzzClient(f *testing.F) {
	for _, s := range []string{"reptto:<a@b>", "MAIL FROM：<a@b>", "EHLP\bO", "anNw=", "。", "mail from", "\xff\xfe", "rcpt to:<", "AUTH PLAIN =", "quit"} {
		f.Add(false, uint8(4), s)
		f.Add(true, uint8(2), s)
	}
	places := map[bool][][]string{
		false: {nil, greetedSMTP, identified, inMail, inRcpt, inContent, atUsername, atPassword, atPlain, atCram},
		true:  {nil, greetedPOP3, atPass, loggedIn, marked},
	}
	f.Fuzz(func(t *testing.T, pop bool, place uint8, line string) {
		p := protocol.SMTP
		if pop {
			p = protocol.POP3
		}
		line = strings.NewReplacer("\r", "", "\n", "").Replace(line)
		m := machine(t, p, places[pop][int(place)%len(places[pop])])
		for _, n := range explain.Client(m.Context(), m.Look(line)) {
			if n.At < 0 || n.Len < 0 || n.At > len(line) || n.Text.EN == "" || n.Text.ZH == "" {
				t.Errorf("%+v for %q", n, line)
			}
			for _, s := range []string{n.Text.EN, n.Text.ZH} {
				if explain.Clean(s) != s {
					t.Errorf("%q for %q", s, line)
				}
			}
		}
	})
}

package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/explain/mail"
	"maillab/protocol"
)

// retr explains a mail, written with LF, as RETR brings it.
func retr(text string) (explain.Annotation, protocol.Reply) {
	var b strings.Builder
	b.WriteString("+OK message follows\r\n")
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, ".") {
			b.WriteByte('.')
		}
		b.WriteString(strings.TrimSuffix(line, "\r") + "\r\n")
	}
	b.WriteByte('.')
	ctx, r := explain.ContextAfter(protocol.POP3, "RETR 1", b.String())
	return explain.Reply(ctx, r), r
}

// told joins a section, each row "label: text", in English and in Chinese.
func told(a explain.Annotation, kind string) (en, zh string) {
	for _, s := range a.Sections {
		if s.Kind != kind {
			continue
		}
		en, zh = en+s.Title.EN+"\n", zh+s.Title.ZH+"\n"
		for _, r := range s.Rows {
			en += r.Label + ": " + r.Text.EN + "\n"
			zh += r.Label + "：" + r.Text.ZH + "\n"
		}
	}
	return en, zh
}

const realMail = `Return-Path: <>
Received: from b.example (b.example [192.0.2.2]) by c.example (Postfix) with ESMTPS id 1A for <u@c.example>; Wed, 25 Nov 2026 04:00:00 +0800 (CST)
Received: by b.example with ESMTPSA id 1B; Tue, 24 Nov 2026 21:30:05 +0000
Authentication-Results: c.example; spf=softfail smtp.mailfrom=a@b.example; dkim=pass header.d=b.example; compauth=fail reason=001
Received-SPF: SoftFail (c.example: not designated) client-ip=192.0.2.2; helo=b.example
ARC-Seal: i=1; a=rsa-sha256; d=list.example; s=k; cv=none; b=AAAA
ARC-Authentication-Results: i=1; list.example; dmarc=pass header.from=b.example
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=b.example; s=k1; bh=abc=;
 b=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
Date: Tue, 24 Nov 2026 21:30:10 +0000
From: =?Big5?B?p0GmbqFB?= <a@b.example>
X-MS-Exchange-Organization-SCL: 1
Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain; charset=gbk
Content-Transfer-Encoding: base64

xOO6ww==
--x
Content-Type: application/pdf; name*=gbk''%C4%E3.pdf
Content-Disposition: attachment

.
--x--`

func TestMailIsTakenApart(t *testing.T) {
	a, r := retr(realMail)
	assertSafe(t, a, r)
	for kind, want := range map[string][2][]string{
		"hops": {{"1 b.example", "ESMTPSA: SMTP with extensions, encrypted, logged in", "5 seconds before it was written", "2 c.example",
			"from b.example (b.example [192.0.2.2])", "1 hour 30 minutes before the stamp before it"}, {"比前一个戳还早 1 小时 30 分钟", "时钟"}},
		"authentication": {{"c.example", "spf=softfail", "probably not", "smtp.mailfrom=a@b.example: the envelope sender", "reason: 001"}, {"域名的签名有效吗？通过"}},
		"spf":            {{"softfail", "client-ip=192.0.2.2", "the address that sent it"}, {"发信 IP"}},
		"arc":            {{"i=1", "sealed by list.example", "dmarc=pass", "cv=none"}, {"由 list.example 封印"}},
		"signature":      {{"b.example", "a=ed25519-sha256", "Ed25519", "b=AAAAAAAAAAAAAAAAAAA…"}, {"签名本身"}},
		"parts": {{"multipart/mixed", "1 text/plain", "characters: gbk", "8 octets", "it begins: “你好”", "2 application/pdf", "file name “你.pdf”", "an attachment"},
			{"文件名“你.pdf”", "PDF 文档"}},
	} {
		en, zh := told(a, kind)
		for _, w := range want[0] {
			assert.Contains(t, en, w, kind)
		}
		for _, w := range want[1] {
			assert.Contains(t, zh, w, kind)
		}
	}
	assert.Equal(t, "日本", a.Fields["subject"])
	hops := a.Fields["hops"].([]mail.Hop)
	assert.Equal(t, -5405, *hops[1].Delay)
	assert.Len(t, a.Fields["authentication"], 5)
	assert.Equal(t, 1, a.Fields["dot_stuffed_lines"])
	var notes []string
	for _, s := range a.Spans {
		notes = append(notes, s.Text.EN)
	}
	all := strings.Join(notes, "\n")
	assert.Contains(t, all, "decoded: 你好，")
	assert.Contains(t, all, "Microsoft")
	assert.Contains(t, all, "<>: nobody")
}

func TestReportIsExplainedByItself(t *testing.T) {
	a, r := retr(`Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; a@qq.com
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

Final-Recipient: rfc822; b@c
Action: delayed
--b--`)
	assertSafe(t, a, r)
	en, zh := told(a, "report")
	for _, w := range []string{"the server that reports: mx.example", "recipient 1, a@qq.com", "it was given up", "5.2.2", "mailbox full", "recipient 2", "tried again"} {
		assert.Contains(t, en, w)
	}
	assert.Contains(t, zh, "会继续尝试")
	report := a.Fields["report"].([]map[string]string)
	require.Len(t, report, 3)
	assert.Equal(t, "mailbox-full", report[1]["diagnostic_code_class"])
	assert.Equal(t, "a@qq.com", report[1]["final_recipient"])

	a, r = retr("Content-Type: message/disposition-notification\n\nReporting-UA: x\nDisposition: manual-action/MDN-sent-manually; displayed\n")
	assertSafe(t, a, r)
	en, zh = told(a, "report")
	assert.Contains(t, en, "no proof that it was read")
	assert.Contains(t, zh, "回执")
}

// TestTopHasNoTree: the top of a mail does not show all of its parts.
func TestTopHasNoTree(t *testing.T) {
	ctx, r := explain.ContextAfter(protocol.POP3, "TOP 1 0", "+OK\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n.")
	a := explain.Reply(ctx, r)
	assert.Empty(t, a.Sections)
	assert.NotContains(t, a.Fields, "parts")
}

// TestEncodedBodyIsShownDecoded: what Base64 hides from the reader stands beside it.
func TestEncodedBodyIsShownDecoded(t *testing.T) {
	a, _ := retr("Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\nxOO6ww==")
	last := a.Spans[len(a.Spans)-1]
	assert.Equal(t, "body", last.Kind)
	assert.Contains(t, last.Text.EN, "你好")
	assert.Contains(t, last.Text.ZH, "你好")
}

func TestHostileMail(t *testing.T) {
	for _, text := range []string{
		"Subject: \x1b[31m\u202e\x00\xff\nX-\x1b: \x07\nReceived: from \u202e by \x1b[2J; Tue, 24 Nov 2026 20:00:00 +0000\n\n\x1b]0;x\x07",
		"Subject: =?utf-8?B?G1szMW0=?=\nContent-Type: a/\x1b; name=\"\u202e\"\nAuthentication-Results: \x1b; spf=\x1b[1m \u202e=\x00\n\n",
		"DKIM-Signature: \x1b=\u202e; d=\x1b\nReceived-SPF: \x1b \u202e=\x00\nARC-Seal: i=\x1b; d=\u202e\n\nx",
		"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; \x1b\nDiagnostic-Code: smtp; 550 \x1b\u202e\nStatus: \x1b\nX-\u00ff: 1\n",
		strings.Repeat("Received: from a by b; Tue, 24 Nov 2026 20:00:00 +0000\n", 500) + "Subject: " + strings.Repeat("=?gbk?B?xA==?= ", 20000),
		"Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: multipart/mixed; boundary=b\n\n", 2000),
	} {
		a, r := retr(text)
		assertSafe(t, a, r)
		rows := 0
		for _, s := range a.Sections {
			rows += len(s.Rows)
		}
		assert.LessOrEqual(t, rows, 500)
	}
}

package mail_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain/mail"
)

// read reads a mail written with LF.
func read(text string) *mail.Message {
	return mail.Read(func(yield func(int, string) bool) {
		at := 0
		for line := range strings.SplitSeq(text, "\n") {
			if !yield(at, strings.TrimSuffix(line, "\r")) {
				return
			}
			at += len(line) + 1
		}
	})
}

func TestDecodeHeader(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                 "plain",
		"=?UTF-8?B?5byg5LiJ?= <a@b>":            "张三 <a@b>",
		"=?GB2312?B?xOO6ww==?=":                 "你好",
		"=?gbk?Q?=C4=E3_=BA=C3?=":               "你 好",
		"=?GB18030?B?gTCEMw==?=":                "¡",
		"=?Big5?B?p0GmbqFB?=":                   "你好，",
		"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=":    "日本",
		"=?iso-8859-1?q?caf=E9?=":               "café",
		"=?x-sjis?B?k/qWew==?=":                 "日本",
		"=?EUC-KR?B?x9GxuQ==?=":                 "한국",
		"=?koi8-r?B?8NLJ18XU?=":                 "Привет",
		"=?HZ-GB-2312?Q?=7E{VPND=7E}?=":         "中文",
		"=?utf-8*zh?B?5L2g?=":                   "你",
		"=?utf-8?B?5byg5LiJ?= =?utf-8?B?IQ==?=": "张三!",
		// A character cut in two by a program that counts octets.
		"=?utf-8?B?5byg5Lg=?= =?utf-8?B?iQ==?=": "张三",
		"=?gbk?B?xA==?=\t=?GBK?B?47rD?=":        "你好",
		"=?utf-8?B?5byg?= =?gbk?B?xOM=?=":       "张你",
		"a =?utf-8?B?5byg?= b":                  "a 张 b",
		"=?utf-8?B?5byg5LiJ?":                   "=?utf-8?B?5byg5LiJ?",
		"=?x-none?B?5byg5LiJ?=":                 "=?x-none?B?5byg5LiJ?=",
		"=?utf-8?B?!!!?=":                       "=?utf-8?B?!!!?=",
		"=?utf-8?X?abc?= =?":                    "=?utf-8?X?abc?= =?",
		"=?utf-8?B?5byg5LiJ":                    "=?utf-8?B?5byg5LiJ",
	} {
		assert.Equal(t, want, mail.DecodeHeader(in), in)
	}
}

func TestParameters(t *testing.T) {
	for in, want := range map[string]map[string]string{
		`text/plain; charset=UTF-8`:                                     {"charset": "UTF-8"},
		`a/b; name="a; \"b\".txt" ; x = y (note)`:                       {"name": `a; "b".txt`, "x": "y"},
		`a/b; filename*=UTF-8''%e4%bd%a0.txt; filename=x.txt`:           {"filename": "你.txt"},
		`a/b; filename*=gbk'zh'%C4%E3.txt`:                              {"filename": "你.txt"},
		`a/b; name*0*=utf-8'en'%e4%bd%a0; name*1="%41"; name*2*=%2Etxt`: {"name": "你%41.txt"},
		`a/b; name*0=long; name*1=er`:                                   {"name": "longer"},
		`a/b; name="=?GBK?B?xOM=?=.doc"`:                                {"name": "你.doc"},
		`a/b; broken; charset="unclosed`:                                {"charset": "unclosed"},
		`a/b; name*1=x`:                                                 {},
		`a/b;;;=;x`:                                                     {},
	} {
		_, got := mail.Parameters(in)
		assert.Equal(t, want, got, in)
	}
	kind, _ := mail.Parameters("Text/HTML (comment); charset=x")
	assert.Equal(t, "Text/HTML", kind)
}

func TestParts(t *testing.T) {
	m := read(`Subject: x
Content-Type: multipart/mixed; boundary="a"

preamble
--a
Content-Type: multipart/alternative; boundary=a.b

--a.b
Content-Type: text/plain; charset=GBK
Content-Transfer-Encoding: base64

xOO6ww==
--a.b
Content-Type: text/html

<p>
--a.b--
--a
Content-Type: message/rfc822

Subject: =?utf-8?B?5YaF?=
Content-Type: multipart/mixed; boundary=c

--c

inner
--c--
--a
Content-Disposition: attachment; filename*=utf-8''%e4%bd%a0.bin
Content-Type: application/octet-stream

x

--a--
epilogue`)
	type row struct {
		number, kind string
		octets       int
	}
	var got []row
	for _, p := range m.Parts {
		got = append(got, row{p.Number, p.Type, p.Octets})
	}
	assert.Equal(t, []row{
		{"", "multipart/mixed", 0}, {"1", "multipart/alternative", 0}, {"1.1", "text/plain", 8}, {"1.2", "text/html", 3},
		{"2", "message/rfc822", 0}, {"2.1", "multipart/mixed", 0}, {"2.1.1", "text/plain", 5}, {"3", "application/octet-stream", 3},
	}, got)
	assert.Equal(t, "你好", m.Parts[2].Begins())
	assert.Equal(t, "内", m.Parts[5].Subject)
	assert.Equal(t, "你.bin", m.Parts[7].Name)
	assert.Equal(t, 2, m.HeaderLines)
	assert.True(t, m.Blank)
}

func TestHeaderForms(t *testing.T) {
	m := read("Subject : old form\nX-A: one\n two\n\tthree\nno header\nbody")
	assert.Equal(t, []mail.Field{{"Subject", "old form", 0, 18}, {"X-A", "one two three", 19, 39}}, m.Fields)
	assert.False(t, m.Blank)
	assert.Equal(t, 2, m.BodyLines)
	assert.Equal(t, 40, m.BodyAt)
	assert.Empty(t, read(" folded nothing").Fields)
	assert.Equal(t, "text/plain", read("Content-Type: nonsense\n\nx").Parts[0].Type)
}

func TestHops(t *testing.T) {
	m := read(`Received: from b.example (b.example [192.0.2.2] (may be forged)) by c.example
 (Postfix) with ESMTPS id 1A for <u@c.example>; Wed, 25 Nov 2026 04:00:00 +0800 (CST)
Received: by b.example with local (Exim 4.96) id 1x-Y; Tue, 24 Nov 2026 20:00:05 +0000
Received: nonsense
Received: from [192.0.2.9] by a.example via TCP with ESMTPSA; Tue, 24 Nov 2026 20:00:03 +0000
Date: Tue, 24 Nov 2026 20:00:00 GMT

`)
	hops := m.Hops()
	require.Len(t, hops, 4)
	assert.Equal(t, "[192.0.2.9]", hops[0].From)
	assert.Equal(t, 3, *hops[0].Delay)
	assert.Equal(t, "ESMTPSA", hops[0].With)
	assert.Empty(t, hops[1].Time)
	assert.Nil(t, hops[1].Delay)
	assert.Nil(t, hops[2].Delay)
	assert.Equal(t, "local", hops[2].With)
	last := hops[3]
	assert.Equal(t, -5, *last.Delay)
	assert.Equal(t, []string{"b.example", "b.example [192.0.2.2] (may be forged)", "c.example", "ESMTPS", "1A", "u@c.example"},
		[]string{last.From, last.FromInfo, last.By, last.With, last.ID, last.For})
}

// TestHopsInTheWild: an id that is missing, a protocol of several words, a date without its semicolon.
func TestHopsInTheWild(t *testing.T) {
	m := read(`Received: from a (unknown [192.0.2.1])
	by newmx40.example (NewMx) with SMTP id
	for <u@example.com>; Sat, 01 Feb 2020 11:20:03 +0800
Received: from A.example (2001:db8::1) by B.example (2001:db8::2) with Microsoft SMTP Server (version=TLS1_3, cipher=X) id 15.20.1; Sat, 1 Feb 2020 03:20:01 +0000
Received: by 1234mvd7.example with SMTP id t5sW Sat, 01 Feb 2020 03:20:00 +0000 (UTC)

`)
	hops := m.Hops()
	require.Len(t, hops, 3)
	assert.Equal(t, "t5sW", hops[0].ID)
	assert.Equal(t, "Sat, 01 Feb 2020 03:20:00 +0000", hops[0].Time)
	assert.Equal(t, "Microsoft SMTP Server", hops[1].With)
	assert.Equal(t, "15.20.1", hops[1].ID)
	assert.Equal(t, 1, *hops[1].Delay)
	assert.Empty(t, hops[2].ID)
	assert.Equal(t, "u@example.com", hops[2].For)
	assert.Equal(t, 2, *hops[2].Delay)
}

func TestResults(t *testing.T) {
	got := mail.Results(`mx.google.com; dkim=pass header.i=@example.com header.s=s1 header.b="ab;cd"; ` +
		`spf=softfail (google.com: domain of transitioning a@b does not; designate) smtp.mailfrom=a@b; dmarc/1 = fail reason="bad; really" (p=NONE) header.from=b`)
	require.Len(t, got, 3)
	assert.Equal(t, mail.Result{Server: "mx.google.com", Method: "dkim", Result: "pass", Properties: []mail.Property{
		{"header.i", "@example.com"}, {"header.s", "s1"}, {"header.b", "ab;cd"}}}, got[0])
	assert.Equal(t, "softfail", got[1].Result)
	assert.Contains(t, got[1].Comment, "does not; designate")
	assert.Equal(t, mail.Result{Server: "mx.google.com", Method: "dmarc", Result: "fail", Reason: "bad; really", Comment: "p=NONE",
		Properties: []mail.Property{{"header.from", "b"}}}, got[2])
	assert.Equal(t, mail.Result{Server: "arc.example", Instance: "2", Method: "spf", Result: "none"}, mail.Results("i=2; arc.example; spf=none")[0])
	assert.Empty(t, mail.Results("mx.example; none"))
	assert.Equal(t, "spf", mail.Results("spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=x")[0].Method)

	spf := mail.SPF(`Pass (mx: domain of a@b designates 192.0.2.1) client-ip=192.0.2.1; envelope-from="a@b"; helo=b;`)
	assert.Equal(t, "pass", spf.Result)
	assert.Equal(t, []mail.Property{{"client-ip", "192.0.2.1"}, {"envelope-from", "a@b"}, {"helo", "b"}}, spf.Properties)

	tags := mail.Tags("v=1; d=example.com;\tbh=ab\t cd= ; ; x")
	assert.Equal(t, []mail.Property{{"v", "1"}, {"d", "example.com"}, {"bh", "abcd="}}, tags)
	assert.Equal(t, "example.com", mail.Tag(tags, "d"))
}

func TestReport(t *testing.T) {
	m := read(`Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; a@b
Diagnostic-Code: smtp; 550 5.1.1
 no such user

Final-Recipient: rfc822; c@b
--b--`)
	require.Len(t, m.Report, 3)
	assert.Equal(t, "Reporting-MTA", m.Report[0][0].Name)
	assert.Equal(t, "smtp; 550 5.1.1 no such user", m.Report[1][1].Value)
}

// hostileMails are written to make a reader work or remember without end.
func hostileMails() []string {
	deep := "Content-Type: multipart/mixed; boundary=b\n\n"
	for range 3000 {
		deep += "--b\nContent-Type: multipart/mixed; boundary=b\n\n"
	}
	inner := strings.Repeat("Content-Type: message/rfc822\n\n", 5000)
	return []string{
		deep, inner, "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 50000),
		"Subject: " + strings.Repeat("x", 1<<20), "Subject: x\n" + strings.Repeat(" y\n", 300000), strings.Repeat("X-A: b\n", 150000),
		"Subject: " + strings.Repeat("=?utf-8?B?", 100000), "Subject: " + strings.Repeat("=?gbk?B?xA==?= ", 60000),
		"Content-Type: a/b" + strings.Repeat(";", 1<<20), "Content-Type: a/b; x=\"" + strings.Repeat("\\", 1<<20),
		"Received: " + strings.Repeat("(", 1<<20), strings.Repeat("Received: from a by b; Tue, 24 Nov 2026 20:00:00 +0000\n", 20000),
		"Authentication-Results: a" + strings.Repeat("; spf=pass x=y", 70000), "Received-SPF: " + strings.Repeat("a=b ", 200000),
		"DKIM-Signature: " + strings.Repeat("a=b;", 200000), "Content-Type: message/delivery-status\n\n" + strings.Repeat("A: b\n\n", 100000),
		"Subject: \x1b[31m\u202e\x00\xff\n\n\x1b]0;x\x07", "\n--b\n--b--\n", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n----\n",
	}
}

func assertBounded(t *testing.T, m *mail.Message) {
	t.Helper()
	assert.LessOrEqual(t, len(m.Fields), mail.MaxFields)
	assert.LessOrEqual(t, len(m.Parts), mail.MaxParts)
	assert.LessOrEqual(t, len(m.Report), mail.MaxGroups)
	assert.LessOrEqual(t, len(m.Hops()), mail.MaxHops)
	for _, f := range m.Fields {
		assert.LessOrEqual(t, len(f.Value), mail.MaxValue)
		assert.LessOrEqual(t, len(mail.DecodeHeader(f.Value)), 4*mail.MaxValue)
		mail.Results(f.Value)
		mail.SPF(f.Value)
		mail.Tags(f.Value)
		mail.Parameters(f.Value)
	}
	for _, p := range m.Parts {
		assert.LessOrEqual(t, p.Depth, mail.MaxDepth+1)
		assert.LessOrEqual(t, utf8.RuneCountInString(p.Begins()), 100)
		assert.GreaterOrEqual(t, p.Octets, 0)
	}
}

func TestHostileMails(t *testing.T) {
	for _, text := range hostileMails() {
		assertBounded(t, read(text))
	}
}

func FuzzRead(f *testing.F) {
	letters, err := filepath.Glob("../../mockserver/letters/*.eml")
	if err != nil || len(letters) == 0 {
		f.Fatal("no letters", err)
	}
	for _, name := range letters {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: =?gbk?B?xA==?=\n\n--b--")
	f.Add("Received: from a (b) by c with d id e for <f>; Tue, 24 Nov 2026 20:00:00 +0000\nAuthentication-Results: a; spf=pass (x) y=\"z\"\n\n")
	f.Fuzz(func(t *testing.T, text string) { assertBounded(t, read(text)) })
}

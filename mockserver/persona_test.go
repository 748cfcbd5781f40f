package mockserver

import (
	"bufio"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"maillab/protocol"
)

func TestEveryPersonaLoads(t *testing.T) {
	all, err := loadPersonas()
	require.NoError(t, err)
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
		assert.GreaterOrEqual(t, len(p.Notice), 3, p.Name)
	}
	assert.Equal(t, []string{
		"courier", "cyrus", "dovecot", "exchange", "exim", "gmail", "netease", "postfix", "qmail", "qq", "sendmail", "sina",
	}, names)
}

func TestPersonaFilesAreReadStrictly(t *testing.T) {
	const head = "title = {en=\"a\", zh=\"b\"}\nnotice = [{en=\"a\", zh=\"b\"}]\n"
	for file, want := range map[string]string{
		head + "[smtp]\nwrong = 1":                                      "persona/x.toml:4:1: unknown key smtp.wrong",
		head + "[smtp]\nlacks = [\"XYZ\"]":                              "persona/x.toml:4: the table has no command",
		head + "[smtp]\nforgives = [\"everything\"]":                    "persona/x.toml:4: no slip",
		head + "[smtp]\nqueue-id = \"{oct:3}\"":                         "persona/x.toml:4: no place",
		head + "[smtp.reply]\nhullo.text = \"x\"":                       "no reply is called \"hullo\"",
		head + "[smtp.refusal]\nnonsense.text = \"x\"":                  "no refusal is called \"nonsense\"",
		head + "[[smtp.rule]]\nverb=[\"MAIL\"]":                         "rule 1: a rule needs code and after",
		head + "[[smtp.rule]]\nline=\"(\"\ncode=\"500\"\nafter=[\"x\"]": "rule 1: error parsing regexp",
		"title = {en=\"a\"}\nnotice = [{en=\"a\", zh=\"b\"}]\n[smtp]":   "persona/x.toml:1: title lacks a language",
		head: "needs notice and a protocol",
	} {
		_, err := readPersonas(fstest.MapFS{"persona/x.toml": {Data: []byte(file)}}, "persona/*.toml")
		assert.ErrorContains(t, err, want, file)
	}
}

// TestPersonasDoNotMisspellThemselves: what is listed is either what the server has or dropped, never both ways.
func TestPersonasKeepTheHostName(t *testing.T) {
	for _, p := range Personas() {
		m := plainManner().with(p)
		if p.SMTP != nil {
			assert.Contains(t, m.smtp.Reply.Greeting.Text, "{host}", p.Name)
		}
	}
}

// client is a plain line client for tests.
type client struct {
	t  *testing.T
	nc net.Conn
	r  *bufio.Reader
}

func dialTo(t *testing.T, l *Lab, service string) *client {
	t.Helper()
	for _, e := range l.Endpoints() {
		if e.Service == service {
			nc, err := net.Dial("tcp", e.Addr)
			require.NoError(t, err)
			t.Cleanup(func() { _ = nc.Close() })
			require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
			return &client{t, nc, bufio.NewReader(nc)}
		}
	}
	t.Fatal(service)
	return nil
}

// reply reads one reply, SMTP's lines or POP3's status line.
func (c *client) reply() string {
	c.t.Helper()
	var b strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		require.NoError(c.t, err, b.String())
		b.WriteString(line)
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimSuffix(b.String(), "\r\n")
		}
	}
}

func (c *client) send(line string) {
	c.t.Helper()
	_, err := c.nc.Write([]byte(line + "\r\n"))
	require.NoError(c.t, err)
}

func (c *client) say(line string) string {
	c.t.Helper()
	c.send(line)
	return c.reply()
}

// body reads the rest of a multi-line reply.
func (c *client) body() []string {
	c.t.Helper()
	var out []string
	for {
		line, err := c.r.ReadString('\n')
		require.NoError(c.t, err)
		line = strings.TrimSuffix(line, "\r\n")
		if line == "." {
			return out
		}
		out = append(out, line)
	}
}

func (c *client) gone() {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	require.Error(c.t, err, line)
	require.False(c.t, isTimeout(err), "still open")
}

// TestEveryPersonaThroughTheWalkthrough: with each persona a mail is sent and read.
func TestEveryPersonaThroughTheWalkthrough(t *testing.T) {
	for _, p := range Personas() {
		t.Run(p.Name, func(t *testing.T) {
			l, err := Start(Config{Personas: []string{p.Name}, Empty: true})
			require.NoError(t, err)
			defer l.Close()
			walkSMTP(t, l)
			walkPOP3(t, l)
		})
	}
}

func walkSMTP(t *testing.T, l *Lab) {
	c := dialTo(t, l, "smtp")
	hello := c.reply()
	require.True(t, strings.HasPrefix(hello, "220 "), hello)
	require.Contains(t, hello, "smtp.lab.test")
	ehlo := c.say("EHLO pc.lab.test")
	require.True(t, strings.HasPrefix(ehlo, "250"), ehlo)
	for _, line := range strings.Split(ehlo, "\r\n")[1:] {
		checkKeyword(t, c, line[4:])
	}
	if strings.Contains(ehlo, "AUTH") {
		require.True(t, strings.HasPrefix(c.say("AUTH LOGIN"), "334 "))
		require.True(t, strings.HasPrefix(c.say("anNwZGV2ZWxvcA=="), "334 "))
		done := c.say("anNwMTIz")
		require.True(t, strings.HasPrefix(done, "235"), done)
	}
	for _, line := range []string{"MAIL FROM:<jspdevelop@lab.test>", "RCPT TO:<fpwjp@lab.test>"} {
		said := c.say(line)
		require.True(t, strings.HasPrefix(said, "250"), said)
	}
	require.True(t, strings.HasPrefix(c.say("DATA"), "354"))
	c.send("Subject: hi\r\n\r\nhello")
	said := c.say(".")
	require.True(t, strings.HasPrefix(said, "250"), said)
	require.NotContains(t, said, "{")
	require.True(t, strings.HasPrefix(c.say("QUIT"), "221"))
	c.gone()
}

// checkKeyword: what is announced works.
func checkKeyword(t *testing.T, c *client, keyword string) {
	word, params, _ := cutKeyword(keyword)
	switch {
	case word == "AUTH":
		for _, m := range strings.Fields(params) {
			known := slices.ContainsFunc(mechanisms, func(have mechanism) bool { return have.name == m })
			assert.True(t, known, keyword)
		}
	case word != "STARTTLS" && has(protocol.SMTP, word):
		said := c.say(word + " fpwjp")
		assert.NotContains(t, []string{"500", "502"}, said[:3], said)
	}
}

func walkPOP3(t *testing.T, l *Lab) {
	c := dialTo(t, l, "pop3")
	hello := c.reply()
	require.True(t, strings.HasPrefix(hello, "+OK"), hello)
	require.True(t, strings.HasPrefix(c.say("CAPA"), "+OK"))
	for _, line := range c.body() {
		assert.NotContains(t, line, "{")
	}
	for _, line := range []string{"USER fpwjp", "PASS fpw123", "STAT"} {
		said := c.say(line)
		require.True(t, strings.HasPrefix(said, "+OK"), said)
	}
	require.True(t, strings.HasPrefix(c.say("LIST"), "+OK"))
	require.Len(t, c.body(), 1)
	require.True(t, strings.HasPrefix(c.say("RETR 1"), "+OK"))
	require.Contains(t, c.body(), "hello")
	require.True(t, strings.HasPrefix(c.say("DELE 1"), "+OK"))
	require.True(t, strings.HasPrefix(c.say("QUIT"), "+OK"))
	c.gone()
	require.Empty(t, l.Mailbox("fpwjp"))
}

func TestPersonaMayBeChangedWhileTheLabRuns(t *testing.T) {
	l, err := Start(Config{})
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, l.SetPersona("qq", "dovecot"))
	assert.Equal(t, "qq", l.Persona(protocol.SMTP))
	assert.Equal(t, "dovecot", l.Persona(protocol.POP3))
	assert.Contains(t, dialTo(t, l, "smtp").reply(), "XMail")
	assert.Contains(t, dialTo(t, l, "pop3").reply(), "Dovecot ready")
	require.NoError(t, l.SetPersona(PlainPersona))
	assert.Equal(t, "220 smtp.lab.test ESMTP maillab", dialTo(t, l, "smtp").reply())
	var unknown *UnknownPersonaError
	require.ErrorAs(t, l.SetPersona("lotus"), &unknown)
	_, err = Start(Config{Personas: []string{"lotus"}})
	require.ErrorAs(t, err, &unknown)
}

func TestQQRepliesInGBK(t *testing.T) {
	l, err := Start(Config{Personas: []string{"qq"}})
	require.NoError(t, err)
	defer l.Close()
	c := dialTo(t, l, "smtp")
	c.reply()
	c.say("EHLO pc")
	said := c.say("AUTH PLAIN AGpzcGRldmVsb3AAd3Jvbmc=")
	text, err := simplifiedchinese.GBK.NewDecoder().String(said)
	require.NoError(t, err)
	assert.Contains(t, text, "535 Error: 请使用授权码登录")
	assert.Equal(t, "503 Error: need EHLO and AUTH first !", c.say("MAIL FROM:<jspdevelop@lab.test>"))
}

func TestQueueIDsAreNotRepeated(t *testing.T) {
	for _, p := range Personas() {
		if p.SMTP == nil || p.SMTP.QueueID == "" || strings.Contains(p.SMTP.QueueID, "unix") {
			continue
		}
		seen := map[string]bool{}
		for i := range int64(2000) {
			seen[queueID(p.SMTP.QueueID, idOf(1_790_000_000_000_000+i*37), time.Time{})] = true
		}
		assert.Len(t, seen, 2000, p.Name)
	}
}

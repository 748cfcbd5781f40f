package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// refused runs `maillab serve` with flags that it must not take, and returns what it says.
func refused(t *testing.T, code int, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // or one that starts would not end
	var out, errOut bytes.Buffer
	require.Equal(t, code, Run(ctx, append([]string{"serve"}, args...), strings.NewReader(""), &out, &errOut), args)
	require.Empty(t, out.String(), "nothing was started")
	return errOut.String()
}

func TestServeRefusesFlagsThatMeanNothing(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--domain", "x y"}, "--domain takes a domain name"},
		{[]string{"--domain", "中文.test"}, "--domain takes a domain name"},
		{[]string{"--domain", "a\r\nb"}, "--domain takes a domain name"},
		{[]string{"--max-size", "10XB"}, "--max-size takes a number of octets"},
		{[]string{"--max-mailbox", "0"}, "--max-mailbox takes a number of octets"},
		{[]string{"--max-size", "9999999999G"}, "--max-size takes a number of octets"},
		{[]string{"--max-recipients", "-1"}, "--max-recipients takes a whole number"},
		{[]string{"--max-errors", "many"}, "--max-errors takes"},
		{[]string{"--max-connections", "0"}, "--max-connections takes"},
		{[]string{"--max-connections-per-address", "x"}, "--max-connections-per-address takes"},
		{[]string{"--max-queue", "1.5"}, "--max-queue takes"},
		{[]string{"--idle-timeout", "10"}, "--idle-timeout takes a time with its unit"},
		{[]string{"--idle-timeout", "-1s"}, "--idle-timeout takes"},
		{[]string{"--user", ":x"}, "--user: an account is NAME:PASSWORD"},
		{[]string{"--user", "anna"}, "no colon in this account"},
		{[]string{"--user", "anna：secret"}, "the colon behind anna is a full-width one"},
		{[]string{"--user", "anna:"}, "came before the colon was: anna"},
		{[]string{"--token", "anna:t"}, "--token takes NAME:TOKEN"},
		{[]string{"--persona", "posfix"}, "posfix"},
		{[]string{"--fault", "greylits"}, "greylits"},
		{[]string{"--fault", "far.test/greylist"}, "`maillab serve` starts it with `--far`"},
		{[]string{"--persona", "far.test/exim"}, "`maillab serve` starts it with `--far`"},
		{[]string{"--smtp", "192.0.2.1:25"}, "add --lan"},
		{[]string{"--pop3s", ":::0"}, "is no address"},
		{[]string{"--pop3", "abc"}, "abc is no port"},
		{[]string{"--pop3", "65536"}, "65536 is no port"},
		{[]string{"--submission", "[::]:0"}, "add --lan"},
		{[]string{"--pop3", "mail.example.org:110"}, "add --lan"},
	} {
		assert.Contains(t, refused(t, exitUsage, c.args...), c.says, c.args)
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	said := refused(t, exitFailed, "--data", filepath.Join(file, "x"))
	assert.Contains(t, said, "because of "+file)
	assert.NotContains(t, said, "port")
	assert.Contains(t, refused(t, exitUsage, "--lang", "zh", "--max-size", "x"), "--max-size 要写大于 0 的字节数")
}

func TestServeAddresses(t *testing.T) {
	for _, c := range []struct {
		given string
		lan   bool
		want  string
	}{
		{"2525", false, "127.0.0.1:2525"},
		{":2525", true, "127.0.0.1:2525"},
		{"localhost:0", false, "localhost:0"},
		{"127.8.9.1:0", false, "127.8.9.1:0"},
		{"[::1]:25", false, "[::1]:25"},
		{"0.0.0.0:25", true, "0.0.0.0:25"},
		{"192.0.2.1:25", true, "192.0.2.1:25"},
	} {
		got, err := serveFlags{lan: c.lan}.address(c.given)
		require.NoError(t, err, c.given)
		assert.Equal(t, c.want, got)
	}
}

func TestServeListens(t *testing.T) {
	ports := serving(t)
	assert.Equal(t, []string{"POP3", "POP3S", "SMTP", "SMTPS", "SUBMISSION"}, names(ports))
	talkTo(t, ports["SUBMISSION"], "220 smtp.lab.test").says("MAIL FROM:<a@b.test>", "503")
	ports = serving(t, "--pop3", "127.0.0.1:0", "--pop3", "0", "--domain", "school.test")
	assert.Equal(t, []string{"POP3"}, names(ports), "what is not asked for is not opened")
	talkTo(t, ports["POP3"], "+OK pop3.school.test")
}

// TestServeForOthersSaysWhatThatMeans: the words go where people look, not among the NAME=ADDR lines.
func TestServeForOthersSaysWhatThatMeans(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--lan", "--pop3", "127.0.0.1:0"}, ""},
		{[]string{"--lan", "--pop3", "0.0.0.0:0"}, "can be reached from other machines"},
		{[]string{"--lang", "zh", "--lan", "--pop3", "0.0.0.0:0"}, "其他机器"},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var out, errOut bytes.Buffer
		require.Equal(t, 0, Run(ctx, append([]string{"serve"}, c.args...), strings.NewReader(""), &out, &errOut))
		assert.Contains(t, out.String(), "READY")
		assert.Contains(t, errOut.String(), c.says)
		assert.Equal(t, c.says == "", errOut.String() == "", errOut.String())
	}
}

func names(ports map[string]string) []string {
	out := []string{}
	for name := range ports {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

func TestServeAccountsAndTokens(t *testing.T) {
	ports := serving(t, "--user", "anna:se:cret", "--user", "李明:密码", "--token", "ANNA:tok")
	openBox(t, ports["POP3"], "anna", "se:cret").says("QUIT", "+OK")
	chinese := talkTo(t, ports["POP3"], "+OK")
	chinese.says("UTF8", "+OK")
	chinese.says("USER 李明", "+OK")
	chinese.says("PASS 密码", "+OK")
	c := talkTo(t, ports["SUBMISSION"], "220")
	c.says("EHLO x", "250")
	response := protocol.EncodeBase64([]byte("user=anna\x01auth=Bearer tok\x01\x01"))
	c.says("AUTH XOAUTH2 "+response, "235")
	c = talkTo(t, ports["POP3"], "+OK")
	c.says("USER fpwjp", "+OK")
	c.says("PASS fpw123", "-ERR")
}

func TestServeKeepsMailInData(t *testing.T) {
	data := filepath.Join(t.TempDir(), "mail")
	stop, ports := servingUntil(t, "--data", data, "--user", "anna:x")
	sendMail(t, ports["SMTP"], "anna@lab.test", "kept")
	assert.Contains(t, refused(t, exitFailed, "--data", data), "another maillab has the folder")
	stop()
	ports = serving(t, "--data", data, "--user", "anna:x")
	c := openBox(t, ports["POP3"], "anna", "x")
	c.says("RETR 1", "+OK")
	assert.Contains(t, c.rows(), "Subject: kept")
}

// TestServeSaysWhatItCouldNotRead: without a log too, in the language that is on.
func TestServeSaysWhatItCouldNotRead(t *testing.T) {
	for lang, says := range map[string]string{"en": "could not be read and was set aside as", "zh": "无法读取，已移到"} {
		data := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(data, ".queue"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(data, ".queue", "0ABCDEFGHI.json"), []byte("{"), 0o600))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var out, errOut bytes.Buffer
		require.Equal(t, 0, Run(ctx, []string{"serve", "--lang", lang, "--data", data}, strings.NewReader(""), &out, &errOut))
		assert.Contains(t, errOut.String(), says)
		assert.Contains(t, errOut.String(), filepath.Join("unreadable", "0ABCDEFGHI.json"))
		assert.Contains(t, out.String(), "READY")
	}
}

func TestServeLimits(t *testing.T) {
	ports := serving(t, "--max-size", "64KiB", "--max-recipients", "1", "--max-errors", "2", "--max-mailbox", "1K", "--user", "anna:x", "--user", "ben:x")
	c := talkTo(t, ports["SMTP"], "220")
	assert.Contains(t, c.says("EHLO x", "SIZE 65536"), "RCPTMAX=1")
	c.says("MAIL FROM:<a@b.test> SIZE=65537", "552")
	c.says("MAIL FROM:<a@b.test>", "250")
	c.says("RCPT TO:<anna@lab.test>", "250")
	c.says("RCPT TO:<ben@lab.test>", "452")
	c.says("DATA", "354")
	c.says(strings.Repeat("x", 900)+"\r\n"+strings.Repeat("y", 900)+"\r\n.", "250")
	c.says("MAIL FROM:<a@b.test>", "250")
	c.says("RCPT TO:<anna@lab.test>", "452")
	c.says("RSET", "250")
	c.says("NONSENSE", "500")
	c.sends("NONSENSE")
	c.hears("500")
	c.hears("421")
	c.ended()
}

func TestServeLimitsConnections(t *testing.T) {
	for _, flag := range []string{"--max-connections", "--max-connections-per-address"} {
		ports := serving(t, flag, "2")
		first := talkTo(t, ports["SMTP"], "220")
		talkTo(t, ports["POP3"], "+OK")
		talkTo(t, ports["SMTP"], "421").ended()
		first.says("NOOP", "250")
	}
}

func TestServeHangsUpOnTheSilent(t *testing.T) {
	ports := serving(t, "--idle-timeout", "300ms")
	c := talkTo(t, ports["SMTP"], "220")
	c.hears("421 4.4.2")
	c.ended()
}

func TestServePersonaAndFault(t *testing.T) {
	ports := serving(t, "--persona", "postfix", "--persona", "dovecot", "--fault", "greylist:1h")
	c := talkTo(t, ports["SMTP"], "220 smtp.lab.test ESMTP Postfix")
	c.says("EHLO x", "250")
	c.says("MAIL FROM:<a@b.test>", "250 2.1.0 Ok")
	c.says("RCPT TO:<fpwjp@lab.test>", "451 4.7.1 <fpwjp@lab.test>: greylisted")
	talkTo(t, ports["POP3"], "+OK Dovecot")
}

func TestServeTellsUsersOnlyIfAsked(t *testing.T) {
	for _, v := range []struct {
		args []string
		code string
	}{{nil, "252"}, {[]string{"--tell-users"}, "250"}} {
		c := talkTo(t, serving(t, v.args...)["SMTP"], "220")
		c.says("EHLO x", "250")
		c.says("VRFY fpwjp", v.code)
	}
}

func TestServeWithTheSecondDomain(t *testing.T) {
	ports := serving(t, "--far", "--max-queue", "1")
	assert.Len(t, ports, 10)
	c := talkTo(t, ports["SUBMISSION"], "220")
	c.says("EHLO x", "250")
	c.says("AUTH PLAIN "+protocol.EncodeBase64([]byte("\x00jspdevelop\x00jsp123")), "235")
	c.says("MAIL FROM:<jspdevelop@lab.test>", "250")
	c.says("RCPT TO:<later@far.test>", "250")
	c.says("DATA", "354")
	c.says("Subject: x\r\n\r\nx\r\n.", "250")
	c.says("MAIL FROM:<jspdevelop@lab.test>", "250")
	c.says("RCPT TO:<liming@far.test>", "452")
	talkTo(t, ports["FAR_POP3"], "+OK pop3.far.test")
}

// TestServeDoesNotWaitForEver: a client that stays in its transaction is told and cut off, and the exit code is 0 all
// the same (servingUntil looks at it).
func TestServeDoesNotWaitForEver(t *testing.T) {
	usual := shutdownTime
	shutdownTime = 200 * time.Millisecond
	t.Cleanup(func() { shutdownTime = usual })
	stop, ports := servingUntil(t)
	c := talkTo(t, ports["SMTP"], "220")
	c.says("EHLO x", "250")
	c.says("MAIL FROM:<a@b.test>", "250")
	stop()
	c.hears("421")
	c.ended()
}

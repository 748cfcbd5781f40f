package clients_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience bounds every program's run.
const patience = time.Minute

const anna, bert = "anna@lab.test", "bert@lab.test"

// password is what both accounts have.
const password = "correct-horse"

// token is the OAuth token of anna's account.
const token = "a-token"

// lab is a running `maillab serve`.
type lab struct {
	host                   string
	smtp, submission, pop3 string // ports
	smtps, pop3s           string // the ports with TLS from the first octet on
	ca                     string // the file with the lab's CA certificate
	password               string // what the programs are given
	home                   string // for files of the programs
}

// program is the built maillab.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv("MAILLAB_CLIENTS") == "" {
			return m.Run() // every test will skip and say why
		}
		dir, err := os.MkdirTemp("", "maillab-clients")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "maillab")
		build := exec.Command("go", "build", "-o", program, "maillab/cmd/maillab")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "go build:", err)
			return 1
		}
		return m.Run()
	}())
}

// serve starts the lab; more flags may follow.
func serve(t *testing.T, more ...string) *lab {
	t.Helper()
	l := &lab{password: password, home: t.TempDir()}
	l.ca = filepath.Join(l.home, "lab-ca.pem")
	cmd := exec.Command(program, append([]string{"serve", "--smtp", "127.0.0.1:0", "--submission", "127.0.0.1:0", "--pop3", "127.0.0.1:0",
		"--smtps", "127.0.0.1:0", "--pop3s", "127.0.0.1:0", "--ca-out", l.ca,
		"--user", "anna:" + password, "--user", "bert:" + password, "--token", "anna:" + token, "--token", "bert:" + token + "-b"}, more...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(os.Interrupt))
		assert.NoError(t, cmd.Wait(), "maillab serve stops cleanly")
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "READY" {
		name, addr, _ := strings.Cut(lines.Text(), "=")
		host, port, err := net.SplitHostPort(addr)
		require.NoError(t, err, lines.Text())
		l.host = host
		switch name {
		case "SMTP":
			l.smtp = port
		case "SUBMISSION":
			l.submission = port
		case "POP3":
			l.pop3 = port
		case "SMTPS":
			l.smtps = port
		case "POP3S":
			l.pop3s = port
		}
	}
	require.NotEmpty(t, l.submission)
	require.NotEmpty(t, l.pop3)
	return l
}

// fetch gets all of bert's mail with a client that does as little as possible.
func (l *lab) fetch(t *testing.T) (all [][]byte) {
	t.Helper()
	nc, err := net.Dial("tcp", net.JoinHostPort(l.host, l.pop3))
	require.NoError(t, err)
	defer func() { _ = nc.Close() }()
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	r := bufio.NewReader(nc)
	ask := func(command string) string {
		if command != "" {
			_, err := fmt.Fprintf(nc, "%s\r\n", command)
			require.NoError(t, err)
		}
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(line, "+OK"), line)
		return line
	}
	ask("")
	ask("USER bert")
	ask("PASS " + password)
	var n int
	_, err = fmt.Sscanf(ask("STAT"), "+OK %d", &n)
	require.NoError(t, err)
	for i := range n {
		ask(fmt.Sprintf("RETR %d", i+1))
		var m []byte
		for {
			line, err := r.ReadBytes('\n')
			require.NoError(t, err)
			if string(line) == ".\r\n" {
				break
			}
			m = append(m, bytes.TrimPrefix(line, []byte("."))...)
		}
		all = append(all, m)
	}
	ask("QUIT")
	return all
}

// mail is one sample, as it must arrive, and the files that programs read it from.
type mail struct {
	name    string
	content []byte // what must arrive
	crlf    string // the file with CRLF line ends
	open    string // the same without the last line end
	lf      string // the file with LF line ends
	body    string // the body alone, with LF line ends
}

// mails writes the samples' files.
func mails(t *testing.T) []mail {
	t.Helper()
	dir := t.TempDir()
	var all []mail
	for i, s := range []struct{ name, body string }{
		{"dots", ".\n..\n...\n.x\nend\n\n"},
		{"a dot last", "first\n.\n"},
		{"8-bit", "你好，世界\n.点\n\x20trailing blanks \t \nÄÖÜ\n"},
		{"long line", strings.Repeat("0123456789", 99) + "01234567\nshort\n"},
		{"empty body", ""},
		{"no final newline", "first\nlast, without an end"},
		{"no final newline after a dot", "first\n.last"},
		{"attachment", base64Lines(5 << 20)},
	} {
		header := fmt.Sprintf("Date: Sat, 01 Aug 2026 10:00:0%d +0800\nFrom: <%s>\nTo: <%s>\nMessage-ID: <%d@lab.test>\nSubject: %s\n"+
			"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n", i, anna, bert, i, s.name)
		base := filepath.Join(dir, fmt.Sprint(i))
		m := mail{name: s.name, crlf: base + ".crlf", open: base + ".open", lf: base + ".lf", body: base + ".body"}
		text := header + s.body
		crlf := strings.ReplaceAll(text, "\n", "\r\n")
		for name, data := range map[string]string{m.crlf: crlf, m.open: strings.TrimSuffix(crlf, "\r\n"), m.lf: text, m.body: s.body} {
			require.NoError(t, os.WriteFile(name, []byte(data), 0o600))
		}
		// Over SMTP there is no last line without an end.
		m.content = []byte(strings.TrimSuffix(crlf, "\r\n") + "\r\n")
		all = append(all, m)
	}
	return all
}

// base64Lines is the Base64 of n octets that do not repeat soon, in lines of 76.
func base64Lines(n int) string {
	data := make([]byte, n)
	x := uint32(1)
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = byte(x >> 24)
	}
	text := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for len(text) > 0 {
		k := min(76, len(text))
		b.WriteString(text[:k] + "\n")
		text = text[k:]
	}
	return b.String()
}

// run runs a program in this folder, its standard input from a file. What it printed is part of
// the error.
func run(stdin, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	if stdin != "" {
		f, err := os.Open(stdin)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		cmd.Stdin = f
	}
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// sendWithGo sends with the standard library.
func sendWithGo(l *lab, mechanism string, m mail) error {
	c, err := smtp.Dial(net.JoinHostPort(l.host, l.submission))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	return sendOver(c, l, mechanism, m)
}

// sendOver logs in and sends a mail.
func sendOver(c *smtp.Client, l *lab, mechanism string, m mail) error {
	auth := smtp.PlainAuth("", "anna", l.password, l.host)
	if mechanism == "CRAM-MD5" {
		auth = smtp.CRAMMD5Auth("anna", l.password)
	}
	data, err := os.ReadFile(m.crlf)
	if err != nil {
		return err
	}
	if err := c.Auth(auth); err != nil {
		return err
	}
	if err := errors.Join(c.Mail(anna), c.Rcpt(bert)); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	_, _ = w.Write(data)
	return errors.Join(w.Close(), c.Quit())
}

// numbered is the file for message n, so that names sort as numbers do.
func numbered(dir string, n int) string { return filepath.Join(dir, fmt.Sprintf("%03d", n)) }

// orRead reads what a program stored unless it failed.
func orRead(err error, dir string) ([][]byte, error) {
	if err != nil {
		return nil, err
	}
	return readAll(dir)
}

// readAll reads the messages stored in a folder, in the order of their names. Programs that store
// LF line ends get them back as CRLF.
func readAll(dir string) (all [][]byte, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(data, []byte("\r\n")) {
			data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
		}
		all = append(all, data)
	}
	return all, nil
}

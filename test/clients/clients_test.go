// Package clients_test is an outside judge: real mail programs send through `maillab serve` and
// fetch from it, with every login that the lab offers, and each mail must come through octet for
// octet. The programs know nothing of the lab's tables, so they notice what its own client cannot.
//
// MAILLAB_CLIENTS=1 turns the tests on; test/clients/install installs the programs. Senders use the
// submission service, which takes no mail without a login: a mail that arrives was logged in for.
package clients_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How TLS begins; in the clear it does not.
const (
	inTheClear = "plain"
	byCommand  = "starttls"
	atOnce     = "implicit"
)

// sender is a program that sends mail.
type sender struct {
	name       string
	mechanisms []string
	send       func(l *lab, mechanism string, m mail) error
	// own is true for a program that can only write the header itself: its mail is compared
	// from the first empty line on.
	own bool
	// cannot says which samples the program itself cannot send as they are, and why.
	cannot map[string]string
}

var senders = []sender{
	{name: "swaks", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5"}, send: func(l *lab, mechanism string, m mail) error {
		return run("", "swaks", "--server", l.host, "--port", l.submission, "--helo", "client.lab.test",
			"--from", anna, "--to", bert, "--auth", mechanism, "--auth-user", "anna", "--auth-password", l.password,
			"--data", "@"+m.open, "--suppress-data")
	}, cannot: map[string]string{
		"a dot last": "it takes this dot for the end of the content", "empty body": "it adds an empty line to a header without a body",
	}},
	{name: "curl", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5"}, send: func(l *lab, mechanism string, m mail) error {
		return run("", "curl", "-sS", "smtp://"+l.host+":"+l.submission+"/client.lab.test", "--user", "anna:"+l.password,
			"--login-options", "AUTH="+mechanism, "--mail-from", anna, "--mail-rcpt", bert, "--upload-file", m.crlf)
	}},
	{name: "Python smtplib", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5"}, send: func(l *lab, mechanism string, m mail) error {
		return run("", "python3", "python_smtplib.py", l.host, l.submission, mechanism, "anna", l.password, anna, bert, m.crlf)
	}},
	{name: "Perl Net::SMTP", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5"}, send: func(l *lab, mechanism string, m mail) error {
		return run("", "perl", "perl_net_smtp.pl", l.host, l.submission, mechanism, "anna", l.password, anna, bert, m.lf)
	}},
	{name: "Go net/smtp", mechanisms: []string{"PLAIN", "CRAM-MD5"}, send: sendWithGo},
	{name: "msmtp", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5"}, send: func(l *lab, mechanism string, m mail) error {
		return run(m.lf, "msmtp", "--file=/dev/null", "--host="+l.host, "--port="+l.submission, "--tls=off",
			"--auth="+strings.ToLower(mechanism), "--user=anna", "--passwordeval=echo "+l.password, "--from="+anna,
			"--set-date-header=off", "--set-msgid-header=off", "--set-from-header=off", bert)
	}},
	{name: "s-nail", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5"}, own: true, send: func(l *lab, mechanism string, m mail) error {
		return run(m.body, "s-nail", "-:/", "-S", "v15-compat", "-S", "mta=smtp://anna:"+l.password+"@"+l.host+":"+l.submission,
			"-S", "smtp-auth="+strings.ToLower(mechanism), "-S", "smtp-hostname=lab.test", "-S", "hostname=lab.test", "-S", "sendwait",
			"-S", "mime-encoding=8b", "-S", "ttycharset=utf-8", "-S", "from="+anna, "-s", "by s-nail", bert)
	}, cannot: map[string]string{
		"long line": "it encodes overlong lines", "empty body": "it sends no mail without a body",
		"no final newline": "it keeps such a line whole by encoding it", "no final newline after a dot": "it keeps such a line whole by encoding it",
	}},
	{name: "nodemailer", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5", "XOAUTH2"}, send: func(l *lab, mechanism string, m mail) error {
		return run("", "node", "nodemailer.js", l.host, l.submission, inTheClear, l.ca, mechanism, "anna", l.secret(mechanism), anna, bert, m.crlf)
	}},
	{name: "mutt", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}, own: true, cannot: muttCannot,
		send: func(l *lab, mechanism string, m mail) error { return sendWithMutt(l, mechanism, inTheClear, m) }},
	{name: "telnet", mechanisms: []string{"LOGIN", "PLAIN"}, send: func(l *lab, mechanism string, m mail) error {
		return run("", "expect", "telnet_smtp.exp", l.host, l.submission, mechanism, "anna", l.password, anna, bert, m.lf)
	}, cannot: map[string]string{
		"8-bit": "Debian's telnet garbles octets above 127", "attachment": "a terminal is no place for 5 MiB",
		"long line": "a terminal line ends at 4095 octets, and pasting has no flow control",
	}},
}

// fetcher is a program that fetches mail. It must bring all messages of the maildrop, in order.
type fetcher struct {
	name       string
	mechanisms []string
	fetch      func(l *lab, mechanism, dir string, n int) ([][]byte, error)
	// stores, where set, says what the program makes of a mail.
	stores func(mail []byte) []byte
}

var fetchers = []fetcher{
	{name: "curl", mechanisms: []string{"LOGIN", "PLAIN", "CRAM-MD5", "+APOP"}, fetch: func(l *lab, mechanism, dir string, n int) ([][]byte, error) {
		for i := range n {
			err := run("", "curl", "-sS", fmt.Sprintf("pop3://%s:%s/%d", l.host, l.pop3, i+1), "--user", "bert:"+l.password,
				"--login-options", "AUTH="+mechanism, "--output", numbered(dir, i+1))
			if err != nil {
				return nil, err
			}
		}
		return readAll(dir)
	}},
	{name: "Python poplib", mechanisms: []string{"USER", "APOP"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		err := run("", "python3", "python_poplib.py", l.host, l.pop3, mechanism, "bert", l.password, dir)
		return orRead(err, dir)
	}},
	{name: "Perl Net::POP3", mechanisms: []string{"USER", "APOP", "LOGIN", "PLAIN", "CRAM-MD5"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		err := run("", "perl", "perl_net_pop3.pl", l.host, l.pop3, mechanism, "bert", l.password, dir)
		return orRead(err, dir)
	}},
	{name: "mpop", mechanisms: []string{"USER", "APOP", "LOGIN", "PLAIN", "CRAM-MD5"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		err := run("", "mpop", "--file=/dev/null", "--host="+l.host, "--port="+l.pop3, "--tls=off", "--auth="+strings.ToLower(mechanism),
			"--user=bert", "--passwordeval=echo "+l.password, "--keep=on", "--received-header=off", "--quiet",
			"--uidls-file="+filepath.Join(l.home, "uidls-"+mechanism), "--delivery=mda,sh deliver "+dir)
		return orRead(err, dir)
	}},
	{name: "fetchmail", mechanisms: []string{"USER", "APOP", "CRAM-MD5"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		return fetchWithFetchmail(l, mechanism, inTheClear, dir)
	}},
	{name: "mutt", mechanisms: []string{"USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		return fetchWithMutt(l, mechanism, inTheClear, dir)
	}},
	{name: "s-nail", mechanisms: []string{"USER", "APOP"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		return fetchWithSNail(l, mechanism, inTheClear, dir)
	}, stores: withEmptyLine},
	{name: "getmail", mechanisms: []string{"USER", "APOP"}, fetch: func(l *lab, mechanism, dir string, _ int) ([][]byte, error) {
		return fetchWithGetmail(l, mechanism, inTheClear, dir)
	}},
	{name: "telnet", mechanisms: []string{"USER", "PLAIN"}, fetch: func(l *lab, mechanism, dir string, n int) ([][]byte, error) {
		err := run("", "expect", "telnet_pop3.exp", l.host, l.pop3, mechanism, "bert", l.password, dir, fmt.Sprint(n))
		return orRead(err, dir)
	}},
}

func TestSenders(t *testing.T) {
	needed(t)
	for _, s := range senders {
		for i, mechanism := range s.mechanisms {
			t.Run(s.name+"/"+mechanism, func(t *testing.T) {
				l := serve(t)
				var want [][]byte
				for k, m := range mails(t) {
					if s.cannot[m.name] != "" || i > 0 && k > 0 {
						continue // all samples with the first mechanism
					}
					require.NoError(t, s.send(l, mechanism, m), m.name)
					want = append(want, m.content)
				}
				got := l.fetch(t)
				require.Len(t, got, len(want))
				for i := range want {
					if s.own {
						want[i], got[i] = body(want[i]), body(got[i])
					}
					same(t, want[i], withoutTrace(got[i]))
				}
			})
		}
	}
}

func TestFetchers(t *testing.T) {
	needed(t)
	l := serve(t)
	for _, m := range mails(t) {
		require.NoError(t, sendWithGo(l, "PLAIN", m), m.name)
	}
	want := l.fetch(t)
	for _, f := range fetchers {
		for _, mechanism := range f.mechanisms {
			t.Run(f.name+"/"+mechanism, func(t *testing.T) {
				got, err := f.fetch(l, mechanism, t.TempDir(), len(want))
				require.NoError(t, err)
				require.Len(t, got, len(want))
				for i := range want {
					same(t, f.stored(want[i]), got[i])
				}
			})
		}
	}
}

func (f fetcher) stored(mail []byte) []byte {
	if f.stores == nil {
		return mail
	}
	return f.stores(mail)
}

// TestWrongPassword: every program must see that it was refused.
func TestWrongPassword(t *testing.T) {
	needed(t)
	l := serve(t)
	l.password = "wrong"
	first := mails(t)[0]
	for _, s := range senders {
		for _, mechanism := range s.mechanisms {
			t.Run(s.name+"/"+mechanism, func(t *testing.T) {
				assert.Error(t, s.send(l, mechanism, first))
			})
		}
	}
	for _, f := range fetchers {
		for _, mechanism := range f.mechanisms {
			t.Run(f.name+"/"+mechanism, func(t *testing.T) {
				_, err := f.fetch(l, mechanism, t.TempDir(), 1)
				assert.Error(t, err)
			})
		}
	}
}

// TestDialogue looks at single answers as swaks shows them.
func TestDialogue(t *testing.T) {
	needed(t)
	l := serve(t)
	for _, c := range []struct {
		name string
		port string
		args []string
		want []string // lines that must be there, in this order
	}{
		{"mail comes in without a login", l.smtp, []string{"--to", bert}, []string{"<-  250 2.1.5 ", "<-  354 ", "<-  250 2.0.0 ", "<-  221 "}},
		{"but goes nowhere else", l.smtp, []string{"--to", "someone@far.example"}, []string{"<** 550 5.7.1 "}},
		{"nobody of that name", l.smtp, []string{"--to", "nobody@lab.test"}, []string{"<** 550 5.1.1 "}},
		{"one of two recipients", l.smtp, []string{"--to", "nobody@lab.test," + bert}, []string{"<** 550 5.1.1 ", "<-  250 2.1.5 ", "<-  250 2.0.0 "}},
		{"submission demands a login", l.submission, []string{"--to", bert}, []string{"<** 530 5.7.0 "}},
		{"commands sent ahead", l.smtp, []string{"--to", bert + "," + anna, "--pipeline"}, []string{" -> MAIL", " -> RCPT", " -> RCPT", " -> DATA", "<-  250 2.1.0", "<-  250 2.1.5", "<-  250 2.1.5", "<-  354 ", "<-  250 2.0.0 "}},
		{"HELO, the old greeting", l.smtp, []string{"--to", bert, "--protocol", "SMTP"}, []string{" -> HELO ", "<-  250 ", "<-  250 ", "<-  221 "}},
		{"LMTP is another protocol", l.smtp, []string{"--to", bert, "--protocol", "LMTP"}, []string{" -> LHLO ", "<** 500 5.5.1 "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"--server", l.host, "--port", c.port, "--helo", "client.lab.test", "--from", anna}, c.args...)
			out, _ := exec.Command("swaks", args...).CombinedOutput() // its exit code says less than the dialogue
			rest := string(out)
			for _, want := range c.want {
				_, after, found := strings.Cut(rest, "\n"+want)
				assert.True(t, found, "no %q in\n%s", want, out)
				rest = after
			}
		})
	}
}

func needed(t *testing.T) {
	t.Helper()
	if os.Getenv("MAILLAB_CLIENTS") == "" {
		t.Skip("SKIPPED, NOT TESTED: MAILLAB_CLIENTS=1 turns it on; it needs the programs of test/clients/install")
	}
	for _, program := range []string{"swaks", "curl", "python3", "perl", "msmtp", "mpop", "s-nail", "fetchmail", "telnet", "expect", "node", "mutt", "getmail", "openssl"} {
		_, err := exec.LookPath(program)
		require.NoError(t, err, "test/clients/install installs it")
	}
}

// same compares two mails; a difference in 5 MiB is told by its place.
func same(t *testing.T, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	near := func(b []byte) []byte { return b[max(0, at-30):min(len(b), at+60)] }
	t.Errorf("differs at octet %d (of %d, got %d):\nwant %q\ngot  %q", at, len(want), len(got), near(want), near(got))
}

// withoutTrace cuts off the trace fields that the server puts in front (RFC 5321 §4.4).
func withoutTrace(got []byte) []byte {
	rest := got
	for {
		known := slices.ContainsFunc([]string{"Return-Path:", "Received:", "Delivered-To:", " ", "\t"}, func(name string) bool {
			return bytes.HasPrefix(rest, []byte(name))
		})
		_, after, found := bytes.Cut(rest, []byte("\r\n"))
		if !known || !found {
			return rest
		}
		rest = after
	}
}

// body is what follows the header.
func body(m []byte) []byte {
	_, after, _ := bytes.Cut(m, []byte("\r\n\r\n"))
	return after
}

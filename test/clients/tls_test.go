package clients_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tlsSender sends under TLS, with the lab's CA as the only one trusted. begins says that TLS begins by
// STARTTLS on the submission port, or with the first octet of the smtps port.
type tlsSender struct {
	name       string
	mechanisms []string
	send       func(l *lab, mechanism, begins string, m mail) error
	own        bool // as in sender
	cannot     map[string]string
}

var tlsSenders = []tlsSender{
	{name: "curl", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"}, send: func(l *lab, mechanism, begins string, m mail) error {
		scheme, login := "smtp://", []string{"--user", "anna:" + password}
		if begins == atOnce {
			scheme = "smtps://"
		}
		if l.secret(mechanism) == token {
			login = []string{"--user", "anna:", "--oauth2-bearer", token}
		}
		return run("", "curl", append(login, "-sS", "--ssl-reqd", "--cacert", l.ca, scheme+l.host+":"+l.portFor(begins)+"/client.lab.test",
			"--login-options", "AUTH="+mechanism, "--mail-from", anna, "--mail-rcpt", bert, "--upload-file", m.crlf)...)
	}},
	{name: "swaks", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, send: func(l *lab, mechanism, begins string, m mail) error {
		how := map[string]string{byCommand: "--tls", atOnce: "--tls-on-connect"}[begins]
		return run("", "swaks", how, "--tls-verify", "--tls-ca-path", l.ca, "--server", l.host, "--port", l.portFor(begins), "--suppress-data",
			"--from", anna, "--to", bert, "--auth", mechanism, "--auth-user", "anna", "--auth-password", password, "--data", "@"+m.open)
	}, cannot: senderNamed("swaks").cannot},
	{name: "msmtp", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"}, send: func(l *lab, mechanism, begins string, m mail) error {
		return run(m.lf, "msmtp", "--file=/dev/null", "--host="+l.host, "--port="+l.portFor(begins), "--tls=on",
			"--tls-starttls="+map[string]string{byCommand: "on", atOnce: "off"}[begins], "--tls-trust-file="+l.ca, "--auth="+strings.ToLower(mechanism),
			"--user=anna", "--passwordeval=echo "+l.secret(mechanism), "--from="+anna,
			"--set-date-header=off", "--set-msgid-header=off", "--set-from-header=off", bert)
	}},
	{name: "Python smtplib", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, send: func(l *lab, mechanism, begins string, m mail) error {
		return run("", "python3", "python_smtplib_tls.py", l.host, l.portFor(begins), begins, l.ca, mechanism, "anna", password, anna, bert, m.crlf)
	}},
	{name: "Perl Net::SMTP", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5"}, send: func(l *lab, mechanism, begins string, m mail) error {
		return run("", "perl", "perl_net_smtp.pl", l.host, l.portFor(begins), mechanism, "anna", password, anna, bert, m.lf, begins, l.ca)
	}},
	{name: "nodemailer", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"}, send: func(l *lab, mechanism, begins string, m mail) error {
		return run("", "node", "nodemailer.js", l.host, l.portFor(begins), begins, l.ca, mechanism, "anna", l.secret(mechanism), anna, bert, m.crlf)
	}},
	{name: "Go net/smtp", mechanisms: []string{"PLAIN", "CRAM-MD5"}, send: sendWithGoUnderTLS},
	{name: "openssl s_client", mechanisms: []string{"PLAIN"}, send: func(l *lab, _, begins string, m mail) error {
		return sendWithOpenSSL(l, begins, m)
	}},
	{name: "s-nail", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "OAUTHBEARER"}, own: true, send: func(l *lab, mechanism, begins string, m mail) error {
		scheme, more := "smtps", []string{}
		if begins == byCommand {
			scheme, more = "smtp", []string{"-S", "smtp-use-starttls"}
		}
		return run(m.body, "s-nail", append(more, "-:/", "-S", "v15-compat", "-S", "mta="+scheme+"://anna:"+l.secret(mechanism)+"@localhost:"+l.portFor(begins),
			"-S", "smtp-auth="+strings.ToLower(mechanism), "-S", "smtp-hostname=lab.test", "-S", "hostname=lab.test", "-S", "sendwait",
			"-S", "tls-ca-file="+l.ca, "-S", "tls-ca-no-defaults", "-S", "tls-verify=strict",
			"-S", "mime-encoding=8b", "-S", "ttycharset=utf-8", "-S", "from="+anna, "-s", "by s-nail", bert)...)
	}, cannot: senderNamed("s-nail").cannot},
	{name: "mutt", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}, own: true, send: sendWithMutt, cannot: muttCannot},
}

func senderNamed(name string) sender {
	for _, s := range senders {
		if s.name == name {
			return s
		}
	}
	return sender{}
}

// sendWithGoUnderTLS sends with the standard library.
func sendWithGoUnderTLS(l *lab, mechanism, begins string, m mail) error {
	pem, err := os.ReadFile(l.ca)
	if err != nil {
		return err
	}
	cfg := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: l.host}
	cfg.RootCAs.AppendCertsFromPEM(pem)
	var nc net.Conn
	if begins == atOnce {
		nc, err = tls.Dial("tcp", net.JoinHostPort(l.host, l.smtps), cfg)
	} else {
		nc, err = net.Dial("tcp", net.JoinHostPort(l.host, l.submission))
	}
	if err != nil {
		return err
	}
	c, err := smtp.NewClient(nc, l.host)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if begins == byCommand {
		if err := c.StartTLS(cfg); err != nil {
			return err
		}
	}
	return sendOver(c, l, mechanism, m)
}

// TestSendersUnderTLS: all samples with a program's first mechanism, one with each other.
func TestSendersUnderTLS(t *testing.T) {
	needed(t)
	for _, s := range tlsSenders {
		for _, begins := range []string{byCommand, atOnce} {
			t.Run(s.name+" "+begins, func(t *testing.T) {
				l := serve(t)
				var want [][]byte
				for i, mechanism := range s.mechanisms {
					for k, m := range mails(t) {
						if s.cannot[m.name] == "" && (i == 0 || k == 0) {
							require.NoError(t, s.send(l, mechanism, begins, m), "%s, %s", mechanism, m.name)
							want = append(want, m.content)
						}
					}
				}
				got := l.fetch(t)
				require.Len(t, got, len(want))
				for i := range want {
					assert.Regexp(t, ` with (ESMTP|UTF8SMTP)SA id `, string(got[i][:min(500, len(got[i]))]))
					if s.own {
						want[i], got[i] = body(want[i]), body(got[i])
					}
					same(t, want[i], withoutTrace(got[i]))
				}
			})
		}
	}
}

// tlsFetcher fetches under TLS; begins is as in tlsSender, with STLS.
type tlsFetcher struct {
	name       string
	mechanisms []string
	fetch      func(l *lab, mechanism, begins, dir string, n int) ([][]byte, error)
	stores     func(mail []byte) []byte // as in fetcher
	// atOnce only: the program knows no STLS.
	atOnceOnly bool
}

var tlsFetchers = []tlsFetcher{
	{name: "curl", mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "+APOP", "XOAUTH2", "OAUTHBEARER"}, fetch: func(l *lab, mechanism, begins, dir string, n int) ([][]byte, error) {
		scheme, login := "pop3://", []string{"--user", "bert:" + password, "--login-options", "AUTH=" + mechanism}
		if begins == atOnce {
			scheme = "pop3s://"
		}
		if l.secret(mechanism) == token {
			login = []string{"--user", "bert:", "--oauth2-bearer", token + "-b", "--login-options", "AUTH=" + mechanism}
		}
		for i := range n {
			err := run("", "curl", append(login, "-sS", "--ssl-reqd", "--cacert", l.ca, "--output", numbered(dir, i+1),
				fmt.Sprintf("%s%s:%s/%d", scheme, l.host, l.fetchPort(begins), i+1))...)
			if err != nil {
				return nil, err
			}
		}
		return readAll(dir)
	}},
	{name: "Python poplib", mechanisms: []string{"USER", "APOP"}, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		return orRead(run("", "python3", "python_poplib_tls.py", l.host, l.fetchPort(begins), stls(begins), l.ca, mechanism, "bert", password, dir), dir)
	}},
	{name: "Perl Net::POP3", mechanisms: []string{"USER", "APOP", "LOGIN", "PLAIN", "CRAM-MD5"}, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		return orRead(run("", "perl", "perl_net_pop3.pl", l.host, l.fetchPort(begins), mechanism, "bert", password, dir, stls(begins), l.ca), dir)
	}},
	{name: "mpop", mechanisms: []string{"USER", "APOP", "LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"}, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		secret := l.secret(mechanism)
		if secret == token {
			secret += "-b"
		}
		return orRead(run("", "mpop", "--file=/dev/null", "--host="+l.host, "--port="+l.fetchPort(begins), "--tls=on",
			"--tls-starttls="+map[string]string{byCommand: "on", atOnce: "off"}[begins], "--tls-trust-file="+l.ca,
			"--auth="+strings.ToLower(mechanism), "--user=bert", "--passwordeval=echo "+secret, "--keep=on", "--received-header=off", "--quiet",
			"--uidls-file="+filepath.Join(dir, "..", "uidls"), "--delivery=mda,sh deliver "+dir), dir)
	}},
	{name: "fetchmail", mechanisms: []string{"USER", "APOP", "CRAM-MD5"}, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		return fetchWithFetchmail(l, mechanism, begins, dir)
	}},
	{name: "getmail", mechanisms: []string{"USER", "APOP"}, atOnceOnly: true, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		return fetchWithGetmail(l, mechanism, begins, dir)
	}},
	{name: "s-nail", mechanisms: []string{"USER", "APOP"}, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		return fetchWithSNail(l, mechanism, begins, dir)
	}, stores: withEmptyLine},
	{name: "mutt", mechanisms: []string{"USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}, fetch: func(l *lab, mechanism, begins, dir string, _ int) ([][]byte, error) {
		return fetchWithMutt(l, mechanism, begins, dir)
	}},
	{name: "openssl s_client", mechanisms: []string{"USER"}, fetch: func(l *lab, _, begins, _ string, n int) ([][]byte, error) {
		return fetchWithOpenSSL(l, begins, n)
	}},
}

func stls(begins string) string { return strings.Replace(begins, byCommand, "stls", 1) }

func TestFetchersUnderTLS(t *testing.T) {
	needed(t)
	l := serve(t)
	for _, m := range mails(t) {
		require.NoError(t, sendWithGo(l, "PLAIN", m), m.name)
	}
	want := l.fetch(t)
	for _, f := range tlsFetchers {
		for _, begins := range []string{byCommand, atOnce} {
			if f.atOnceOnly && begins != atOnce {
				continue
			}
			for _, mechanism := range f.mechanisms {
				t.Run(f.name+" "+begins+"/"+mechanism, func(t *testing.T) {
					dir := filepath.Join(t.TempDir(), "mail")
					require.NoError(t, os.Mkdir(dir, 0o700))
					got, err := f.fetch(l, mechanism, begins, dir, len(want))
					require.NoError(t, err)
					require.Len(t, got, len(want))
					for i := range want {
						same(t, fetcher{stores: f.stores}.stored(want[i]), got[i])
					}
				})
			}
		}
	}
}

// TestBadCertificatesAreRefused: each fault of a certificate or a handshake is one to real programs.
func TestBadCertificatesAreRefused(t *testing.T) {
	needed(t)
	for _, fault := range []string{"tls-expired", "tls-wrong-name", "tls-self-signed", "tls-failure:alert", "tls-failure:cut", "tls-failure:plain", "starttls-stripped"} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			l := serve(t, "--fault", fault)
			m := mails(t)[0]
			for _, s := range tlsSenders {
				if s.name == "swaks" && fault == "tls-wrong-name" {
					continue // it asks whether a certificate is genuine, not whose it is
				}
				assert.Error(t, s.send(l, s.mechanisms[0], byCommand, m), s.name)
				if fault != "starttls-stripped" {
					assert.Error(t, s.send(l, s.mechanisms[0], atOnce, m), s.name)
				}
			}
			if fault != "starttls-stripped" {
				assert.Empty(t, l.fetch(t), "nothing may have come")
			}
		})
	}
}

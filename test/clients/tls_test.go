package clients_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tlsSender sends the mail in a file over TLS, with the lab's CA as the only one trusted. starttls says
// that TLS begins by STARTTLS on the submission port, else with the first octet of the smtps port.
type tlsSender struct {
	name       string
	mechanisms []string
	send       func(l *lab, mechanism string, starttls bool, file string) error
}

// port is the one for the way TLS begins.
func (l *lab) port(starttls bool) string {
	if starttls {
		return l.submission
	}
	return l.smtps
}

// secret is what a mechanism takes.
func secret(mechanism string) string {
	if mechanism == "XOAUTH2" || mechanism == "OAUTHBEARER" {
		return token
	}
	return password
}

var tlsSenders = []tlsSender{
	{"curl", []string{"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"}, func(l *lab, mechanism string, starttls bool, file string) error {
		scheme, login := "smtps://", []string{"--user", "anna:" + password}
		if starttls {
			scheme = "smtp://"
		}
		if secret(mechanism) == token {
			login = []string{"--user", "anna:", "--oauth2-bearer", token}
		}
		return run("", "curl", append(login, "-sS", "--ssl-reqd", "--cacert", l.ca, scheme+l.host+":"+l.port(starttls)+"/client.lab.test",
			"--login-options", "AUTH="+mechanism, "--mail-from", anna, "--mail-rcpt", bert, "--upload-file", file)...)
	}},
	{"swaks", []string{"PLAIN", "LOGIN", "CRAM-MD5"}, func(l *lab, mechanism string, starttls bool, file string) error {
		how := "--tls-on-connect"
		if starttls {
			how = "--tls"
		}
		return run("", "swaks", how, "--tls-verify", "--tls-ca-path", l.ca, "--server", l.host, "--port", l.port(starttls),
			"--from", anna, "--to", bert, "--auth", mechanism, "--auth-user", "anna", "--auth-password", password, "--data", "@"+file)
	}},
	{"msmtp", []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"}, func(l *lab, mechanism string, starttls bool, file string) error {
		begins := map[bool]string{true: "on", false: "off"}[starttls]
		return run(file, "msmtp", "--file=/dev/null", "--host="+l.host, "--port="+l.port(starttls), "--tls=on", "--tls-starttls="+begins,
			"--tls-trust-file="+l.ca, "--auth="+strings.ToLower(mechanism), "--user=anna", "--passwordeval=echo "+secret(mechanism), "--from="+anna, bert)
	}},
	{"Python smtplib", []string{"PLAIN", "LOGIN", "CRAM-MD5"}, func(l *lab, mechanism string, starttls bool, file string) error {
		begins := map[bool]string{true: "starttls", false: "implicit"}[starttls]
		return run("", "python3", "python_smtplib_tls.py", l.host, l.port(starttls), begins, l.ca, mechanism, "anna", password, anna, bert, file)
	}},
}

func TestSendersUnderTLS(t *testing.T) {
	require.NotNil(t, tlsSenders)
	if os.Getenv("MAILLAB_CLIENTS") == "" {
		t.Skip("SKIPPED: MAILLAB_CLIENTS is not set")
	}
	for _, s := range tlsSenders {
		for _, starttls := range []bool{true, false} {
			t.Run(s.name+map[bool]string{true: " STARTTLS", false: " TLS"}[starttls], func(t *testing.T) {
				l := serve(t)
				file := filepath.Join(l.home, "mail.eml")
				require.NoError(t, os.WriteFile(file, []byte("Subject: under TLS\r\n\r\n.dot\r\n"), 0o600))
				for _, mechanism := range s.mechanisms {
					require.NoError(t, s.send(l, mechanism, starttls, file), mechanism)
				}
				mails := l.fetch(t)
				require.Len(t, mails, len(s.mechanisms))
				for _, m := range mails {
					assert.Contains(t, string(m), " with ESMTPSA id ")
					assert.Contains(t, string(m), "Subject: under TLS\r\n")
				}
			})
		}
	}
}

func TestFetchersUnderTLS(t *testing.T) {
	if os.Getenv("MAILLAB_CLIENTS") == "" {
		t.Skip("SKIPPED: MAILLAB_CLIENTS is not set")
	}
	l := serve(t)
	file := filepath.Join(l.home, "mail.eml")
	require.NoError(t, os.WriteFile(file, []byte("Subject: under TLS\r\n\r\nhello\r\n"), 0o600))
	require.NoError(t, tlsSenders[0].send(l, "PLAIN", true, file))
	for _, url := range []string{"pop3://" + l.host + ":" + l.pop3 + "/1", "pop3s://" + l.host + ":" + l.pop3s + "/1"} {
		got := filepath.Join(l.home, "got.eml")
		for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
			require.NoError(t, run("", "curl", "-sS", "--ssl-reqd", "--cacert", l.ca, "--user", "bert:"+password,
				"--login-options", "AUTH="+mechanism, "--output", got, url), url)
			data, err := os.ReadFile(got)
			require.NoError(t, err)
			assert.Contains(t, string(data), "Subject: under TLS\r\n\r\nhello\r\n")
		}
		require.NoError(t, run("", "curl", "-sS", "--ssl-reqd", "--cacert", l.ca, "--user", "bert:", "--oauth2-bearer", token+"-b", "--output", got, url), url)
	}
	for begins, port := range map[string]string{"stls": l.pop3, "implicit": l.pop3s} {
		require.NoError(t, run("", "python3", "python_poplib_tls.py", l.host, port, begins, l.ca, "bert", password), begins)
	}
}

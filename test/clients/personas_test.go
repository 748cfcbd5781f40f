package clients_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestPersonas: whoever the lab imitates, mail programs can send to it and fetch from it, and what they
// send comes through octet for octet. They log in where the persona offers that.
func TestPersonas(t *testing.T) {
	needed(t)
	for _, p := range mockserver.Personas() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, "--persona", p.Name)
			var want [][]byte
			for _, send := range personaSenders {
				for _, m := range mails(t) {
					if m.name == "attachment" || m.name == "a dot last" || m.name == "empty body" {
						continue
					}
					require.NoError(t, send(l, m), m.name)
					want = append(want, m.content)
				}
			}
			for _, name := range personaFetchers {
				f := fetchers[slices.IndexFunc(fetchers, func(f fetcher) bool { return f.name == name })]
				got, err := f.fetch(l, easiest(f), t.TempDir(), len(want))
				require.NoError(t, err, name)
				require.Len(t, got, len(want), name)
				for i := range want {
					same(t, want[i], withoutTrace(got[i]))
				}
				if p.Name == "courier" {
					break // it takes one login in ten seconds
				}
			}
		})
	}
}

// personaFetchers are the programs that fetch, the first one where only one may.
var personaFetchers = []string{"Python poplib", "Perl Net::POP3", "mpop", "curl"}

// easiest is the login that every persona has: USER and PASS, which curl calls no mechanism.
func easiest(f fetcher) string {
	if f.name == "curl" {
		return "*"
	}
	return "USER"
}

// personaSenders send on port 25.
var personaSenders = []func(l *lab, m mail) error{
	func(l *lab, m mail) error { // curl
		args := []string{"-sS", "smtp://" + l.host + ":" + l.smtp + "/client.lab.test", "--mail-from", anna, "--mail-rcpt", bert, "--upload-file", m.crlf}
		if l.offersLogin() {
			args = append(args, "--user", "anna:"+l.password)
		}
		return run("", "curl", args...)
	},
	func(l *lab, m mail) error { // swaks
		return run("", "swaks", "--server", l.host, "--port", l.smtp, "--helo", "client.lab.test", "--from", anna, "--to", bert,
			"--auth-optional", "LOGIN,PLAIN", "--auth-user", "anna", "--auth-password", l.password, "--data", "@"+m.open, "--suppress-data")
	},
	func(l *lab, m mail) error { // Python
		return run("", "python3", "python_smtplib_optional.py", l.host, l.smtp, "anna", l.password, anna, bert, m.crlf)
	},
}

// offersLogin asks as swaks sees it.
func (l *lab) offersLogin() bool {
	out, _ := exec.Command("swaks", "--server", l.host, "--port", l.smtp, "--helo", "client.lab.test", "--quit-after", "EHLO").CombinedOutput()
	return strings.Contains(string(out), "250-AUTH") || strings.Contains(string(out), "250 AUTH")
}

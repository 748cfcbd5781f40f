package clients_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Programs that need more than one line to drive.

// secret is what a mechanism takes.
func (l *lab) secret(mechanism string) string {
	if l.password == password && (mechanism == "XOAUTH2" || mechanism == "OAUTHBEARER") {
		return token
	}
	return l.password
}

// portFor is the submission port for a way in which TLS begins, fetchPort the one of POP3.
func (l *lab) portFor(begins string) string {
	if begins == atOnce {
		return l.smtps
	}
	return l.submission
}

func (l *lab) fetchPort(begins string) string {
	if begins == atOnce {
		return l.pop3s
	}
	return l.pop3
}

// muttCannot: mutt writes the mail itself.
var muttCannot = map[string]string{
	"long line": "it encodes overlong lines", "empty body": "it takes an empty body for one with an empty line",
	"no final newline": "it adds one of its own", "no final newline after a dot": "it adds one of its own",
}

// sendWithMutt lets mutt write the header; the body comes as it is.
func sendWithMutt(l *lab, mechanism, begins string, m mail) error {
	scheme := "smtp"
	if begins == atOnce {
		scheme = "smtps"
	}
	settings := []string{
		"set smtp_url='" + scheme + "://anna:" + l.password + "@" + l.host + ":" + l.portFor(begins) + "'",
		"set smtp_authenticators='" + strings.ToLower(mechanism) + "'", "set from='" + anna + "'", "set hostname='lab.test'", "unset copy",
		"set charset='utf-8'", "set send_charset='utf-8'", "set allow_8bit", "set use_envelope_from", "set text_flowed=no",
		"set ssl_ca_certificates_file='" + l.ca + "'", "set certificate_file='" + l.ca + "'", "unset ssl_usesystemcerts",
	}
	if begins == byCommand {
		settings = append(settings, "set ssl_starttls=yes", "set ssl_force_tls=yes")
	} else {
		settings = append(settings, "set ssl_starttls=no")
	}
	rc := filepath.Join(l.home, "muttrc")
	if err := os.WriteFile(rc, []byte(strings.Join(settings, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	return run(m.body, "mutt", "-n", "-F", rc, "-s", "by mutt", "--", bert)
}

// fetchWithFetchmail lets fetchmail hand each mail to ./deliver.
func fetchWithFetchmail(l *lab, mechanism, begins, dir string) ([][]byte, error) {
	protocol, auth := "POP3", "password"
	switch mechanism {
	case "APOP":
		protocol = "APOP"
	case "CRAM-MD5":
		auth = "cram-md5"
	}
	security := "sslproto ''"
	if begins != inTheClear {
		security = "sslproto 'TLS1.2+' sslcertck sslcertfile '" + l.ca + "' sslcommonname 'localhost'"
	}
	if begins == atOnce {
		security = "ssl " + security
	}
	rc := filepath.Join(l.home, "fetchmailrc")
	text := fmt.Sprintf("set invisible\npoll %s service %s protocol %s auth %s user bert password %q no rewrite stripcr forcecr no mimedecode keep fetchall %s mda 'sh deliver %s'\n",
		l.host, l.fetchPort(begins), protocol, auth, l.password, security, dir)
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		return nil, err
	}
	err := run("", "fetchmail", "--nosyslog", "--nodetach", "--pidfile", filepath.Join(l.home, "fetchmail.pid"), "-i", filepath.Join(l.home, "ids"), "-f", rc)
	return orRead(err, dir)
}

// fetchWithGetmail lets getmail hand each mail to ./deliver. It knows no STLS.
func fetchWithGetmail(l *lab, mechanism, begins, dir string) ([][]byte, error) {
	kind, apop, ca := "SimplePOP3Retriever", "", ""
	if begins == atOnce {
		kind, ca = "SimplePOP3SSLRetriever", "ca_certs = "+l.ca+"\n"
	}
	if mechanism == "APOP" {
		apop = "use_apop = true\n"
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf(`[retriever]
type = %s
server = %s
port = %s
username = bert
password = %s
%s%s[destination]
type = MDA_external
path = /bin/sh
arguments = (%q, %q)
allow_root_commands = true
[options]
read_all = true
delete = false
delivered_to = false
received = false
verbose = 0
`, kind, l.host, l.fetchPort(begins), l.password, apop, ca, filepath.Join(here, "deliver"), dir)
	home, err := os.MkdirTemp(l.home, "getmail")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(home, "getmailrc"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	return orRead(run("", "getmail", "--getmaildir", home, "--rcfile", "getmailrc"), dir)
}

// fetchWithMutt lets mutt fetch into a Maildir.
func fetchWithMutt(l *lab, mechanism, begins, dir string) ([][]byte, error) {
	scheme, stls := "pop", "no"
	switch begins {
	case atOnce:
		scheme = "pops"
	case byCommand:
		stls = "yes"
	}
	return throughMaildir(dir, func(box string) error {
		settings := strings.Join([]string{
			"set pop_host='" + scheme + "://bert:" + l.password + "@" + l.host + ":" + l.fetchPort(begins) + "'",
			"set pop_authenticators='" + strings.ToLower(mechanism) + "'", "set pop_delete=no", "set pop_last=no", "set pop_reconnect=no",
			"set mbox_type=Maildir", "set spoolfile='" + box + "'", "set folder='" + box + "'", "set move=no", "set quit=yes", "set status_format='Msgs:%m'",
			"set ssl_starttls=" + stls, "set ssl_force_tls=" + stls, "set certificate_file='" + l.ca + "'", "set ssl_ca_certificates_file='" + l.ca + "'",
		}, "\n")
		rc := filepath.Join(l.home, "muttrc")
		if err := os.WriteFile(rc, []byte(settings+"\n"), 0o600); err != nil {
			return err
		}
		return run("", "expect", "mutt_pop3.exp", rc, box)
	})
}

// fetchWithSNail lets s-nail copy the maildrop into a Maildir.
func fetchWithSNail(l *lab, mechanism, begins, dir string) ([][]byte, error) {
	scheme, more := "pop3", []string{}
	switch begins {
	case atOnce:
		scheme = "pop3s"
	case byCommand:
		more = append(more, "-S", "pop3-use-starttls")
	}
	if mechanism != "APOP" {
		more = append(more, "-S", "pop3-no-apop")
	}
	return throughMaildir(dir, func(box string) error {
		return run("", "s-nail", append(more, "-:/", "-S", "v15-compat", "-S", "pop3-auth=plain", "-S", "pop3-keepalive=0",
			"-S", "tls-ca-file="+l.ca, "-S", "tls-ca-no-defaults", "-S", "tls-verify=strict", "-R",
			"-Y", "copy * maildir://"+box, "-Y", "quit", "-f", scheme+"://bert:"+l.password+"@localhost:"+l.fetchPort(begins))...)
	})
}

// withEmptyLine: s-nail stores an empty line at the end of each mail that has none.
func withEmptyLine(mail []byte) []byte {
	if bytes.HasSuffix(mail, []byte("\r\n\r\n")) {
		return mail
	}
	return append(bytes.Clone(mail), "\r\n"...)
}

// throughMaildir lets a program store into a Maildir, and reads what came, in order.
func throughMaildir(dir string, fetch func(box string) error) ([][]byte, error) {
	box := filepath.Join(dir, "box")
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(box, sub), 0o700); err != nil {
			return nil, err
		}
	}
	if err := fetch(box); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(box, "new"))
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, errors.New("nothing was fetched")
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return slices.Compare(numbersIn(a.Name()), numbersIn(b.Name())) })
	into := filepath.Join(dir, "mails")
	if err := os.Mkdir(into, 0o700); err != nil {
		return nil, err
	}
	for i, e := range entries {
		if err := os.Rename(filepath.Join(box, "new", e.Name()), numbered(into, i+1)); err != nil {
			return nil, err
		}
	}
	return readAll(into)
}

var digits = regexp.MustCompile(`\d+`)

// numbersIn are the numbers of a file's name: the time, and what counts the mails of a second.
func numbersIn(name string) (all []int) {
	for _, d := range digits.FindAllString(name, -1) {
		n, _ := strconv.Atoi(d)
		all = append(all, n)
	}
	return all
}

// openssl connects with s_client, says all of the input and returns what was heard.
func openssl(l *lab, port, begins, protocol, input string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	args := []string{"s_client", "-connect", net.JoinHostPort(l.host, port), "-CAfile", l.ca, "-verify_return_error", "-verify_ip", l.host, "-quiet"}
	if begins == byCommand {
		args = append(args, "-starttls", protocol)
	}
	cmd := exec.CommandContext(ctx, "openssl", args...)
	cmd.Stdin = strings.NewReader(input)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("openssl %s: %w\n%s%s", strings.Join(args, " "), err, out, &complaints)
	}
	return string(out), err
}

// sendWithOpenSSL says the whole conversation ahead, as the server's PIPELINING allows.
func sendWithOpenSSL(l *lab, begins string, m mail) error {
	content, err := os.ReadFile(m.crlf)
	if err != nil {
		return err
	}
	stuffed := strings.ReplaceAll("\r\n"+string(content), "\r\n.", "\r\n..")[2:]
	if !strings.HasSuffix(stuffed, "\r\n") {
		stuffed += "\r\n"
	}
	login := base64.StdEncoding.EncodeToString([]byte("\x00anna\x00" + l.password))
	heard, err := openssl(l, l.portFor(begins), begins, "smtp", "EHLO client.lab.test\r\nAUTH PLAIN "+login+
		"\r\nMAIL FROM:<"+anna+"> BODY=8BITMIME\r\nRCPT TO:<"+bert+">\r\nDATA\r\n"+stuffed+".\r\nQUIT\r\n")
	if err == nil && !strings.Contains(heard, "\r\n250 2.0.0 ") {
		err = fmt.Errorf("not taken: %s", heard)
	}
	return err
}

// fetchWithOpenSSL reads n messages.
func fetchWithOpenSSL(l *lab, begins string, n int) ([][]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "USER bert\r\nPASS %s\r\n", l.password)
	for i := range n {
		fmt.Fprintf(&b, "RETR %d\r\n", i+1)
	}
	heard, err := openssl(l, l.fetchPort(begins), begins, "pop3", b.String()+"QUIT\r\n")
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut(heard, "+OK Maildrop")
	if !found {
		return nil, fmt.Errorf("no login: %s", heard)
	}
	var all [][]byte
	for range n {
		_, after, _ := strings.Cut(rest, "\r\n+OK")
		_, after, _ = strings.Cut(after, "\r\n")
		message, more, found := strings.Cut(after, "\r\n.\r\n")
		if !found {
			return nil, fmt.Errorf("no end of message %d", len(all)+1)
		}
		all = append(all, []byte(strings.ReplaceAll("\r\n"+message+"\r\n", "\r\n..", "\r\n."))[2:])
		rest = "\r\n" + more
	}
	return all, nil
}

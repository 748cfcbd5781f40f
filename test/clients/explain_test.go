package clients_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is what `maillab explain --json` says of one line.
type told struct {
	Kind, Note, Raw, Protocol, Command string
	Explanation                        struct{ Code, Class string }
}

// explained lets maillab explain a text or a capture, as its user would.
func explained(t *testing.T, input []byte) (all []told) {
	t.Helper()
	cmd := exec.Command(program, "explain", "--json")
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", input)
	assert.NotContains(t, string(out), password)
	for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		var one told
		require.NoError(t, json.Unmarshal(line, &one), "%s", line)
		all = append(all, one)
	}
	return all
}

// classes lists what the replies were taken for, and checks that no line is left over.
func classes(t *testing.T, all []told) (list []string) {
	t.Helper()
	for _, one := range all {
		assert.NotEqual(t, "unknown", one.Note, one.Raw)
		if one.Kind == "reply" {
			list = append(list, one.Explanation.Class)
		}
	}
	return list
}

// TestExplainsDialogues: what these programs print of a conversation is understood whole.
func TestExplainsDialogues(t *testing.T) {
	needed(t)
	l := serve(t)
	mail := filepath.Join(l.home, "mail.eml")
	require.NoError(t, os.WriteFile(mail, []byte("Subject: x\r\n\r\nhello\r\n"), 0o600))
	sent := []string{"greeting", "capabilities", "ok", "ok", "data-continue", "queued"}
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"swaks": {[]string{"swaks", "--server", l.host, "--port", l.smtp, "--from", anna, "--to", bert}, append(sent[:6:6], "goodbye")},
		"swaks, TLS and login": {
			[]string{"swaks", "--server", l.host, "--port", l.submission, "--from", anna, "--to", bert, "--tls", "--auth", "PLAIN", "--au", "anna", "--ap", password},
			[]string{"greeting", "capabilities", "tls-ready", "capabilities", "auth-ok", "ok", "ok", "data-continue", "queued", "goodbye"},
		},
		"curl": {[]string{"curl", "-sv", "smtp://" + l.host + ":" + l.smtp + "/pc", "--mail-from", anna, "--mail-rcpt", bert, "-T", mail}, sent},
		"python": {
			[]string{"python3", "-c", "import smtplib,sys; s=smtplib.SMTP(); s.set_debuglevel(1); s.connect(sys.argv[1],int(sys.argv[2])); s.login('anna',sys.argv[3]); s.quit()", l.host, l.submission, password},
			[]string{"greeting", "capabilities", "auth-continue", "auth-ok", "goodbye"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command(c.args[0], c.args[1:]...).CombinedOutput()
			require.NoError(t, err, "%s", out)
			got := classes(t, explained(t, out))
			require.GreaterOrEqual(t, len(got), len(c.want), "%s", out)
			assert.Equal(t, c.want, got[:len(c.want)], "%s", out)
		})
	}
}

// TestExplainsCapture: tcpdump listens while a mail is sent and fetched.
func TestExplainsCapture(t *testing.T) {
	needed(t)
	_, err := exec.LookPath("tcpdump")
	require.NoError(t, err, "test/clients/install installs it")
	l := serve(t)
	path := filepath.Join(l.home, "mail.pcap")
	dump := exec.Command("tcpdump", "-i", "lo", "-U", "--immediate-mode", "-Z", "root", "-w", "-", "tcp port "+l.smtp+" or tcp port "+l.pop3)
	packets, err := dump.StdoutPipe()
	require.NoError(t, err)
	words, err := dump.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, dump.Start())
	defer func() { _ = dump.Process.Kill(); _ = dump.Wait() }()
	line, err := bufio.NewReader(words).ReadString('\n') // "listening on lo"
	require.NoError(t, err)
	require.Contains(t, line, "listening on")

	// What tcpdump writes is read until the second conversation's farewell has passed.
	file := make(chan []byte, 1)
	go func() {
		var all []byte
		chunk := make([]byte, 64<<10)
		for bytes.Count(all, []byte("QUIT\r\n")) < 2 { // one packet is one write
			n, err := packets.Read(chunk)
			all = append(all, chunk[:n]...)
			if err != nil {
				break
			}
		}
		file <- all
	}()
	require.NoError(t, run("", "swaks", "--server", l.host, "--port", l.smtp, "--from", anna, "--to", bert))
	require.Len(t, l.fetch(t), 1)
	var all []byte
	select {
	case all = <-file:
	case <-time.After(patience):
		t.Fatal("tcpdump has not seen both conversations")
	}
	require.NoError(t, os.WriteFile(path, all, 0o600))
	var smtp, pop3 []string
	for _, one := range explained(t, all) {
		assert.NotEqual(t, "unknown", one.Note, one.Raw)
		assert.NotEqual(t, "gap", one.Note)
		switch {
		case one.Kind != "reply":
		case one.Protocol == "smtp":
			smtp = append(smtp, one.Explanation.Class)
		default:
			pop3 = append(pop3, one.Explanation.Class)
		}
	}
	assert.Equal(t, []string{"greeting", "capabilities", "ok", "ok", "data-continue", "queued", "goodbye"}, smtp)
	require.NotEmpty(t, pop3)
	assert.Equal(t, "greeting", pop3[0])
	assert.Contains(t, pop3, "message")
}

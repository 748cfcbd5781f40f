//go:build unix

package mockserver_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

// serveForKilling names the variable by which this test runs itself as a server.
const serveForKilling = "MAILLAB_TEST_SERVE_DATA"

// TestKilledUnderLoad kills the server's process with SIGKILL again and again while clients send, to two mailboxes
// and some to one of the other domain. Every mail that was answered 250 is then in each of its mailboxes, once and
// whole; none is there twice. In the other domain a mail may be twice, where SMTP has no way to know that it has
// been taken (RFC 1047): the first time it was, the kill came before this was written down.
func TestKilledUnderLoad(t *testing.T) {
	if data := os.Getenv(serveForKilling); data != "" {
		serveUntilKilled(data)
	}
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	data := t.TempDir()
	acknowledged := map[string]bool{}
	far := map[string]int{}
	for round := range rounds {
		for _, token := range loadAndKill(t, data, round) {
			acknowledged[token] = true
		}
		now := atFarDomain(t, data)
		for token, n := range now {
			assert.LessOrEqual(t, n, far[token]+1, "%s was sent on twice without a kill between", token)
		}
		far = now
	}
	require.NotEmpty(t, acknowledged)
	left := len(inQueue(t, data)) / 2
	l := start(t, mockserver.Config{Data: data, Empty: true})
	queueIsEmpty(t, data)
	twice := 0
	for token, n := range atFarDomain(t, data) {
		assert.LessOrEqual(t, n, far[token]+1)
		twice += n - 1
	}
	arrived := map[string]bool{}
	for _, m := range l.Mailbox("liming@far.test") {
		token := tokenOf(string(m.Content))
		arrived[token] = true
		assert.True(t, strings.HasSuffix(string(m.Content), killMail(token)), "%s is not whole at the far domain", token)
	}
	for token := range acknowledged {
		assert.True(t, arrived[token] || !goesFar(token), "%s was acknowledged and did not reach the far domain", token)
	}
	for _, user := range []string{"jspdevelop", "fpwjp"} {
		seen := map[string]int{}
		for _, m := range l.Mailbox(user) {
			token := tokenOf(string(m.Content))
			seen[token]++
			assert.True(t, strings.HasSuffix(string(m.Content), killMail(token)), "%s of %s is not whole", token, user)
			assert.Equal(t, 1, seen[token], "%s came twice to %s", token, user)
		}
		for token := range acknowledged {
			assert.Equal(t, 1, seen[token], "%s was acknowledged to %s", token, user)
		}
	}
	t.Logf("%d mails acknowledged in %d rounds; %d left for the last start to send on, %d sent on twice", len(acknowledged), rounds, left, twice)
}

func tokenOf(content string) string {
	_, after, _ := strings.Cut(content, "Subject: ")
	token, _, _ := strings.Cut(after, "\n")
	return strings.TrimSuffix(token, "\r")
}

// atFarDomain counts the mails in the mailbox of the other domain, on disk.
func atFarDomain(t *testing.T, data string) map[string]int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, ".far.test", "liming", "Maildir", "new", "*"))
	require.NoError(t, err)
	out := map[string]int{}
	for _, name := range names {
		f, err := os.Open(name)
		require.NoError(t, err)
		head, err := io.ReadAll(io.LimitReader(f, 2048))
		require.NoError(t, err)
		require.NoError(t, f.Close())
		out[tokenOf(string(head))]++
	}
	return out
}

func serveUntilKilled(data string) {
	l, err := mockserver.Start(mockserver.Config{Data: data, Empty: true})
	if err != nil {
		fmt.Println("ERROR", err)
		os.Exit(1)
	}
	fmt.Println("SMTP", l.Endpoints()[0].Addr)
	select {}
}

// goesFar: some mails go to the other domain too.
func goesFar(token string) bool { return strings.ContainsAny(token[len(token)-1:], "147") }

// killMail is a mail that tells whether it is whole: some fill a page or two, some more than memory keeps.
func killMail(token string) string {
	lines := 60
	if strings.HasSuffix(token, "7") {
		lines = 40_000
	}
	return "Subject: " + token + "\r\n\r\n" + strings.Repeat(".a line of the mail "+token+"\r\n", lines) + "end " + token + "\r\n"
}

// loadAndKill runs a server, sends to it from several clients, kills it after some mails, and returns those
// that were acknowledged.
func loadAndKill(t *testing.T, data string, round int) []string {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledUnderLoad$")
	cmd.Env = append(os.Environ(), serveForKilling+"="+data)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "SMTP ")
	require.True(t, ok, line)

	const clients = 6
	enough := 10 + rand.IntN(60)
	acks := make(chan string, clients)
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() { sendUntilKilled(addr, fmt.Sprintf("r%dc%d", round, client), acks) })
	}
	go func() { wg.Wait(); close(acks) }()
	var tokens []string
	for token := range acks {
		if tokens = append(tokens, token); len(tokens) == enough {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait()
	require.GreaterOrEqual(t, len(tokens), enough, "the server must live until it is killed")
	return tokens
}

// sendUntilKilled sends mails on one connection until it breaks, and reports those answered 250.
func sendUntilKilled(addr, name string, acks chan<- string) {
	login := "AUTH PLAIN " + protocol.EncodeBase64([]byte("\x00jspdevelop\x00jsp123"))
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(30 * time.Second))
	r := bufio.NewReader(nc)
	ask := func(text string) bool {
		_, err := fmt.Fprintf(nc, "%s\r\n", text)
		if err != nil {
			return false
		}
		for err == nil {
			var line string
			line, err = r.ReadString('\n')
			if err == nil && line[3] == ' ' {
				return line[0] == '2' || line[0] == '3'
			}
		}
		return false
	}
	if line, err := r.ReadString('\n'); err != nil || line[0] != '2' || !ask("EHLO x") || !ask(login) {
		return
	}
	for n := 0; ; n++ {
		token := fmt.Sprintf("%sn%d", name, n)
		content := strings.ReplaceAll(killMail(token), "\r\n.", "\r\n..")
		if !ask("MAIL FROM:<a@b.test>") || !ask("RCPT TO:<fpwjp@lab.test>") || !ask("RCPT TO:<jspdevelop@lab.test>") ||
			goesFar(token) && !ask("RCPT TO:<liming@far.test>") ||
			!ask("DATA") || !ask(content+".") {
			return
		}
		acks <- token
	}
}

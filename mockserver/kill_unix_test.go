//go:build unix

package mockserver_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// serveForKilling names the variable by which this test runs itself as a server.
const serveForKilling = "MAILLAB_TEST_SERVE_DATA"

// TestKilledUnderLoad kills the server's process with SIGKILL again and again while clients send. Every
// mail that was answered 250 is then in each of its mailboxes, once and whole; none is there twice.
func TestKilledUnderLoad(t *testing.T) {
	if data := os.Getenv(serveForKilling); data != "" {
		serveUntilKilled(data)
	}
	rounds := 12
	if testing.Short() {
		rounds = 2
	}
	data := t.TempDir()
	acknowledged := map[string]bool{}
	for round := range rounds {
		for _, token := range loadAndKill(t, data, round) {
			acknowledged[token] = true
		}
	}
	require.NotEmpty(t, acknowledged)
	l := start(t, mockserver.Config{Data: data, Empty: true})
	for _, user := range []string{"jspdevelop", "fpwjp"} {
		seen := map[string]int{}
		for _, m := range l.Mailbox(user) {
			_, after, _ := strings.Cut(string(m.Content), "Subject: ")
			token, _, _ := strings.Cut(after, "\r\n")
			seen[token]++
			assert.True(t, strings.HasSuffix(string(m.Content), killMail(token)), "%s of %s is not whole", token, user)
			assert.Equal(t, 1, seen[token], "%s came twice to %s", token, user)
		}
		for token := range acknowledged {
			assert.Equal(t, 1, seen[token], "%s was acknowledged to %s", token, user)
		}
	}
	t.Logf("%d mails acknowledged in %d rounds", len(acknowledged), rounds)
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

// killMail is a mail that tells whether it is whole: some fill a page or two, some more than memory keeps.
func killMail(token string) string {
	lines := 60
	if strings.HasSuffix(token, "7") {
		lines = 30_000
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
		line, err := r.ReadString('\n')
		return err == nil && (line[0] == '2' || line[0] == '3')
	}
	if line, err := r.ReadString('\n'); err != nil || line[0] != '2' || !ask("HELO x") {
		return
	}
	for n := 0; ; n++ {
		token := fmt.Sprintf("%sn%d", name, n)
		content := strings.ReplaceAll(killMail(token), "\r\n.", "\r\n..")
		if !ask("MAIL FROM:<a@b.test>") || !ask("RCPT TO:<fpwjp@lab.test>") || !ask("RCPT TO:<jspdevelop@lab.test>") ||
			!ask("DATA") || !ask(content+".") {
			return
		}
		acks <- token
	}
}

//go:build unix

package main

import (
	"bufio"
	"bytes"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// process is `maillab serve` as a process of its own.
type process struct {
	cmd   *exec.Cmd
	lines []string // up to READY
	ports map[string]string
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command("maillab", append([]string{"serve"}, args...)...), ports: map[string]string{}}
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	in := bufio.NewScanner(out)
	for in.Scan() {
		p.lines = append(p.lines, in.Text())
		if in.Text() == "READY" {
			return p
		}
		name, addr, _ := bytes.Cut(in.Bytes(), []byte("="))
		p.ports[string(name)] = string(addr)
	}
	t.Fatalf("no READY, but %q", p.lines)
	return nil
}

func TestServePrintsItsListeners(t *testing.T) {
	p := startProcess(t)
	want := []string{"SMTP", "SUBMISSION", "SMTPS", "POP3", "POP3S"}
	require.Len(t, p.lines, len(want)+1)
	for i, name := range want {
		assert.Regexp(t, `^`+name+`=127\.0\.0\.1:[1-9][0-9]*$`, p.lines[i])
	}
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGINT))
	require.NoError(t, p.cmd.Wait())
}

// TestServeEndsInGoodOrder: after SIGTERM nobody new comes in, who does nothing is told, a mail that is
// on its way arrives, and the exit code is 0.
func TestServeEndsInGoodOrder(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, "--data", data, "--user", "anna:x")
	idle := talkTo(t, p.ports["SMTP"], "220")
	idle.says("EHLO x", "250")
	reader := openBox(t, p.ports["POP3"], "anna", "x")
	busy := talkTo(t, p.ports["SMTP"], "220")
	busy.says("EHLO x", "250")
	busy.says("MAIL FROM:<a@b.test>", "250")
	busy.says("RCPT TO:<anna@lab.test>", "250")
	busy.says("DATA", "354")
	busy.sends("Subject: in the middle\r\n")

	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	idle.hears("421 4.3.2")
	idle.ended()
	nobodyNew(t, p.ports["SMTP"])
	busy.says(".", "250")
	busy.hears("421")
	busy.ended()
	reader.says("STAT", "+OK 0 0")
	reader.says("QUIT", "+OK")
	require.NoError(t, p.cmd.Wait(), "exit code 0")

	ports := startProcess(t, "--data", data, "--user", "anna:x").ports
	openBox(t, ports["POP3"], "anna", "x").says("STAT", "+OK 1 ")
}

// nobodyNew: a new connection is refused, or it ends without a word.
func nobodyNew(t *testing.T, addr string) {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(time.Minute))
	n, err := nc.Read(make([]byte, 1))
	require.Error(t, err)
	assert.Zero(t, n)
}

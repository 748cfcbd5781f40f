//go:build linux

// Command measure times maillab side by side with curl, swaks, telnet and jq, in one
// run, and prints medians and ratios for docs/performance.md. It needs the four
// installed, and measures the program named as its argument, from the root of the project:
//
//	go build -trimpath -ldflags='-s -w' -o maillab ./cmd/maillab && go run ./internal/measure ./maillab
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/creack/pty"
)

const rounds = 41

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: measure MAILLAB")
	}
	m := os.Args[1]
	reply := "250 2.0.0 Ok: queued as 4MNKQ0V7XS"
	swaks := whole("swaks", "--version")
	compare("maillab version", "curl --version", whole(m, "version"), whole("curl", "--version"))
	compare("maillab explain", "swaks --version", whole(m, "explain", "--after", ".", reply), swaks)
	compare("start to prompt", "swaks --version", func() time.Duration { return toPrompt(m) }, swaks)
	compareEnter(m)
	compareBulk(m)
	fmt.Printf("%-18s %6.1f MiB\n", "idle memory", idleMemory(m))
}

// compare runs a and b in turn and prints medians and the median of the paired ratios.
func compare(nameA, nameB string, a, b func() time.Duration) {
	a()
	b()
	var as, bs []time.Duration
	var ratios []float64
	for range rounds {
		x, y := a(), b()
		as, bs, ratios = append(as, x), append(bs, y), append(ratios, float64(x)/float64(y))
	}
	slices.Sort(ratios)
	fmt.Printf("%-18s %8s   %-18s %8s   ratio %.2f\n", nameA, median(as), nameB, median(bs), ratios[rounds/2])
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2].Round(time.Microsecond)
}

// whole times a process from start to end.
func whole(name string, args ...string) func() time.Duration {
	return func() time.Duration {
		cmd := exec.Command(name, args...)
		start := time.Now()
		if err := cmd.Run(); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		return time.Since(start)
	}
}

// screen is a program in a pseudo-terminal.
type screen struct {
	tty *os.File
	cmd *exec.Cmd
	buf bytes.Buffer
}

func open(name string, args ...string) *screen {
	cmd := exec.Command(name, args...)
	state, err := os.MkdirTemp("", "measure")
	if err != nil {
		log.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "TERM=xterm", "LANG=en_US.UTF-8")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 120, Rows: 50})
	if err != nil {
		log.Fatal(err)
	}
	return &screen{tty: tty, cmd: cmd}
}

// until reads until the text has come, and forgets what came before its end.
func (s *screen) until(text string) {
	chunk := make([]byte, 64<<10)
	for {
		if i := bytes.Index(s.buf.Bytes(), []byte(text)); i >= 0 {
			s.buf.Next(i + len(text))
			return
		}
		n, err := s.tty.Read(chunk)
		s.buf.Write(chunk[:n])
		if err != nil {
			log.Fatalf("no %q: %v\n%s", text, err, s.buf.String())
		}
	}
}

func (s *screen) close() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.tty.Close()
}

// toPrompt is from the start of the process to a prompt with the lab's servers listening.
func toPrompt(m string) time.Duration {
	start := time.Now()
	s := open(m)
	defer s.close()
	s.until("maillab>")
	return time.Since(start)
}

func idleMemory(m string) float64 {
	s := open(m)
	defer s.close()
	s.until("maillab>")
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	if err != nil {
		log.Print(err)
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if kib, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseFloat(strings.Fields(kib)[0], 64)
			return n / 1024
		}
	}
	return 0
}

// compareEnter is from Enter to the raw reply on the screen, in maillab and in telnet, against the
// same server.
func compareEnter(m string) {
	host, port := answering()
	ours, theirs := open(m, "telnet", host, port), open("telnet", host, port)
	defer ours.close()
	defer theirs.close()
	ours.until("C:")
	theirs.until("220 ")
	enter := func(s *screen) func() time.Duration {
		n := 0
		return func() time.Duration {
			n++
			if _, err := io.WriteString(s.tty, "NOOP "+strconv.Itoa(n)); err != nil {
				log.Fatal(err)
			}
			s.until("NOOP " + strconv.Itoa(n))
			start := time.Now()
			if _, err := io.WriteString(s.tty, "\r"); err != nil {
				log.Fatal(err)
			}
			s.until(" 2.0.0 Ok " + strconv.Itoa(n))
			took := time.Since(start)
			time.Sleep(3 * time.Millisecond) // the explanation and the prompt come after the reply
			return took
		}
	}
	compare("Enter to reply", "telnet", enter(ours), enter(theirs))
}

// answering is a server that answers every line at once.
func answering() (host, port string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answer(c)
		}
	}()
	host, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

func answer(c net.Conn) {
	_, _ = io.WriteString(c, "220 mx.test ESMTP\r\n")
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "250 2.0.0 Ok "+strings.TrimPrefix(strings.TrimRight(string(buf[:n]), "\r\n"), "NOOP ")+"\r\n")
	}
}

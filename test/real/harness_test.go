package real_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds every wait: a conversation takes well under a second.
const patience = 30 * time.Second

// program is the built maillab.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv("MAILLAB_REAL_SMTP") == "" && os.Getenv("MAILLAB_REAL_POP3") == "" {
			return m.Run() // every test will skip and say why
		}
		dir, err := os.MkdirTemp("", "maillab-real")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "maillab")
		build := exec.Command("go", "build", "-o", program, "maillab/cmd/maillab")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "go build:", err)
			return 1
		}
		return m.Run()
	}())
}

// server is the address of a real server, from the environment.
func server(t *testing.T, name string) string {
	t.Helper()
	addr := os.Getenv("MAILLAB_REAL_" + name)
	if addr == "" {
		t.Skipf("SKIPPED, NOT TESTED: it needs MAILLAB_REAL_%s=HOST:PORT of a real server; "+
			"test/realservers/realservers starts them", name)
	}
	return addr
}

// wire is a relay in front of a server that notes what went by in each direction, octet for octet.
type wire struct {
	host, port string

	mu             sync.Mutex // guards the two notes
	client, server bytes.Buffer
}

func tap(t *testing.T, addr string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{}
	w.host, w.port, err = net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	go func() {
		defer close(done)
		near, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = near.Close() }()
		far, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		deadline := time.Now().Add(patience)
		_, _ = near.SetDeadline(deadline), far.SetDeadline(deadline)
		go w.copy(far, near, &w.client)
		w.copy(near, far, &w.server)
	}()
	return w
}

// copy passes on what src says until it ends, and then ends the other side too.
func (w *wire) copy(dst, src net.Conn, note *bytes.Buffer) {
	defer func() { _ = dst.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := src.Read(buf)
		w.mu.Lock()
		note.Write(buf[:n])
		w.mu.Unlock()
		if _, werr := dst.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

// said is what the server sent, as lines.
func (w *wire) said() []string { return w.lines(&w.server) }

// heard is what the server was sent, as lines.
func (w *wire) heard() []string { return w.lines(&w.client) }

func (w *wire) lines(note *bytes.Buffer) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Split(strings.TrimSuffix(note.String(), "\r\n"), "\r\n")
}

// run starts `maillab telnet` at the wire with these lines as its standard input.
func (w *wire) run(t *testing.T, lang string, lines ...string) (screen string) {
	t.Helper()
	return w.runPausing(t, lang, lines, nil, nil)
}

// runPausing does the same, and types the rest when it has seen these texts on the screen.
func (w *wire) runPausing(t *testing.T, lang string, lines, texts, rest []string) string {
	t.Helper()
	cmd := exec.Command(program, "--lang", lang, "telnet", w.host, w.port)
	cmd.Env = environment(t)
	out := newScreen(t, cmd.String())
	cmd.Stdout, cmd.Stderr = out, out
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	for _, line := range lines {
		_, _ = io.WriteString(stdin, line+"\n") // a program that ended early is seen below
	}
	if rest != nil {
		for _, text := range texts {
			out.see(text)
		}
	}
	for _, line := range rest {
		_, _ = io.WriteString(stdin, line+"\n")
	}
	_ = stdin.Close()
	require.NoError(t, cmd.Wait(), "maillab must exit with 0")
	require.NotContains(t, out.text(), "panic:")
	return out.text()
}

// screen is what maillab wrote. A red test shows it.
type screen struct {
	t    *testing.T
	news chan struct{} // something was written

	mu   sync.Mutex // guards the rest
	all  strings.Builder
	seen int // up to here it was waited for
}

func newScreen(t *testing.T, title string) *screen {
	t.Helper()
	s := &screen{t: t, news: make(chan struct{}, 1)}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s\n%s", title, s.text())
		}
	})
	return s
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.all.Write(p)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default: // the reader has not taken the last news yet
	}
	return len(p), nil
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// see waits until text appears below what was seen before.
func (s *screen) see(text string) {
	s.t.Helper()
	late := time.After(patience)
	for {
		s.mu.Lock()
		at := strings.Index(s.all.String()[s.seen:], text)
		if at >= 0 {
			s.seen += at + len(text)
		}
		s.mu.Unlock()
		if at >= 0 {
			return
		}
		select {
		case <-s.news:
		case <-late:
			require.Fail(s.t, "did not appear: "+text)
		}
	}
}

// environment keeps the person's own files out of it.
func environment(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_STATE_HOME=" + home, "TERM=linux"}
}

// maildrop is a plain POP3 session of the test's own: it prepares and waits, maillab does the rest.
type maildrop struct {
	t *testing.T
	*textproto.Conn
}

func open(t *testing.T) *maildrop {
	t.Helper()
	nc, err := net.Dial("tcp", server(t, "POP3"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
	d := &maildrop{t, textproto.NewConn(nc)}
	d.ok()
	d.ask("USER " + reader)
	d.ask("PASS " + readerPassword)
	return d
}

func (d *maildrop) ok() (text string) {
	d.t.Helper()
	line, err := d.ReadLine()
	require.NoError(d.t, err)
	require.True(d.t, strings.HasPrefix(line, "+OK"), line)
	return line
}

func (d *maildrop) ask(command string) (text string) {
	d.t.Helper()
	require.NoError(d.t, d.PrintfLine("%s", command))
	return d.ok()
}

// count ends the session and says how many messages there were.
func (d *maildrop) count() (n int) {
	d.t.Helper()
	_, err := fmt.Sscanf(d.ask("STAT"), "+OK %d", &n)
	require.NoError(d.t, err)
	return n
}

func (d *maildrop) quit() {
	d.t.Helper()
	d.ask("QUIT")
	_, err := d.ReadLine()
	require.ErrorIs(d.t, err, io.EOF, "the server hangs up after QUIT")
}

// emptyMaildrop makes the number of messages known.
func emptyMaildrop(t *testing.T) {
	t.Helper()
	d := open(t)
	for n := d.count(); n > 0; n-- {
		d.ask(fmt.Sprintf("DELE %d", n))
	}
	d.quit()
}

// awaitMail waits until the maildrop holds n messages. A server delivers after its 250 and tells
// nobody, so it can only be asked again.
func awaitMail(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		d := open(t)
		got := d.count()
		d.quit()
		return got == n
	}, patience, 100*time.Millisecond, "the mail was not delivered")
}

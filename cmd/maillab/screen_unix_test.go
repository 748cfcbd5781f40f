//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for something to appear.
const patience = 60 * time.Second

// filler stands in the second cell of a wide character: vt10x itself has none.
const filler = '\uE000'

// person sits at a pseudo-terminal in front of the real program.
type person struct {
	t     *testing.T
	tty   *os.File
	cmd   *exec.Cmd
	state string // the state folder

	mu      sync.Mutex
	changed sync.Cond
	vt      vt10x.Terminal
	all     strings.Builder // everything that was written
	partial []byte
	ended   bool
}

// sit starts the program in a terminal of so many columns.
func sit(t *testing.T, columns int, env []string, args ...string) *person {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	// testscript.Main makes the test binary behave as maillab under that name.
	program := filepath.Join(t.TempDir(), "maillab")
	require.NoError(t, os.Symlink(exe, program))
	p := &person{t: t, state: t.TempDir(), vt: vt10x.New(vt10x.WithSize(columns, 60))}
	p.changed.L = &p.mu
	p.cmd = exec.Command(program, args...)
	p.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.state, "XDG_STATE_HOME=" + p.state, "TERM=linux", "LANG=en_US.UTF-8",
	}, env...)
	p.tty, err = pty.StartWithSize(p.cmd, &pty.Winsize{Cols: uint16(columns), Rows: 60})
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); p.watch() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.tty.Close()
		<-done
	})
	return p
}

func (p *person) watch() {
	buf := make([]byte, 64<<10)
	for {
		n, err := p.tty.Read(buf)
		p.mu.Lock()
		p.all.Write(buf[:n])
		p.draw(buf[:n])
		p.ended = err != nil
		p.changed.Broadcast()
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// draw writes to the screen, giving wide characters two cells.
func (p *person) draw(octets []byte) {
	octets = append(p.partial, octets...)
	for len(octets) > 0 && utf8.FullRune(octets) {
		r, n := utf8.DecodeRune(octets)
		octets = octets[n:]
		text := string(r)
		if uniseg.StringWidth(text) == 2 {
			text += string(filler)
		}
		_, _ = io.WriteString(p.vt, text)
	}
	p.partial = append([]byte(nil), octets...)
}

// screen is what is seen now, without trailing blanks.
func (p *person) screen() string {
	columns, rows := p.vt.Size()
	var lines []string
	for y := range rows {
		var b strings.Builder
		for x := range columns {
			if r := p.vt.Cell(x, y).Char; r != filler {
				if r == 0 {
					r = ' '
				}
				b.WriteRune(r)
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// row is the row of the cursor.
func (p *person) row() string {
	rows := strings.Split(p.screen(), "\n")
	if y := p.vt.Cursor().Y; y < len(rows) {
		return rows[y]
	}
	return ""
}

// until waits for something to be true of the screen.
func (p *person) until(what string, is func() bool) {
	p.t.Helper()
	timer := time.AfterFunc(patience, func() {
		p.mu.Lock()
		p.changed.Broadcast()
		p.mu.Unlock()
	})
	defer timer.Stop()
	deadline := time.Now().Add(patience)
	p.mu.Lock()
	defer p.mu.Unlock()
	for !is() {
		if p.ended || time.Now().After(deadline) {
			p.t.Fatalf("waited for %s; the screen:\n%s", what, p.screen())
		}
		p.changed.Wait()
	}
}

// sees waits until the screen shows a text.
func (p *person) sees(text string) {
	p.t.Helper()
	p.until("the text "+text, func() bool { return strings.Contains(p.screen(), text) })
}

// atPrompt waits until the cursor's row is exactly this.
func (p *person) atPrompt(row string) {
	p.t.Helper()
	p.until("the row "+row, func() bool { return p.row() == row })
}

// types sends keys.
func (p *person) types(keys string) {
	p.t.Helper()
	_, err := io.WriteString(p.tty, keys)
	require.NoError(p.t, err)
}

// says types a line and Enter, and waits for the prompt that follows.
func (p *person) says(line, prompt string) {
	p.t.Helper()
	p.types(line + "\r")
	p.atPrompt(prompt)
}

// leaves waits for the program's end and returns its exit code.
func (p *person) leaves() int {
	p.t.Helper()
	p.mu.Lock()
	timer := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	for !p.ended {
		p.changed.Wait()
	}
	p.mu.Unlock()
	timer.Stop()
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// wrote is everything the program has written so far.
func (p *person) wrote() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.String()
}

//go:build unix

package editor

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 60 * time.Second

// filler stands in the second cell of a wide character: vt10x itself has none.
const filler = '\uE000'

// terminal is an editor on a pseudo-terminal and the screen on its other side.
type terminal struct {
	*Editor
	t            *testing.T
	master       *os.File
	mu           sync.Mutex
	changed      sync.Cond
	vt           vt10x.Terminal
	raw, partial []byte
	faults       []string
	results      chan result
}

type result struct {
	text string
	err  error
}

func start(t *testing.T, cols, rows int, o Options) *terminal {
	t.Helper()
	master, slave, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}))
	x := &terminal{t: t, master: master, results: make(chan result, 10000)}
	x.changed.L = &x.mu
	x.vt = vt10x.New(vt10x.WithSize(cols, rows))
	keeps := true
	o.In, o.Out, o.KeepsRows = slave, slave, &keeps
	x.Editor, err = New(o)
	require.NoError(t, err)
	drained := make(chan struct{})
	go func() { defer close(drained); x.drain() }()
	t.Cleanup(func() {
		require.NoError(t, x.Close())
		slave.Close()
		master.Close()
		<-drained
		require.Empty(t, x.faults)
	})
	return x
}

func (x *terminal) drain() {
	buf := make([]byte, 65536)
	for {
		n, err := x.master.Read(buf)
		x.mu.Lock()
		x.raw = append(x.raw, buf[:n]...)
		x.feed(buf[:n])
		x.changed.Broadcast()
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// feed writes to vt10x, giving wide characters two cells and marks none.
func (x *terminal) feed(p []byte) {
	p = append(x.partial, p...)
	for len(p) > 0 && utf8.FullRune(p) {
		r, n := utf8.DecodeRune(p)
		p = p[n:]
		switch w := uniseg.StringWidth(string(r)); {
		case r >= 0x80 && w == 0:
		case w == 2:
			c := x.vt.Cursor()
			if cols, _ := x.vt.Size(); c.X == cols-1 && c.State&2 == 0 {
				x.faults = append(x.faults, fmt.Sprintf("wide %q in the last column", r))
			}
			io.WriteString(x.vt, string(r)+string(filler))
		default:
			io.WriteString(x.vt, string(r))
		}
	}
	x.partial = append([]byte(nil), p...)
}

// shot is the screen: rows without trailing blanks, and the cursor.
type shot struct {
	rows []string
	x, y int
}

func (x *terminal) shot() shot {
	cols, rows := x.vt.Size()
	c := x.vt.Cursor()
	s := shot{x: c.X, y: c.Y}
	for y := range rows {
		var b strings.Builder
		for i := range cols {
			if r := x.vt.Cell(i, y).Char; r == 0 {
				b.WriteByte(' ')
			} else if r != filler {
				b.WriteRune(r)
			}
		}
		s.rows = append(s.rows, strings.TrimRight(b.String(), " "))
	}
	return s
}

func (s shot) text() string { return strings.TrimRight(strings.Join(s.rows, "\n"), "\n") }

// wait blocks until the screen is as wanted.
func (x *terminal) wait(what string, ok func(shot) bool) {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	timeout := time.AfterFunc(patience, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.changed.Broadcast()
	})
	defer timeout.Stop()
	end := time.Now().Add(patience)
	for !ok(x.shot()) {
		if !time.Now().Before(end) {
			s := x.shot()
			tail := x.raw[max(0, len(x.raw)-300):]
			x.t.Fatalf("never seen: %s\ncursor %d,%d\n%s\nraw …%q", what, s.x, s.y, s.text(), tail)
		}
		x.changed.Wait()
	}
}

func (x *terminal) waitScreen(text string, col, row int) {
	x.t.Helper()
	x.wait(fmt.Sprintf("cursor %d,%d\n%s", col, row, text), func(s shot) bool {
		return s.text() == text && s.x == col && s.y == row
	})
}

func (x *terminal) waitText(text string) {
	x.t.Helper()
	x.wait(text, func(s shot) bool { return strings.Contains(s.text(), text) })
}

func (x *terminal) read(prompt string) {
	go func() {
		text, err := x.ReadLine(fixed(prompt))
		x.results <- result{text, err}
	}()
}

func (x *terminal) keys(s string) {
	x.t.Helper()
	_, err := io.WriteString(x.master, s)
	require.NoError(x.t, err)
}

func (x *terminal) result() result {
	x.t.Helper()
	select {
	case r := <-x.results:
		return r
	case <-time.After(patience):
		x.mu.Lock()
		defer x.mu.Unlock()
		x.t.Fatalf("no result; screen:\n%s", x.shot().text())
		panic("unreachable")
	}
}

func (x *terminal) want(text string, err error) {
	x.t.Helper()
	r := x.result()
	require.Equal(x.t, err, r.err)
	require.Equal(x.t, text, r.text)
}

// fixed is a prompt that stays.
func fixed(prompt string) Prompt { return func() string { return prompt } }

//go:build unix

package editor

import (
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

const (
	left, right, home, end = "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F"
	up, down               = "\x1b[A", "\x1b[B"
	pasteStart, pasteStop  = "\x1b[200~", "\x1b[201~"
)

// TestEditing types keys at a prompt on a terminal of 20 columns and looks at
// the screen, then at the line.
func TestEditing(t *testing.T) {
	coloured := "\x1b[32m已认证\x1b[0m C: " // 11 columns
	tests := []struct {
		name, prompt, keys string
		screen             string
		col, row           int
		line               string
	}{
		{"plain", "> ", "hello", "> hello", 7, 0, "hello"},
		{"chinese", "> ", "你好", "> 你好", 6, 0, "你好"},
		{"left over wide", "> ", "你好" + left, "> 你好", 4, 0, "你好"},
		{"insert in wide", "> ", "你好" + left + "们x", "> 你们x好", 7, 0, "你们x好"},
		{"backspace wide", "> ", "你好吗" + left + "\x7f", "> 你吗", 4, 0, "你吗"},
		{"backspace 08", "> ", "ab\x08", "> a", 3, 0, "a"},
		{"delete wide", "> ", "你好吗" + home + "\x1b[3~", "> 好吗", 2, 0, "好吗"},
		{"home end", "> ", "你好" + home + "x" + end + "y", "> x你好y", 8, 0, "x你好y"},
		{"ctrl a e b f", "> ", "你好\x01\x06a\x05\x02b", "> 你ab好", 6, 0, "你ab好"},
		{"coloured prompt", coloured, "你好" + left, "已认证 C: 你好", 12, 0, "你好"},
		{"brackets", "【…】>", "好", "【…】>好", 8, 0, "好"},
		{"wrap", "> ", "abcdefghijklmnopqrs", "> abcdefghijklmnopqr\ns", 1, 1, "abcdefghijklmnopqrs"},
		{"exactly full", "> ", "abcdefghijklmnopqr", "> abcdefghijklmnopqr", 0, 1, "abcdefghijklmnopqr"},
		{"wide at the edge", "> ", "abcdefghijklmnopq好", "> abcdefghijklmnopq\n好", 2, 1, "abcdefghijklmnopq好"},
		{"left over the edge", "> ", "abcdefghijklmnopq好" + left, "> abcdefghijklmnopq\n好", 0, 1, "abcdefghijklmnopq好"},
		{"back over the edge", "> ", "abcdefghijklmnopq好\x7f", "> abcdefghijklmnopq", 19, 0, "abcdefghijklmnopq"},
		{"insert before wrap", "> ", "一二三四五六七八九十" + home + "x", "> x一二三四五六七八\n九十", 3, 0, "x一二三四五六七八九十"},
		{"kill wrapped", "> ", "一二三四五六七八九十一二\x15", ">", 2, 0, ""},
		{"emoji", "> ", "a😀b" + left + left, "> a😀b", 3, 0, "a😀b"},
		{"combining", "> ", "e\u0301x" + left + left + "a", "> aex", 3, 0, "ae\u0301x"},
		{"combining backspace", "> ", "ae\u0301\x7f", "> a", 3, 0, "a"},
		{"kill and yank", "> ", "你好 世界\x17\x19\x19", "> 你好 世界世界", 15, 0, "你好 世界世界"},
		{"kills add up", "> ", "one two\x17\x17\x19", "> one two", 9, 0, "one two"},
		{"ctrl k", "> ", "你好吗" + left + left + "\x0b", "> 你", 4, 0, "你"},
		{"word left", "> ", "ab 你好 cd\x1bb\x1bbx", "> ab x你好 cd", 6, 0, "ab x你好 cd"},
		{"word right", "> ", "ab 你好" + home + "\x1bf\x1b[1;5C", "> ab 你好", 9, 0, "ab 你好"},
		{"meta d", "> ", "ab 你好" + home + "\x1bd", ">  你好", 2, 0, " 你好"},
		{"meta backspace", "> ", "MAIL FROM\x1b\x7f", "> MAIL", 7, 0, "MAIL "},
		{"ctrl w in the middle", "> ", "aa bb cc" + left + left + left + "\x17", "> aa  cc", 5, 0, "aa  cc"},
		{"ctrl d deletes", "> ", "你好" + left + "\x04", "> 你", 4, 0, "你"},
		{"transpose one", "> ", "a\x14", "> a", 3, 0, "a"},
		{"transpose none", "> ", "\x14", ">", 2, 0, ""},
		{"transpose", "> ", "你好\x14", "> 好你", 6, 0, "好你"},
		{"lone esc", "> ", "a\x1b好", "> a好", 5, 0, "a好"},
		{"delete on empty", "> ", "\x1b[3~a", "> a", 3, 0, "a"},
		{"ctrl z ignored", "> ", "a\x1a\x1cb", "> ab", 4, 0, "ab"},
		{"tmux home end", "> ", "b\x1b[1~a\x1b[4~c", "> abc", 5, 0, "abc"},
		{"rxvt home end", "> ", "b\x1b[7~a\x1b[8~c", "> abc", 5, 0, "abc"},
		{"application home end", "> ", "b\x1bOHa\x1bOFc", "> abc", 5, 0, "abc"},
		{"unknown keys", "> ", "a\x1b[[Ab\x1b[15~c\x1b[1;2Pd\x1b]11;rgb:0\x07e", "> abcde", 7, 0, "abcde"},
		{"pasted controls", "> ", pasteStart + "a\x01\x1b[A\x7f\x00b" + pasteStop, "> a^A^[[A^?^@b", 14, 0, "a\x01\x1b[A\x7f\x00b"},
		{"pasted tab", "> ", pasteStart + "a\tb" + pasteStop, "> a     b", 9, 0, "a\tb"},
		{"invalid bytes", "> ", pasteStart + "a\xffb\xe4" + pasteStop, "> a\uFFFDb\uFFFD", 6, 0, "a\xffb\xe4"},
		{"format characters", "> ", "a\u202eb", "> a\uFFFDb", 5, 0, "a\u202eb"},
		{"private plane", "> ", "\U0010FE03x", "> \uFFFD\uFFFD\uFFFD\uFFFDx", 7, 0, "\U0010FE03x"},
		{"search without history", "> ", "\x12\x13a\x07", ">", 2, 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := start(t, 20, 6, Options{})
			x.read(test.prompt)
			x.keys(test.keys)
			x.waitScreen(test.screen, test.col, test.row)
			x.keys("\r")
			x.want(test.line, nil)
		})
	}
}

// TestLoneEscape sees ESC act by itself: it leaves a search.
func TestLoneEscape(t *testing.T) {
	x := start(t, 20, 4, Options{})
	x.read("> ")
	x.keys("\x12")
	x.waitScreen("^R[]", 5, 0)
	x.keys("\x1b")
	x.waitScreen(">", 2, 0)
	x.keys("[A")
	x.waitScreen("> [A", 4, 0)
	x.keys("\r")
	x.want("[A", nil)
}

func TestEnds(t *testing.T) {
	x := start(t, 30, 8, Options{})
	x.read("> ")
	x.keys("abc")
	x.waitText("> abc")
	x.keys("\x03")
	x.want("", ErrInterrupt)
	x.waitScreen("> abc^C", 0, 1)
	x.read("> ")
	x.keys("\x04")
	x.want("", io.EOF)
	x.read("> ")
	x.keys("a你好" + left + "\x1d")
	x.want("", ErrEscape)
	x.waitScreen("> abc^C\n>", 0, 2)
	x.read("lab> ")
	x.waitScreen("> abc^C\n>\nlab> a你好", 8, 2)
	x.keys("x\r")
	x.want("a你x好", nil)
	x.read("> ")
	x.keys("\r")
	x.want("", nil)
}

func TestSecret(t *testing.T) {
	x := start(t, 30, 8, Options{})
	go func() {
		text, err := x.ReadSecret("密码: ")
		x.results <- result{text, err}
	}()
	x.keys("p密" + left + "x\t\x12")
	x.waitScreen("密码: ***", 8, 0)
	x.keys("\r")
	x.want("px密", nil)
	go func() {
		text, err := x.ReadSecret("密码: ")
		x.results <- result{text, err}
	}()
	x.keys("again\x15\x1d")
	x.want("", ErrEscape)
	x.read("> ")
	x.keys("\x19" + up + "\r")
	x.want("", nil)
	x.mu.Lock()
	defer x.mu.Unlock()
	require.NotContains(t, string(x.raw), "again")
}

func TestRaw(t *testing.T) {
	x := start(t, 30, 8, Options{Complete: func(string, int) Completion {
		return Completion{Candidates: []Candidate{{Text: "never"}}}
	}})
	go func() {
		text, err := x.ReadRaw(fixed("> "))
		x.results <- result{text, err}
	}()
	x.keys("a\tb\r")
	x.want("a\tb", nil)
}

func TestWriteAbove(t *testing.T) {
	x := start(t, 20, 8, Options{})
	io.WriteString(x, "first\nopen")
	x.read("> ")
	x.waitScreen("first\nopen\n>", 2, 2)
	x.keys("一二三四五六七八九十" + home + right)
	x.waitScreen("first\nopen\n> 一二三四五六七八九\n十", 4, 2)
	io.WriteString(x, "250 OK\r\n好\npart")
	x.waitScreen("first\nopen\n250 OK\n好\n> 一二三四五六七八九\n十", 4, 4)
	x.SetPrompt("\x1b[1m认证>\x1b[0m ")
	x.waitScreen("first\nopen\n250 OK\n好\n认证> 一二三四五六七\n八九十", 8, 4)
	x.keys("\r")
	x.want("一二三四五六七八九十", nil)
	x.waitScreen("first\nopen\n250 OK\n好\n认证> 一二三四五六七\n八九十\npart", 4, 6)
	io.WriteString(x, "ial\n")
	x.waitScreen("first\nopen\n250 OK\n好\n认证> 一二三四五六七\n八九十\npartial", 0, 7)
}

func TestWriteIsOneWrite(t *testing.T) {
	var out countingWriter
	in, other := io.Pipe()
	e, err := New(Options{In: in, Out: &out})
	require.NoError(t, err)
	before := out.writes
	io.WriteString(e, "250-a\n250 b\n")
	require.Equal(t, before+1, out.writes)
	require.Contains(t, string(out.bytes), "250-a\r\n250 b\r\n")
	require.NoError(t, e.Close())
	require.Error(t, first(other.Write([]byte("x"))))
}

func first(_ int, err error) error { return err }

type countingWriter struct {
	writes int
	bytes  []byte
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.writes++
	w.bytes = append(w.bytes, p...)
	return len(p), nil
}

func TestTypeAheadAndIdleInterrupt(t *testing.T) {
	interrupted := make(chan struct{}, 1)
	x := start(t, 20, 8, Options{Interrupt: func() { interrupted <- struct{}{} }})
	x.read("> ")
	x.keys("one\rtwo\rthr")
	x.want("one", nil)
	x.read("> ")
	x.want("two", nil)
	x.read("> ")
	x.waitScreen("> one\n> two\n> thr", 5, 2)
	x.keys("ee\r")
	x.want("three", nil)
	x.keys("dropped\x03")
	select {
	case <-interrupted:
	case <-time.After(patience):
		t.Fatal("no interrupt")
	}
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	select {
	case <-interrupted:
	case <-time.After(patience):
		t.Fatal("no interrupt")
	}
	x.read("> ")
	x.keys("kept\r")
	x.want("kept", nil)
}

func TestSignalWhileReading(t *testing.T) {
	x := start(t, 20, 8, Options{})
	x.read("> ")
	x.keys("abc")
	x.waitText("> abc")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	x.want("", ErrInterrupt)
}

func TestPaste(t *testing.T) {
	mail := []string{"Subject: 你好\tx", "", ".dot", "..", ":help", "\tindent", "\x03 ^C", "é中文 😀", "end "}
	for _, brk := range []string{"\r", "\n", "\r\n"} {
		for _, bracketed := range []bool{true, false} {
			x := start(t, 40, 10, Options{Complete: func(string, int) Completion {
				return Completion{Candidates: []Candidate{{Text: "COMPLETED"}}}
			}})
			lines := append([]string{}, mail...)
			text := strings.Join(lines, brk) + brk + "rest"
			if bracketed {
				text = pasteStart + text + pasteStop
			} else {
				lines[6] = "no ^C"
				text = strings.Replace(text, mail[6], lines[6], 1)
			}
			x.keys(text)
			for _, want := range lines {
				x.read("> ")
				x.want(want, nil)
			}
			x.read("> ")
			x.waitText("> rest")
			x.keys("!\r")
			x.want("rest!", nil)
		}
	}
}

func TestPasteIntoLineAndSearch(t *testing.T) {
	x := start(t, 40, 10, Options{})
	x.AddHistory("old", false)
	x.read("> ")
	x.keys("ab" + left + pasteStart + "X\nY" + pasteStop)
	x.want("aXb", nil)
	x.read("> ")
	x.keys("\x12o")
	x.waitText("^R[o] old")
	x.keys(pasteStart + "Z\n" + pasteStop)
	x.want("Zold", nil)
}

func TestLargePastes(t *testing.T) {
	x := start(t, 80, 24, Options{})
	var lines []string
	for i := range 2000 {
		lines = append(lines, strings.Repeat("字", i%50)+" line")
	}
	long := strings.Repeat("一句很长的话 long ", 2000)
	begin := time.Now()
	go io.WriteString(x.master, pasteStart+strings.Join(lines, "\n")+"\n"+long+pasteStop+"\r")
	for _, want := range lines {
		text, err := x.ReadLine(fixed("smtp C: "))
		require.NoError(t, err)
		require.Equal(t, want, text)
	}
	middle := time.Now()
	text, err := x.ReadLine(fixed("smtp C: "))
	require.NoError(t, err)
	require.Equal(t, long, text)
	t.Logf("2000 lines %v, %d characters %v", middle.Sub(begin), len([]rune(long)), time.Since(middle))
	require.Less(t, time.Since(begin), patience)

	plain := strings.Repeat("x", 20000)
	begin = time.Now()
	go io.WriteString(x.master, plain+"\r")
	text, err = x.ReadLine(fixed("> "))
	require.NoError(t, err)
	require.Equal(t, plain, text)
	t.Logf("unmarked %v", time.Since(begin))
	x.wait("the end of it", func(s shot) bool { return s.x == 0 && strings.HasPrefix(s.rows[s.y-1], "xx") })
}

func TestTallLine(t *testing.T) {
	x := start(t, 10, 4, Options{})
	x.read("> ")
	x.keys(strings.Repeat("0123456789", 6) + "ab")
	x.waitScreen("8901234567\n8901234567\n8901234567\n89ab", 4, 3)
}

func TestSearchAndHistory(t *testing.T) {
	x := start(t, 40, 10, Options{})
	for _, l := range []string{"EHLO 甲", "MAIL FROM:<a@b>", "RCPT TO:<甲@b>"} {
		x.AddHistory(l, false)
	}
	x.read("> ")
	x.keys("typed" + up + up)
	x.waitScreen("> MAIL FROM:<a@b>", 17, 0)
	x.keys("x" + down + down)
	x.waitScreen("> typed", 7, 0)
	x.keys(up + up)
	x.waitScreen("> MAIL FROM:<a@b>x", 18, 0)
	x.keys("\x03")
	x.want("", ErrInterrupt)

	x.read("> ")
	x.keys("\x12甲")
	x.waitText("^R[甲] RCPT TO:<甲@b>")
	x.keys("\x12")
	x.waitText("^R[甲] EHLO 甲")
	x.keys("\x12")
	x.waitText("^R?[甲] EHLO 甲")
	x.keys("\x13")
	x.waitText("^S[甲] RCPT TO:<甲@b>")
	x.keys("\x13\x13\x13\x12")
	x.waitText("^R[甲] EHLO 甲")
	x.keys("\x05!\r")
	x.want("EHLO 甲!", nil)
}

// TestSearchKeepsLine: an abandoned search gives back what was typed.
func TestSearchKeepsLine(t *testing.T) {
	x := start(t, 40, 10, Options{})
	x.AddHistory("EHLO 甲", false)
	x.read("> ")
	x.keys("你好" + left + "\x12H")
	x.waitText("^R[H] EHLO 甲")
	x.keys("\x7fzz")
	x.waitText("^R?[zz] 你好")
	x.keys("\x07")
	x.waitScreen("> 你好", 4, 0)
	x.keys("\r")
	x.want("你好", nil)
}

func TestCompletion(t *testing.T) {
	words := []Candidate{{"MAIL", "发件人"}, {"MARK", ""}, {"认证一", "x"}, {"认证二", "y"}, {"QUIT", ""}}
	var x *terminal
	x = start(t, 30, 12, Options{Complete: func(line string, cursor int) Completion {
		io.WriteString(x, "asked\n")
		word := strings.ToUpper(line[:cursor])
		var c Completion
		for _, w := range words {
			if strings.HasPrefix(w.Text, word) {
				c.Candidates = append(c.Candidates, w)
			}
		}
		return c
	}})
	x.read("> ")
	x.keys("q\t")
	x.waitScreen("asked\n> QUIT", 6, 1)
	x.keys("\x15m;" + left + "\t")
	x.waitScreen("asked\nasked\n> MA;", 4, 2)
	x.keys("\t")
	x.waitScreen("asked\nasked\nasked\nMAIL  发件人\nMARK\n> MA;", 4, 5)
	x.keys("\x15\x0b认\t")
	x.waitText("> 认证")
	x.keys("\t")
	x.waitText("认证一  x\n认证二  y\n> 认证")
	x.keys("no\t")
	x.waitText("> 认证no")
	x.keys("\r")
	x.want("认证no", nil)
}

func TestResize(t *testing.T) {
	x := start(t, 20, 8, Options{})
	io.WriteString(x, "above\n")
	x.read("> ")
	x.keys("一二三四五六七八九十" + left)
	x.waitScreen("above\n> 一二三四五六七八九\n十", 0, 2)
	resize := func(cols int) {
		x.mu.Lock()
		x.vt.Resize(cols, 8)
		require.NoError(t, pty.Setsize(x.master, &pty.Winsize{Cols: uint16(cols), Rows: 8}))
		x.mu.Unlock()
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGWINCH))
	}
	resize(30)
	x.waitScreen("above\n> 一二三四五六七八九十", 20, 1)
	resize(11)
	x.waitScreen("above\n> 一二三四\n五六七八九\n十", 0, 3)
	x.keys("x")
	x.waitScreen("above\n> 一二三四\n五六七八九x\n十", 0, 3)
}

func TestClearScreen(t *testing.T) {
	x := start(t, 20, 8, Options{})
	io.WriteString(x, "above\n")
	x.read("> ")
	x.keys("你好" + left)
	x.waitScreen("above\n> 你好", 4, 1)
	x.keys("\x0c")
	x.waitScreen("> 你好", 4, 0)
}

func TestCloseWhileReading(t *testing.T) {
	x := start(t, 20, 8, Options{})
	x.read("> ")
	x.keys("abc")
	x.waitText("> abc")
	require.NoError(t, x.Close())
	x.want("", ErrClosed)
	_, err := x.ReadLine(fixed("> "))
	require.Equal(t, ErrClosed, err)
	require.NoError(t, x.Close())
}

func TestCloseAtOnce(t *testing.T) {
	for range 50 {
		x := start(t, 20, 8, Options{})
		typed := make(chan struct{})
		go func() { defer close(typed); x.keys("a\rb\r\x03\t") }()
		x.read("> ")
		require.NoError(t, x.Close())
		x.result()
		<-typed
	}
}

func TestHistoryFile(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(dir, "history")
	x := start(t, 20, 8, Options{HistoryFile: path})
	require.NoError(t, x.HistoryErr())
	require.NoError(t, x.AddHistory("你好", true))
	require.NoError(t, x.AddHistory("secret", false))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "你好\n", string(data))
	requireMode(t, path, 0o600)
	requireMode(t, dir, 0o700)

	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("a\nb\n", 1500)), 0o644))
	require.NoError(t, os.Chmod(path, 0o644))
	y := start(t, 20, 8, Options{HistoryFile: path})
	requireMode(t, path, 0o600)
	data, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("a\nb\n", 500), string(data))
	y.read("> ")
	y.keys(up + up + "\r")
	y.want("a", nil)

	z := start(t, 20, 8, Options{HistoryFile: filepath.Join(path, "no")})
	require.ErrorAs(t, z.HistoryErr(), new(*HistoryError))
	require.ErrorAs(t, z.AddHistory("x", true), new(*HistoryError))
}

func requireMode(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, mode, info.Mode().Perm())
}

// TestRandomKeys compares the screen after random editing with one drawn from
// nothing.
func TestRandomKeys(t *testing.T) {
	keys := []string{"a", "b ", "你", "好", "😀", "e\u0301", left, left, right, home, end, "\x7f", "\x7f",
		"\x1b[3~", "\x17", "\x19", "\x14", "\x1bb", "\x1bf", "\x1bd", up, down, pasteStart + "一\t二" + pasteStop, "\x0b"}
	rng := rand.New(rand.NewSource(1))
	for range 60 {
		cols := 5 + rng.Intn(20)
		x := start(t, cols, 12, Options{})
		x.AddHistory("history 历史", false)
		x.read("提> ")
		for range 6 {
			for range 8 {
				x.keys(keys[rng.Intn(len(keys))])
			}
			x.keys("\x1b[15~") // settles a lone ESC
			x.settle()
			x.Editor.mu.Lock()
			l := arrange(x.prompt, x.line.text, x.line.pos, cols)
			top := x.screen.top
			x.Editor.mu.Unlock()
			x.wait("what is drawn from nothing", func(s shot) bool {
				for i, r := range l.rows[top:] {
					if i < 12 && !strings.HasPrefix(plain(s.rows[i])+strings.Repeat(" ", 30), plain(r.text)) {
						return false
					}
				}
				return s.x == l.cur.col && s.y == l.cur.row-top
			})
		}
		require.NoError(t, x.Close())
		x.result()
	}
}

func plain(s string) string { return strings.ReplaceAll(s, "\u0301", "") }

// settle waits until every key sent so far was handled: Ctrl-] comes after them.
func (x *terminal) settle() {
	x.t.Helper()
	x.keys("\x1d")
	r := x.result()
	require.Equal(x.t, ErrEscape, r.err)
	x.read("提> ")
	x.Editor.mu.Lock()
	defer x.Editor.mu.Unlock()
	for !x.reading || x.busy || len(x.queue) > 0 {
		x.Editor.changed.Wait()
	}
}

func TestNotATerminal(t *testing.T) {
	file, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer file.Close()
	_, err = New(Options{In: file})
	require.Equal(t, ErrNotTerminal, err)
}

// TestEndOfInput: the last line counts without a line break.
func TestEndOfInput(t *testing.T) {
	in, keys := io.Pipe()
	e, err := New(Options{In: in, Out: io.Discard})
	require.NoError(t, err)
	go func() {
		io.WriteString(keys, "one\ntwo")
		keys.Close()
	}()
	for _, want := range []result{{"one", nil}, {"two", nil}, {"", io.EOF}, {"", io.EOF}} {
		text, err := e.ReadLine(fixed("> "))
		require.Equal(t, want, result{text, err})
	}
	require.NoError(t, e.Close())
}

// TestHangup: the other side of the terminal goes away.
func TestHangup(t *testing.T) {
	master, slave, err := pty.Open()
	require.NoError(t, err)
	defer slave.Close()
	e, err := New(Options{In: slave, Out: slave})
	require.NoError(t, err)
	require.NoError(t, master.Close())
	_, err = e.ReadLine(fixed("> "))
	require.Equal(t, io.EOF, err)
	_ = e.Close() // cannot set the modes of a terminal that is gone
}

func TestResume(t *testing.T) {
	x := start(t, 20, 8, Options{})
	x.read("> ")
	x.keys("你好" + left)
	x.waitScreen("> 你好", 4, 0)
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGCONT))
	x.wait("a second drawing", func(shot) bool { return strings.Count(string(x.raw), "> 你好") > 1 })
	x.keys("x")
	x.waitScreen("> 你x好", 5, 0)
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	x := start(t, 20, 8, Options{})
	x.read("> ")
	done := make(chan struct{})
	for i := range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 100 {
				io.WriteString(x, "250 好\n25")
				x.SetPrompt(strings.Repeat("提", i+1))
				x.AddHistory("line", false)
				x.resized()
				x.Width()
				io.WriteString(x, "0\n")
			}
		}()
	}
	for range 100 {
		x.keys("你" + left + up + down + "b\x7f")
	}
	for range 4 {
		<-done
	}
	x.keys("\x15\x0bend\r")
	x.want("end", nil)
}

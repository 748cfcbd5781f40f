package editor

import (
	"io"
	"runtime"

	"github.com/chzyer/readline"
)

// The runes readline itself acts on here. Everything else arrives as text or as
// a rune of ours, which readline inserts into the line and onKey takes out again.
const (
	runeHome      = readline.CharLineStart
	runeEnd       = readline.CharLineEnd
	runeEnter     = readline.CharEnter
	runeInterrupt = readline.CharInterrupt
	runeEOF       = readline.CharDelete
)

// engine is readline's key loop and line buffer, kept from drawing, from the
// terminal's modes and from its own history. It takes one rune at a time:
// readline works in three goroutines, and in lockstep there is always one of
// them at work, in an order we know.
type engine struct {
	rl   *readline.Instance
	done chan struct{} // closed when readline's key loop has ended
}

// engineHooks is how the engine gets keys and reports what became of the line.
type engineHooks struct {
	// next blocks for a rune; false ends the loop.
	next func() (rune, bool)
	// changed is called after a rune was handled. It may return another line.
	changed func(text []rune, pos int, r rune) ([]rune, int, bool)
}

func newEngine(h engineHooks) (*engine, error) {
	e := &engine{done: make(chan struct{})}
	nop := func() error { return nil }
	rl, err := readline.NewEx(&readline.Config{
		Stdin:  runeReader(h.next),
		Stdout: io.Discard,
		Stderr: io.Discard,

		// Not interactive means: edits the line, but paints nothing. Painting
		// is where readline counts runes for columns and takes its time.
		FuncIsTerminal:     func() bool { return false },
		FuncMakeRaw:        nop,
		FuncExitRaw:        nop,
		FuncGetWidth:       func() int { return 80 },
		FuncOnWidthChanged: func(func()) {},
		UniqueEditLine:     true, // no newline or ^C of its own in the line

		DisableAutoSaveHistory: true,
		HistoryLimit:           -1,

		FuncFilterInputRune: e.filter,
		Listener:            listener(h.changed),
	})
	if err != nil {
		return nil, err
	}
	e.rl = rl
	return e, nil
}

// filter sees every rune first. Rune 0 is the end of input, after which
// readline's loop would neither return nor stop writing to its channels.
func (e *engine) filter(r rune) (rune, bool) {
	if r == 0 {
		close(e.done)
		runtime.Goexit()
	}
	return r, true
}

// readLine returns the finished line as runes. All ends other than Enter are one
// to the engine: the editor knows which it asked for.
func (e *engine) readLine() (string, bool) {
	text, err := e.rl.Readline()
	return text, err == nil
}

// stop ends readline's goroutines and a readLine under way. It is called once;
// next must return false from then on, and no rune may be under way.
//
// Instance.Close is not used: it waits for a goroutine that waits for input, and
// leaves the key loop behind.
func (e *engine) stop() error {
	err := e.rl.Config.Stdin.Close()
	e.rl.Terminal.KickRead()
	<-e.done
	e.rl.Operation.Close()
	return err
}

// runeReader is a Stdin that gives one rune a read. readline buffers what it
// reads, and a rune in its buffer would be beyond our reach.
type runeReader func() (rune, bool)

func (next runeReader) Read(p []byte) (int, error) {
	r, ok := next()
	if !ok {
		return 0, io.EOF
	}
	return copy(p, string(r)), nil
}

func (runeReader) Close() error { return nil }

// listener adapts the hook. Rune 0 announces a read and is of no interest.
func listener(changed func([]rune, int, rune) ([]rune, int, bool)) readline.Listener {
	return readline.FuncListener(func(text []rune, pos int, r rune) ([]rune, int, bool) {
		if r == 0 {
			return nil, 0, false
		}
		return changed(text, pos, r)
	})
}

// consoleKeys returns readline's own standard input, which on Windows turns
// console events into key codes.
func consoleKeys() io.Reader { return readline.Stdin } //nolint:unused // only Windows calls it

// cancelable makes a read that can be given up, at the price of a goroutine
// which stays until the read returns.
func cancelable(r io.Reader) io.ReadCloser { return readline.NewCancelableStdin(r) }

func isTerminal(fd int) bool { return readline.IsTerminal(fd) }

// makeRaw sets raw mode and returns what undoes it. readline's raw mode leaves
// the output translation on: what others print on the terminal stays readable.
func makeRaw(fd int) (restore func() error, err error) {
	state, err := readline.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() error { return readline.Restore(fd, state) }, nil
}

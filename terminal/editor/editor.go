package editor

import (
	"errors"
	"io"
	"os"
	"sync"
)

var (
	// ErrInterrupt is returned for Ctrl-C; what was typed is dropped.
	ErrInterrupt = errors.New("editor: interrupt")
	// ErrEscape is returned for Ctrl-]; what was typed comes back in the next
	// read, unless it was a secret.
	ErrEscape = errors.New("editor: escape")
	// ErrClosed is returned by a read during or after Close.
	ErrClosed = errors.New("editor: closed")
	// ErrNotTerminal is returned by New for a file that is not a terminal.
	ErrNotTerminal = errors.New("editor: not a terminal")
)

// Options say how to edit. The zero value edits on standard input and output,
// without history file and completion.
type Options struct {
	// In is the terminal's input; nil is standard input. Anything but an
	// *os.File is read as if it were a terminal in raw mode, and closed by
	// Close if it can be.
	In io.Reader
	// Out is the terminal's output; nil is standard output.
	Out io.Writer
	// Size overrides the size of the terminal, which is otherwise asked for
	// before each drawing. 80 columns and 24 rows stand in for zero.
	Size func() (width, height int)
	// KeepsRows says that the terminal does not reflow rows when its width
	// changes. Nil asks the environment which terminal it is.
	KeepsRows *bool

	// HistoryFile keeps the lines AddHistory persists; "" is none.
	HistoryFile string
	// Complete is called on Tab with the line and the cursor as a byte offset.
	// It runs on the editor's goroutine and must not call Close.
	Complete func(line string, cursor int) Completion
	// Interrupt is called, on a goroutine of its own, for Ctrl-C or SIGINT
	// while no line is read. Type-ahead is dropped, as a terminal does (see Dropped).
	// Without it the next read returns ErrInterrupt.
	Interrupt func()
	// Stamp is asked at each key what the program's count of something is, so that
	// DropBefore can tell what was typed before it changed; a paste is of the moment
	// at which it began. It must not call the editor. Nil is always 0.
	Stamp func() int
	// SearchPrompt is shown instead of the prompt during Ctrl-R and Ctrl-S; nil
	// is a plain one.
	SearchPrompt func(pattern string, forward, failing bool) string
}

// Editor reads lines from a terminal. One goroutine at a time may read; every
// other method may be called from any goroutine at any time.
type Editor struct {
	opts    Options
	engine  *engine
	source  source
	restore func() error
	signals *signals
	pumped  chan struct{} // closed when the input is no longer read

	mu sync.Mutex
	// changed is signalled when queue, reading, busy or closed change.
	changed    sync.Cond
	screen     screen
	history    history
	historyErr error
	session
	queue      []event
	pasteStamp int      // the stamp of the paste under way
	dropped    []string // lines that Ctrl-C took out of the queue
	killed     killed
	kept       line   // what was typed before ErrEscape
	heldOutput []byte // the unfinished last line of Writes during a read
	closed     bool
}

// New puts the terminal into raw mode and starts reading from it. A history file
// that cannot be read is no error here: see HistoryErr.
func New(o Options) (*Editor, error) {
	if o.In == nil {
		o.In = os.Stdin
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	e := &Editor{opts: o, pumped: make(chan struct{})}
	e.changed.L = &e.mu
	e.screen = screen{out: o.Out, size: drawingSize(e.terminalSize), reflow: !e.keepsRows()}
	e.history.limit = historyLimit
	if o.HistoryFile != "" {
		e.history.lines, e.historyErr = loadHistory(o.HistoryFile)
	}
	if err := e.openTerminal(); err != nil {
		return nil, err
	}
	var err error
	e.engine, err = newEngine(engineHooks{next: e.nextRune, changed: e.onKey})
	if err != nil {
		return nil, errors.Join(err, e.source.cancel(), e.restore())
	}
	go e.pump()
	e.signals = watchSignals(e)
	return e, nil
}

// Close gives the terminal back as it was found. A read under way returns
// ErrClosed.
func (e *Editor) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		<-e.pumped
		return nil
	}
	e.closed = true
	e.changed.Broadcast()
	for e.busy {
		e.changed.Wait()
	}
	e.mu.Unlock()

	e.signals.stop()
	err := errors.Join(e.engine.stop(), e.source.cancel())
	<-e.pumped
	return errors.Join(err, e.closeScreen(), e.restore())
}

// closeScreen leaves the cursor below whatever is on the screen.
func (e *Editor) closeScreen() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.screen.shown {
		e.screen.leave(e.view(), "")
		e.active = false
	}
	e.releaseHeld()
	e.screen.add(pasteOff)
	return e.screen.flush()
}

// Width returns the columns of the terminal.
func (e *Editor) Width() int {
	width, _ := e.terminalSize()
	return width
}

// HistoryErr returns the last failure to read or write the history file, as a
// *HistoryError, or nil.
func (e *Editor) HistoryErr() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.historyErr
}

// AddHistory remembers a line for the keys that recall one, and in the history
// file if persist is set. Nothing else ever gets into the file.
func (e *Editor) AddHistory(text string, persist bool) error {
	e.mu.Lock()
	added := e.history.add(text)
	e.mu.Unlock()
	if !added || !persist || e.opts.HistoryFile == "" {
		return nil
	}
	err := appendHistory(e.opts.HistoryFile, text)
	if err != nil {
		e.mu.Lock()
		e.historyErr = err
		e.mu.Unlock()
	}
	return err
}

package editor

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/term"
)

// openTerminal sets the modes of the terminal and opens the source of its keys.
func (e *Editor) openTerminal() error {
	e.restore = func() error { return nil }
	file, ok := e.opts.In.(*os.File)
	if !ok {
		e.source = newReaderSource(e.opts.In)
		e.screen.add(pasteOn)
		return e.screen.flush()
	}
	if !isTerminal(int(file.Fd())) {
		return ErrNotTerminal
	}
	restoreIn, err := makeRaw(int(file.Fd()))
	if err != nil {
		return err
	}
	restoreOut := prepareOutput(e.opts.Out)
	e.restore = func() error {
		restoreOut()
		return restoreIn()
	}
	if e.source, err = newFileSource(file); err != nil {
		return errors.Join(err, e.restore())
	}
	// What was typed before raw mode stands on this row already, and will be
	// drawn again.
	e.screen.add("\r\x1b[K" + pasteOn)
	return e.screen.flush()
}

// resumed sets the modes again after another program, usually a shell, had the
// terminal.
func (e *Editor) resumed() {
	if file, ok := e.opts.In.(*os.File); ok {
		_, _ = makeRaw(int(file.Fd())) // the modes to restore are those New found
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.screen.add(pasteOn)
	if e.active {
		e.screen.forget()
		e.screen.show(e.view())
	}
	_ = e.screen.flush()
}

// terminalSize asks for the size: a call to the kernel, cheap enough to make each
// time and never out of date.
func (e *Editor) terminalSize() (width, height int) {
	if e.opts.Size != nil {
		width, height = e.opts.Size()
	} else if file, ok := e.opts.Out.(*os.File); ok {
		width, height, _ = term.GetSize(int(file.Fd()))
	} else if file, ok := e.opts.In.(*os.File); ok {
		width, height, _ = term.GetSize(int(file.Fd()))
	}
	if width < 1 {
		width = 80
	}
	if height < 1 {
		height = 24
	}
	return width, height
}

// drawingSize leaves the last column free on Windows, whose consoles do not agree
// on where the cursor is after it.
func drawingSize(size func() (int, int)) func() (int, int) {
	if runtime.GOOS != "windows" {
		return size
	}
	return func() (int, int) {
		width, height := size()
		return max(width-1, 1), height
	}
}

// keepsRows tells terminals which cut rows from those, by now the many, which
// reflow them.
func (e *Editor) keepsRows() bool {
	if e.opts.KeepsRows != nil {
		return *e.opts.KeepsRows
	}
	name := os.Getenv("TERM")
	for _, prefix := range []string{"linux", "vt", "rxvt"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	// GNU screen and xterm proper; tmux and the others do not set these.
	return os.Getenv("STY") != "" || os.Getenv("XTERM_VERSION") != ""
}

// readerSource reads what is not a file with a descriptor to wait on.
type readerSource struct {
	in      io.Reader
	cancels io.ReadCloser
}

func newReaderSource(in io.Reader) source {
	return readerSource{in, cancelable(in)}
}

// read cannot wait for a limited time, and need not: the console of Windows
// gives a whole key at a time, so what is not there is not to come.
func (s readerSource) read(p []byte, wait time.Duration) (int, error) {
	if wait > 0 {
		return 0, nil
	}
	return s.cancels.Read(p)
}

func (s readerSource) cancel() error {
	err := s.cancels.Close()
	if _, ok := s.in.(*os.File); ok {
		return err
	}
	if c, ok := s.in.(io.Closer); ok {
		return c.Close() // the goroutine of cancelable waits for this read
	}
	return err
}

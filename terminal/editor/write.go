package editor

import "bytes"

// Write prints p. While a line is read, whole lines appear above it; the
// beginning of one waits for its end, at the latest for that of the read. It
// takes one write to the terminal.
func (e *Editor) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.active {
		e.screen.print(p)
		return e.written(p)
	}
	end := bytes.LastIndexByte(p, '\n') + 1
	if end > 0 {
		e.printAbove(append(e.heldOutput, p[:end]...))
		e.heldOutput = nil
		e.screen.show(e.view())
	}
	e.heldOutput = append(e.heldOutput, p[end:]...)
	return e.written(p)
}

func (e *Editor) written(p []byte) (int, error) {
	if err := e.screen.flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// printAbove puts whole lines in the place of the edit area, which is to be
// drawn again below them.
func (e *Editor) printAbove(p []byte) {
	e.screen.hide()
	e.screen.print(p)
}

// releaseHeld prints what waited for the end of its line.
func (e *Editor) releaseHeld() {
	e.screen.print(e.heldOutput)
	e.heldOutput = nil
}

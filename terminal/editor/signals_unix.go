//go:build unix

package editor

import (
	"os"
	"syscall"
)

var watchedSignals = []os.Signal{os.Interrupt, syscall.SIGWINCH, syscall.SIGCONT}

func (e *Editor) onSignal(sig os.Signal) {
	switch sig {
	case syscall.SIGWINCH:
		e.resized()
	case syscall.SIGCONT:
		e.resumed()
	default:
		e.push(event{key: keyInterrupt})
	}
}

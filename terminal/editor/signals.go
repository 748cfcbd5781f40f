package editor

import (
	"os"
	"os/signal"
)

// signals passes on what concerns the terminal.
type signals struct {
	caught chan os.Signal
	done   chan struct{}
}

func watchSignals(e *Editor) *signals {
	s := &signals{caught: make(chan os.Signal, 4), done: make(chan struct{})}
	signal.Notify(s.caught, watchedSignals...)
	go func() {
		defer close(s.done)
		for sig := range s.caught {
			e.onSignal(sig)
		}
	}()
	return s
}

func (s *signals) stop() {
	signal.Stop(s.caught)
	close(s.caught)
	<-s.done
}

package editor

import "os"

// A change of the console's size is no signal: the next drawing notices it.
var watchedSignals = []os.Signal{os.Interrupt}

func (e *Editor) onSignal(os.Signal) { e.push(event{key: keyInterrupt}) }

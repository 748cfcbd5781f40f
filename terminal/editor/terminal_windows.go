package editor

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// prepareOutput makes the console understand control sequences, which all
// versions of Windows that Go runs on can.
func prepareOutput(out io.Writer) (restore func()) {
	file, ok := out.(*os.File)
	if !ok {
		return func() {}
	}
	handle := windows.Handle(file.Fd())
	var mode uint32
	if windows.GetConsoleMode(handle, &mode) != nil {
		return func() {}
	}
	_ = windows.SetConsoleMode(handle, mode|
		windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	return func() { _ = windows.SetConsoleMode(handle, mode) }
}

// newFileSource reads the console through readline, which knows its key events.
func newFileSource(*os.File) (source, error) {
	return newReaderSource(consoleKeys()), nil
}

package maildir

import (
	"errors"
	"os"
)

// ErrLocked says that another process has the folder.
var ErrLocked = errors.New("another process has it")

// Lock takes a folder for this process by a lock on a file in it. The system takes the lock away when
// the process ends, however it ends. Close the file to give it back.
func Lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

//go:build !linux

package maildir

import (
	"errors"
	"os"
)

// syncFileSystem would sync the file system of f; other systems than Linux cannot, or do not wait for it.
func syncFileSystem(*os.File) error { return errors.ErrUnsupported }

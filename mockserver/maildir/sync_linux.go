package maildir

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// syncFileSystem puts everything on disk that was written to the file system f is on. errors.ErrUnsupported
// says that this system cannot, or would not tell of a failure: Linux does since 5.8.
func syncFileSystem(f *os.File) error {
	if !tellsFailures() {
		return errors.ErrUnsupported
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.Syncfs(int(fd)) })
	return errors.Join(err, failed)
}

var tellsFailures = sync.OnceValue(func() bool {
	var name unix.Utsname
	var major, minor int
	if unix.Uname(&name) != nil {
		return false
	}
	_, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	return err == nil && (major > 5 || major == 5 && minor >= 8)
})

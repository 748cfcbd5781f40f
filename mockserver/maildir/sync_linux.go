package maildir

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// syncFileSystem puts everything on disk that was written to the file system of these deliveries.
// errors.ErrUnsupported says that there are several, or that this system would not tell of a failure: Linux does
// since 5.8.
func syncFileSystem(round []*delivery) error {
	if !tellsFailures() {
		return errors.ErrUnsupported
	}
	var first unix.Stat_t
	for i, d := range round {
		var s unix.Stat_t
		if err := withFD(d.file, func(fd int) error { return unix.Fstat(fd, &s) }); err != nil {
			return err
		}
		if i == 0 {
			first = s
		}
		if s.Dev != first.Dev {
			return errors.ErrUnsupported
		}
	}
	// A failure is told to who opened a file before it came, so the file that is open longest asks for all.
	eldest := slices.MinFunc(round, func(a, b *delivery) int { return a.since.Compare(b.since) }).file
	var fs unix.Statfs_t
	if err := withFD(eldest, func(fd int) error { return unix.Fstatfs(fd, &fs) }); err != nil {
		return err
	}
	if !slices.Contains(syncable, int64(fs.Type)) { //nolint:unconvert // its type differs between processors
		return errors.ErrUnsupported
	}
	return withFD(eldest, unix.Syncfs)
}

// syncable are the file systems that do what syncfs says; FUSE does nothing, and an overlay keeps failures to itself.
var syncable = []int64{unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC}

// withFD does something with an open file's descriptor.
func withFD(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = do(int(fd)) })
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

//go:build unix

package editor

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// prepareOutput has nothing to set: the mode is that of the input.
func prepareOutput(io.Writer) (restore func()) { return func() {} }

// fileSource waits for the terminal and for a pipe whose closing cancels the
// wait. select and not poll: on macOS poll does not know terminals.
type fileSource struct {
	file       *os.File
	stop, wake int // ends of the pipe
}

func newFileSource(file *os.File) (source, error) {
	if int(file.Fd()) >= unix.FD_SETSIZE {
		return newReaderSource(file), nil
	}
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		return nil, err
	}
	unix.CloseOnExec(p[0])
	unix.CloseOnExec(p[1])
	return &fileSource{file: file, stop: p[0], wake: p[1]}, nil
}

func (s *fileSource) read(p []byte, wait time.Duration) (int, error) {
	n, err := s.readReady(p, wait)
	if err != nil {
		unix.Close(s.stop) // the last read
	}
	return n, err
}

func (s *fileSource) readReady(p []byte, wait time.Duration) (int, error) {
	fd := int(s.file.Fd())
	for {
		ready, err := s.wait(fd, wait)
		switch {
		case err != nil:
			return 0, err
		case !ready:
			return 0, nil
		}
		n, err := unix.Read(fd, p)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// wait returns whether the file has something, or an error if canceled.
func (s *fileSource) wait(fd int, wait time.Duration) (bool, error) {
	for {
		var set unix.FdSet
		set.Set(fd)
		set.Set(s.stop)
		var limit *unix.Timeval
		if wait > 0 {
			t := unix.NsecToTimeval(wait.Nanoseconds())
			limit = &t
		}
		n, err := unix.Select(max(fd, s.stop)+1, &set, nil, nil, limit)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return false, err
		case n == 0:
			return false, nil
		case set.IsSet(s.stop):
			return false, io.EOF
		}
		return true, nil
	}
}

func (s *fileSource) cancel() error { return unix.Close(s.wake) }

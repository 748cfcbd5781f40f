package editor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// historyLimit bounds the lines kept in memory and, when a file is read, in it.
const historyLimit = 1000

// HistoryError tells that the history file could not be used. The editor works
// on without it.
type HistoryError struct {
	Op   string // "read" or "write"
	Path string
	Err  error
}

func (e *HistoryError) Error() string {
	return fmt.Sprintf("history %s %s: %v", e.Op, e.Path, e.Err)
}

func (e *HistoryError) Unwrap() error { return e.Err }

// loadHistory reads the last lines of a history file. It makes the file private
// and, once it has grown to twice the limit, shortens it.
func loadHistory(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	if lines[0] == "" && len(lines) == 1 {
		return nil, wrapHistory("read", path, err)
	}
	if over := len(lines) - historyLimit; over > 0 {
		lines = lines[over:]
		if over >= historyLimit && err == nil {
			err = rewriteHistory(path, lines)
		}
	}
	return lines, wrapHistory("read", path, err)
}

// rewriteHistory replaces the file in one step, so that another process reads
// the old or the new content.
func rewriteHistory(path string, lines []string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".history-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(strings.Join(lines, "\n") + "\n")
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// appendHistory adds one line in a single write, which processes sharing the
// file do not tear apart.
func appendHistory(path, text string) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err != nil {
		return wrapHistory("write", path, err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return wrapHistory("write", path, err)
	}
	err = f.Chmod(0o600)
	if err == nil {
		_, err = f.WriteString(text + "\n")
	}
	return wrapHistory("write", path, errors.Join(err, f.Close()))
}

func wrapHistory(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &HistoryError{Op: op, Path: path, Err: err}
}

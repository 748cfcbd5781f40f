package mockserver

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"maillab/mockserver/maildir"
)

// ledger remembers which mails were loaded into a mailbox, in DATA/USER/.loaded: a line for each, the
// SHA-256 of its content. In memory it remembers nothing.
type ledger struct {
	file string

	mu     sync.Mutex // guards what follows
	loaded map[contentSum]int
	fresh  []string // lines that are not in the file
}

const ledgerName = ".loaded"

// ledgerOf reads a mailbox's ledger. The mailbox's folder is there.
func (d *disk) ledgerOf(b *mailbox) (*ledger, error) {
	l := &ledger{loaded: map[contentSum]int{}}
	if d == nil {
		return l, nil
	}
	l.file = filepath.Join(d.root, folderOf(b.name), ledgerName)
	f, err := os.Open(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for {
		line, tooLong, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, err
		}
		// What a crash has left of a line is nobody's sum, however long it is.
		if sum, err := hex.DecodeString(string(line)); err == nil && !tooLong && len(sum) == len(contentSum{}) {
			l.loaded[contentSum(sum)]++
		}
	}
}

// count is how many mails of this content have been loaded.
func (l *ledger) count(sum contentSum) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.loaded[sum]
}

// note notes that so many mails of this content have been loaded.
func (l *ledger) note(sum contentSum, copies int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; l.loaded[sum] < copies; l.loaded[sum]++ {
		l.fresh = append(l.fresh, hex.EncodeToString(sum[:]))
	}
}

// save puts what is new behind what is there. It begins with a line end, because a crash may have left
// half a line.
func (l *ledger) save() error {
	if l.file == "" || len(l.fresh) == 0 {
		return nil
	}
	f, err := os.OpenFile(l.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString("\n" + strings.Join(l.fresh, "\n") + "\n")
	l.fresh = nil
	return errors.Join(err, f.Sync(), f.Close(), maildir.SyncDir(filepath.Dir(l.file)))
}

package maildir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDeliveriesAtOnce: whichever way a round is synced, each mail is there once, and one that cannot be
// delivered spoils no other of its round.
func TestDeliveriesAtOnce(t *testing.T) {
	for name, apart := range map[string]time.Time{"all of the file system": {}, "file by file": time.Now().Add(time.Hour)} {
		t.Run(name, func(t *testing.T) {
			anna, bert, broken := openDir(t, "anna"), openDir(t, "bert"), openDir(t, "broken")
			require.NoError(t, os.RemoveAll(filepath.Join(broken.root, "new")))
			post := &Post{apart: apart}
			to := [][]*Dir{{anna}, {bert}, {anna, bert}, {anna, broken}}
			errs := make([]error, 40)
			// The first round waits, so that the others make one.
			post.rounds.turn.Lock()
			var wg sync.WaitGroup
			for i := range errs {
				mail := Mail{ID: fmt.Sprint("C", i), Time: time.Unix(9, 0), Octets: 3, WriteTo: func(f *os.File) error {
					_, err := io.WriteString(f, "x\n")
					return err
				}}
				wg.Go(func() { errs[i] = post.Deliver(mail, to[i%len(to)]...) })
			}
			for !post.waiting(len(errs)) {
				runtime.Gosched()
			}
			post.rounds.turn.Unlock()
			wg.Wait()
			for i, err := range errs {
				if i%len(to) == 3 {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
				}
			}
			for _, d := range []*Dir{anna, bert} {
				entries, _, err := d.List()
				require.NoError(t, err)
				assert.Len(t, entries, 20)
				left, err := os.ReadDir(filepath.Join(d.root, "tmp"))
				require.NoError(t, err)
				assert.Empty(t, left)
			}
		})
	}
}

func (p *Post) waiting(n int) bool {
	p.rounds.mu.Lock()
	defer p.rounds.mu.Unlock()
	return p.rounds.next != nil && len(p.rounds.next.asked) == n
}

// TestSlowFileSystem: what other programs write is waited for once, then files are synced alone for a while.
func TestSlowFileSystem(t *testing.T) {
	synctest.Test(t, slowFileSystem)
}

func slowFileSystem(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "x"))
	require.NoError(t, err)
	defer f.Close()
	round := func() []*delivery { return []*delivery{{file: f}, {file: f}, {file: f}, {file: f}} }
	slow := func([]*delivery) error { time.Sleep(2 * tooLong); return nil }
	never := func([]*delivery) error { t.Error("the file system was synced again"); return nil }
	p := &Post{}
	p.syncFiles(round(), slow)
	assert.False(t, p.apart.IsZero())
	p.syncFiles(round(), never)
}

func openDir(t *testing.T, name string) *Dir {
	t.Helper()
	d, _, err := Open(filepath.Join(t.TempDir(), name, "Maildir"))
	require.NoError(t, err)
	return d
}

// TestTwoFileSystems: a mailbox may lie on another one, and one sync does not do for both.
func TestTwoFileSystems(t *testing.T) {
	const other = "/dev/shm"
	if strings.HasPrefix(t.TempDir(), other) {
		t.Skip("one file system only")
	}
	var round []*delivery
	for _, dir := range []string{t.TempDir(), other} {
		f, err := os.CreateTemp(dir, "maildir")
		if err != nil {
			t.Skip("one file system only: ", err)
		}
		defer os.Remove(f.Name())
		defer f.Close()
		round = append(round, &delivery{file: f})
	}
	require.ErrorIs(t, syncFileSystem(round), errors.ErrUnsupported)
}

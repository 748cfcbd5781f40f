//go:build unix

package maildir

import (
	"errors"
	"os"
)

// SyncDir makes a folder's names last.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

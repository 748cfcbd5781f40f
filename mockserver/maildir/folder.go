package maildir

import (
	"errors"
	"os"
	"path/filepath"
)

// Folder keeps files that must last as a delivered mail does, and are no mail of a mailbox. Its methods may
// be called from many goroutines, those for one name from one at a time.
type Folder struct {
	root  string
	names rounds[*error]
}

// Unfinished ends the name of a file that is being written.
const Unfinished = ".tmp"

// OpenFolder opens a folder, and makes it, for its owner alone, when it is not there.
func OpenFolder(root string) (*Folder, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	return &Folder{root: root}, SyncDir(filepath.Dir(root))
}

// Path is where a file of the folder is.
func (f *Folder) Path(name string) string { return filepath.Join(f.root, name) }

// Create makes a file that is not there yet, and returns its octets, which are on disk then; that its name
// is, too, Sync sees to. With an error there is no file.
func (f *Folder) Create(name string, content func(*os.File) error) (int64, error) {
	size, err := write(f.Path(name), content)
	if err != nil && !errors.Is(err, os.ErrExist) {
		_ = os.Remove(f.Path(name))
	}
	return size, err
}

// Replace gives a file new content, whole or not at all. It lasts after Sync; until then an interruption
// may leave the old content, and a file whose name has Unfinished at its end.
func (f *Folder) Replace(name string, content func(*os.File) error) error {
	_ = os.Remove(f.Path(name + Unfinished)) // of an earlier interruption
	_, err := f.Create(name+Unfinished, content)
	if err == nil {
		err = os.Rename(f.Path(name+Unfinished), f.Path(name))
	}
	return err
}

// Sync makes the folder's names last. Who asks while another's sync runs shares the next one.
func (f *Folder) Sync() (err error) {
	f.names.do(&err, func(asked []*error) {
		synced := SyncDir(f.root)
		for _, a := range asked {
			*a = synced
		}
	})
	return err
}

package maildir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Dir is one Maildir. A Post may deliver to it meanwhile; its methods are for one goroutine at a time.
type Dir struct {
	root    string
	counted map[string]int64 // octets of mails whose names do not tell, by unique name
	stamp   stamp
	entries []*Entry
}

// stamp tells whether a folder has changed since it was read.
type stamp struct{ newTime, curTime, read time.Time }

// settled is how long after its last change a folder's time can be believed: file systems
// count in steps of some milliseconds, some of two seconds.
const settled = 2 * time.Second

// Open opens a Maildir and makes what of it is missing; made tells that it was not there.
func Open(root string) (d *Dir, made bool, err error) {
	if _, err := os.Stat(filepath.Join(root, "new")); errors.Is(err, fs.ErrNotExist) {
		made = true
	}
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(root, sub), 0o700); err != nil {
			return nil, false, err
		}
	}
	if made {
		for _, dir := range []string{root, filepath.Dir(root), filepath.Dir(filepath.Dir(root))} {
			if err := SyncDir(dir); err != nil {
				return nil, false, err
			}
		}
	}
	d = &Dir{root: root, counted: map[string]int64{}}
	return d, made, d.tidy()
}

// tidy takes away what our own interrupted deliveries have left in tmp; other programs' files are
// theirs.
func (d *Dir) tidy() error {
	names, err := readNames(filepath.Join(d.root, "tmp"))
	for _, name := range names {
		if strings.HasSuffix(name, "."+host) {
			err = errors.Join(err, os.Remove(filepath.Join(d.root, "tmp", name)))
		}
	}
	return err
}

// List returns the mails, oldest first, and whether they may be others than before. Nobody may write to
// the slice. A folder that has not changed is not read again.
func (d *Dir) List() (entries []*Entry, changed bool, err error) {
	now, err := d.look()
	if err != nil || d.stamp.still(now) {
		return d.entries, false, err
	}
	all, err := d.scan()
	if err != nil {
		return nil, false, err
	}
	d.stamp, d.entries = now, all
	return all, true, nil
}

func (d *Dir) scan() ([]*Entry, error) {
	// new before cur: a mail that is moved meanwhile is then seen twice, not never.
	var all []*Entry
	for _, folder := range []string{"new", "cur"} {
		names, err := mailNames(filepath.Join(d.root, folder))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			all = append(all, parseName(folder, name))
		}
	}
	slices.SortFunc(all, byAge)
	all = slices.CompactFunc(all, func(a, b *Entry) bool { return a.unique == b.unique })
	return d.size(all)
}

func (d *Dir) look() (stamp, error) {
	s := stamp{read: time.Now()}
	for folder, t := range map[string]*time.Time{"new": &s.newTime, "cur": &s.curTime} {
		info, err := os.Stat(filepath.Join(d.root, folder))
		if err != nil {
			return s, err
		}
		*t = info.ModTime()
	}
	return s, nil
}

// still reports whether what was read at s is true at now.
func (s stamp) still(now stamp) bool {
	same := s.newTime.Equal(now.newTime) && s.curTime.Equal(now.curTime)
	return same && s.read.Sub(s.newTime) > settled && s.read.Sub(s.curTime) > settled
}

// size counts the octets of mails whose names do not tell them, once. Mails that are gone meanwhile
// are left out.
func (d *Dir) size(all []*Entry) ([]*Entry, error) {
	kept := all[:0]
	for _, e := range all {
		if !e.sized {
			n, known := d.counted[e.unique]
			if !known {
				var err error
				n, err = d.count(e)
				if errors.Is(err, fs.ErrNotExist) {
					continue
				}
				if err != nil {
					return nil, err
				}
				d.counted[e.unique] = n
			}
			e.Octets = n
		}
		kept = append(kept, e)
	}
	return kept, nil
}

func (d *Dir) count(e *Entry) (int64, error) {
	r, err := d.Reader(e)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

// Reader reads a mail with CRLF line ends, the last line's included. A file that another program has moved or
// flagged meanwhile is found again; fs.ErrNotExist says that it is gone.
func (d *Dir) Reader(e *Entry) (io.ReadCloser, error) {
	var f *os.File
	err := d.find(e, func(path string) (err error) { f, err = os.Open(path); return err })
	if err != nil {
		return nil, err
	}
	return NewCRLFReader(f, e.ours()), nil
}

// Remove deletes mails and returns how many were there. What it did lasts when it returns.
func (d *Dir) Remove(entries []*Entry) (removed int, err error) {
	for _, e := range entries {
		gone := d.find(e, os.Remove)
		if gone == nil {
			removed++
		} else if !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return removed, errors.Join(err, SyncDir(filepath.Join(d.root, "new")), SyncDir(filepath.Join(d.root, "cur")))
}

// find does something with a mail's file, and again with the name that it has now when it has moved.
func (d *Dir) find(e *Entry, do func(path string) error) error {
	err := do(filepath.Join(d.root, filepath.FromSlash(e.file)))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, folder := range []string{"new", "cur"} {
		names, listErr := readNames(filepath.Join(d.root, folder))
		if listErr != nil {
			return listErr
		}
		for _, name := range names {
			if strings.HasPrefix(name, e.unique) && parseName(folder, name).unique == e.unique {
				return do(filepath.Join(d.root, folder, name))
			}
		}
	}
	return err
}

// mailNames lists the files of new or cur. What is no file is no mail: to open a pipe would wait for ever.
func mailNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := f.ReadDir(-1)
	names := make([]string, 0, len(all))
	for _, e := range all {
		mode := e.Type()
		if mode == fs.ModeSymlink {
			info, err := os.Stat(filepath.Join(dir, e.Name()))
			if err != nil {
				continue
			}
			mode = info.Mode()
		}
		if mode.IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func readNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

package maildir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Mail is one mail to deliver.
type Mail struct {
	ID     string // unlike every other of the folders, letters and digits
	Time   time.Time
	Octets int64 // with CRLF line ends
	// WriteTo writes it to an open file with LF line ends; see NewLFWriter.
	WriteTo func(*os.File) error
}

// Deliver puts a mail into each folder: one file, with a name in each. When it returns without an
// error everything is on disk; with one, the mail is in none of them.
func Deliver(m Mail, dirs ...*Dir) error {
	unique := uniqueName(m.ID, m.Time)
	first := dirs[0]
	tmp := filepath.Join(first.root, "tmp", unique)
	size, err := write(tmp, m.WriteTo)
	if err == nil {
		err = publish(tmp, fileName(unique, size, m.Octets), dirs)
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

// write makes the file in tmp and sees it onto the disk.
func write(path string, content func(*os.File) error) (int64, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	err = content(f)
	var size int64
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		err = f.Sync()
	}
	return size, errors.Join(err, f.Close())
}

// publish gives the file its names, the last by renaming, and makes them last.
func publish(tmp, name string, dirs []*Dir) error {
	var done []string
	err := func() error {
		for i := len(dirs) - 1; i >= 0; i-- {
			to := filepath.Join(dirs[i].root, "new", name)
			put := link
			if i == 0 {
				put = os.Rename
			}
			if err := put(tmp, to); err != nil {
				return err
			}
			done = append(done, to)
		}
		for _, d := range dirs {
			if err := d.syncNew.do(); err != nil {
				return err
			}
		}
		return nil
	}()
	if err != nil {
		for _, path := range done {
			_ = os.Remove(path)
		}
	}
	return err
}

// link gives a file a second name. Where the file system has no links it copies.
func link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = write(to, func(f *os.File) error { _, err := io.Copy(f, in); return err })
	if err != nil {
		_ = os.Remove(to)
	}
	return err
}

package maildir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
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

// Post delivers mail to Maildirs. Deliveries that come while others wait for
// the disk share their syncs. Deliver may be called from many goroutines.
type Post struct {
	rounds rounds[*delivery]
	// apart is until when files are synced one by one, because syncing the file system took too long. One
	// round runs at a time, and only it looks.
	apart time.Time
}

// delivery is a mail on its way.
type delivery struct {
	file  *os.File  // in tmp of the first folder
	since time.Time // when it was opened
	name  string    // in new
	dirs  []*Dir
	links []string // the names that it has got in new
	err   error
}

// Deliver puts a mail into each folder: one file, with a name in each. When it returns without an
// error everything is on disk; with one, the mail is in none of them.
func (p *Post) Deliver(m Mail, dirs ...*Dir) error {
	unique := uniqueName(m.ID, m.Time)
	tmp := filepath.Join(dirs[0].root, "tmp", unique)
	opened := time.Now()
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = m.WriteTo(f)
	var size int64
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		d := &delivery{file: f, since: opened, name: fileName(unique, size, m.Octets), dirs: dirs}
		p.rounds.do(d, p.serve)
		err = d.err
	} else {
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

// serve sees deliveries onto the disk: first what is in the files, then their names.
func (p *Post) serve(round []*delivery) {
	p.syncFiles(round, syncFileSystem)
	folders := map[*Dir]error{}
	for _, d := range round {
		d.err = errors.Join(d.err, d.file.Close()) // Windows gives an open file no other name
		if d.err == nil {
			d.err = d.publish(d.file.Name())
		}
		for _, dir := range d.dirs {
			folders[dir] = nil
		}
	}
	for dir := range folders {
		folders[dir] = SyncDir(filepath.Join(dir.root, "new"))
	}
	for _, d := range round {
		for _, dir := range d.dirs {
			d.err = errors.Join(d.err, folders[dir])
		}
		if d.err != nil {
			d.takeBack()
		}
	}
}

// Syncing a whole file system costs about as much as syncing two or three small files. Where it takes tooLong
// another program writes much, and its octets are not what a mail should wait for.
const (
	several = 4
	tooLong = 100 * time.Millisecond
	aWhile  = 10 * time.Second
)

func (p *Post) syncFiles(round []*delivery, together func([]*delivery) error) {
	if began := time.Now(); len(round) >= several && began.After(p.apart) && together(round) == nil {
		if ended := time.Now(); ended.Sub(began) > tooLong {
			p.apart = ended.Add(aWhile)
		}
		return
	}
	var all sync.WaitGroup
	for _, d := range round[1:] {
		all.Go(func() { d.err = d.file.Sync() })
	}
	round[0].err = round[0].file.Sync()
	all.Wait()
}

// publish gives the file its names, the last by renaming.
func (d *delivery) publish(tmp string) error {
	for i := len(d.dirs) - 1; i >= 0; i-- {
		to := filepath.Join(d.dirs[i].root, "new", d.name)
		put := os.Rename
		if i > 0 {
			put = d.dirs[i].link
		}
		if err := put(tmp, to); err != nil {
			return err
		}
		d.links = append(d.links, to)
	}
	return nil
}

func (d *delivery) takeBack() {
	for _, path := range d.links {
		_ = os.Remove(path)
	}
}

// write makes a file and sees it onto the disk.
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

// link gives a file a second name, in new of this folder. Where the file system has no links it copies, by way of tmp: who
// reads new finds whole mails only.
func (d *Dir) link(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	tmp := filepath.Join(d.root, "tmp", filepath.Base(from))
	_, err = write(tmp, func(f *os.File) error { _, err := io.Copy(f, in); return err })
	if err == nil {
		err = os.Rename(tmp, to)
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return err
}

package mockserver

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"maillab/mockserver/maildir"
)

// disk keeps mail as Maildir, DATA/USER/Maildir. One process has DATA at a time.
type disk struct {
	root  string
	lock  *os.File
	post  maildir.Post    // into the mailboxes
	queue *maildir.Folder // mail for other servers
}

// Names under Config.Data beside the users' folders. No user's folder begins with a dot.
const (
	lockName      = ".maillab.lock"
	spoolName     = ".spool"
	authorityName = ".maillab.ca.pem"
)

// boxFolder is a mailbox's Maildir in its user's folder.
const boxFolder = "Maildir"

// DataInUseError says that another maillab has the folder of Config.Data.
type DataInUseError struct{ Dir string }

// Error gives the machine's words; screens use the data files'.
func (e *DataInUseError) Error() string { return "mockserver: " + e.Dir + ": in use" }

// ErrKept is Reset's answer with Config.Data: mail that its owner has asked to be kept is not a
// lesson's to throw away.
var ErrKept = errors.New("mockserver: mail on disk is kept")

// openDisk takes the folder for this process and clears what an interrupted one has left.
func openDisk(root string) (*disk, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("mockserver: %w", err)
	}
	lock, err := maildir.Lock(filepath.Join(root, lockName))
	if errors.Is(err, maildir.ErrLocked) {
		return nil, &DataInUseError{root}
	}
	if err != nil {
		return nil, fmt.Errorf("mockserver: %w", err)
	}
	d := &disk{root: root, lock: lock}
	spool := filepath.Join(root, spoolName)
	d.queue, err = maildir.OpenFolder(filepath.Join(root, queueName))
	if err := errors.Join(err, os.RemoveAll(spool), os.Mkdir(spool, 0o700)); err != nil {
		return nil, errors.Join(fmt.Errorf("mockserver: %w", err), d.close())
	}
	return d, nil
}

// close gives the folder back. Doing it again, or without a folder, does nothing.
func (d *disk) close() error {
	if d == nil {
		return nil
	}
	if err := d.lock.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// folderOf names a mailbox's folder. What a file system may not like is written as %XX.
func folderOf(name string) string {
	escaped := strings.ReplaceAll(url.PathEscape(name), ":", "%3A")
	if strings.HasPrefix(escaped, ".") {
		escaped = "%2E" + escaped[1:]
	}
	return escaped
}

// boxNames lists the mailboxes that are there. Other folders (lost+found) are none of ours.
func (d *disk) boxNames() ([]string, error) {
	entries, err := os.ReadDir(d.root)
	var names []string
	for _, e := range entries {
		name, bad := url.PathUnescape(e.Name())
		info, missing := os.Stat(filepath.Join(d.root, e.Name(), boxFolder))
		if bad == nil && folderOf(name) == e.Name() && missing == nil && info.IsDir() {
			names = append(names, name)
		}
	}
	return names, err
}

func (d *disk) open(b *mailbox) (made bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dir != nil {
		return false, nil
	}
	b.dir, made, err = maildir.Open(filepath.Join(d.root, folderOf(b.name), boxFolder))
	if err != nil {
		b.dir = nil
	}
	return made, err
}

func (d *disk) deliver(m *Message, boxes []*mailbox) error {
	dirs := make([]*maildir.Dir, len(boxes))
	for i, b := range boxes {
		if _, err := d.open(b); err != nil {
			return err
		}
		dirs[i] = b.dir // set for good by open
	}
	if len(boxes) == 0 {
		return nil
	}
	octets := m.Octets()
	err := d.post.Deliver(maildir.Mail{ID: m.ID, Time: m.Received, Octets: int64(octets), WriteTo: m.writeTo}, dirs...)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		b.mu.Lock()
		b.since += octets
		b.mu.Unlock()
	}
	return nil
}

// writeTo writes a mail with LF line ends.
func (m *Message) writeTo(f *os.File) error {
	w := maildir.NewLFWriter(f)
	_, err := w.Write(m.Content)
	if err := errors.Join(err, w.Flush()); err != nil {
		return err
	}
	return m.rest.copyTo(f)
}

func (d *disk) list(b *mailbox) ([]*Message, int, error) {
	if _, err := d.open(b); err != nil {
		return nil, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	entries, changed, err := b.dir.List()
	if err != nil {
		return nil, 0, err
	}
	if changed {
		b.messages, b.octets = messagesOf(entries)
		b.since = 0
	}
	return b.messages, b.octets, nil
}

func messagesOf(entries []*maildir.Entry) ([]*Message, int) {
	messages, octets := make([]*Message, len(entries)), 0
	all := make([]Message, len(entries)) // one piece of memory, not one a mail
	for i, e := range entries {
		all[i] = Message{ID: e.ID, Received: e.Time, file: e}
		messages[i] = &all[i]
		octets += int(e.Octets)
	}
	return messages, octets
}

func (d *disk) remove(b *mailbox, gone []*Message) (int, error) {
	entries := make([]*maildir.Entry, len(gone))
	for i, m := range gone {
		entries[i] = m.file
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dir.Remove(entries)
}

func (d *disk) read(b *mailbox, m *Message) (io.ReadCloser, error) { return b.dir.Reader(m.file) }

func (d *disk) spool() (*spool, error) {
	f, err := os.CreateTemp(filepath.Join(d.root, spoolName), "")
	if err != nil {
		return nil, err
	}
	return &spool{file: f}, nil
}

// spool holds the content of a mail on disk while it comes in, with LF line ends.
type spool struct {
	file *os.File
	size int // with CRLF line ends
}

// take moves content to disk.
func (s *spool) take(content []byte) error {
	w := maildir.NewLFWriter(s.file)
	_, err := w.Write(content)
	s.size += len(content)
	return errors.Join(err, w.Flush())
}

func (s *spool) octets() int {
	if s == nil {
		return 0
	}
	return s.size
}

func (s *spool) copyTo(f *os.File) error {
	if s == nil {
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(f, s.file)
	return err
}

// first reads so many octets back.
func (s *spool) first(octets int) ([]byte, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(maildir.NewCRLFReader(s.file, true), int64(octets)))
}

// drop gives the place back.
func (s *spool) drop() {
	if s != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

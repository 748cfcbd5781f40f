package mockserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"maillab/mockserver/maildir"
	"maillab/protocol"
)

// What of a mail in the queue is under Config.Data: ID.mail is its content with LF line ends, which never
// changes, and ID.json is its envelope with how far it has come. A mail is in the queue from the moment
// that its envelope has its name.
const (
	queueName     = ".queue"
	contentSuffix = ".mail"
	recordSuffix  = ".json"
	// strangeName is the folder of what could not be read.
	strangeName = "unreadable"
)

// maxRecord bounds what is read of an envelope.
const maxRecord = 64 << 20

// recordForm is the version of an envelope's file.
const recordForm = 1

// record is an envelope on disk. Mail and recipients stand there as the client said them, which is a form that
// the protocol's table can check.
type record struct {
	Form    int            `json:"form"`
	Mail    string         `json:"mail"` // FROM:<...> and what was asked for
	Arrived time.Time      `json:"arrived"`
	Octets  int            `json:"octets"` // of the content with CRLF line ends
	Size    int64          `json:"size"`   // of its file
	Parcels []parcelRecord `json:"parcels"`
}

type parcelRecord struct {
	Domain     string    `json:"domain"`
	Recipients []string  `json:"recipients"` // TO:<...> and what was asked for
	Tries      int       `json:"tries"`
	Next       time.Time `json:"next,omitzero"` // of the next try; none before the first
	Trouble    string    `json:"trouble,omitempty"`
}

// errStrange says that a file of the queue is not as the lab writes them.
var errStrange = errors.New("it is not as it was written")

// queuedMail is a mail of the queue on disk, shared by its parcels. A nil one is in memory.
type queuedMail struct {
	folder *maildir.Folder
	id     string

	mu     sync.Mutex // guards record
	record record
}

// keepQueued writes a mail of the queue. It is safe when this returns without an error, and not there with one.
func (d *disk) keepQueued(m *Message, parcels []*parcel) (*queuedMail, error) {
	q := &queuedMail{folder: d.queue, id: m.ID}
	p := parcels[0]
	q.record = record{Form: recordForm, Mail: p.mailArgument(), Arrived: p.arrived, Octets: m.Octets()}
	for _, p := range parcels {
		q.record.Parcels = append(q.record.Parcels, p.record())
	}
	size, err := d.queue.Create(q.id+contentSuffix, m.writeTo)
	if err != nil {
		return nil, err
	}
	q.record.Size = size
	if err := q.save(); err != nil {
		return nil, errors.Join(err, q.remove())
	}
	return q, nil
}

func (q *queuedMail) save() error {
	err := q.folder.Replace(q.id+recordSuffix, func(f *os.File) error {
		to := bufio.NewWriter(f)
		e := json.NewEncoder(to)
		e.SetEscapeHTML(false) // <> as people write them
		e.SetIndent("", "  ")
		return errors.Join(e.Encode(&q.record), to.Flush())
	})
	if err != nil {
		return err
	}
	return q.folder.Sync()
}

// remove takes a mail out of the queue: the envelope first, because content alone is nothing.
func (q *queuedMail) remove() error {
	err := os.Remove(q.folder.Path(q.id + recordSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = q.folder.Sync()
	}
	if err == nil {
		err = os.Remove(q.folder.Path(q.id + contentSuffix))
	}
	return err
}

// update writes down what has become of one parcel. The mail goes with the last of them.
func (q *queuedMail) update(p *parcel) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	kept := q.record.Parcels[:0]
	for _, r := range q.record.Parcels {
		if r.Domain == p.domain {
			r = p.record()
		}
		if len(r.Recipients) > 0 {
			kept = append(kept, r)
		}
	}
	if q.record.Parcels = kept; len(kept) == 0 {
		return q.remove()
	}
	return q.save()
}

// body is the content of a mail in the queue.
func (q *queuedMail) body() body {
	return fileBody{path: q.folder.Path(q.id + contentSuffix), size: q.record.Octets}
}

// mailArgument is what MAIL said.
func (p *parcel) mailArgument() string {
	w := p.wishes
	args := "FROM:<" + p.from.String() + ">" + parameter("RET", w.ret) + parameter("ENVID", w.envid)
	if w.utf8 {
		args += " " + protocol.ParameterUTF8
	}
	return args
}

func (p *parcel) record() parcelRecord {
	r := parcelRecord{Domain: p.domain, Tries: p.tries, Next: p.next, Trouble: p.trouble}
	for _, a := range p.rcpts {
		r.Recipients = append(r.Recipients, "TO:<"+a.path.String()+">"+parameter("NOTIFY", a.notify)+parameter("ORCPT", a.orcpt))
	}
	return r
}

// body is content that can be read more than once.
type body interface {
	octets() int // with CRLF line ends
	open() (io.ReadCloser, error)
}

type memoryBody []byte

func (b memoryBody) octets() int                  { return len(b) }
func (b memoryBody) open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

type fileBody struct {
	path string
	size int
}

func (b fileBody) octets() int { return b.size }

func (b fileBody) open() (io.ReadCloser, error) {
	f, err := os.Open(b.path)
	if err != nil {
		return nil, err
	}
	return maildir.NewCRLFReader(f, true), nil
}

// strayFile is what was set aside of the queue: where it is now, and why.
type strayFile struct {
	path string
	why  error
}

// queued reads the queue. What cannot be read is set aside and does not stop the rest.
func (d *disk) queued() (mails []*queuedMail, strays []strayFile, err error) {
	entries, err := os.ReadDir(d.queue.Path("."))
	if err != nil {
		return nil, nil, err
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	for name := range there {
		id, suffix, _ := strings.Cut(name, ".")
		// Without an envelope, or no longer with one, nothing was promised.
		content := "."+suffix == contentSuffix && !there[id+recordSuffix]
		if isID(id) && (content || "."+suffix == recordSuffix+maildir.Unfinished) {
			_ = os.Remove(d.queue.Path(name))
		}
	}
	for _, e := range entries {
		id, isRecord := strings.CutSuffix(e.Name(), recordSuffix)
		if !isRecord {
			continue
		}
		q, err := d.readQueued(id)
		if err != nil {
			strays = append(strays, d.setAside(id, err)...)
			continue
		}
		mails = append(mails, q)
	}
	return mails, strays, nil
}

func (d *disk) readQueued(id string) (*queuedMail, error) {
	if !isID(id) {
		return nil, errStrange
	}
	q := &queuedMail{folder: d.queue, id: id}
	data, err := readRegular(d.queue.Path(id+recordSuffix), maxRecord)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &q.record); err != nil {
		return nil, err
	}
	if q.record.Form != recordForm || len(q.record.Parcels) == 0 {
		return nil, errStrange
	}
	info, err := os.Lstat(d.queue.Path(id + contentSuffix))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() != q.record.Size {
		return nil, errStrange
	}
	_, err = q.parcels()
	return q, err
}

// readRegular reads a file that may be anything.
func readRegular(path string, limit int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, errStrange
	}
	return os.ReadFile(path)
}

// parcels makes of an envelope what the queue works with.
func (q *queuedMail) parcels() ([]*parcel, error) {
	from, ok := protocol.ParseFrom(q.record.Mail)
	if !ok || q.record.Octets < 0 {
		return nil, errStrange
	}
	var out []*parcel
	for _, r := range q.record.Parcels {
		p := &parcel{
			id: q.id, from: from.Path, wishes: wishesOf(from), content: q.body(), arrived: q.record.Arrived, domain: r.Domain,
			tries: r.Tries, next: r.Next, trouble: r.Trouble, queued: q,
		}
		for _, text := range r.Recipients {
			to, ok := protocol.ParseTo(text)
			if !ok || !strings.EqualFold(strings.TrimSuffix(to.Path.Domain, "."), r.Domain) {
				return nil, errStrange
			}
			p.rcpts = append(p.rcpts, addresseeOf(to, elsewhere))
		}
		if len(p.rcpts) == 0 || r.Tries < 0 {
			return nil, errStrange
		}
		out = append(out, p)
	}
	return out, nil
}

// setAside moves the files of a mail out of the way.
func (d *disk) setAside(id string, why error) []strayFile {
	var out []strayFile
	folder := d.queue.Path(strangeName)
	_ = os.Mkdir(folder, 0o700)
	for _, suffix := range []string{contentSuffix, recordSuffix} { // content without an envelope would be nothing
		from, to := d.queue.Path(id+suffix), filepath.Join(folder, id+suffix)
		if _, err := os.Lstat(from); err != nil {
			continue
		}
		if err := os.Rename(from, to); err != nil {
			return append(out, strayFile{from, fmt.Errorf("%w; %w", why, err)})
		}
		out = append(out, strayFile{to, why})
	}
	return out
}

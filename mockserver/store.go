package mockserver

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"maillab/mockserver/maildir"
)

// Message is one mail in a mailbox. It never changes: recipients and readers share its content.
type Message struct {
	// ID names it for good: POP3's unique-id, and the queue id that SMTP told the sender.
	ID string
	// Received is when the lab took it in.
	Received time.Time
	// From is the envelope sender, "" for the null sender.
	From string
	// Content is the whole message with CRLF line ends. Nobody may write to it.
	Content []byte

	rest *spool         // what follows Content while a mail of many octets is being delivered
	file *maildir.Entry // where it is, when it is on disk: then Content is nil
}

// Octets is the size that POP3 tells (RFC 1939 §11): what RETR transmits, without byte-stuffing.
func (m *Message) Octets() int {
	if m.file != nil {
		return int(m.file.Octets)
	}
	return len(m.Content) + m.rest.octets()
}

// keeper is where mailboxes keep their mail. There are two: memory, and Maildir on disk.
type keeper interface {
	// open makes a mailbox's place ready; made tells that there was none before.
	open(b *mailbox) (made bool, err error)
	// deliver puts a mail into each mailbox. When it returns without an error the mail is safe.
	deliver(m *Message, boxes []*mailbox) error
	// list returns the messages of a mailbox, oldest first, and their octets together.
	list(b *mailbox) ([]*Message, int, error)
	// remove deletes messages and returns how many were there.
	remove(b *mailbox, gone []*Message) (int, error)
	// read opens a message's content.
	read(b *mailbox, m *Message) (io.ReadCloser, error)
	// spool opens a place for content that is too long for memory; nil when it is to stay there.
	spool() (*spool, error)
}

// store knows the mailboxes by name.
type store struct {
	keeper

	mu    sync.RWMutex // guards boxes
	boxes map[string]*mailbox
}

func newStore(k keeper) *store { return &store{keeper: k, boxes: map[string]*mailbox{}} }

// box returns the mailbox of a name, made when it is not there. Names are kept in lower case.
func (s *store) box(name string) *mailbox {
	name = strings.ToLower(name)
	s.mu.RLock()
	b := s.boxes[name]
	s.mu.RUnlock()
	if b != nil {
		return b
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b = s.boxes[name]; b == nil {
		b = &mailbox{name: name}
		s.boxes[name] = b
	}
	return b
}

// find returns the mailbox of a name, or nil.
func (s *store) find(name string) *mailbox {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.boxes[strings.ToLower(name)]
}

// mailbox is one user's mail. What is in it, its keeper knows.
type mailbox struct {
	name string

	mu       sync.Mutex   // guards what follows
	messages []*Message   // only appended to or replaced, so that a snapshot stays valid without a copy
	octets   int          // of those together
	since    int          // on disk: octets that were delivered after messages was read
	locked   bool         // a POP3 session has the maildrop (RFC 1939 §4)
	dir      *maildir.Dir // on disk; nil until it is used
}

// size is about how many octets there are: on disk, as of the last look and with what came since.
func (b *mailbox) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.octets + b.since
}

// octets counts what a mailbox holds by looking at it.
func (s *store) octets(b *mailbox) int {
	_, n, err := s.list(b)
	if err != nil {
		return b.size()
	}
	return n
}

// lock takes the maildrop for one POP3 session and reports whether it was free.
func (b *mailbox) lock() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.locked {
		return false
	}
	b.locked = true
	return true
}

func (b *mailbox) unlock() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.locked = false
}

// Mailbox returns the messages of a user, oldest first; nil for an unknown one. Mail that
// Config.AcceptMailFor let in stands under its whole address. Mail on disk is read for it.
func (l *Lab) Mailbox(user string) []Message {
	if n := l.next(user); n != nil {
		return n.Mailbox(user)
	}
	b := l.store.find(l.localName(user))
	if b == nil {
		return nil
	}
	messages, _, err := l.store.list(b)
	if err != nil {
		return nil
	}
	out := make([]Message, 0, len(messages))
	for _, m := range messages {
		copied := *m
		if m.file != nil && copied.load(l.store, b) != nil {
			continue // gone meanwhile
		}
		out = append(out, copied)
	}
	return out
}

// load reads a message from disk; the envelope sender stands in Return-Path.
func (m *Message) load(s *store, b *mailbox) error {
	r, err := s.read(b, m)
	if err != nil {
		return err
	}
	defer r.Close()
	if m.Content, err = io.ReadAll(r); err != nil {
		return err
	}
	m.file = nil
	m.From = returnPath(m.Content)
	return nil
}

// Reset puts every mailbox back to how it was at the start, and throws away what is queued. Running POP3
// sessions keep what they saw when they logged in. With Config.Data it does nothing and returns ErrKept.
func (l *Lab) Reset() error {
	k, ok := l.store.keeper.(memory)
	if !ok {
		return ErrKept
	}
	l.queue.empty()
	if l.neighbour != nil {
		if err := l.neighbour.Reset(); err != nil {
			return err
		}
	}
	k.empty(l.store)
	return l.fill()
}

// idSource makes ids of ten letters and digits: the microsecond, written to base 36, never twice.
type idSource struct {
	now func() time.Time

	mu   sync.Mutex // guards last
	last int64
}

// micros returns the time in microseconds, moved on where it was given out before.
func (s *idSource) micros() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1, s.now().UnixMicro())
	return s.last
}

func (s *idSource) next() string { return idOf(s.micros()) }

// after makes every id to come later than one that is there already: the clock may have been set back.
func (s *idSource) after(id string) {
	if !isID(id) {
		return
	}
	n, _ := strconv.ParseInt(id, 36, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last, n)
}

const idLength = 10

// isID reports whether a text has the form of an id.
func isID(id string) bool {
	n, err := strconv.ParseInt(id, 36, 64)
	return err == nil && n >= 0 && idOf(n) == id
}

func idOf(micros int64) string {
	id := strings.ToUpper(strconv.FormatInt(micros, 36))
	return strings.Repeat("0", max(0, idLength-len(id))) + id
}

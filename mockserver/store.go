package mockserver

import (
	"strconv"
	"strings"
	"sync"
	"time"
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
}

// Octets is the size that POP3 tells (RFC 1939 §11): what RETR transmits, without byte-stuffing.
func (m Message) Octets() int { return len(m.Content) }

// store holds the mailboxes in memory.
type store struct {
	mu    sync.RWMutex // guards boxes
	boxes map[string]*mailbox
}

func newStore() *store { return &store{boxes: map[string]*mailbox{}} }

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

// empty takes every message out of every mailbox. Locks stay with their sessions.
func (s *store) empty() {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, b := range s.boxes {
		b.mu.Lock()
		b.messages, b.octets = nil, 0
		b.mu.Unlock()
	}
}

// mailbox is one user's mail. Its slice is only appended to or replaced, so
// that a snapshot stays valid without a copy.
type mailbox struct {
	name string

	mu       sync.Mutex // guards what follows
	messages []*Message
	octets   int
	locked   bool // a POP3 session has the maildrop (RFC 1939 §4)
}

func (b *mailbox) add(m *Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	b.octets += len(m.Content)
}

func (b *mailbox) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.octets
}

// snapshot returns the messages of this moment and their octets together.
func (b *mailbox) snapshot() ([]*Message, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.messages)
	return b.messages[:n:n], b.octets
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

// remove deletes the messages with these ids and returns how many were there.
func (b *mailbox) remove(ids map[string]bool) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := make([]*Message, 0, len(b.messages))
	removed := 0
	for _, m := range b.messages {
		if ids[m.ID] {
			removed++
			b.octets -= len(m.Content)
			continue
		}
		kept = append(kept, m)
	}
	b.messages = kept
	return removed
}

// Mailbox returns the messages of a user, oldest first; nil for an unknown one. Mail that
// Config.AcceptMailFor let in stands under its whole address.
func (l *Lab) Mailbox(user string) []Message {
	if n := l.next(user); n != nil {
		return n.Mailbox(user)
	}
	b := l.store.find(l.localName(user))
	if b == nil {
		return nil
	}
	messages, _ := b.snapshot()
	out := make([]Message, len(messages))
	for i, m := range messages {
		out[i] = *m
	}
	return out
}

// Reset puts every mailbox back to how it was at the start, and throws away what is queued. Running POP3
// sessions keep what they saw when they logged in.
func (l *Lab) Reset() {
	l.queue.empty()
	if l.neighbour != nil {
		l.neighbour.Reset()
	}
	l.store.empty()
	_ = l.fill() // it went well at the start, and nothing it reads has changed
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

func idOf(micros int64) string {
	id := strings.ToUpper(strconv.FormatInt(micros, 36))
	return strings.Repeat("0", max(0, 10-len(id))) + id
}

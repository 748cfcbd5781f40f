package mockserver

import (
	"bytes"
	"io"
)

// memory keeps mail in the process.
type memory struct{}

func (memory) open(*mailbox) (bool, error) { return true, nil }

func (memory) deliver(m *Message, boxes []*mailbox) error {
	for _, b := range boxes {
		b.mu.Lock()
		b.messages = append(b.messages, m)
		b.octets += len(m.Content)
		b.mu.Unlock()
	}
	return nil
}

func (memory) list(b *mailbox) ([]*Message, int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.messages)
	return b.messages[:n:n], b.octets, nil
}

func (memory) remove(b *mailbox, gone []*Message) (int, error) {
	ids := make(map[string]bool, len(gone))
	for _, m := range gone {
		ids[m.ID] = true
	}
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
	return removed, nil
}

func (memory) read(_ *mailbox, m *Message) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(m.Content)), nil
}

func (memory) spool() (*spool, error) { return nil, nil }

// empty takes every message out of every mailbox. Locks stay with their sessions.
func (memory) empty(s *store) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, b := range s.boxes {
		b.mu.Lock()
		b.messages, b.octets = nil, 0
		b.mu.Unlock()
	}
}

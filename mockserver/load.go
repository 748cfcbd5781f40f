package mockserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// UnknownUserError says that nobody of that name has a mailbox.
type UnknownUserError struct{ Name string }

// Error gives the machine's words; screens use the data files'.
func (e *UnknownUserError) Error() string { return "mockserver: no user " + e.Name }

// Load puts mails that were kept elsewhere into a user's mailbox, and returns how many. A mail that lies
// there already, octet for octet, is not put there again, so that loading the same mails at each start
// adds nothing. With Config.Data it is remembered what was loaded: a mail that was deleted since does not
// come back. Line ends become CRLF. The error is an *UnknownUserError, or that of mails or of the disk.
func (l *Lab) Load(user string, mails func(each func(content []byte) error) error) (int, error) {
	u, known := l.user(user)
	if !known {
		return 0, &UnknownUserError{user}
	}
	box := l.store.box(u.Name)
	book, err := l.disk.ledgerOf(box)
	if err != nil {
		return 0, err
	}
	have := sync.OnceValues(func() (map[contentSum]int, error) { return l.contents(box) })
	workers := newCrew(l.loaders())
	added := 0
	copies := map[contentSum]int{}
	err = mails(func(content []byte) error {
		content = toCRLF(content)
		sum := contentSum(sha256.Sum256(content))
		copies[sum]++
		nth := copies[sum]
		if nth <= book.count(sum) {
			return nil
		}
		there, err := have() // an interrupted start may have loaded it, and noted nothing
		if err != nil {
			return err
		}
		if nth <= there[sum] {
			book.note(sum, nth)
			return nil
		}
		added++
		m := &Message{ID: l.loadedID(sum, nth), Received: l.cfg.Now(), From: returnPath(content), Content: content}
		return workers.do(func() error {
			err := l.store.deliver(m, []*mailbox{box})
			if err == nil {
				book.note(sum, nth)
			}
			return err
		})
	})
	err = errors.Join(err, workers.wait())
	return added, errors.Join(err, book.save())
}

// loadedID names the nth mail of a content. In memory the content itself gives the name, so that the next
// start, which loads it again, gives it the same unique-id (RFC 1939 §7). A Maildir keeps names, and sorts by them.
func (l *Lab) loadedID(sum contentSum, nth int) string {
	if l.disk != nil {
		return l.ids.next()
	}
	sum = sha256.Sum256(binary.BigEndian.AppendUint64(sum[:], uint64(nth)))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:loadedIDOctets])
}

// loadedIDOctets is so many that two contents do not get one name by chance.
const loadedIDOctets = 15

// loaders is how many mails are loaded at once: a disk that is waited for takes several in the time of one.
func (l *Lab) loaders() int {
	if l.disk == nil {
		return 1
	}
	return 32
}

// contentSum tells mails apart by their content.
type contentSum [sha256.Size]byte

// contents counts the mails of a mailbox by their content.
func (l *Lab) contents(b *mailbox) (map[contentSum]int, error) {
	messages, _, err := l.store.list(b)
	if err != nil {
		return nil, err
	}
	have := make(map[contentSum]int, len(messages))
	for _, m := range messages {
		r, err := l.store.read(b, m)
		if err != nil {
			return nil, fmt.Errorf("mockserver: %w", err)
		}
		sum := sha256.New()
		_, err = io.Copy(sum, r)
		_ = r.Close()
		if err != nil {
			return nil, fmt.Errorf("mockserver: %w", err)
		}
		have[contentSum(sum.Sum(nil))]++
	}
	return have, nil
}

// returnPath is the envelope sender that stands on top of a mail, "" where none does.
func returnPath(content []byte) string {
	line, _, _ := bytes.Cut(content, []byte("\r\n"))
	path, found := bytes.CutPrefix(line, []byte("Return-Path: "))
	if !found {
		return ""
	}
	return strings.Trim(string(path), "<>")
}

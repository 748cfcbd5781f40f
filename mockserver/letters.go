package mockserver

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/mail"
	"strings"
	"sync"
	"time"
)

// letterFiles are the mails that fpwjp has from the start, in the order of their names.
//
//go:embed letters/*.eml
var letterFiles embed.FS

// lettersFor is the account whose mailbox the letters lie in.
const lettersFor = "fpwjp"

// fill makes everybody's mailbox, and puts the letters into theirs when it is new.
func (l *Lab) fill() error {
	fresh, err := l.openBoxes()
	if err != nil {
		return err
	}
	if !fresh || l.cfg.Empty {
		return nil
	}
	all, err := letters()
	if err != nil {
		return err
	}
	box := []*mailbox{l.store.box(lettersFor)}
	for _, m := range all {
		if err := l.store.deliver(m.under(l.cfg.Domain), box); err != nil {
			return err
		}
	}
	return nil
}

// openBoxes makes everybody's mailbox ready, and reports whether that of the letters is new.
func (l *Lab) openBoxes() (fresh bool, err error) {
	workers := newCrew(l.loaders())
	for _, u := range l.cfg.Users {
		err := workers.do(func() error {
			made, err := l.store.open(l.store.box(u.Name))
			if strings.EqualFold(u.Name, lettersFor) {
				fresh = made // one account has that name
			}
			return err
		})
		if err != nil {
			break // wait tells it
		}
	}
	err = workers.wait()
	return fresh, err
}

// under returns the letter as it would stand in a lab of another domain.
func (m *Message) under(domain string) *Message {
	if domain == "lab.test" {
		return m
	}
	moved := *m
	moved.Content = bytes.ReplaceAll(m.Content, []byte("lab.test"), []byte(domain))
	return &moved
}

// letters reads the files once.
var letters = sync.OnceValues(func() ([]*Message, error) {
	names, err := fs.Glob(letterFiles, "letters/*.eml")
	if err != nil {
		return nil, err
	}
	out := make([]*Message, len(names))
	for i, name := range names {
		data, err := letterFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if out[i], err = parseLetter(data); err != nil {
			return nil, fmt.Errorf("mockserver: %s: %w", name, err)
		}
	}
	return out, nil
})

// parseLetter makes a message of a file: line ends become CRLF; the envelope sender is read from
// Return-Path and the time from the topmost Received field, as the lab would have set them.
func parseLetter(data []byte) (*Message, error) {
	content := toCRLF(data)
	parsed, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	trace := parsed.Header.Get("Received")
	when, err := mail.ParseDate(strings.TrimSpace(trace[strings.LastIndexByte(trace, ';')+1:]))
	if err != nil {
		return nil, fmt.Errorf("received: %w", err)
	}
	return &Message{
		ID:       idOf(when.Truncate(time.Microsecond).UnixMicro()),
		Received: when,
		From:     strings.Trim(parsed.Header.Get("Return-Path"), "<> "),
		Content:  content,
	}, nil
}

// toCRLF writes every line end as CRLF, and gives the last line one.
func toCRLF(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	return bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
}

package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/maphash"
	"strings"
	"unicode/utf8"

	"maillab/protocol"
)

// Question is one reply to be explained, as a line of JSON holds it.
type Question struct {
	Protocol string `json:"protocol"` // "smtp", "pop3", or "" to tell it from the reply
	Command  string `json:"command"`  // the client line answered, "" for the greeting
	Reply    string `json:"reply"`    // lines ended by CRLF or LF
}

var errProtocol = errors.New("unknown protocol")

// AppendAnswer explains the question that a line of JSON holds and appends the
// annotation's JSON to dst, or an object with an error where the line holds no
// question; err says so too.
func AppendAnswer(dst, line []byte) ([]byte, error) {
	q, err := parseQuestion(line)
	p := protocol.Protocol(strings.ToLower(q.Protocol))
	if err == nil && p != "" && protocol.TableOf(p) == nil {
		err = errProtocol
	}
	out := dst
	if err == nil {
		out, err = Reply(ContextAfter(p, q.Command, q.Reply)).AppendJSON(dst)
	}
	if err != nil {
		return AppendError(dst, err), err
	}
	return out, nil
}

// AppendError appends the object that stands where an answer cannot.
func AppendError(dst []byte, err error) []byte {
	return append(appendMember(dst, `{"error":`, err.Error()), '}')
}

// The bounds of what Bulk remembers: at most 5 MiB.
const (
	bulkSlots    = 1024
	bulkQuestion = 1 << 10
	bulkAnswer   = 4 << 10
)

// Bulk answers questions one after the other. What a mail log holds repeats itself, so it
// remembers some answers, in bounded memory; an explanation depends on its question alone.
// It is not safe for concurrent use. The zero value is ready.
type Bulk struct {
	seed  maphash.Seed
	slots []remembered
}

type remembered struct {
	question, answer []byte
	// missed is the hash of the last question that was not found here: only one that comes
	// again takes the place.
	missed uint64
}

// AppendAnswer is the function of the same name.
func (b *Bulk) AppendAnswer(dst, line []byte) ([]byte, error) {
	if len(line) > bulkQuestion {
		return AppendAnswer(dst, line)
	}
	if b.slots == nil {
		b.seed, b.slots = maphash.MakeSeed(), make([]remembered, bulkSlots)
	}
	hash := maphash.Bytes(b.seed, line)
	slot := &b.slots[hash%bulkSlots]
	if len(slot.answer) > 0 && bytes.Equal(slot.question, line) {
		return append(dst, slot.answer...), nil
	}
	out, err := AppendAnswer(dst, line)
	switch size := len(out) - len(dst); {
	case err != nil || size > bulkAnswer:
	case slot.missed == hash:
		slot.question, slot.answer = append(slot.question[:0], line...), append(slot.answer[:0], out[len(dst):]...)
	default:
		slot.missed = hash
	}
	return out, err
}

// parseQuestion understands what encoding/json does; what is usual it reads itself,
// which takes a tenth of the time.
func parseQuestion(line []byte) (Question, error) {
	s := scanner{in: line}
	if q, ok := s.question(); ok {
		return q, nil
	}
	var q Question
	err := json.Unmarshal(line, &q)
	return q, err
}

// scanner reads a usual object: where it says no, encoding/json is asked. So it may
// refuse what is right, and must never accept what is wrong.
type scanner struct {
	in []byte
	at int
}

func (s *scanner) question() (q Question, ok bool) {
	if !s.next('{') {
		return q, false
	}
	for more := !s.next('}'); more; {
		name, ok := s.text()
		if !ok || !s.next(':') {
			return q, false
		}
		if !s.member(&q, name) {
			return q, false
		}
		if more = s.next(','); !more && !s.next('}') {
			return q, false
		}
	}
	s.blanks()
	return q, s.at == len(s.in)
}

func (s *scanner) member(q *Question, name []byte) (ok bool) {
	var value *string
	switch string(name) {
	case "protocol":
		value = &q.Protocol
	case "command":
		value = &q.Command
	case "reply":
		value = &q.Reply
	default:
		// encoding/json takes a name in other letter cases for the same name.
		return !otherCase(name) && s.skip(0)
	}
	s.blanks()
	text, ok := s.text()
	if ok && string(text) != *value {
		*value = string(text)
	}
	return ok
}

func otherCase(name []byte) bool {
	for _, known := range [...]string{"protocol", "command", "reply"} {
		if len(name) == len(known) && strings.EqualFold(string(name), known) {
			return true
		}
	}
	return false
}

func (s *scanner) blanks() {
	for s.at < len(s.in) && (s.in[s.at] == ' ' || s.in[s.at] == '\t' || s.in[s.at] == '\r' || s.in[s.at] == '\n') {
		s.at++
	}
}

// next steps over blanks and c, if it stands there.
func (s *scanner) next(c byte) bool {
	s.blanks()
	if s.at < len(s.in) && s.in[s.at] == c {
		s.at++
		return true
	}
	return false
}

// text reads a string. What it returns may be part of the input, or its unescaped copy.
func (s *scanner) text() ([]byte, bool) {
	if !s.next('"') {
		return nil, false
	}
	start, ascii := s.at, true
	for ; s.at < len(s.in); s.at++ {
		switch c := s.in[s.at]; {
		case c == '"':
			out := s.in[start:s.at]
			s.at++
			return out, ascii || utf8.Valid(out)
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// escaped goes on with a string in which the first escape has come.
func (s *scanner) escaped(start int) ([]byte, bool) {
	out := append(make([]byte, 0, len(s.in)-start), s.in[start:s.at]...)
	for s.at < len(s.in) {
		c := s.in[s.at]
		s.at++
		switch {
		case c == '"':
			return out, utf8.Valid(out)
		case c < ' ':
			return nil, false
		case c != '\\':
			out = append(out, c)
		default:
			r, ok := s.escape()
			if !ok {
				return nil, false
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return nil, false
}

// escape reads what follows a backslash. Halves of surrogate pairs are left to encoding/json.
func (s *scanner) escape() (rune, bool) {
	if s.at >= len(s.in) {
		return 0, false
	}
	c := s.in[s.at]
	s.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return s.hex4()
	}
	return 0, false
}

func (s *scanner) hex4() (r rune, ok bool) {
	if len(s.in)-s.at < 4 {
		return 0, false
	}
	for _, c := range s.in[s.at : s.at+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.at += 4
	return r, r < 0xd800 || r > 0xdfff
}

// maxSkipDepth bounds the nesting of what is stepped over.
const maxSkipDepth = 16

// skip steps over the value of a member that is no part of the question.
func (s *scanner) skip(depth int) bool {
	s.blanks()
	if s.at >= len(s.in) || depth > maxSkipDepth {
		return false
	}
	switch c := s.in[s.at]; c {
	case '"':
		_, ok := s.text()
		return ok
	case '{', '[':
		return s.skipList(c, depth)
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

func (s *scanner) skipList(open byte, depth int) bool {
	closing := open + 2 // ] and } stand two places behind [ and {
	s.at++
	if s.next(closing) {
		return true
	}
	for {
		if open == '{' {
			if _, ok := s.text(); !ok || !s.next(':') {
				return false
			}
		}
		if !s.skip(depth + 1) {
			return false
		}
		if !s.next(',') {
			return s.next(closing)
		}
	}
}

func (s *scanner) word(w string) bool {
	if len(s.in)-s.at < len(w) || string(s.in[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// number steps over a whole number; other kinds are left to encoding/json.
func (s *scanner) number() bool {
	start := s.at
	for s.at < len(s.in) && s.in[s.at] >= '0' && s.in[s.at] <= '9' {
		s.at++
	}
	n := s.at - start
	return n == 1 || n > 1 && s.in[start] != '0'
}

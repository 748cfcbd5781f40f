// Package mailfile reads mail that other programs have kept: mbox files and Maildir folders. It never
// writes to them.
package mailfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// ErrNotMbox is returned for a file that does not begin as an mbox does: with a line "From ".
var ErrNotMbox = errors.New("mailfile: not an mbox")

// ErrNotMaildir is returned for a folder that has neither new nor cur.
var ErrNotMaildir = errors.New("mailfile: not a Maildir")

// ErrTooLong is returned for an mbox with a mail of more than MaxMail octets.
var ErrTooLong = errors.New("mailfile: a mail is too long")

// MaxMail is how many octets of one mail are held in memory at most.
const MaxMail = 256 << 20

// fromLine begins the line that stands before each mail of an mbox.
var fromLine = []byte("From ")

// Mbox hands over the mails of an mbox in their order, each as it was before it was put there: without
// its From_ line, the blank line behind it, and the > before lines that look like one (mboxrd). Lines
// end as in the file. A From_ line counts at the beginning and after a blank line only, as RFC 4155
// has it; and where the first ends with a date, the others must: else it is text that somebody forgot to
// quote. The content is the caller's; an error of each ends the reading.
func Mbox(r io.Reader, each func(content []byte) error) error {
	in := bufio.NewReader(r)
	var mail []byte
	begun, dated, blank := false, false, true
	for {
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		switch {
		case blank && bytes.HasPrefix(line, fromLine) && (!dated || hasDate(line)):
			if begun {
				if err := each(withoutLastBlank(mail)); err != nil {
					return err
				}
			} else {
				dated = hasDate(line)
			}
			begun, mail = true, nil
		case begun:
			mail = append(mail, unquoted(line)...)
		case len(bytes.TrimSpace(line)) > 0:
			return ErrNotMbox
		}
		if len(mail) > MaxMail {
			return ErrTooLong
		}
		blank = len(bytes.TrimRight(line, "\r\n")) == 0
		if err != nil {
			break
		}
	}
	if !begun {
		return nil
	}
	return each(withoutLastBlank(mail))
}

// readLine reads a line with its end; io.EOF comes with the last.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && len(line) > MaxMail:
			return nil, ErrTooLong
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("mailfile: %w", err)
		default:
			return line, err
		}
	}
}

// aDate matches the date of a From_ line, ctime's and what programs have made of it: a weekday and a time.
var aDate = regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*\b\d\d:\d\d\b`)

func hasDate(line []byte) bool { return aDate.Match(line) }

// unquoted takes one > off a line that would be a From_ line without them.
func unquoted(line []byte) []byte {
	if rest, quoted := bytes.CutPrefix(line, []byte(">")); quoted && bytes.HasPrefix(bytes.TrimLeft(rest, ">"), fromLine) {
		return rest
	}
	return line
}

// withoutLastBlank takes off the blank line that separates mails.
func withoutLastBlank(mail []byte) []byte {
	for _, blank := range []string{"\r\n", "\n"} {
		if rest, found := bytes.CutSuffix(mail, []byte(blank)); found {
			if len(rest) == 0 || rest[len(rest)-1] == '\n' {
				return rest
			}
			return mail
		}
	}
	return mail
}

// Maildir hands over the mails of a Maildir, those in cur and new together in the order of their names,
// which is that of their coming. Names that begin with a dot are no mails. Mails that go away meanwhile
// are left out.
func Maildir(dir string, each func(content []byte) error) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("mailfile: %w", err)
	}
	var paths []string
	found := false
	for _, folder := range []string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("mailfile: %w", err)
		}
		found = true
		for _, e := range entries {
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
				paths = append(paths, filepath.Join(dir, folder, e.Name()))
			}
		}
	}
	if !found {
		return ErrNotMaildir
	}
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	for _, p := range paths {
		content, err := os.ReadFile(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("mailfile: %w", err)
		}
		if err := each(content); err != nil {
			return err
		}
	}
	return nil
}

package maildir

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// host stands in our file names where Maildir has the machine's name: it tells our files from those
// of other programs, and one folder is never ours in two processes (see Lock).
const host = "maillab"

// maxID is the longest unique-id that POP3 allows (RFC 1939 §7, "UIDL").
const maxID = 70

// Entry is one mail of a folder.
type Entry struct {
	// ID is the same for good, whatever flags the file gets: 1 to 70 printable ASCII characters.
	ID string
	// Time of delivery, by the file's name.
	Time time.Time
	// Octets of the mail with CRLF line ends.
	Octets int64

	unique string // the file's name without sizes and flags
	file   string // its place under the folder when it was last seen
	sized  bool   // Octets was in the name that this package gave
}

// Name makes the first part of a file's name.
func uniqueName(id string, t time.Time) string {
	return strconv.FormatInt(t.Unix(), 10) + "." + id + "." + host
}

// fileName adds the sizes.
func fileName(unique string, size, octets int64) string {
	return fmt.Sprintf("%s,S=%d,W=%d", unique, size, octets)
}

// parseName reads what a file's name says.
func parseName(folder, name string) *Entry {
	base, _, _ := strings.Cut(name, ":")
	unique, rest, _ := strings.Cut(base, ",")
	e := &Entry{unique: unique, file: folder + "/" + name}
	seconds, after, _ := strings.Cut(unique, ".")
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		e.Time = time.Unix(n, 0)
	}
	for rest != "" {
		var field string
		field, rest, _ = strings.Cut(rest, ",")
		if w, ok := strings.CutPrefix(field, "W="); ok {
			n, err := strconv.ParseInt(w, 10, 64)
			// Other programs count in other ways: a last line without its end, say.
			e.Octets, e.sized = n, err == nil && n >= 0 && e.ours()
		}
	}
	if id, ours := strings.CutSuffix(after, "."+host); ours && printable(id) {
		e.ID = id
	} else {
		e.ID = foreignID(unique)
	}
	return e
}

// ours: the file is written by this package, so that every LF in it is a line end.
func (e *Entry) ours() bool { return strings.HasSuffix(e.unique, "."+host) }

// foreignID makes a unique-id of another program's name.
func foreignID(unique string) string {
	if printable(unique) {
		return unique
	}
	sum := sha256.Sum256([]byte(unique))
	return hex.EncodeToString(sum[:16])
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e {
			return false
		}
	}
	return s != "" && len(s) <= maxID
}

// byAge orders mails as they were delivered.
func byAge(a, b *Entry) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.unique, b.unique))
}

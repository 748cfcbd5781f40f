package mailfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mailfile"
)

func mbox(t *testing.T, text string) []string {
	t.Helper()
	var got []string
	require.NoError(t, mailfile.Mbox(strings.NewReader(text), func(c []byte) error { got = append(got, string(c)); return nil }))
	return got
}

func TestMbox(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty file":         {"", nil},
		"one":                {"From a@b Thu Jan  1 00:00:00 2026\nSubject: x\n\nhello\n\n", []string{"Subject: x\n\nhello\n"}},
		"two":                {"From a\nA: 1\n\nx\n\nFrom b\nB: 2\n\ny\n", []string{"A: 1\n\nx\n", "B: 2\n\ny\n"}},
		"CRLF":               {"From a\r\nA: 1\r\n\r\nx\r\n\r\nFrom b\r\nB: 2\r\n\r\n", []string{"A: 1\r\n\r\nx\r\n", "B: 2\r\n"}},
		"quoted":             {"From a\n\n>From x\n>>From y\n>quote\n> From z\n", []string{"\nFrom x\n>From y\n>quote\n> From z\n"}},
		"From in the text":   {"From a\n\none\nFrom here on\n", []string{"\none\nFrom here on\n"}},
		"unquoted text":      {"From a Thu Jan  1 00:00:00 2026\n\nFrom here on\n\nFrom b Fri, 2 Jan 2026 00:00:00 +0800\nB: 2\n", []string{"\nFrom here on\n", "B: 2\n"}},
		"a long line":        {"From a\n\n" + strings.Repeat("x", 100_000) + "\n", []string{"\n" + strings.Repeat("x", 100_000) + "\n"}},
		"blank lines kept":   {"From a\n\nx\n\n\n\nFrom b\n\n", []string{"\nx\n\n\n", ""}},
		"no final line end":  {"From a\n\nx", []string{"\nx"}},
		"blank lines before": {"\n\nFrom a\n\nx\n", []string{"\nx\n"}},
		"empty mail":         {"From a\n", []string{""}},
	} {
		assert.Equal(t, c.want, mbox(t, c.text), name)
	}
	err := mailfile.Mbox(strings.NewReader("Subject: x\n\nno mbox\n"), func([]byte) error { return nil })
	require.ErrorIs(t, err, mailfile.ErrNotMbox)
	err = mailfile.Mbox(strings.NewReader("From a\n\nx\n\nFrom b\n\n"), func([]byte) error { return io.ErrClosedPipe })
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestMaildir(t *testing.T) {
	dir := t.TempDir()
	err := mailfile.Maildir(dir, nil)
	require.ErrorIs(t, err, mailfile.ErrNotMaildir)
	for _, f := range []string{"cur", "new", "tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, f), 0o700))
	}
	for name, content := range map[string]string{
		"new/2.b": "second", "cur/1.a:2,S": "first", "cur/3.c:2,": "third", "cur/.hidden": "no", "tmp/0.x": "no",
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600); errors.Is(err, os.ErrInvalid) {
			t.Skip("no colon in names here")
		}
	}
	var got []string
	require.NoError(t, mailfile.Maildir(dir, func(c []byte) error { got = append(got, string(c)); return nil }))
	assert.Equal(t, []string{"first", "second", "third"}, got)
}

// FuzzMbox: mails that were put into an mbox come out of it as they were.
func FuzzMbox(f *testing.F) {
	f.Add("Subject: x\n\nFrom me\n>From you\n", "\n\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		var file strings.Builder
		var want []string
		for _, mail := range []string{a, b} {
			mail = strings.ReplaceAll(mail, "\r", "") + "\n"
			want = append(want, mail)
			file.WriteString("From x Thu Jan  1 00:00:00 2026\n")
			for _, line := range strings.SplitAfter(mail, "\n") {
				if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
					line = ">" + line
				}
				file.WriteString(line)
			}
			file.WriteString("\n")
		}
		assert.Equal(t, want, mbox(t, file.String()))
	})
}

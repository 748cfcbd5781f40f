package maildir_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver/maildir"
)

func open(t *testing.T) (*maildir.Dir, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "anna", "Maildir")
	d, made, err := maildir.Open(root)
	require.NoError(t, err)
	require.True(t, made)
	return d, root
}

func mailOf(id string, seconds int64, content string) maildir.Mail {
	return maildir.Mail{ID: id, Time: time.Unix(seconds, 0), Octets: int64(len(content)), WriteTo: func(f *os.File) error {
		w := maildir.NewLFWriter(f)
		_, err := io.WriteString(w, content)
		return errors.Join(err, w.Flush())
	}}
}

func list(t *testing.T, d *maildir.Dir) []*maildir.Entry {
	t.Helper()
	entries, _, err := d.List()
	require.NoError(t, err)
	return entries
}

func content(t *testing.T, d *maildir.Dir, e *maildir.Entry) string {
	t.Helper()
	r, err := d.Reader(e)
	require.NoError(t, err)
	defer r.Close()
	data, err := io.ReadAll(iotest.OneByteReader(r))
	require.NoError(t, err)
	assert.Len(t, data, int(e.Octets), "the size told is the size read")
	return string(data)
}

func TestWhatIsDeliveredIsRead(t *testing.T) {
	d, root := open(t)
	contents := []string{
		"Subject: x\r\n\r\nhello\r\n", "\r\n", "a bare \r in a line\r\n", "two\r\r\n\r\r\r\n\r\n",
		strings.Repeat(strings.Repeat("x", 70)+"\r\n", 3000), ".\r\n..\r\n", "8-bit \xff\xfe\x00\r\n",
	}
	for i, c := range contents {
		require.NoError(t, new(maildir.Post).Deliver(mailOf(fmt.Sprint("M", i), int64(1000+i), c), d))
	}
	entries := list(t, d)
	require.Len(t, entries, len(contents))
	for i, e := range entries {
		assert.Equal(t, fmt.Sprint("M", i), e.ID)
		assert.Equal(t, contents[i], content(t, d, e))
	}
	raw, err := filepath.Glob(filepath.Join(root, "new", "1000.M0.maillab,S=18,W=21"))
	require.NoError(t, err)
	require.Len(t, raw, 1, "both sizes stand in the name")
	data, err := os.ReadFile(raw[0])
	require.NoError(t, err)
	assert.Equal(t, "Subject: x\n\nhello\n", string(data), "files have LF, as other programs expect")
}

func TestOneFileForSeveralFolders(t *testing.T) {
	d, root := open(t)
	other, otherRoot := open(t)
	require.NoError(t, new(maildir.Post).Deliver(mailOf("A", 5, "x\r\n"), d, other))
	assert.Equal(t, "x\r\n", content(t, d, list(t, d)[0]))
	assert.Equal(t, "x\r\n", content(t, other, list(t, other)[0]))
	require.NoError(t, os.RemoveAll(filepath.Join(otherRoot, "new")))
	require.Error(t, new(maildir.Post).Deliver(mailOf("B", 6, "y\r\n"), d, other))
	assert.Len(t, list(t, d), 1, "a mail that did not reach all is in none")
	left, err := os.ReadDir(filepath.Join(root, "tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestOtherPrograms: what mutt, Dovecot and fetchmail do to a folder.
func TestOtherPrograms(t *testing.T) {
	d, root := open(t)
	put := func(name, data string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(data), 0o600))
	}
	require.NoError(t, new(maildir.Post).Deliver(mailOf("OURS", 2000, "ours\r\n"), d))
	put("cur/1000.R1.host:2,S", "lf\nno end")
	put("new/3000.M5P6.host,S=8,W=99999", "crlf\r\nlf\n")
	put("new/1500.dos.host", "a\r\nb\r\n")
	put("new/"+strings.Repeat("9", 100)+" with space", "odd\n")
	put("new/.hidden", "no mail")
	require.NoError(t, os.Mkdir(filepath.Join(root, "cur/4000.folder.host"), 0o700))
	require.NoError(t, os.Rename(filepath.Join(root, "new/2000.OURS.maillab,S=5,W=6"), filepath.Join(root, "cur/2000.OURS.maillab,S=5,W=6:2,FS")))

	entries := list(t, d)
	require.Len(t, entries, 5)
	ids := map[string]string{}
	for _, e := range entries {
		ids[e.ID] = content(t, d, e)
		assert.LessOrEqual(t, len(e.ID), 70)
		assert.NotContains(t, e.ID, " ")
	}
	assert.Equal(t, "lf\r\nno end\r\n", ids["1000.R1.host"])
	assert.Equal(t, "a\r\nb\r\n", ids["1500.dos.host"])
	assert.Equal(t, "ours\r\n", ids["OURS"])

	// Moved and removed while a session has the list.
	require.NoError(t, os.Rename(filepath.Join(root, "new/1500.dos.host"), filepath.Join(root, "cur/1500.dos.host:2,S")))
	require.NoError(t, os.Remove(filepath.Join(root, "cur/1000.R1.host:2,S")))
	for _, e := range entries {
		switch e.ID {
		case "1500.dos.host":
			assert.Equal(t, "a\r\nb\r\n", content(t, d, e))
			n, err := d.Remove([]*maildir.Entry{e})
			require.NoError(t, err)
			assert.Equal(t, 1, n)
		case "1000.R1.host":
			_, err := d.Reader(e)
			require.ErrorIs(t, err, fs.ErrNotExist)
			n, err := d.Remove([]*maildir.Entry{e})
			require.NoError(t, err)
			assert.Zero(t, n)
		}
	}
	assert.Len(t, list(t, d), 3)
}

func TestAQuietFolderIsNotReadAgain(t *testing.T) {
	d, root := open(t)
	require.NoError(t, new(maildir.Post).Deliver(mailOf("A", 5, "x\r\n"), d))
	long := time.Now().Add(-time.Hour)
	for _, sub := range []string{"new", "cur"} {
		require.NoError(t, os.Chtimes(filepath.Join(root, sub), long, long))
	}
	_, changed, err := d.List()
	require.NoError(t, err)
	assert.True(t, changed)
	_, changed, err = d.List()
	require.NoError(t, err)
	assert.False(t, changed)
	require.NoError(t, new(maildir.Post).Deliver(mailOf("B", 6, "x\r\n"), d))
	assert.Len(t, list(t, d), 2)
	_, changed, err = d.List()
	require.NoError(t, err)
	assert.True(t, changed, "what changed just now may change again within a tick of the clock")
}

func TestOpenTakesAwayHalfAMail(t *testing.T) {
	_, root := open(t)
	for _, name := range []string{"tmp/7.X.maillab", "tmp/8.R.otherhost"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte("half"), 0o600))
	}
	d, made, err := maildir.Open(root)
	require.NoError(t, err)
	assert.False(t, made)
	assert.Empty(t, list(t, d))
	assert.NoFileExists(t, filepath.Join(root, "tmp/7.X.maillab"))
	assert.FileExists(t, filepath.Join(root, "tmp/8.R.otherhost"), "other programs' files are theirs")
}

// FuzzLineEnds: whatever the content, however it is cut, it comes back octet for octet.
func FuzzLineEnds(f *testing.F) {
	f.Add([]byte("a\r\nb\r\r\n\rc"), uint8(2))
	file, err := os.CreateTemp(f.TempDir(), "")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = file.Close() })
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		text := strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n", "\r\n") + "\r\n"
		require.NoError(t, file.Truncate(0))
		_, err := file.Seek(0, io.SeekStart)
		require.NoError(t, err)
		w := maildir.NewLFWriter(file)
		for rest := text; rest != ""; {
			n := min(len(rest), int(size)+1)
			_, err := io.WriteString(w, rest[:n])
			require.NoError(t, err)
			rest = rest[n:]
		}
		require.NoError(t, w.Flush())
		_, err = file.Seek(0, io.SeekStart)
		require.NoError(t, err)
		back, err := io.ReadAll(maildir.NewCRLFReader(io.NopCloser(file), true))
		require.NoError(t, err)
		require.Equal(t, text, string(back))
	})
}

package mockserver_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

func TestMailOnDiskOutlivesTheLab(t *testing.T) {
	data := t.TempDir()
	cfg := mockserver.Config{Data: data, Empty: true}
	first, err := mockserver.Start(cfg)
	require.NoError(t, err)
	contents := []string{"Subject: a\r\n\r\n.\r\n..x\r\n", "no header\r\r\n", "Subject: 8-bit\r\n\r\n\xff\xfe\r\n"}
	for _, c := range contents {
		sendRaw(t, first, []byte(c))
	}
	before := uidls(t, first)
	require.Len(t, before, 3)
	require.NoError(t, first.Close())

	second := start(t, cfg)
	assert.Equal(t, before, uidls(t, second), "unique-ids and their order stay")
	p := dialPOP3(t, second)
	p.login("jspdevelop", "jsp123")
	for i, c := range contents {
		assert.True(t, bytes.HasSuffix(p.retr(i+1), []byte(c)), "%d", i+1)
	}
	p.ok("DELE 2")
	p.ok("QUIT")
	p.closed()
	assert.Equal(t, []string{before[0], before[2]}, uidls(t, second))
	for _, m := range second.Mailbox("jspdevelop") {
		assert.Equal(t, "jspdevelop@lab.test", m.From)
		assert.Len(t, m.Content, m.Octets())
	}
	require.ErrorIs(t, second.Reset(), mockserver.ErrKept)
	assert.Len(t, uidls(t, second), 2)
}

func uidls(t *testing.T, l *mockserver.Lab) []string {
	t.Helper()
	p := dialPOP3(t, l)
	p.login("jspdevelop", "jsp123")
	p.ok("UIDL")
	var ids []string
	for line := p.line(); line != "."; line = p.line() {
		ids = append(ids, strings.Fields(line)[1])
	}
	p.ok("QUIT")
	p.closed()
	return ids
}

func TestLettersComeOnce(t *testing.T) {
	cfg := mockserver.Config{Data: t.TempDir()}
	for range 2 {
		l, err := mockserver.Start(cfg)
		require.NoError(t, err)
		assert.Len(t, l.Mailbox("fpwjp"), 11)
		require.NoError(t, l.Close())
	}
}

func TestOneLabHasTheData(t *testing.T) {
	cfg := mockserver.Config{Data: t.TempDir()}
	l := start(t, cfg)
	_, err := mockserver.Start(cfg)
	var used *mockserver.DataInUseError
	require.ErrorAs(t, err, &used)
	assert.Equal(t, cfg.Data, used.Dir)
	require.NoError(t, l.Close())
	start(t, cfg)
}

func TestIDsGoOnWhenTheClockIsSetBack(t *testing.T) {
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Now: func() time.Time { return now }}
	for i := range 2 {
		l, err := mockserver.Start(cfg)
		require.NoError(t, err)
		sendRaw(t, l, []byte("Subject: x\r\n\r\n"))
		assert.Len(t, uidls(t, l), i+1, "the second mail has another name")
		require.NoError(t, l.Close())
	}
}

// TestABigMailOnDisk: more than is kept in memory comes in and goes out whole.
func TestABigMailOnDisk(t *testing.T) {
	l := start(t, mockserver.Config{Data: t.TempDir(), Empty: true})
	content := bytes.Repeat([]byte("..a line of some octets, with a \rCR in it\r\n"), 100_000)
	sendRaw(t, l, content)
	p := dialPOP3(t, l)
	p.login("jspdevelop", "jsp123")
	got := p.retr(1)
	assert.True(t, bytes.HasSuffix(got, content))
	p.ok("TOP 1 2")
	n := 0
	for line := p.line(); line != "."; line = p.line() {
		if strings.HasPrefix(line, "...a line") { // two dots, and one that is stuffed
			n++
		}
	}
	assert.Equal(t, 2, n)
}

// TestOtherProgramsBetweenSessions: mail that another program puts into the folder, and takes out of it.
func TestOtherProgramsBetweenSessions(t *testing.T) {
	data := t.TempDir()
	l := start(t, mockserver.Config{Data: data, Empty: true})
	folder := filepath.Join(data, "jspdevelop", "Maildir")
	sendRaw(t, l, []byte("Subject: x\r\n\r\n"))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "cur", "1.mutt.host:2,S"), []byte("Subject: y\n\n"), 0o600))
	ids := uidls(t, l)
	require.Len(t, ids, 2)
	assert.Equal(t, "1.mutt.host", ids[0])
	names, err := filepath.Glob(filepath.Join(folder, "new", "*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	require.NoError(t, os.Remove(names[0]))
	assert.Equal(t, ids[:1], uidls(t, l))
}

// BenchmarkBigMaildrop is the login to a maildrop of 100,000 mails on disk, STAT, LIST and UIDL.
func BenchmarkBigMaildrop(b *testing.B) {
	data := b.TempDir()
	folder := filepath.Join(data, "jspdevelop", "Maildir")
	for _, sub := range []string{"tmp", "new", "cur"} {
		require.NoError(b, os.MkdirAll(filepath.Join(folder, sub), 0o700))
	}
	for i := range 100_000 {
		name := fmt.Sprintf("%d.0HZZ%06d.maillab,S=10,W=12", 1_700_000_000+i, i)
		require.NoError(b, os.WriteFile(filepath.Join(folder, "new", name), []byte("To: x\n\nhi\n"), 0o600))
	}
	old := time.Now().Add(-time.Hour)
	require.NoError(b, os.Chtimes(filepath.Join(folder, "new"), old, old))
	require.NoError(b, os.Chtimes(filepath.Join(folder, "cur"), old, old))
	l, err := mockserver.Start(mockserver.Config{Data: data, Empty: true})
	require.NoError(b, err)
	defer l.Close()
	for b.Loop() {
		benchSession(b, l)
	}
}

func benchSession(b *testing.B, l *mockserver.Lab) {
	nc, err := net.Dial("tcp", l.Endpoints()[2].Addr)
	require.NoError(b, err)
	defer nc.Close()
	r := bufio.NewReaderSize(nc, 1<<20)
	began := time.Now()
	for _, step := range []string{"", "USER jspdevelop", "PASS jsp123", "STAT", "LIST", "UIDL", "QUIT"} {
		if step != "" {
			_, _ = fmt.Fprintf(nc, "%s\r\n", step)
		}
		line, err := r.ReadString('\n')
		require.NoError(b, err)
		require.True(b, strings.HasPrefix(line, "+OK"), line)
		for step == "LIST" || step == "UIDL" {
			if line, _ := r.ReadSlice('\n'); string(line) == ".\r\n" {
				break
			}
		}
		if word, _, _ := strings.Cut(step, " "); word != "" {
			b.ReportMetric(float64(time.Since(began).Microseconds())/1000, word+"-ms")
		}
		began = time.Now()
	}
}

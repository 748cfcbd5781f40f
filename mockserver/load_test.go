package mockserver_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
)

// TestLoad: loaded mail is fetched octet for octet, and loading again adds what is missing and no more.
func TestLoad(t *testing.T) {
	for name, data := range map[string]string{"memory": "", "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			l := start(t, mockserver.Config{Data: data, Empty: true})
			mails := []string{"Return-Path: <a@b.test>\r\n\r\n.\r\n..x\r\n", "twice\r\n", "twice\r\n", "\xff\xfe\r\n"}
			from := func(mails ...string) func(func([]byte) error) error {
				return func(each func([]byte) error) error {
					for _, m := range mails {
						if err := each([]byte(m)); err != nil {
							return err
						}
					}
					return nil
				}
			}
			added, err := l.Load("jspdevelop", from(mails...))
			require.NoError(t, err)
			assert.Equal(t, 4, added)
			p := dialPOP3(t, l)
			p.login("jspdevelop", "jsp123")
			for i, m := range mails {
				assert.Equal(t, m, string(p.retr(i+1)))
			}
			p.ok("QUIT")
			assert.Equal(t, "a@b.test", l.Mailbox("jspdevelop")[0].From)

			added, err = l.Load("JspDevelop@lab.test", from(append(mails, "twice\n", "new\n")...))
			require.NoError(t, err)
			assert.Equal(t, 2, added, "one more of the same, and a new one; LF is CRLF")
			_, err = l.Load("nobody", from("x"))
			var unknown *mockserver.UnknownUserError
			require.ErrorAs(t, err, &unknown)
			_, err = l.Load("fpwjp", func(func([]byte) error) error { return io.ErrUnexpectedEOF })
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		})
	}
}

// TestLoadedMailKeepsItsUniqueID: a client that leaves mail on the server must not fetch it anew after a restart.
func TestLoadedMailKeepsItsUniqueID(t *testing.T) {
	var lists [2]string
	for i := range lists {
		l := start(t, mockserver.Config{Empty: true})
		_, err := l.Load("jspdevelop", func(each func([]byte) error) error {
			return errors.Join(each([]byte("a\n")), each([]byte("twin\n")), each([]byte("twin\n")))
		})
		require.NoError(t, err)
		p := dialPOP3(t, l)
		p.login("jspdevelop", "jsp123")
		lists[i] = p.ok("UIDL 1") + " " + p.ok("UIDL 2") + " " + p.ok("UIDL 3")
		p.ok("QUIT")
	}
	assert.Equal(t, lists[0], lists[1])
	ids := strings.Fields(lists[0])
	require.Len(t, ids, 9)
	assert.NotEqual(t, ids[5], ids[8], "two mails of one content are two")
}

// TestLoadedMailStaysDeleted: on disk a mail is loaded once; what has joined its source since is loaded
// at the next start.
func TestLoadedMailStaysDeleted(t *testing.T) {
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Alone: true}
	load := func(l *mockserver.Lab, mails ...string) int {
		n, err := l.Load("jspdevelop", func(each func([]byte) error) error {
			for _, m := range mails {
				if err := each([]byte(m)); err != nil {
					return err
				}
			}
			return nil
		})
		require.NoError(t, err)
		return n
	}
	first, err := mockserver.Start(cfg)
	require.NoError(t, err)
	require.Equal(t, 4, load(first, "a\n", "twin\n", "twin\n", "b\n"))
	p := dialPOP3(t, first)
	p.login("jspdevelop", "jsp123")
	p.ok("DELE 1")
	p.ok("DELE 3")
	p.ok("QUIT")
	p.closed()
	assert.Zero(t, load(first, "a\n", "twin\n"))
	require.NoError(t, first.Close())

	// Half a line, as a crash may leave it.
	book := filepath.Join(cfg.Data, "jspdevelop", ".loaded")
	f, err := os.OpenFile(book, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = f.WriteString("0123")
	require.NoError(t, err)
	require.NoError(t, f.Close())

	second := start(t, cfg)
	assert.Equal(t, 2, load(second, "a\n", "twin\n", "twin\n", "b\n", "c\n", "twin\n"))
	assert.Zero(t, load(second, "a\n", "c\n"))
	var left []string
	for _, m := range second.Mailbox("jspdevelop") {
		left = append(left, string(m.Content))
	}
	assert.Equal(t, []string{"twin\r\n", "b\r\n", "c\r\n", "twin\r\n"}, left)
}

package mockserver_test

import (
	"io"
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

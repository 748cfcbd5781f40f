package mockserver

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLineForms(t *testing.T) {
	for _, c := range []struct{ form, want string }{
		{"{n} {octets}", "7 5"}, {"{n} {id}", "7 ABC"}, {"#{n}: <{id}>.", "#7: <ABC>."},
		{"", ""}, {"plain", "plain"}, {"{other} {n", "{other} {n"}, {"}{n}", "}7"},
	} {
		assert.Equal(t, c.want, string(lineFormOf(c.form).appendTo(nil, 7, 5, "ABC")), c.form)
	}
}

// TestAFullMaildrop: a listing is longer than any buffer on its way, and complete.
func TestAFullMaildrop(t *testing.T) {
	const n = 20_000
	l, err := Start(Config{Empty: true, Alone: true, Listeners: []Listener{}})
	require.NoError(t, err)
	defer l.Close()
	mails := make([]*Message, n)
	for i := range mails {
		mails[i] = &Message{ID: fmt.Sprintf("M%d", i+1), Content: []byte("Subject: x\r\n\r\n.\r\n")}
	}
	for _, m := range mails {
		require.NoError(t, l.store.deliver(m, []*mailbox{l.store.box("fpwjp")}))
	}
	out := talkInMemory(l, "pop3", []byte("USER fpwjp\r\nPASS fpw123\r\nDELE 2\r\nLIST\r\nUIDL\r\nRETR 1\r\nQUIT\r\n"), 4096)
	assert.Equal(t, n-1, strings.Count(out, " 17\r\n"))
	assert.Contains(t, out, "\r\n1 M1\r\n3 M3\r\n4 M4\r\n")
	assert.Contains(t, out, fmt.Sprintf("\r\n%d M%d\r\n.\r\n", n, n))
	assert.Contains(t, out, "Subject: x\r\n\r\n..\r\n.\r\n")
}

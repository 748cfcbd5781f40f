package mockserver_test

import (
	"context"
	"errors"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"maillab/mockserver"
	"maillab/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, cfg mockserver.Config) *mockserver.Lab {
	t.Helper()
	l, err := mockserver.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

func TestStartRefusesAnUnknownServiceAndATakenPort(t *testing.T) {
	_, err := mockserver.Start(mockserver.Config{Listeners: []mockserver.Listener{{Service: "gopher", Addr: "127.0.0.1:0"}}})
	require.ErrorContains(t, err, "gopher")
	l := start(t, mockserver.Config{})
	_, err = mockserver.Start(mockserver.Config{Listeners: []mockserver.Listener{{Service: "smtp", Addr: l.Endpoints()[0].Addr}}})
	require.Error(t, err)
}

func TestLabNetwork(t *testing.T) {
	l := start(t, mockserver.Config{})
	endpoints := l.Endpoints()
	require.Len(t, endpoints, 5)
	for _, c := range []struct {
		host, port string
		service    int // index of the endpoint, -1 for none
		known      bool
	}{
		{"smtp.lab.test", "25", 0, true},
		{"SMTP.Lab.Test.", "smtp", 0, true},
		{"smtp.lab.test", "587", 1, true},
		{"mail.lab.test", "submission", 1, true},
		{"mail.lab.test", "25", 0, true},
		{"smtp.lab.test", "465", 2, true},
		{"pop3.lab.test", "110", 3, true},
		{"mail.lab.test", "POP3", 3, true},
		{"mail.lab.test", "995", 4, true},
		{"pop3.lab.test", "25", -1, true},
		{"smtp.lab.test", "995", -1, true},
		{"imap.lab.test", "143", -1, false},
		{"mx1.far.test", "25", -1, true},
		{"example.com", "25", -1, false},
	} {
		addr, known := l.Resolve(c.host, c.port)
		assert.Equal(t, c.known, known, "%s %s", c.host, c.port)
		want := ""
		if c.service >= 0 {
			want = endpoints[c.service].Addr
		}
		assert.Equal(t, want, addr, "%s %s", c.host, c.port)
	}
	assert.Equal(t, []string{
		"smtp.lab.test", "mail.lab.test", "mx.lab.test", "pop3.lab.test",
		"smtp.far.test", "mail.far.test", "mx.far.test", "pop3.far.test",
	}, l.Hosts())
}

func TestDialInsideTheLab(t *testing.T) {
	l := start(t, mockserver.Config{})
	ctx := context.Background()
	nc, err := l.DialContext(ctx, "tcp", "pop3.lab.test:110")
	require.NoError(t, err)
	_ = nc.Close()
	nc, err = l.DialContext(ctx, "tcp", l.Endpoints()[0].Addr) // a real address goes the real way
	require.NoError(t, err)
	_ = nc.Close()

	_, err = l.DialContext(ctx, "tcp", "pop3.lab.test:25")
	var closed *mockserver.ClosedPortError
	require.ErrorAs(t, err, &closed)
	assert.Equal(t, []int{110, 995}, closed.Open)
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)

	for _, host := range []string{"smtp.sina.test", "www.example", "a.example.com", "nowhere.invalid", "x.localhost", "imap.lab.test.", "lab.test"} {
		_, err = l.DialContext(ctx, "tcp", net.JoinHostPort(host, "25"))
		var unknown *mockserver.UnknownHostError
		require.ErrorAs(t, err, &unknown, host)
		var dns *net.DNSError
		require.True(t, errors.As(err, &dns) && dns.IsNotFound, host)
	}
	assert.False(t, l.Reserved("localhost"))
	assert.False(t, l.Reserved("smtp.latest"))
}

func TestLetters(t *testing.T) {
	l := start(t, mockserver.Config{})
	letters := l.Mailbox("fpwjp")
	require.Len(t, letters, 11)
	assert.Empty(t, l.Mailbox("jspdevelop"))
	assert.Nil(t, l.Mailbox("nobody"))
	files, err := filepath.Glob("letters/*.eml")
	require.NoError(t, err)
	seen := map[string]bool{}
	for i, m := range letters {
		parsed, err := mail.ReadMessage(strings.NewReader(string(m.Content)))
		require.NoError(t, err)
		for _, field := range []string{"From", "To", "Subject", "Date", "Message-Id", "Received", "Return-Path"} {
			assert.NotEmpty(t, parsed.Header.Get(field), "%d %s", i+1, field)
		}
		assert.Contains(t, parsed.Header.Get("Received"), " id "+m.ID, "%d: the unique-id is the queue id", i+1)
		date, err := parsed.Header.Date()
		require.NoError(t, err)
		assert.False(t, date.After(m.Received), "%d", i+1)
		assert.True(t, i == 0 || m.Received.After(letters[i-1].Received), "%d: in the order of arrival", i+1)
		assert.False(t, seen[m.ID])
		seen[m.ID] = true
		file, err := os.ReadFile(files[i])
		require.NoError(t, err)
		assert.Equal(t, strings.ReplaceAll(string(file), "\r\n", "\n"), strings.ReplaceAll(string(m.Content), "\r\n", "\n"))
	}
	assert.Contains(t, string(letters[5].Content), "\r\n.\r\n")
	assert.Contains(t, string(letters[5].Content), "\r\n.hidden")
}

func TestAnotherDomainAndOtherUsers(t *testing.T) {
	l := start(t, mockserver.Config{Domain: "school.test", Users: []mockserver.User{{Name: "fpwjp", Password: "x"}}})
	assert.Equal(t, "smtp.school.test", l.Endpoints()[0].Host)
	assert.Contains(t, string(l.Mailbox("fpwjp@school.test")[0].Content), "postmaster@school.test")
	assert.NotContains(t, string(l.Mailbox("fpwjp")[0].Content), "lab.test")
	empty := start(t, mockserver.Config{Empty: true})
	assert.Empty(t, empty.Mailbox("fpwjp"))
}

func TestResetAndEvents(t *testing.T) {
	var mu sync.Mutex
	var events []protocol.Event
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	l := start(t, mockserver.Config{
		Now:  func() time.Time { return now },
		Emit: func(e protocol.Event) { mu.Lock(); defer mu.Unlock(); events = append(events, e) },
	})
	before := l.Mailbox("fpwjp")
	send(t, l, "smtp", nil, "staff@lab.test", "Subject: x\r\n\r\nhi\r\n")
	p := dialPOP3(t, l)
	p.login("fpwjp", "fpw123")
	p.retr(12)
	p.ok("DELE 1")
	p.ok("DELE 12")
	p.ok("QUIT")
	p.closed()
	assert.Len(t, l.Mailbox("fpwjp"), 10)
	l.Reset()
	assert.Equal(t, before, l.Mailbox("fpwjp"))
	assert.Empty(t, l.Mailbox("jspdevelop"))

	mu.Lock()
	defer mu.Unlock()
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, string(e.Kind)+" "+e.Mailbox)
		assert.Equal(t, now, e.Time)
	}
	assert.Equal(t, []string{"delivered jspdevelop", "delivered fpwjp", "locked fpwjp", "retrieved fpwjp", "removed fpwjp", "unlocked fpwjp"}, kinds)
	assert.Equal(t, events[1].Message, events[3].Message)
	assert.Equal(t, events[1].Octets, events[3].Octets)
	assert.Equal(t, 2, events[4].Count)
}

func TestShutdownIsBounded(t *testing.T) {
	l, err := mockserver.Start(mockserver.Config{})
	require.NoError(t, err)
	p := dialPOP3(t, l)
	p.login("fpwjp", "fpw123")
	p.ok("DELE 1")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.Shutdown(ctx), context.DeadlineExceeded)
	assert.Len(t, l.Mailbox("fpwjp"), 11, "a session that was cut off deletes nothing")
	require.NoError(t, l.Close())
}

// TestStormOfBrokenConnections: whatever clients leave behind, no goroutine stays (TestMain looks).
func TestStormOfBrokenConnections(t *testing.T) {
	l, err := mockserver.Start(mockserver.Config{})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			for _, e := range l.Endpoints() {
				nc, err := net.Dial("tcp", e.Addr)
				if err != nil {
					return
				}
				_, _ = nc.Write([]byte("EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<fpwjp@lab.test>\r\nDATA\r\nhalf a"))
				if i%2 == 0 {
					_ = nc.(*net.TCPConn).SetLinger(0)
				}
				if i%3 != 0 {
					_ = nc.Close()
					continue
				}
				defer nc.Close() // stays open until the others are done
			}
		})
	}
	wg.Wait()
	require.NoError(t, l.Close())
	assert.Len(t, l.Mailbox("fpwjp"), 11)
}

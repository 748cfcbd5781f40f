package mockserver_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/smtp"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

var login = smtp.PlainAuth("", "jspdevelop", "jsp123", "127.0.0.1")

// inQueue lists the files of a queue on disk.
func inQueue(t *testing.T, data string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, ".queue", "*.*"))
	require.NoError(t, err)
	return names
}

// queueIsEmpty waits for the files to go: the last is removed after the event that tells of it.
func queueIsEmpty(t *testing.T, data string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(inQueue(t, data)) == 0 }, 60*time.Second, time.Millisecond)
}

// deferred runs a lab with mail that waits for its second try, and closes it.
func deferred(t *testing.T, cfg mockserver.Config, params string, to ...string) {
	t.Helper()
	w := newWitness()
	cfg.Emit, cfg.After = w.emit, newClock().after
	l, err := mockserver.Start(cfg)
	require.NoError(t, err)
	submit(t, l, params, to...)
	w.wait(t, protocol.KindDeferred, len(to))
	require.NoError(t, l.Close())
}

func TestQueuedMailOutlivesTheLab(t *testing.T) {
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Retry: []time.Duration{time.Hour, time.Hour}}
	deferred(t, cfg, "", "later@far.test", "friend@dead.test")
	files := inQueue(t, cfg.Data)
	require.Len(t, files, 2, "one mail, whatever the number of domains")
	if runtime.GOOS != "windows" {
		for path, mode := range map[string]fs.FileMode{files[0]: 0o600, files[1]: 0o600, filepath.Dir(files[0]): fs.ModeDir | 0o700} {
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, mode, info.Mode(), path)
		}
	}

	w, c := newWitness(), newClock()
	cfg.Emit, cfg.After = w.emit, c.after
	l := start(t, cfg)
	queue := l.Queue()
	require.Len(t, queue, 2)
	for _, q := range queue {
		assert.Equal(t, 1, q.Tries, "what was tried is remembered")
		assert.False(t, q.Next.IsZero())
		assert.NotEmpty(t, q.Trouble)
		assert.Equal(t, "jspdevelop@lab.test", q.From)
	}
	// Greylisting begins anew with the lab, so that both are deferred once more. Which of them waits first
	// is nobody's business.
	for range 4 {
		c.tick()
	}
	w.wait(t, protocol.KindDeferred, 2)
	assert.Equal(t, "later@far.test", w.wait(t, protocol.KindRelayed, 1).Name)
	assert.Equal(t, "friend@dead.test", w.wait(t, protocol.KindBounced, 1).Name)
	w.wait(t, protocol.KindDelivered, 2) // at the far domain, and the report
	box := l.Mailbox("liming@far.test")
	require.Len(t, box, 1)
	assert.True(t, strings.HasSuffix(string(box[0].Content), greeting))
	box = l.Mailbox("jspdevelop")
	require.Len(t, box, 1)
	fields := reportOf(t, box[0]) // with the mail's ENVID
	assert.Equal(t, "4.4.7", fields.Get("Status"))
	assert.Contains(t, string(box[0].Content), "\r\n.dot\r\n", "the mail comes back with the report")
	queueIsEmpty(t, cfg.Data)
}

// TestAnOverdueMailIsTriedAtOnce: and a time that the clock can only have by being set back is not believed.
func TestAnOverdueMailIsTriedAtOnce(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Retry: []time.Duration{time.Minute, time.Minute}, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}}
	deferred(t, cfg, "", "friend@dead.test")
	for _, shift := range []time.Duration{time.Hour, -24 * time.Hour} {
		mu.Lock()
		now = now.Add(shift)
		mu.Unlock()
		w := newWitness()
		waits := make(chan time.Duration, 10)
		cfg.Emit = w.emit
		cfg.After = func(d time.Duration) <-chan time.Time { waits <- d; return nil }
		l, err := mockserver.Start(cfg)
		require.NoError(t, err)
		if shift > 0 {
			w.wait(t, protocol.KindDeferred, 1)
		}
		assert.Equal(t, time.Minute, <-waits)
		require.NoError(t, l.Close())
	}
}

// TestFilesThatAreNoQueue: whatever is in the folder, the lab starts, sends what it can read, and says what not.
func TestFilesThatAreNoQueue(t *testing.T) {
	edit := func(change func(map[string]any)) func(*testing.T, string, string) {
		return func(t *testing.T, record, _ string) {
			data, err := os.ReadFile(record)
			require.NoError(t, err)
			fields := map[string]any{}
			require.NoError(t, json.Unmarshal(data, &fields))
			change(fields)
			data, err = json.Marshal(fields)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(record, data, 0o600))
		}
	}
	parcel := func(fields map[string]any) map[string]any { return fields["parcels"].([]any)[0].(map[string]any) }
	for name, damage := range map[string]func(t *testing.T, record, content string){
		"half an envelope":  func(t *testing.T, record, _ string) { require.NoError(t, os.Truncate(record, 40)) },
		"an empty envelope": func(t *testing.T, record, _ string) { require.NoError(t, os.Truncate(record, 0)) },
		"half the content":  func(t *testing.T, _, content string) { require.NoError(t, os.Truncate(content, 40)) },
		"no content":        func(t *testing.T, _, content string) { require.NoError(t, os.Remove(content)) },
		"a folder": func(t *testing.T, record, _ string) {
			require.NoError(t, os.Remove(record))
			require.NoError(t, os.Mkdir(record, 0o700))
		},
		"a later form":     edit(func(f map[string]any) { f["form"] = 2 }),
		"no sender":        edit(func(f map[string]any) { f["mail"] = "" }),
		"nobody":           edit(func(f map[string]any) { f["parcels"] = nil }),
		"no recipient":     edit(func(f map[string]any) { parcel(f)["recipients"] = nil }),
		"another domain":   edit(func(f map[string]any) { parcel(f)["domain"] = "elsewhere.test" }),
		"tries below none": edit(func(f map[string]any) { parcel(f)["tries"] = -1 }),
		"a command smuggled in": edit(func(f map[string]any) {
			parcel(f)["recipients"] = []string{"TO:<a@dead.test>\r\nRCPT TO:<b@dead.test>"}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			cfg := mockserver.Config{
				Data: t.TempDir(), Empty: true, Alone: true,
				Listeners: []mockserver.Listener{{Service: "smtp", Addr: "127.0.0.1:0"}, {Service: "submission", Addr: "127.0.0.1:0"}},
			}
			deferred(t, cfg, "", "friend@dead.test")
			files := inQueue(t, cfg.Data)
			require.Len(t, files, 2)
			deferred(t, cfg, "", "mate@dead.test")
			damage(t, files[0], files[1])
			left := []string{"0AAAAAAAAA.mail", "0AAAAAAAAA.json.tmp"}
			for _, name := range left {
				require.NoError(t, os.WriteFile(filepath.Join(cfg.Data, ".queue", name), []byte("half"), 0o600))
			}

			var notices []mockserver.Notice
			var mu sync.Mutex
			cfg.Notify = func(n mockserver.Notice) {
				if n.Kind == mockserver.NoticeSetAside {
					mu.Lock()
					notices = append(notices, n)
					mu.Unlock()
				}
			}
			cfg.After = newClock().after
			l := start(t, cfg)
			require.Len(t, l.Queue(), 1)
			assert.Equal(t, []string{"mate@dead.test"}, l.Queue()[0].To)
			mu.Lock()
			defer mu.Unlock()
			require.NotEmpty(t, notices)
			for _, n := range notices {
				assert.Equal(t, "unreadable", filepath.Base(filepath.Dir(n.File)))
				assert.NotEmpty(t, n.Why)
				_, err := os.Lstat(n.File)
				require.NoError(t, err)
			}
			for _, name := range left {
				assert.NoFileExists(t, filepath.Join(cfg.Data, ".queue", name))
			}
		})
	}
}

// TestABigMailGoesOn: content that is on disk from the start is sent from there, octet for octet.
func TestABigMailGoesOn(t *testing.T) {
	w := newWitness()
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Emit: w.emit}
	l := start(t, cfg)
	content := bytes.Repeat([]byte("..a line of some octets, with a \rCR in it and \xe4\xbd\xa0\r\n"), 60_000)
	whole := append([]byte("Subject: big\r\n\r\n"), content...)
	require.NoError(t, sendMail(t, l, "submission", login, "jspdevelop@lab.test", []string{"amy@far.test", "fpwjp@lab.test"}, whole))
	w.wait(t, protocol.KindDelivered, 2)
	for _, box := range [][]mockserver.Message{l.Mailbox("fpwjp"), l.Mailbox("amy@far.test")} {
		require.Len(t, box, 1)
		assert.True(t, bytes.HasSuffix(box[0].Content, whole))
	}
	queueIsEmpty(t, cfg.Data)
}

// TestAllOrNothing: a mail for here and for elsewhere that cannot be kept in one place is in neither.
func TestAllOrNothing(t *testing.T) {
	for _, broken := range []string{".queue", filepath.Join("fpwjp", "Maildir", "new")} {
		t.Run(broken, func(t *testing.T) {
			cfg := mockserver.Config{Data: t.TempDir(), Empty: true}
			l := start(t, cfg)
			require.NoError(t, os.RemoveAll(filepath.Join(cfg.Data, broken)))
			to := []string{"friend@dead.test", "jspdevelop@lab.test", "fpwjp@lab.test"}
			require.ErrorContains(t, sendMail(t, l, "submission", login, "jspdevelop@lab.test", to, []byte("Subject: x\r\n\r\n")), "45")
			assert.Empty(t, l.Queue())
			assert.Empty(t, inQueue(t, cfg.Data))
			assert.Empty(t, l.Mailbox("jspdevelop"))
		})
	}
}

// TestAWholeQueueIsDue: after a restart it does not storm the other server, which takes few connections.
func TestAWholeQueueIsDue(t *testing.T) {
	const mails = 50
	w := newWitness()
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Retry: []time.Duration{time.Hour}, Emit: w.emit, After: newClock().after}
	l, err := mockserver.Start(cfg)
	require.NoError(t, err)
	require.NoError(t, l.Neighbour().SetFaults("error-at:MAIL,451"))
	for range mails {
		submit(t, l, "", "liming@far.test")
	}
	w.wait(t, protocol.KindDeferred, mails)
	require.NoError(t, l.Close())

	var mu sync.Mutex
	open, most := 0, 0
	cfg.Emit = nil
	cfg.Notify = func(n mockserver.Notice) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case n.Domain != "far.test":
		case n.Kind == mockserver.NoticeConnected:
			open++
			most = max(most, open)
		case n.Kind == mockserver.NoticeEnded:
			open--
		}
	}
	cfg.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	l = start(t, cfg)
	queueIsEmpty(t, cfg.Data)
	assert.Equal(t, mails, len(l.Mailbox("liming@far.test")))             //nolint:testifylint // who wants to see all of them
	assert.Equal(t, 0, len(l.Mailbox("jspdevelop")), "nothing came back") //nolint:testifylint // as above
	mu.Lock()
	defer mu.Unlock()
	assert.Less(t, most, mails*3/4, "twenty at a time, and a few whose end the server has not noticed yet")
}

// TestAReportThatCannotBeKept: the mail stays in the queue's folder, so that its sender hears of it after all.
func TestAReportThatCannotBeKept(t *testing.T) {
	unsaved := make(chan mockserver.Notice, 10)
	cfg := mockserver.Config{Data: t.TempDir(), Empty: true, Notify: func(n mockserver.Notice) {
		if n.Kind == mockserver.NoticeUnsaved {
			unsaved <- n
		}
	}}
	l, err := mockserver.Start(cfg)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(filepath.Join(cfg.Data, "jspdevelop", "Maildir", "tmp")))
	submit(t, l, "", "nobody@far.test")
	n := <-unsaved
	assert.NotEmpty(t, n.Message)
	assert.NotEmpty(t, n.Why)
	require.NoError(t, l.Close())
	require.Len(t, inQueue(t, cfg.Data), 2)

	l = start(t, cfg)
	queueIsEmpty(t, cfg.Data)
	box := l.Mailbox("jspdevelop")
	require.Len(t, box, 1)
	assert.Equal(t, "5.1.1", reportOf(t, box[0]).Get("Status"))
}

package observe_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"maillab/mockserver"
	"maillab/observe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buffer may be written by many goroutines.
type buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// talk says lines and reads a reply to each, of one line or more.
func talk(t *testing.T, addr string, lines ...string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	reply := func() {
		for {
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			if len(line) < 4 || line[3] != '-' {
				return
			}
		}
	}
	reply()
	for _, l := range lines {
		_, err := io.WriteString(c, l+"\r\n")
		require.NoError(t, err)
		reply()
	}
	_, _ = io.Copy(io.Discard, r) // until the server has hung up
}

// watched runs two conversations with all observers there are.
func watched(t *testing.T, format string) (*buffer, *observe.Metrics) {
	t.Helper()
	var out buffer
	metrics := observe.NewMetrics()
	cfg := mockserver.Config{Alone: true}
	observe.Watch(&cfg, observe.Formats[format](&out), metrics)
	l, err := mockserver.Start(cfg)
	require.NoError(t, err)
	metrics.Queue(func() int { return len(l.Queue()) })
	addr := map[string]string{}
	for _, e := range l.Endpoints() {
		addr[e.Service] = e.Addr
	}
	talk(t, addr["smtp"], "EHLO x", "AUTH PLAIN AGZwd2pwAHdyb25n", "AUTH PLAIN AGZwd2pwAGZwdzEyMw==", "\x1b[31mXYZZY",
		"MAIL FROM:<a@b.test>", "RCPT TO:<nobody@lab.test>", "RCPT TO:<fpwjp@lab.test>", "DATA", "Subject: x\r\n\r\nhello\r\n.", "QUIT")
	talk(t, addr["pop3"], "USER fpwjp", "PASS fpw124", "USER fpwjp", "PASS fpw123", "RETR 12\r\nQUIT")
	require.NoError(t, l.Close())
	return &out, metrics
}

func TestLog(t *testing.T) {
	out, _ := watched(t, "json")
	var names []string
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var entry map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
		name := entry["msg"].(string)
		switch name {
		case "login":
			name += " " + entry["mechanism"].(string) + " " + entry["user"].(string)
		case "refused":
			name += " " + entry["verb"].(string) + " " + entry["code"].(string) + " " + entry["enhanced"].(string)
		}
		names = append(names, name)
	}
	assert.Equal(t, []string{
		"connected", "login PLAIN ", "refused AUTH 535 5.7.8", "login PLAIN fpwjp", "refused  500 5.5.2", "refused RCPT 550 5.1.1",
		"mail", "delivered", "ended",
		"connected", "login PASS ", "refused PASS -ERR AUTH", "login PASS fpwjp", "locked", "retrieved", "unlocked", "ended",
	}, names)
	for _, secret := range []string{"fpw12", "AGZwd2pw", "wrong", "\x1b"} {
		assert.NotContains(t, out.String(), secret)
	}
}

func TestTextLog(t *testing.T) {
	out, _ := watched(t, "text")
	assert.Contains(t, out.String(), "level=WARN msg=refused domain=lab.test service=smtp conn=1 peer=127.0.0.1 verb=RCPT code=550 enhanced=5.1.1\n")
}

func TestMetrics(t *testing.T) {
	_, metrics := watched(t, "text")
	page := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	assert.Equal(t, 200, page.Code)
	for _, line := range []string{
		`maillab_connections_total{domain="lab.test",service="pop3"} 1`,
		`maillab_connections_open{domain="lab.test",service="smtp"} 0`,
		`maillab_replies_total{code="550",domain="lab.test",service="smtp",verb="RCPT"} 1`,
		`maillab_replies_total{code="500",domain="lab.test",service="smtp",verb=""} 1`,
		`maillab_logins_total{domain="lab.test",mechanism="PLAIN",result="failed",service="smtp"} 1`,
		`maillab_logins_total{domain="lab.test",mechanism="PASS",result="ok",service="pop3"} 1`,
		`maillab_mails_total{domain="lab.test",service="smtp"} 1`,
		`maillab_deliveries_total 1`, `maillab_retrievals_total 1`, `maillab_queue_mails 0`,
		`maillab_session_seconds_count{domain="lab.test",service="smtp"} 1`,
	} {
		assert.Contains(t, page.Body.String(), line+"\n")
	}
	other := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(other, httptest.NewRequest("GET", "/", nil))
	assert.Equal(t, 404, other.Code)
}

func TestLogOfTheQueue(t *testing.T) {
	var out buffer
	l := observe.Formats["text"](&out)
	l.Notice(mockserver.Notice{Kind: mockserver.NoticeSetAside, Domain: "lab.test", File: "/mail/.queue/unreadable/x.json", Why: "bad\x1b[2J"})
	l.Notice(mockserver.Notice{Kind: mockserver.NoticeUnsaved, Domain: "lab.test", Message: "0ABC", Why: "disk full"})
	lines := strings.Split(out.String(), "\n")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[0], "level=WARN msg=set-aside domain=lab.test file=/mail/.queue/unreadable/x.json")
	assert.NotContains(t, lines[0], "\x1b")
	assert.Contains(t, lines[1], `level=ERROR msg=unsaved domain=lab.test message=0ABC why="disk full"`)
}

package mockserver_test

import (
	"bytes"
	"errors"
	"io"
	"net/smtp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/mockserver"
	"maillab/protocol"
)

// witness collects events and lets a test wait for one.
type witness struct {
	mu     sync.Mutex
	events []protocol.Event
	news   chan struct{}
}

func newWitness() *witness { return &witness{news: make(chan struct{}, 1000)} }

func (w *witness) emit(e protocol.Event) {
	w.mu.Lock()
	w.events = append(w.events, e)
	w.mu.Unlock()
	w.news <- struct{}{}
}

// wait returns the n-th event of a kind, from 1.
func (w *witness) wait(t *testing.T, k protocol.Kind, n int) protocol.Event {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		w.mu.Lock()
		seen := 0
		for _, e := range w.events {
			if e.Kind == k {
				if seen++; seen == n {
					w.mu.Unlock()
					return e
				}
			}
		}
		w.mu.Unlock()
		select {
		case <-w.news:
		case <-deadline:
			t.Fatalf("no event %s number %d in %v", k, n, w.events)
		}
	}
}

// clock gives out waits that end when the test says so.
type clock struct{ waits chan chan time.Time }

func newClock() clock { return clock{make(chan chan time.Time, 100)} }

func (c clock) after(time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	c.waits <- ch
	return ch
}

// tick ends the oldest wait.
func (c clock) tick() { ch := <-c.waits; ch <- time.Time{} }

const greeting = "From: jspdevelop@lab.test\r\nTo: liming@far.test\r\nSubject: hello\r\n\r\nhello\r\n.dot\r\n"

// submit logs in and sends a mail, with parameters after RCPT.
func submit(t *testing.T, l *mockserver.Lab, params string, to ...string) {
	t.Helper()
	c, err := smtp.Dial(l.Endpoints()[1].Addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Hello("desk"))
	require.NoError(t, c.Auth(smtp.PlainAuth("", "jspdevelop", "jsp123", "127.0.0.1")))
	say := func(line string, code int) {
		id, err := c.Text.Cmd("%s", line)
		require.NoError(t, err)
		c.Text.StartResponse(id)
		defer c.Text.EndResponse(id)
		_, _, err = c.Text.ReadResponse(code)
		require.NoError(t, err, line)
	}
	say("MAIL FROM:<jspdevelop@lab.test> ENVID=QQ+2B1", 250)
	for _, a := range to {
		say("RCPT TO:<"+a+">"+params, 250)
	}
	w, err := c.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte(greeting))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, c.Quit())
}

func TestMailGoesFromServerToServer(t *testing.T) {
	w := newWitness()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit})
	submit(t, l, "", "liming@far.test")
	assert.Equal(t, "liming@far.test", w.wait(t, protocol.KindDelivered, 1).Mailbox)
	assert.Equal(t, "mx.far.test", w.wait(t, protocol.KindRelayed, 1).Host, "the first exchanger is dead")
	box := l.Mailbox("liming@far.test")
	require.Len(t, box, 1)
	head, _, _ := strings.Cut(string(box[0].Content), "\r\n\r\n")
	assert.Equal(t, 2, strings.Count(head, "Received: from"), head)
	assert.Equal(t, 1, strings.Count(head, "Return-Path: "), head)
	assert.Contains(t, head, "Received: from smtp.lab.test ([127.0.0.1])\r\n\tby smtp.far.test")
	assert.Contains(t, head, "by smtp.lab.test (maillab) with ESMTPA")
	assert.True(t, strings.HasSuffix(string(box[0].Content), greeting))
	assert.Empty(t, l.Mailbox("jspdevelop"))
}

func TestRetryAfter4xx(t *testing.T) {
	w, c := newWitness(), newClock()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit, After: c.after})
	submit(t, l, " NOTIFY=DELAY,FAILURE", "later@far.test")
	e := w.wait(t, protocol.KindDeferred, 1)
	assert.Contains(t, e.Arg, "451 4.7.1")
	w.wait(t, protocol.KindDelivered, 1) // the report of the delay
	queue := l.Queue()
	require.Len(t, queue, 1)
	assert.Equal(t, []string{"later@far.test"}, queue[0].To)
	assert.Equal(t, 1, queue[0].Tries)
	c.tick()
	w.wait(t, protocol.KindRelayed, 1)
	assert.Len(t, l.Mailbox("liming@far.test"), 1)
	box := l.Mailbox("jspdevelop")
	require.Len(t, box, 1)
	assert.Equal(t, "delayed", reportOf(t, box[0]).Get("Action"))
}

func TestBounceAfter5xx(t *testing.T) {
	w := newWitness()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit})
	submit(t, l, " ORCPT=rfc822;no+2Bbody@far.test", "nobody@far.test")
	e := w.wait(t, protocol.KindBounced, 1)
	assert.Contains(t, e.Arg, "550 5.1.1")
	w.wait(t, protocol.KindDelivered, 1)
	box := l.Mailbox("jspdevelop")
	require.Len(t, box, 1)
	assert.True(t, bytes.HasPrefix(box[0].Content, []byte("Return-Path: <>\r\n")))
	assert.Empty(t, box[0].From)
	h := reportOf(t, box[0])
	assert.Equal(t, "failed", h.Get("Action"))
	assert.Equal(t, "5.1.1", h.Get("Status"))
	assert.Equal(t, "rfc822;nobody@far.test", h.Get("Final-Recipient"))
	assert.Equal(t, "rfc822;no+body@far.test", h.Get("Original-Recipient"))
	assert.Equal(t, "dns; mx.far.test", h.Get("Remote-Mta"))
	assert.Contains(t, h.Get("Diagnostic-Code"), "smtp; 550 5.1.1 <nobody@far.test>")
}

func TestBounceWhenTheTimeIsOver(t *testing.T) {
	w, c := newWitness(), newClock()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit, After: c.after, Retry: []time.Duration{time.Second, time.Second}})
	submit(t, l, "", "friend@dead.test")
	for n := range 2 {
		w.wait(t, protocol.KindDeferred, n+1)
		c.tick()
	}
	w.wait(t, protocol.KindBounced, 1)
	w.wait(t, protocol.KindDelivered, 1)
	assert.Equal(t, "4.4.7", reportOf(t, l.Mailbox("jspdevelop")[0]).Get("Status"))
}

func TestSuccessIsToldWhenAsked(t *testing.T) {
	w := newWitness()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit})
	submit(t, l, " NOTIFY=SUCCESS", "amy@far.test", "fpwjp@lab.test", "staff@lab.test")
	for n := range 5 { // fpwjp, jspdevelop as a member, amy, and two reports
		w.wait(t, protocol.KindDelivered, n+1)
	}
	var actions []string
	for _, m := range l.Mailbox("jspdevelop") {
		if m.From == "" {
			actions = append(actions, reportOf(t, m).Get("Action"))
		}
	}
	assert.Contains(t, actions, "delivered")
	submit(t, l, " NOTIFY=NEVER", "nobody@far.test")
	w.wait(t, protocol.KindBounced, 1)
	for _, m := range l.Mailbox("jspdevelop") {
		assert.NotContains(t, string(m.Content), "Action: failed")
	}
}

func TestCloseWithMailStillQueued(t *testing.T) {
	w, c := newWitness(), newClock()
	l, err := mockserver.Start(mockserver.Config{Empty: true, Emit: w.emit, After: c.after})
	require.NoError(t, err)
	submit(t, l, "", "friend@dead.test", "later@far.test")
	w.wait(t, protocol.KindDeferred, 2)
	require.NoError(t, l.Shutdown(t.Context()))
	assert.Empty(t, l.Queue())
}

func TestResetEmptiesTheQueue(t *testing.T) {
	w, c := newWitness(), newClock()
	l := start(t, mockserver.Config{Empty: true, Emit: w.emit, After: c.after})
	submit(t, l, "", "friend@dead.test")
	w.wait(t, protocol.KindDeferred, 1)
	l.Reset()
	require.Eventually(t, func() bool { return len(l.Queue()) == 0 }, 60*time.Second, time.Millisecond)
	assert.Empty(t, l.Mailbox("jspdevelop"))
}

// reportOf reads a multipart/report as a mail program does, and returns the fields of its recipient.
func reportOf(t *testing.T, m mockserver.Message) *message.Header {
	t.Helper()
	e, err := message.Read(bytes.NewReader(m.Content))
	require.NoError(t, err)
	kind, params, err := e.Header.ContentType()
	require.NoError(t, err)
	assert.Equal(t, "multipart/report", kind)
	assert.Equal(t, "delivery-status", params["report-type"])
	parts := e.MultipartReader()
	var kinds []string
	var fields *message.Header
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		kind, _, _ := p.Header.ContentType()
		kinds = append(kinds, kind)
		body, err := io.ReadAll(p.Body)
		require.NoError(t, err)
		if kind == "message/delivery-status" {
			assert.Equal(t, "7bit", p.Header.Get("Content-Transfer-Encoding"), "RFC 3464 §2.1")
			whole, err := message.Read(bytes.NewReader(body))
			require.NoError(t, err)
			assert.Equal(t, "dns; "+whole.Header.Get("Reporting-Mta")[len("dns; "):], whole.Header.Get("Reporting-Mta"))
			assert.Equal(t, "QQ+1", whole.Header.Get("Original-Envelope-Id"))
			recipient, err := message.Read(whole.Body)
			require.NoError(t, err)
			fields = &recipient.Header
		}
	}
	require.Len(t, kinds, 3)
	assert.Equal(t, "text/plain", kinds[0])
	return fields
}

package session_test

import (
	"bytes"
	"context"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"maillab/protocol"
	"maillab/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a server that says and expects what it is told: a step with ">" writes the rest raw,
// one with "<" reads exactly the rest, "=" waits for the client to
// close, "!" closes with a reset.
func script(t *testing.T, steps ...string) (host, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(60 * time.Second))
		for _, s := range steps {
			switch s[0] {
			case '>':
				if _, err := c.Write([]byte(s[1:])); err != nil {
					return
				}
			case '<':
				buf := make([]byte, len(s)-1)
				if _, err := readFull(c, buf); err != nil || string(buf) != s[1:] {
					t.Errorf("server read %q (%v), want %q", buf, err, s[1:])
					return
				}
			case '=':
				_, _ = c.Read(make([]byte, 1))
			case '!':
				_ = c.(*net.TCPConn).SetLinger(0)
				return
			}
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	host, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

func readFull(c net.Conn, buf []byte) (int, error) {
	n := 0
	for n < len(buf) {
		k, err := c.Read(buf[n:])
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// recorder keeps events and lets a test wait for one.
type recorder struct {
	mu     sync.Mutex
	events []protocol.Event
	news   chan struct{}
}

func newRecorder() *recorder { return &recorder{news: make(chan struct{}, 1000)} }

func (r *recorder) emit(e protocol.Event) {
	r.mu.Lock()
	r.events = append(r.events, e)
	r.mu.Unlock()
	r.news <- struct{}{}
}

func (r *recorder) await(t *testing.T, kind protocol.Kind) protocol.Event {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		r.mu.Lock()
		for _, e := range r.events {
			if e.Kind == kind {
				r.mu.Unlock()
				return e
			}
		}
		r.mu.Unlock()
		select {
		case <-r.news:
		case <-deadline:
			t.Fatalf("no %s event", kind)
		}
	}
}

func open(t *testing.T, server [2]string) (*session.Session, *recorder) {
	t.Helper()
	r := newRecorder()
	s, err := session.Dial(context.Background(), server[0], server[1], session.Config{
		Emit: r.emit, PartialAfter: 20 * time.Millisecond, FarewellAfter: 50 * time.Millisecond,
	})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s, r
}

func settle(t *testing.T, s *session.Session) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	require.NoError(t, s.Settle(ctx))
}

func say(t *testing.T, s *session.Session, line string) {
	t.Helper()
	_, err := s.Send(line)
	require.NoError(t, err)
	settle(t, s)
}

func TestConversation(t *testing.T) {
	s, r := open(t, scriptHost(t,
		">220 mx.test ESMTP\r\n", "<ehlo x\r\n", ">250-mx.test\r\n250 SIZE 10\r\n",
		"<mail from:  <ä\b>\r\n", ">501 no\r\n", "<quit\r\n", ">221 bye\r\n"))
	settle(t, s)
	assert.Equal(t, protocol.SMTP, s.Context().Protocol)
	say(t, s, "ehlo x")
	assert.Equal(t, []string{"SIZE 10"}, s.Context().Keywords)
	say(t, s, "mail from:  <ä\b>")
	say(t, s, "quit")
	<-s.Done()
	assert.Equal(t, protocol.ClosedByQuit, r.await(t, protocol.KindClosed).Close)
	_, err := s.Send("more")
	assert.ErrorIs(t, err, session.ErrClosed)
}

// scriptHost is script as two arguments.
func scriptHost(t *testing.T, steps ...string) [2]string {
	h, p := script(t, steps...)
	return [2]string{h, p}
}

func TestWhyItClosed(t *testing.T) {
	for name, c := range map[string]struct {
		steps []string
		say   string
		want  protocol.Close
	}{
		"at once":           {[]string{}, "", protocol.ClosedGreeting},
		"421":               {[]string{">220 x\r\n", ">421 4.4.2 time-out\r\n"}, "", protocol.ClosedBy421},
		"without a word":    {[]string{">220 x\r\n"}, "", protocol.ClosedByServer},
		"reset":             {[]string{">220 x\r\n", "<noop\r\n", "!"}, "noop", protocol.ClosedByReset},
		"postfix's refusal": {[]string{">220 x\r\n", "<a:b\r\n", ">221 2.7.0 Error: I can break rules, too.\r\n"}, "a:b", protocol.ClosedRefusal},
		"pop3 quit":         {[]string{">+OK x\r\n", "<quit\r\n", ">+OK bye\r\n"}, "quit", protocol.ClosedByQuit},
		"half a reply":      {[]string{">220 x\r\n", "<ehlo\r\n", ">250-half\r\n"}, "ehlo", protocol.ClosedByServer},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := open(t, scriptHost(t, c.steps...))
			if c.say != "" {
				settle(t, s)
				_, _ = s.Send(c.say)
			}
			<-s.Done()
			assert.Equal(t, c.want, r.await(t, protocol.KindClosed).Close)
		})
	}
}

func TestHostileServers(t *testing.T) {
	t.Run("no line ending", func(t *testing.T) {
		s, r := open(t, scriptHost(t, ">220 half a gree", "<never\r\n"))
		e := r.await(t, protocol.KindPartial)
		assert.Equal(t, "220 half a gree", string(e.Raw))
		_, err := s.Send("never")
		require.NoError(t, err)
		<-s.Done()
		assert.Equal(t, "220 half a gree", string(r.await(t, protocol.KindLine).Raw))
	})
	t.Run("a line of ten megabytes", func(t *testing.T) {
		s, r := open(t, scriptHost(t, ">220 "+strings.Repeat("x", 10<<20)+"\r\n"))
		<-s.Done()
		e := r.await(t, protocol.KindReply)
		assert.Len(t, r.await(t, protocol.KindLine).Raw, 64<<10)
		assert.Equal(t, 10<<20+4-64<<10, e.Reply.Cut)
		assert.Equal(t, "220", e.Reply.Code)
	})
	t.Run("binary", func(t *testing.T) {
		s, r := open(t, scriptHost(t, ">\x16\x03\x01\x00\x1b[2J\n"))
		<-s.Done()
		e := r.await(t, protocol.KindReply)
		assert.Empty(t, e.Reply.Code)
		assert.Equal(t, protocol.Protocol(""), e.Context.Protocol)
		assert.Equal(t, protocol.LF, r.await(t, protocol.KindLine).Ending)
	})
}

func TestDialProblems(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, closed, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	for name, c := range map[string]struct {
		host, port string
		want       session.DialProblem
	}{
		"refused":   {"127.0.0.1", closed, session.DialRefused},
		"bad port":  {"127.0.0.1", "99999", session.DialBadPort},
		"odd port":  {"127.0.0.1", "smpt", session.DialBadPort},
		"no folder": {"127.0.0.1", "-1", session.DialBadPort},
	} {
		_, err := session.Dial(context.Background(), c.host, c.port, session.Config{})
		var de *session.DialError
		require.ErrorAs(t, err, &de, name)
		assert.Equal(t, c.want, de.Problem, "%s: %v", name, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = session.Dial(ctx, "127.0.0.1", "1", session.Config{})
	var de *session.DialError
	require.ErrorAs(t, err, &de)
	assert.Equal(t, session.DialCancelled, de.Problem)
}

func TestUserCloses(t *testing.T) {
	s, r := open(t, scriptHost(t, ">220 x\r\n", "="))
	settle(t, s)
	require.NoError(t, s.Close())
	assert.Equal(t, protocol.ClosedByUser, r.await(t, protocol.KindClosed).Close)
}

func TestEventsSurviveJSON(t *testing.T) {
	e := protocol.Event{Kind: protocol.KindLine, Raw: []byte("\xff\x00x"), Time: time.Unix(0, 0).UTC()}
	data, err := e.MarshalJSON()
	require.NoError(t, err)
	var back protocol.Event
	require.NoError(t, back.UnmarshalJSON(data))
	assert.True(t, bytes.Equal(e.Raw, back.Raw))
	assert.Equal(t, e.Kind, back.Kind)
}

// TestHangUpAfterARefusalIsNoticed: the next line is not sent to a server that has gone.
func TestHangUpAfterARefusalIsNoticed(t *testing.T) {
	for name, c := range map[string]struct{ greeting, line, reply string }{
		"postfix": {"220 x\r\n", "mailfrom:<a@b>", "221 2.7.0 Error: I can break rules, too. Goodbye.\r\n"},
		"dovecot": {"+OK x\r\n", "cc", "-ERR Too many invalid bad commands.\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := open(t, scriptHost(t, ">"+c.greeting, "<"+c.line+"\r\n", ">"+c.reply))
			settle(t, s)
			say(t, s, c.line)
			_, err := s.Send("next")
			require.ErrorIs(t, err, session.ErrClosed)
			assert.Equal(t, protocol.ClosedRefusal, r.await(t, protocol.KindClosed).Close)
		})
	}
}

func TestOverWithTheClosedEvent(t *testing.T) {
	host := scriptHost(t, ">220 mx.test ESMTP\r\n")
	var s *session.Session
	dialled, answer := make(chan struct{}), make(chan bool, 1)
	emit := func(e protocol.Event) {
		if e.Kind != protocol.KindClosed {
			return
		}
		go func() { // a front end that asks at once, beside the event
			<-dialled
			for s.Context().State != protocol.StateClosed {
				runtime.Gosched()
			}
			answer <- s.Over()
		}()
	}
	s, err := session.Dial(context.Background(), host[0], host[1], session.Config{Emit: emit})
	require.NoError(t, err)
	close(dialled)
	defer s.Close()
	assert.True(t, <-answer, "whoever sees the state closed must not take the conversation for going on")
}

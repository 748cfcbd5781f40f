package mockserver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

func pathOf(t *testing.T, address string) protocol.Path {
	t.Helper()
	p, ok := protocol.ParseMailbox(address)
	require.True(t, ok)
	return p
}

// TestAReportThatCannotBeKept is told later: the mail does not leave the queue before.
func TestAReportThatCannotBeKept(t *testing.T) {
	dir := t.TempDir()
	l, err := Start(Config{Data: dir, Empty: true, Alone: true, Retry: []time.Duration{time.Hour, time.Hour}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	id := l.ids.next()
	a, b := addressee{path: pathOf(t, "a@far.test"), away: true}, addressee{path: pathOf(t, "b@far.test"), away: true}
	c, err := l.hold(&parcel{id: id, from: pathOf(t, "jspdevelop@lab.test"), arrived: time.Now(), rcpts: []addressee{a, b}},
		&Message{ID: id, Received: time.Now(), Content: []byte("Subject: x\r\n\r\nhi\r\n")})
	require.NoError(t, err)
	p, envelope := c.parcels[0], filepath.Join(dir, queueName, id+recordSuffix)

	tmp := filepath.Join(dir, "jspdevelop", boxFolder, "tmp")
	require.NoError(t, os.Rename(tmp, tmp+"x")) // the disk takes nothing for a moment
	l.settle(p, []outcomeOf{
		{addressee: a, action: actionFailed, status: "5.1.1", diagnostic: "550 no"},
		{addressee: b, action: actionDelayed, status: "4.0.0", diagnostic: "450 later"},
	}, 0)
	l.settle(p, []outcomeOf{{addressee: b, action: actionRelayed, status: "2.0.0", passed: true}}, 1)
	assert.Empty(t, p.rcpts)
	assert.FileExists(t, envelope, "somebody is still to be told")
	assert.False(t, p.next.IsZero(), "and a time for it is set")
	require.NoError(t, os.Rename(tmp+"x", tmp))
	l.settle(p, nil, 2)
	assert.NoFileExists(t, envelope)
	mails := l.Mailbox("jspdevelop")
	require.Len(t, mails, 1)
	assert.Contains(t, string(mails[0].Content), "a@far.test")
	assert.NotContains(t, string(mails[0].Content), "b@far.test")
}

// TestSettingAsideLosesNoContent: where the content cannot be moved away, its envelope stays, and with it the content.
func TestSettingAsideLosesNoContent(t *testing.T) {
	d, err := openDisk(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.close()) })
	id := idOf(time.Now().UnixMicro())
	p := &parcel{id: id, from: pathOf(t, "a@lab.test"), domain: "far.test", rcpts: []addressee{{path: pathOf(t, "b@far.test")}}}
	_, err = d.keepQueued(&Message{ID: id, Content: []byte("x\r\n")}, []*parcel{p})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.queue.Path(id+recordSuffix), []byte("{"), 0o600))
	require.NoError(t, os.MkdirAll(d.queue.Path(filepath.Join(strangeName, id+contentSuffix, "x")), 0o700))
	for range 2 { // two starts
		mails, strays, err := d.queued()
		require.NoError(t, err)
		assert.Empty(t, mails)
		require.Len(t, strays, 1)
	}
	assert.FileExists(t, d.queue.Path(id+contentSuffix))
}

// TestAFullMailboxIsLookedAtAgain: mail may have been taken from the Maildir since, by whatever program.
func TestAFullMailboxIsLookedAtAgain(t *testing.T) {
	dir := t.TempDir()
	l, err := Start(Config{Data: dir, Empty: true, Alone: true, Limits: Limits{Mailbox: 500}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	c := dialTo(t, l, "smtp")
	c.reply()
	c.say("EHLO x")
	send := func() string {
		for _, line := range []string{"RSET", "MAIL FROM:<>"} {
			c.say(line)
		}
		if refused := c.say("RCPT TO:<fpwjp@lab.test>"); refused[0] != '2' {
			return refused
		}
		c.say("DATA")
		c.send("Subject: x\r\n\r\n" + strings.Repeat("y", 600))
		return c.say(".")
	}
	assert.Contains(t, send(), "250 ")
	assert.Contains(t, send(), "452 4.2.2 ")
	mails, err := filepath.Glob(filepath.Join(dir, "fpwjp", boxFolder, "new", "*"))
	require.NoError(t, err)
	require.Len(t, mails, 1)
	require.NoError(t, os.Remove(mails[0]))
	assert.Contains(t, send(), "250 ")
}

// TestChunksUnderAFault: what a fault answers are no octets that become commands.
func TestChunksUnderAFault(t *testing.T) {
	l, err := Start(Config{Empty: true, Alone: true, Faults: []string{"error-at:bdat,451"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	c := dialTo(t, l, "smtp")
	c.reply()
	for _, line := range []string{"EHLO x", "MAIL FROM:<>", "RCPT TO:<fpwjp@lab.test>"} {
		c.say(line)
	}
	const evil = "MAIL FROM:<smuggled@x.test>"
	c.send(fmt.Sprintf("BDAT %d\r\n%s\r\nBDAT 0 LAST\r\nNOOP", len(evil)+2, evil))
	assert.Contains(t, c.reply(), "451 ")
	assert.Contains(t, c.reply(), "451 ")
	assert.Contains(t, c.reply(), "250 2.0.0 ", "NOOP")
	assert.Contains(t, c.say("DATA"), "503 ", "only RSET helps after a chunk that failed")
	assert.Contains(t, c.say("RSET"), "250 ")
}

// TestShutdownWaitsForTheSecondDomain: a mail that comes in there may end, too.
func TestShutdownWaitsForTheSecondDomain(t *testing.T) {
	l, err := Start(Config{Empty: true})
	require.NoError(t, err)
	c := dialTo(t, l.neighbour, "smtp")
	c.reply()
	for _, line := range []string{"EHLO x", "MAIL FROM:<>", "RCPT TO:<amy@far.test>", "DATA"} {
		c.say(line)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error)
	go func() { done <- l.Shutdown(ctx) }()
	for !l.neighbour.draining.Load() {
		runtime.Gosched()
	}
	c.send("Subject: x\r\n\r\nhi")
	assert.Contains(t, c.say("."), "250 ")
	require.NoError(t, <-done)
}

// TestScramTakesAsLongForNobody: the time of an answer tells no names.
func TestScramTakesAsLongForNobody(t *testing.T) {
	l, err := Start(Config{Empty: true, Alone: true, Listeners: []Listener{}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	for _, m := range mechanisms {
		x, scrams := m.begin(attempt{lab: l}).(*scramExchange)
		if !scrams {
			continue
		}
		known, nobody := l.scramKeys(x.hash, "fpwjp"), l.scramKeys(x.hash, "nobody")
		assert.Equal(t, known.Iters, nobody.Iters)
		assert.Len(t, nobody.StoredKey, len(known.StoredKey))
		assert.Len(t, nobody.ServerKey, len(known.ServerKey))
		assert.NotEqual(t, nobody.StoredKey, l.scramKeys(x.hash, "nobody").StoredKey, "of a password that nobody knows")
	}
}

// TestOtherFoldersAreNoMailboxes: a data folder may be the root of a file system.
func TestOtherFoldersAreNoMailboxes(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "lost+found"), 0o700))
	l, err := Start(Config{Data: dir, Empty: true, Alone: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	_, err = os.Stat(filepath.Join(dir, "lost+found", boxFolder))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestALedgerOfNothing: a crash may have left anything in the file.
func TestALedgerOfNothing(t *testing.T) {
	dir := t.TempDir()
	l, err := Start(Config{Data: dir, Empty: true, Alone: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	require.NoError(t, os.WriteFile(filepath.Join(dir, "fpwjp", ledgerName), make([]byte, 70_000), 0o600))
	n, err := l.Load("fpwjp", func(each func([]byte) error) error { return each([]byte("x\n")) })
	require.NoError(t, err)
	assert.Equal(t, 1, n)
}

// TestRoomForMailsOnTheirWay: what is refused for want of room gives back what it had.
func TestRoomForMailsOnTheirWay(t *testing.T) {
	shared := &room{limit: 100}
	one, two := newIncoming(1000, memory{}.spool), newIncoming(1000, memory{}.spool)
	one.room, two.room = shared, shared
	one.takeChunk([]byte(strings.Repeat("a", 60)))
	two.takeChunk([]byte(strings.Repeat("b", 60)))
	require.NoError(t, one.failed)
	require.ErrorIs(t, two.failed, errNoRoom)
	one.takeChunk([]byte(strings.Repeat("a", 20)))
	two = newIncoming(1000, memory{}.spool)
	two.room = shared
	two.takeChunk([]byte("bbbb"))
	two.takeChunk([]byte(strings.Repeat("b", 20)))
	require.ErrorIs(t, two.failed, errNoRoom)
	one.takeChunk([]byte(strings.Repeat("a", 20))) // at once, not only when the other mail is over
	require.NoError(t, one.failed)
	one.drop()
	assert.Zero(t, shared.taken.Load())
}

// TestShutdownTellsInMidMail: whoever does not come to an end in time hears why the connection ends (RFC 5321 §3.8).
func TestShutdownTellsInMidMail(t *testing.T) {
	l, err := Start(Config{Empty: true, Alone: true})
	require.NoError(t, err)
	c := dialTo(t, l, "smtp")
	c.reply()
	for _, line := range []string{"EHLO x", "MAIL FROM:<>", "RCPT TO:<fpwjp@lab.test>", "DATA"} {
		c.say(line)
	}
	c.send("Subject: x")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	done := make(chan error)
	go func() { done <- l.Shutdown(ctx) }()
	assert.Contains(t, c.reply(), "421 4.3.2 ")
	require.ErrorIs(t, <-done, context.DeadlineExceeded)
	assert.Empty(t, l.Mailbox("fpwjp"))
}

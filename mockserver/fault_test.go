package mockserver

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// piped is a client on a connection that exists in memory only, so that time can be made to pass.
func piped(t *testing.T, l *Lab, service string) *client {
	t.Helper()
	ours, theirs := net.Pipe()
	s, ok := serviceNamed(service)
	require.True(t, ok)
	done := make(chan struct{})
	go func() { defer close(done); l.serve(theirs, &s) }()
	t.Cleanup(func() { _ = ours.Close(); <-done })
	return &client{t, ours, bufio.NewReader(ours)}
}

// inTime runs a test in a bubble with a clock of its own and a lab without listeners.
func inTime(t *testing.T, cfg Config, test func(t *testing.T, l *Lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg.Listeners, cfg.Alone = []Listener{}, true
		l, err := Start(cfg)
		require.NoError(t, err)
		t.Cleanup(func() { _ = l.Close() })
		test(t, l)
	})
}

// begin greets and opens a mail up to RCPT.
func (c *client) begin() {
	c.t.Helper()
	c.reply()
	for _, line := range []string{"EHLO x", "MAIL FROM:<a@b.test>"} {
		require.Equal(c.t, "250", c.say(line)[:3])
	}
}

// login opens fpwjp's maildrop.
func (c *client) login() {
	c.t.Helper()
	c.reply()
	for _, line := range []string{"USER fpwjp", "PASS fpw123"} {
		require.Equal(c.t, "+OK", c.say(line)[:3])
	}
}

func TestEveryFaultLoads(t *testing.T) {
	all, err := loadFaults()
	require.NoError(t, err)
	var names []string
	for _, f := range all {
		names = append(names, f.Usage())
		assert.NotEmpty(t, f.Strike, f.Name)
	}
	assert.Equal(t, []string{
		"auth-down", "bad-challenge[:HOW]", "cut-after[:COMMAND]", "cut-before[:COMMAND]", "cut-in-content[:OCTETS]", "cut-in-message[:OCTETS]",
		"error-at[:COMMAND][,CODE]", "greylist[:WAIT][,NAME]", "locked", "lying-sizes[:OCTETS]", "mailbox-broken",
		"mailbox-full[:CODE]", "rate-limit[:N][,PERIOD]", "restart[:COMMAND][,DOWN]", "slow[:DELAY]", "starttls-stripped[:HOW]",
		"tls-expired", "tls-failure[:HOW]", "tls-self-signed", "tls-wrong-name[:NAME]",
		"too-many-recipients[:N]", "trickle[:DELAY]", "wrong-auth[:CODE]",
	}, names)
}

func TestFaultFilesAreReadStrictly(t *testing.T) {
	const head = "title = {en=\"a\", zh=\"b\"}\nabout = {en=\"a\", zh=\"b\"}\n"
	for file, want := range map[string]string{
		head + "nonsense = 1":                             "fault/x.toml:3:1: unknown key",
		"title = {en=\"a\"}\nabout={en=\"a\",zh=\"b\"}":   "fault/x.toml:1: title lacks a language",
		head + "[[arg]]\nname=\"a\"\nkind=\"colour\"":     "no kind is called",
		head + "[[strike]]\nat=\"midnight\"":              "no place is called \"midnight\"",
		head + "[[strike]]\nat=\"command\"\nwait=\"x\"":   "invalid duration",
		head + "[[strike]]\nat=\"command\"\nclose=\"x\"":  "close is before or after",
		head + "[[strike]]\nat=\"command\"\ncode=\"451\"": "an answer needs code and after",
	} {
		_, err := readFaults(fstest.MapFS{"fault/x.toml": {Data: []byte(file)}}, "fault/*.toml")
		assert.ErrorContains(t, err, want, file)
	}
}

func TestWhatCannotBeSwitchedOn(t *testing.T) {
	inTime(t, Config{}, func(t *testing.T, l *Lab) {
		for spec, arg := range map[string]string{
			"plague": "", "greylist:soon": "wait", "greylist:1s,x,y": "", "cut-before:NONSENSE": "command", "mailbox-full:451": "code",
			"too-many-recipients:-1": "n", "greylist:48h": "wait",
		} {
			var bad *FaultError
			require.ErrorAs(t, l.SetFaults(spec), &bad, spec)
			assert.Equal(t, arg, bad.Arg, spec)
			assert.Empty(t, l.FaultsOn())
		}
		require.NoError(t, l.SetFaults("greylist", "cut-before:rcpt", "slow:1s", "slow:2s"))
		assert.Equal(t, []string{"greylist:30s,*", "cut-before:RCPT", "slow:2s"}, l.FaultsOn())
		require.NoError(t, l.SetFaults())
		assert.Empty(t, l.FaultsOn())
	})
}

func TestGreylist(t *testing.T) {
	inTime(t, Config{Faults: []string{"greylist:10s"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.begin()
		assert.Equal(t, "451 4.7.1 <fpwjp@lab.test>: greylisted, try again later", c.say("RCPT TO:<fpwjp@lab.test>"))
		time.Sleep(9 * time.Second)
		assert.Equal(t, "451", c.say("RCPT TO:<fpwjp@lab.test>")[:3])
		time.Sleep(time.Second)
		assert.Equal(t, "451", c.say("RCPT TO:<jspdevelop@lab.test>")[:3], "each recipient waits on its own")
		assert.Equal(t, "250", c.say("RCPT TO:<fpwjp@lab.test>")[:3])
		c.say("QUIT")
		again := piped(t, l, "smtp")
		again.begin()
		assert.Equal(t, "250", again.say("RCPT TO:<fpwjp@lab.test>")[:3], "what was let through once stays so")
		again.say("QUIT")
	})
}

func TestRateLimitIsCounted(t *testing.T) {
	inTime(t, Config{Faults: []string{"rate-limit:2,1m"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.begin()
		c.say("RSET")
		assert.Equal(t, "250", c.say("MAIL FROM:<a@b.test>")[:3])
		c.say("RSET")
		assert.Equal(t, "421 4.7.0 Too many mails, at most 2 in 1m, closing the connection", c.say("MAIL FROM:<a@b.test>"))
		c.gone()
		time.Sleep(time.Minute)
		piped(t, l, "smtp").begin()
	})
}

func TestAnswersAtACommand(t *testing.T) {
	for spec, want := range map[string]string{
		"mailbox-full":          "452 4.2.2 Mailbox full",
		"mailbox-full:552":      "552 5.2.2 Mailbox full",
		"too-many-recipients:0": "452 4.5.3 Too many recipients, at most 0 a mail",
		"error-at:RCPT,550":     "550 5.3.0 The server cannot do that, as the lab was told to say",
	} {
		inTime(t, Config{Faults: []string{spec}}, func(t *testing.T, l *Lab) {
			c := piped(t, l, "smtp")
			c.begin()
			assert.Equal(t, want, c.say("RCPT TO:<fpwjp@lab.test>"))
			assert.Equal(t, "503", c.say("DATA")[:3])
			c.say("QUIT")
		})
	}
}

func TestTooManyRecipientsTakesTheFirst(t *testing.T) {
	inTime(t, Config{Faults: []string{"too-many-recipients:1"}, Empty: true}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.begin()
		assert.Equal(t, "250", c.say("RCPT TO:<fpwjp@lab.test>")[:3])
		assert.Equal(t, "452", c.say("RCPT TO:<jspdevelop@lab.test>")[:3])
		c.say("DATA")
		c.send("hi")
		assert.Equal(t, "250", c.say(".")[:3])
		assert.Len(t, l.Mailbox("fpwjp"), 1)
		assert.Empty(t, l.Mailbox("jspdevelop"))
		c.say("QUIT")
	})
}

func TestSlowAndTrickle(t *testing.T) {
	inTime(t, Config{Faults: []string{"slow:3s"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "pop3")
		start := time.Now()
		c.reply()
		assert.Equal(t, 3*time.Second, time.Since(start), "the greeting too")
		c.say("CAPA")
		assert.Equal(t, 6*time.Second, time.Since(start))
	})
	inTime(t, Config{Faults: []string{"trickle:10ms"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		start := time.Now()
		hello := c.reply()
		assert.Equal(t, time.Duration(len(hello)+1)*10*time.Millisecond, time.Since(start))
		require.NoError(t, l.SetFaults())
		start = time.Now()
		c.say("HELO x")
		assert.Less(t, time.Since(start), 20*time.Millisecond, "over once it is switched off")
	})
}

// TestClosingEndsAPause: no fault keeps the lab from being closed.
func TestClosingEndsAPause(t *testing.T) {
	inTime(t, Config{Faults: []string{"slow:1h"}}, func(t *testing.T, l *Lab) {
		piped(t, l, "smtp")
		synctest.Wait()
		start := time.Now()
		require.NoError(t, l.Close())
		synctest.Wait()
		assert.Zero(t, time.Since(start))
	})
}

func TestCutBeforeAndAfter(t *testing.T) {
	for spec, delivered := range map[string]int{"cut-before:.": 0, "cut-after:.": 1} {
		inTime(t, Config{Faults: []string{spec}, Empty: true}, func(t *testing.T, l *Lab) {
			c := piped(t, l, "smtp")
			c.begin()
			c.say("RCPT TO:<fpwjp@lab.test>")
			c.say("DATA")
			c.send("hi\r\n.")
			c.gone()
			synctest.Wait()
			assert.Len(t, l.Mailbox("fpwjp"), delivered, spec)
		})
	}
	inTime(t, Config{Faults: []string{"cut-before:QUIT"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "pop3")
		c.login()
		c.say("DELE 1")
		c.send("QUIT")
		c.gone()
		synctest.Wait()
		assert.Len(t, l.Mailbox("fpwjp"), 11, "nothing is deleted without QUIT")
	})
}

func TestCutInTheMiddle(t *testing.T) {
	inTime(t, Config{Faults: []string{"cut-in-content:20"}, Empty: true}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.begin()
		c.say("RCPT TO:<fpwjp@lab.test>")
		c.say("DATA")
		c.send("Subject: x\r\n")
		_, _ = io.WriteString(c.nc, "more than twenty octets\r\n")
		c.gone()
		synctest.Wait()
		assert.Empty(t, l.Mailbox("fpwjp"))
	})
	inTime(t, Config{Faults: []string{"cut-in-message:100"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "pop3")
		c.login()
		c.send("RETR 1")
		got, err := io.ReadAll(c.r)
		require.NoError(t, err)
		assert.Len(t, got, 100)
	})
}

func TestLoginsThatFail(t *testing.T) {
	for spec, want := range map[string][2]string{
		"wrong-auth":     {"535 5.7.8", "-ERR [AUTH]"},
		"wrong-auth:432": {"432 4.7.12", "-ERR [AUTH]"},
		"wrong-auth:454": {"454 4.7.0", "-ERR [SYS/TEMP]"},
		"wrong-auth:500": {"500 5.5.6", "-ERR [SYS/PERM]"},
		"wrong-auth:534": {"534 5.7.9", "-ERR [AUTH]"},
		"wrong-auth:538": {"538 5.7.11", "-ERR [AUTH]"},
		"auth-down":      {"454 4.7.0", "-ERR [SYS/TEMP]"},
		"locked":         {"235 2.7.0", "-ERR [IN-USE]"},
		"mailbox-broken": {"235 2.7.0", "-ERR [SYS/PERM]"},
	} {
		inTime(t, Config{Faults: []string{spec}}, func(t *testing.T, l *Lab) {
			c := piped(t, l, "smtp")
			c.reply()
			c.say("EHLO x")
			said := c.say("AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz")
			assert.True(t, strings.HasPrefix(said, want[0]), "%s: %s", spec, said)
			c.say("QUIT")
			p := piped(t, l, "pop3")
			p.reply()
			p.say("USER fpwjp")
			said = p.say("PASS fpw123")
			assert.True(t, strings.HasPrefix(said, want[1]), "%s: %s", spec, said)
			p.say("QUIT")
		})
	}
}

// TestFaultsSpeakThePersonasLanguage: where the persona has words of its own for the same thing.
func TestFaultsSpeakThePersonasLanguage(t *testing.T) {
	inTime(t, Config{Faults: []string{"mailbox-full", "wrong-auth"}, Personas: []string{"postfix"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.reply()
		c.say("EHLO x")
		assert.Equal(t, "535 5.7.8 Error: authentication failed: authentication failure", c.say("AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz"))
		require.NoError(t, l.SetFaults("mailbox-full", "wrong-auth:534"))
		assert.Equal(t, "534 5.7.9 Authentication mechanism is too weak", c.say("AUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz"))
		c.say("MAIL FROM:<a@b.test>")
		assert.Equal(t, "452 4.2.2 <fpwjp@lab.test>: Recipient address rejected: Mailbox is full", c.say("RCPT TO:<fpwjp@lab.test>"))
		require.NoError(t, l.SetFaults("mailbox-full:552"))
		assert.Equal(t, "552 5.2.2 Mailbox full", c.say("RCPT TO:<fpwjp@lab.test>"))
		c.say("QUIT")
	})
}

func TestGreylistForOne(t *testing.T) {
	inTime(t, Config{Faults: []string{"greylist:10s,fpwjp"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.begin()
		assert.Equal(t, "250", c.say("RCPT TO:<jspdevelop@lab.test>")[:3])
		assert.Equal(t, "451", c.say("RCPT TO:<FPWJP@lab.test>")[:3])
		c.say("QUIT")
	})
}

// TestHabitsStay: what belongs to the server is not switched off, and nobody is told of it.
func TestHabitsStay(t *testing.T) {
	emit := func(e protocol.Event) { assert.NotEqual(t, protocol.KindFault, e.Kind) }
	inTime(t, Config{Habits: []string{"greylist:0s,fpwjp"}, Emit: emit}, func(t *testing.T, l *Lab) {
		require.NoError(t, l.SetFaults("error-at:NOOP"))
		require.NoError(t, l.SetFaults())
		assert.Empty(t, l.FaultsOn())
		c := piped(t, l, "smtp")
		c.begin()
		assert.Equal(t, "451", c.say("RCPT TO:<fpwjp@lab.test>")[:3])
		assert.Equal(t, "250", c.say("RCPT TO:<fpwjp@lab.test>")[:3])
		c.say("QUIT")
	})
}

func TestSizesTooSmall(t *testing.T) {
	inTime(t, Config{Faults: []string{"lying-sizes:-100000"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "pop3")
		c.login()
		assert.Equal(t, "+OK 1 0", c.say("LIST 1"))
		assert.Equal(t, "+OK 11 0", c.say("STAT"))
		c.say("QUIT")
	})
}

func TestLyingSizes(t *testing.T) {
	inTime(t, Config{Faults: []string{"lying-sizes:1000"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "pop3")
		c.login()
		lie := c.say("LIST 1")
		require.NoError(t, l.SetFaults())
		truth := c.say("LIST 1")
		assert.NotEqual(t, truth, lie)
		c.say("QUIT")
	})
}

func TestRestart(t *testing.T) {
	inTime(t, Config{Faults: []string{"restart:DATA,5s"}}, func(t *testing.T, l *Lab) {
		p := piped(t, l, "pop3")
		p.login()
		p.say("DELE 1")
		c := piped(t, l, "smtp")
		c.begin()
		c.say("RCPT TO:<fpwjp@lab.test>")
		assert.Equal(t, "421 4.3.2 Service restarting, closing the connection", c.say("DATA"))
		c.gone()
		p.gone()
		piped(t, l, "smtp").gone()
		time.Sleep(5 * time.Second)
		again := piped(t, l, "pop3")
		again.login()
		assert.Equal(t, "+OK 11", again.say("STAT")[:6], "marks are gone with the session")
		again.say("QUIT")
		c = piped(t, l, "smtp")
		c.begin()
		c.say("RCPT TO:<fpwjp@lab.test>")
		assert.Equal(t, "354", c.say("DATA")[:3], "it restarts once")
	})
}

func TestFaultsAreTold(t *testing.T) {
	var mu sync.Mutex
	var told []string
	emit := func(e protocol.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Kind == protocol.KindFault {
			told = append(told, e.Name+" "+e.Arg)
		}
	}
	inTime(t, Config{Faults: []string{"error-at:NOOP"}, Emit: emit}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.reply()
		c.say("NOOP")
		c.say("QUIT")
		mu.Lock()
		defer mu.Unlock()
		assert.Equal(t, []string{"error-at NOOP"}, told)
	})
}

// TestWrongPasswordsCostTime: from the fourth on, for the one who guesses and nobody else.
func TestWrongPasswordsCostTime(t *testing.T) {
	inTime(t, Config{Limits: Limits{BadPassword: 2 * time.Second}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "pop3")
		c.reply()
		start := time.Now()
		for range 3 {
			c.say("USER fpwjp")
			assert.Equal(t, "-ERR", c.say("PASS wrong")[:4])
		}
		assert.Zero(t, time.Since(start))
		c.say("USER fpwjp")
		c.send("PASS wrong")
		other := piped(t, l, "smtp")
		other.begin()
		assert.Zero(t, time.Since(start), "nobody else waits")
		c.reply()
		assert.Equal(t, 2*time.Second, time.Since(start))
		c.say("USER fpwjp")
		c.say("PASS fpw123")
		assert.Equal(t, 2*time.Second, time.Since(start), "the right one costs nothing")
		c.say("QUIT")
	})
}

func TestPersonaSlowsDownAndHangsUp(t *testing.T) {
	inTime(t, Config{Personas: []string{"postfix"}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.reply()
		start := time.Now()
		for range 10 {
			c.say("XYZZY")
		}
		assert.Zero(t, time.Since(start))
		for range 10 {
			c.say("XYZZY")
		}
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.Equal(t, "421 4.7.0 smtp.lab.test Error: too many errors", c.reply())
		c.gone()
	})
}

// TestADripGainsNothing: octets that come one by one do not keep a session alive, neither in a mail nor
// in the chunks of one nor in a line.
func TestADripGainsNothing(t *testing.T) {
	mail := []string{"EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<fpwjp@lab.test>"}
	for name, d := range map[string]struct {
		service    string
		said       []string
		drip, want string
	}{
		"content":       {"smtp", append(mail[:3:3], "DATA"), "x\r\n", "421 4.4.2 smtp.lab.test The mail comes too slowly, closing the connection"},
		"one chunk":     {"smtp", append(mail[:3:3], ""), "x", "421 4.4.2 smtp.lab.test The mail comes too slowly, closing the connection"},
		"a line":        {"smtp", mail[:1], "x", "421 4.4.2 smtp.lab.test The line comes too slowly, closing the connection"},
		"a POP3 line":   {"pop3", nil, "x", ""},
		"a login":       {"smtp", append(mail[:1:1], "AUTH LOGIN"), "x", "421 4.4.2 smtp.lab.test The line comes too slowly, closing the connection"},
		"an empty line": {"pop3", nil, " ", ""},
	} {
		inTime(t, Config{IdleTimeout: time.Hour, Limits: Limits{Grace: time.Minute, Rate: 10}}, func(t *testing.T, l *Lab) {
			c := piped(t, l, d.service)
			c.reply()
			for _, line := range d.said {
				if line == "" {
					c.send("BDAT 1000000 LAST")
					continue
				}
				c.say(line)
			}
			start := time.Now()
			dripping := make(chan struct{})
			go func() {
				defer close(dripping)
				for {
					if _, err := io.WriteString(c.nc, d.drip); err != nil {
						return
					}
					time.Sleep(5 * time.Second)
				}
			}()
			if d.want == "" {
				c.gone()
			} else {
				assert.Equal(t, d.want, c.reply(), name)
			}
			assert.Less(t, time.Since(start), 2*time.Minute, name)
			_ = c.nc.Close()
			<-dripping
		})
	}
}

// TestChunksShareOneClock: a new BDAT brings no new time to a mail that comes too slowly.
func TestChunksShareOneClock(t *testing.T) {
	inTime(t, Config{IdleTimeout: time.Hour, Limits: Limits{Grace: time.Minute, Rate: 10}}, func(t *testing.T, l *Lab) {
		c := piped(t, l, "smtp")
		c.begin()
		c.say("RCPT TO:<fpwjp@lab.test>")
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 3 {
				_, _ = io.WriteString(c.nc, "BDAT 2\r\n")
				time.Sleep(25 * time.Second)
				_, _ = io.WriteString(c.nc, "x\n")
			}
		}()
		assert.Equal(t, "250", c.reply()[:3])
		assert.Equal(t, "250", c.reply()[:3])
		assert.Equal(t, "421 4.4.2 smtp.lab.test The mail comes too slowly, closing the connection", c.reply())
		c.gone()
		_ = c.nc.Close()
		<-done
	})
}

package lab_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"maillab/explain"
	"maillab/lab"
	"maillab/lessons"
	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSendByHand(t *testing.T) {
	d := newDesk(t)
	before := len(d.net.Mailbox("fpwjp"))
	d.say("telnet smtp.lab.test 25", "ehlo jspdevelop", "auth login", "anNwZGV2ZWxvcA==", "anNwMTIz",
		"mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data",
		"Subject: hello", "", ":help", "..dot", ".", "quit")
	assert.Equal(t, []string{"220", "250", "334", "334", "235", "250", "250", "354", "250", "221"}, d.codes())
	mails := d.net.Mailbox("fpwjp")
	require.Len(t, mails, before+1)
	assert.Contains(t, string(mails[before].Content), "Subject: hello\r\n\r\n:help\r\n.dot\r\n")
	assert.False(t, d.shell.Connected())
}

func TestLinesAtTheLabsPrompt(t *testing.T) {
	d := newDesk(t)
	for line, want := range map[string]string{
		"ehlo x":                           "EHLO is an SMTP command, but nobody is listening yet",
		"mailfrom:<a@b>":                   "MAIL is an SMTP command",
		"retr 11":                          "RETR is a POP3 command",
		"telent smtp.lab.test":             "Did you mean `telnet`",
		"xyzzy":                            "`xyzzy` is no command of the lab",
		":nothing":                         "`nothing` is no command of the lab",
		"telnet":                           "Which server?",
		"telnet 25":                        "`telnet smtp.lab.test 25`",
		"telnet a 25 extra":                "`extra` is too much",
		"telnet smtp.lab.test 99":          "Its open ports: 25, 587",
		"telnet nosuch.lab.test":           "The lab has no server named nosuch.lab.test",
		"telnet mail.other.test":           "The lab has no server named mail.other.test",
		"telnet 127.0.0.1 notport":         "notport is no port",
		"close":                            "You are not connected",
		"state":                            "Connect first",
		"hint":                             "No lesson is going on",
		"lesson smtp-sned":                 "Did you mean `smtp-send`",
		"lesson qqqqqqqqqq":                "There is no lesson `qqqqqqqqqq`",
		"lang fr":                          "not fr",
		"help nonsense":                    "Nothing is known about `nonsense`",
		"inbox nobody":                     "The lab has no user nobody",
		"inbox fpwjp 99":                   "There is no mail number 99",
		"base64 frob":                      "`frob` is neither",
		"explain":                          "Say how much to explain",
		"：next":                            "“：” is a full-width character of an input method; lab commands are written in ASCII: `next`",
		"telnet smtp.lab.test：25":          "`telnet smtp.lab.test:25`",
		"telnet　smtp.lab.test 25。":         "`telnet smtp.lab.test 25`",
		"fault error-at:RCPT，450":          "`fault error-at:RCPT,450`",
		"maillab telnet smtp.lab.test":     "leave its name out: `telnet smtp.lab.test`",
		"GET / HTTP/1.1":                   "`GET` is no command of the lab. `help`",
		"codes 550":                        "550",
		"telnet smtp.lab.test 25 ssl":      "write `telnet smtp.lab.test 25 tls`",
		"telnet smtp.lab.test 25 starttls": "Connect in the clear first: `telnet smtp.lab.test 25`",
		"telnet https://mail.example.test": "takes a host and a port: `telnet mail.example.test 25`",
		"telnet smtp://lab.test:587/x":     "`telnet lab.test 587`",
		"fault off greylist":               "The fault `greylist` is not on",
		"fault error-at:foo":               "is no command. The form is `error-at[:COMMAND]",
		"fault greylist:x":                 "times are written `10s`",
		"fault moon.test/greylist":         "meant for servers of moon.test, and none run here",
		"persona moon.test/exim":           "meant for servers of moon.test, and none run here",
		"inbox nobody@lab.test":            "There are: jspdevelop, fpwjp, liming",
		"ehlo，me":                          "EHLO is an SMTP command",
		"“quit”":                           "lab commands are written in ASCII: `quit`",
		"？":                                "Keys: Tab completes",
		"base64 encode 你好，":                "5L2g5aW977yM",
		"\x1b[2Jbad":                       "`^[[2Jbad`",
	} {
		assert.Contains(t, d.say(line), want, line)
	}
	assert.Empty(t, d.say(""))
}

func TestNoGuessAtForeignWords(t *testing.T) {
	d := newDesk(t)
	for _, line := range []string{"你好！", ".一个点", "To:", "：帮助", "谢谢"} {
		assert.NotContains(t, d.say(line), "Did you mean", line)
	}
	assert.Contains(t, d.say("下一步"), "No lesson is going on")
}

func TestRefusedConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	d := newDesk(t)
	assert.Contains(t, d.say("telnet 127.0.0.1 "+port), "refused the connection on port "+port)
}

func TestColonWhileConnected(t *testing.T) {
	d := newDesk(t)
	d.say("telnet mail.lab.test 25", "ehlo x")
	assert.Contains(t, d.say(":status"), "State: identified")
	assert.Contains(t, d.say(":nosuch"), "nothing was sent")
	assert.Contains(t, d.say(":hlep"), "Did you mean `:help`")
	assert.Contains(t, d.say("lessons"), "a lab command is written with a colon: `:lessons`")
	assert.Contains(t, d.say("帮助"), "`:帮助`")
	for _, bye := range []string{"bye", "exit", "退出"} {
		assert.Contains(t, d.say(bye), "`"+bye+"` went to the server as you typed it. To end the conversation say `QUIT`")
	}
	assert.Contains(t, d.say(":fault error-at:RCPT，450"), "`:fault error-at:RCPT,450`")
	assert.Contains(t, d.say(":maillab codes"), "`:codes`")
	assert.Contains(t, d.say(":telnet pop3.lab.test"), "connected to mail.lab.test already")
	assert.Contains(t, d.say(":state"), "identified")
	assert.Contains(t, d.say(":lang zh"), "从现在起使用中文")
	assert.Contains(t, d.say(":lang en"), "in English")
	assert.Contains(t, d.say(":explain 334"), "334")
	assert.Contains(t, d.say(":explain 550 5.1.1 <x@y.test>: user unknown"), "no such mailbox")
	d.say(":send :colon")
	assert.Equal(t, "500", d.codes()[len(d.codes())-1])
	assert.Contains(t, d.say(":close"), "You hung up")
	assert.False(t, d.shell.Connected())
}

// TestWordsOfBoth: the server has a command of that name too.
func TestWordsOfBoth(t *testing.T) {
	d := newDesk(t)
	d.say("telnet pop3.lab.test 110")
	assert.Contains(t, d.say("lang zh"), "For the lab's own, type `:lang zh`")
	assert.NotContains(t, d.say("quit"), "the lab's own")
	d.say("telnet smtp.lab.test 25")
	assert.Contains(t, d.say("help"), "For the lab's own, type `:help`")
}

// TestListsInChinese: their comma is another one.
func TestListsInChinese(t *testing.T) {
	d := newDesk(t)
	d.say("lang zh")
	for line, want := range map[string]string{
		"telnet nosuch.lab.test":  "smtp.lab.test、",
		"telnet smtp.lab.test 99": "25、587",
		"fault nosuch":            "greylist、",
		"mx nosuch.test":          "lab.test、",
	} {
		assert.Contains(t, d.say(line), want, line)
	}
}

func TestEscapeWorksInContent(t *testing.T) {
	d := newDesk(t)
	d.say("telnet smtp.lab.test", "ehlo x", "mail from:<>", "rcpt to:<fpwjp@lab.test>", "data", ":close")
	require.True(t, d.shell.Connected(), "in content :close is content")
	ctx := context.Background()
	assert.False(t, d.shell.Escape(ctx, ""))
	assert.False(t, d.shell.Escape(ctx, "status"))
	assert.True(t, d.shell.Escape(ctx, "help"), "what is listed can be typed now")
	assert.True(t, d.shell.Escape(ctx, "nonsense"))
	require.True(t, d.shell.Connected())
	d.shell.Escape(ctx, "close")
	assert.False(t, d.shell.Connected())
	d.shell.Escape(ctx, "quit")
	assert.True(t, d.shell.Quitting())
}

func TestWhatHistoryKeeps(t *testing.T) {
	d := newDesk(t)
	nothing, memory, file := lab.Keeping{}, lab.Keeping{Memory: true}, lab.Keeping{Memory: true, File: true}
	check := func(want lab.Keeping, lines ...string) {
		t.Helper()
		for _, l := range lines {
			assert.Equal(t, want, d.shell.Keep(l), l)
		}
	}
	check(file, "telnet smtp.lab.test 25", "base64", "help")
	check(nothing, "base64 encode jsp123", "")
	check(memory, "pass fpw123", "jsp123")
	d.say("telnet smtp.lab.test 25", "ehlo x")
	check(file, "auth login", "mail from:<a@b.test>", ":state")
	check(nothing, "auth plain AGpzcGRldmVsb3AAanNwMTIz", ":base64 encode jsp123", ":send secret")
	check(memory, "anNwMTIz", "reptto:<x>")
	d.say("auth login")
	check(nothing, "anNwZGV2ZWxvcA==", "jsp123")
	d.say("*", "quit", "telnet pop3.lab.test 110", "user fpwjp")
	check(nothing, "pass fpw123", "PASS fpw123", "apop fpwjp c4c9334bac560ecc979e58001b3e22fb")
	check(memory, "pas fpw123")
	d.say("quit", "telnet smtp.lab.test 25", "ehlo x", "mail from:<>", "rcpt to:<fpwjp@lab.test>", "data")
	check(nothing, "Dear fpwjp,", ":help")
}

func TestMXAndQueue(t *testing.T) {
	d := newDesk(t)
	far := d.say("mx far.test")
	assert.Contains(t, far, "mx1.far.test.")
	assert.Contains(t, far, "The lowest preference is tried first")
	assert.Contains(t, d.say("mx someone@nomail.test"), "null MX")
	assert.Contains(t, d.say("mx pop3.lab.test"), "has no MX record")
	assert.Contains(t, d.say("mx elsewhere.example"), "has no domain elsewhere.example")
	assert.Contains(t, d.say("mx"), "lab.test, far.test, nomail.test, dead.test")
	assert.Contains(t, d.say("queue"), "The queue is empty")
	d.say("telnet smtp.lab.test 587", "ehlo x", "auth plain AGpzcGRldmVsb3AAanNwMTIz", "mail from:<jspdevelop@lab.test>",
		"rcpt to:<friend@dead.test>", "data", "Subject: x", "", ".", "quit")
	waiting := d.say("queue")
	assert.Contains(t, waiting, "friend@dead.test")
	assert.Contains(t, d.say("inbox amy@far.test"), "amy")
	assert.Contains(t, d.say("servers"), "smtp.far.test 25")
}

// TestChunkByHand: lines typed after BDAT are content until its octets have come.
func TestChunkByHand(t *testing.T) {
	d := newDesk(t)
	before := len(d.net.Mailbox("fpwjp"))
	d.say("telnet smtp.lab.test", "ehlo x", "mail from:<>", "rcpt to:<fpwjp@lab.test>", "bdat 24 last", "Subject: x", "", ":quit now", "quit")
	assert.Equal(t, []string{"220", "250", "250", "250", "250", "500", "221"}, d.codes())
	mails := d.net.Mailbox("fpwjp")
	require.Len(t, mails, before+1)
	assert.Contains(t, string(mails[before].Content), "Subject: x\r\n\r\n:quit now")
}

func TestCompletion(t *testing.T) {
	d := newDesk(t)
	texts := func(line string) []string {
		start, found := d.shell.Complete(line, len(line))
		var out []string
		for _, c := range found {
			out = append(out, line[:start]+c.Text)
		}
		return out
	}
	assert.Equal(t, []string{"telnet"}, texts("te"))
	assert.Equal(t, []string{"telnet smtp.lab.test"}, texts("telnet smtp.l"))
	assert.Equal(t, []string{"telnet smtp.lab.test 25", "telnet smtp.lab.test 587", "telnet smtp.lab.test 465"}, texts("telnet smtp.lab.test "))
	assert.Equal(t, []string{"lesson smtp-send", "lesson pop3-read"}, texts("lesson "))
	assert.Contains(t, texts(""), "lessons")
	d.say("telnet smtp.lab.test 25")
	assert.NotContains(t, texts(""), "MAIL FROM:<", "not legal before EHLO")
	assert.Contains(t, texts(""), "EHLO ")
	assert.Equal(t, []string{"mail from:<"}, texts("ma"), "not legal here, but nothing legal fits")
	d.say("ehlo x")
	assert.Equal(t, []string{"mail from:<"}, texts("m"))
	assert.Equal(t, []string{"AUTH LOGIN", "AUTH PLAIN", "AUTH CRAM-MD5"}, texts("AUTH ")[:3])
	assert.Equal(t, []string{"mail from:<jspdevelop@lab.test>"}, texts("mail from:<j"))
	assert.Equal(t, []string{":hint", ":help"}, texts(":h"))
	d.say("mail from:<>", "rcpt to:<fpwjp@lab.test>", "data")
	assert.Empty(t, texts(":h"), "content is content")
}

func TestBase64(t *testing.T) {
	d := newDesk(t)
	d.answers = []string{"jspdevelop", "jsp123"}
	got := d.say("base64")
	for _, want := range []string{"anNwZGV2ZWxvcA==", "anNwMTIz", "AGpzcGRldmVsb3AAanNwMTIz", "not encryption"} {
		assert.Contains(t, got, want)
	}
	assert.Contains(t, d.say("base64"), "Broken off")
	assert.Contains(t, d.say("base64 encode fpw123"), "ZnB3MTIz")
	assert.Contains(t, d.say("base64 decode VXNlcm5hbWU6"), "Username:")
	assert.Contains(t, d.say("base64 decode AGpzcGRldmVsb3AAanNwMTIz"), "password | jsp123")
	assert.Contains(t, d.say("base64 decode anNwZGV2ZWxvcA"), "`anNwZGV2ZWxvcA==`")
	assert.Contains(t, d.say("base64 decode an*w"), "`*` at position 3")
	assert.Contains(t, d.say("base64 decode anＡw"), "`Ａ` at position 3 is not ASCII")
	assert.Contains(t, d.say("base64 decode anNwZ"), "cut off at position 6")
	assert.Contains(t, d.say("base64 decode"), "There is no text")
}

func TestInbox(t *testing.T) {
	d := newDesk(t)
	assert.Contains(t, d.say("inbox"), "fpwjp | 11")
	assert.Contains(t, d.say("inbox fpwjp"), "11 | ")
	for n := 1; n <= 11; n++ {
		got := d.say(fmt.Sprintf("inbox fpwjp %d", n))
		assert.Contains(t, got, "subject | ")
		assert.NotContains(t, got, "=?", "mail %d: encoded words are decoded", n)
	}
	assert.Contains(t, d.say("inbox fpwjp 7"), "Attachment: message/delivery-status, ")
}

func TestBothLessonsPlayThemselves(t *testing.T) {
	for _, id := range []string{"smtp-send", "pop3-read"} {
		d := newDesk(t)
		require.NoError(t, d.shell.PlayLesson(context.Background(), id), id)
		done, step := d.shell.LessonFinished()
		assert.True(t, done, step.EN)
	}
}

func TestSkipDoesTheStepFromAnywhere(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send")
	lib, err := lessons.Builtin()
	require.NoError(t, err)
	l, _ := lib.Lesson("smtp-send")
	for i := range l.Steps {
		if done, _ := d.shell.LessonFinished(); done {
			break
		}
		if i == 6 {
			d.say(":close") // the connection is lost in the middle: skip restores it
		}
		got := d.say(":skip")
		assert.Contains(t, got, "done:", "step %d: %s", i+1, got)
	}
	done, step := d.shell.LessonFinished()
	assert.True(t, done, step.EN)
}

// TestLettersThatAreReallyGone: a real QUIT after DELE leaves the lesson nothing to mark.
func TestLettersThatAreReallyGone(t *testing.T) {
	d := newDesk(t)
	d.say("lesson pop3-read")
	for range 8 {
		d.say(":skip")
	}
	assert.Contains(t, d.say(":where"), "▶ | 9")
	assert.Contains(t, d.say("dele 3", "quit"), "`reset` at the lab's")
	require.Len(t, d.net.Mailbox("fpwjp"), 9)
	assert.Contains(t, d.say(":restart"), "Only 9 letters are left")
	assert.Contains(t, d.say(":where"), "▶ | 1")
	for range 8 {
		d.say(":skip")
	}
	d.say("rset", "dele 3", "quit")
	assert.Contains(t, d.say(":solution"), ":reset\ntelnet pop3.lab.test 110")
	assert.Contains(t, d.say(":skip"), "Step 9 of 10 done")
	require.Len(t, d.net.Mailbox("fpwjp"), 11)
}

func TestTheSentMailIsGoneAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "progress.json")
	saved := func(c *lab.Config) {
		var err error
		c.Progress, err = lab.OpenProgress(path, time.Now())
		require.NoError(t, err)
	}
	first := newDesk(t, saved)
	first.say("lesson smtp-send")
	for range 10 {
		first.say(":skip")
	}
	first.say(":leave")
	d := newDesk(t, saved)
	d.answers = []string{"y"}
	assert.Contains(t, d.say("lesson smtp-send"), "Step 11 of 11")
	got := d.say("inbox fpwjp")
	assert.Contains(t, got, "yours is not among them")
	assert.NotContains(t, got, "done")
	assert.Contains(t, d.say(":skip"), "Step 11 of 11 done")
	require.Len(t, d.net.Mailbox("fpwjp"), 12)
}

// TestGoalsAreChecked: what counts is what was asked for.
func TestGoalsAreChecked(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send", ":next", ":next")
	d.answers = []string{"jsp", "garbage"}
	assert.Contains(t, d.say("base64"), "not what this login needs")
	d.say("base64 encode jspdevelop")
	assert.NotContains(t, d.say("base64 encode jsp124"), "done")
	assert.Contains(t, d.say("next"), "the password, with `base64 encode jsp123`")
	assert.Contains(t, d.say("base64 encode jsp123"), "Step 3 of 11 done")
	d.say(":back")
	d.answers = []string{"jspdevelop", "jsp123"}
	assert.Contains(t, d.say("base64"), "Step 3 of 11 done")
	for range 5 {
		d.say(":skip")
	}
	got := d.say("data", "Hello", ":hint", "..dots", ".")
	assert.Contains(t, got, "without a header")
	assert.NotContains(t, got, "Step 9 of 11 done")
	assert.Contains(t, d.say("mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data", "Subject: x", "", "Hello", "."), "Step 9 of 11 done")
}

// TestMailsThatAreNone: each gets its own words, each time, and none passes the step.
func TestMailsThatAreNone(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send")
	for range 8 {
		d.say(":skip")
	}
	again := []string{"mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>"}
	for range 2 {
		assert.Contains(t, d.say("data", "From： me", "To： you", "", "text", "."), "full-width colon")
		d.say(again...)
	}
	got := d.say("data", "From: me", "Subject: no blank", "quit", ".")
	assert.Contains(t, got, "the empty line between header and text is missing")
	assert.NotContains(t, got, "Step 9 of 11 done")
	got = d.say(":next")
	assert.Contains(t, got, "an empty line after the header")
	assert.NotContains(t, got, "the end of the mail")
	assert.Contains(t, d.say(append(again, "data", "From: me", "", "text", ".")...), "Step 9 of 11 done")
}

// TestAnotherUsersMailbox: the lesson is about one mailbox, and a login counts on its own connection.
func TestAnotherUsersMailbox(t *testing.T) {
	d := newDesk(t)
	d.say("telnet pop3.lab.test 110", ":lesson pop3-read", ":next")
	assert.Contains(t, d.say("user jspdevelop", "pass jsp123", "stat", "quit", "telnet pop3.lab.test 110"), "Step 2 of 10 done")
	assert.Contains(t, d.say(":where"), "▶ | 3")
	got := d.say("user fpwjp", "user jspdevelop", "pass jsp123")
	assert.Contains(t, got, "another user's mailbox")
	assert.NotContains(t, got, "Step 4 of 10 done")
	assert.NotContains(t, d.say("stat", "list"), "done")
	assert.Contains(t, d.say("retr 11"), "another user's mailbox")
	assert.Contains(t, d.say(":skip"), "Step 4 of 10 done")
}

// TestAnOldLetterIsNotTheMail: it must be the mail that was sent.
func TestAnOldLetterIsNotTheMail(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send")
	for range 10 {
		d.say(":skip")
	}
	d.say("telnet pop3.lab.test 110", "user fpwjp", "pass fpw123")
	assert.Contains(t, d.say("retr 11"), "not the one you have just sent")
	assert.Contains(t, d.say("retr 12"), "Step 11 of 11 done")
}

func TestASkipThatFailsIsNoTick(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send")
	for range 7 {
		d.say(":skip")
	}
	d.say(":fault error-at:RCPT,550")
	got := d.say(":skip")
	assert.Contains(t, got, "Step 8 of 11 skipped, not done")
	assert.Contains(t, got, "Step 9 of 11")
	assert.NotContains(t, got, "Step 8 of 11 done")
	got = d.say(":where")
	assert.Contains(t, got, "✓ | 7")
	assert.Contains(t, got, "– | 8")
	assert.Contains(t, got, "Skipped (–) means not done")
	d.say(":fault off", "rcpt to:<fpwjp@lab.test>")
	assert.Contains(t, d.say(":where"), "✓ | 8", "done after all")
}

// TestLessonJoinsAConversation: a step that waits for a greeting says so where there has been one.
func TestLessonJoinsAConversation(t *testing.T) {
	d := newDesk(t)
	d.say("telnet pop3.lab.test 110", ":lesson pop3-read")
	assert.Contains(t, d.say(":next"), "You are connected already")
	assert.Contains(t, d.say(":next"), "You are connected already")
	assert.Contains(t, d.say(":lesson"), "You are connected already")
	got := d.say(":close", "telnet pop3.lab.test 110")
	assert.Contains(t, got, "Step 2 of 10 done")
	assert.NotContains(t, got, "You are connected already")
}

// TestWhetherToGoOn: only a yes is a yes.
func TestWhetherToGoOn(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send", ":next", ":next", "lesson pop3-read")
	d.answers = nil
	d.say(":lesson pop3-read", ":next")
	got := d.say(":lesson pop3-read")
	assert.Contains(t, got, "not begun")
	assert.Contains(t, d.say(":where"), "▶ | 2", "the lesson that was going on goes on")
	d.answers = []string{"maybe", "", "rest"}
	got = d.say(":lesson pop3-read")
	assert.Contains(t, got, "Enter or y")
	assert.Contains(t, got, "Step 2 of 10")
	assert.Equal(t, []string{"rest"}, d.answers)
	d.answers = []string{"从头"}
	assert.Contains(t, d.say(":lesson pop3-read"), "Step 1 of 10")
}

// TestHelpWhileAMailIsTyped: there the escape prompt is the only way to a hint.
func TestHelpWhileAMailIsTyped(t *testing.T) {
	d := newDesk(t)
	d.say("lesson smtp-send")
	for range 8 {
		d.say(":skip")
	}
	d.say("data", "Subject: mine")
	d.shown = nil
	assert.False(t, d.shell.Escape(context.Background(), "hint"))
	assert.False(t, d.shell.Escape(context.Background(), ":solution"))
	got := strings.Join(d.shown, "\n")
	assert.Contains(t, got, "Hint 1 of 3")
	assert.NotContains(t, got, "Subject: Written by hand", "the header is there")
	assert.Contains(t, got, "Hello fpwjp")
	assert.Contains(t, d.say("", "text", "."), "Step 9 of 11 done")
}

// TestTheOtherProtocolsEnd: a lesson has nothing to say about it.
func TestTheOtherProtocolsEnd(t *testing.T) {
	d := newDesk(t)
	d.say("lesson pop3-read", ":next", ":skip", "user fpwjp", ":close")
	for _, end := range []string{"quit", ":close"} {
		got := d.say("telnet smtp.lab.test 25", end)
		assert.NotContains(t, got, "pop3.lab.test")
	}
	assert.Contains(t, d.say("telnet pop3.lab.test 110", "quit"), "You said `quit`, so the session is over")
}

func TestProgressSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "progress.json")
	open := func() *lab.ProgressFile {
		p, err := lab.OpenProgress(path, time.Now())
		require.NoError(t, err)
		return p
	}
	withProgress := func(p *lab.ProgressFile) func(*lab.Config) { return func(c *lab.Config) { c.Progress = p } }
	first := newDesk(t, withProgress(open()))
	first.say("lesson smtp-send", ":next", ":next", ":leave")
	second := newDesk(t, withProgress(open()))
	second.answers = []string{"y"}
	got := second.say("lesson smtp-send")
	assert.Contains(t, got, "You were at step 3 of 11")
	assert.Contains(t, got, "Step 3 of 11")
	assert.Contains(t, second.say(":where"), "✓ | 2")
	assert.Contains(t, second.say(":lessons"), "smtp-send | 2/11")
	assert.Contains(t, second.say(":back"), "Step 2 of 11")
	assert.Contains(t, second.say(":restart"), "Step 1 of 11")
	third := newDesk(t, withProgress(open()))
	third.answers = []string{"n"}
	third.say("lesson smtp-send")
	assert.Contains(t, third.say(":where"), "▶ | 1")
}

// TestResumedWithoutAConnection: what the step asks for would lead out of the program.
func TestResumedWithoutAConnection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "progress.json")
	atQuit := func(c *lab.Config) {
		var err error
		c.Progress, err = lab.OpenProgress(path, time.Now())
		require.NoError(t, err)
	}
	first := newDesk(t, atQuit)
	first.say("lesson smtp-send")
	for range 9 {
		first.say(":skip")
	}
	first.say(":leave", "quit")
	d := newDesk(t, atQuit)
	d.answers = []string{"y"}
	got := d.say("lesson smtp-send")
	assert.Contains(t, got, "Step 10 of 11")
	assert.Contains(t, got, "You are not connected")
	assert.Contains(t, d.say("hint"), "You are not connected")
	assert.Contains(t, d.say("quit"), "no server to say it to")
	assert.False(t, d.shell.Quitting())
	d.say("telnet smtp.lab.test 25")
	assert.NotContains(t, d.say(":hint"), "You are not connected")
	d.say(":close")
	d.say("quit", "quit")
	assert.True(t, d.shell.Quitting())
}

func TestDamagedProgressIsSetAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "progress.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"lessons":{"smtp`), 0o600))
	p, err := lab.OpenProgress(path, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	var trouble *lab.Trouble
	require.ErrorAs(t, err, &trouble)
	assert.Contains(t, trouble.Error(), "progress.json.damaged-20260102-030405")
	require.NotNil(t, p)
	assert.FileExists(t, path+".damaged-20260102-030405")
}

func TestProgressThatCannotBeWrittenIsSaidOnce(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	p, err := lab.OpenProgress(filepath.Join(blocked, "progress.json"), time.Now())
	require.Error(t, err)
	d := newDesk(t, func(c *lab.Config) { c.Progress = p })
	assert.Contains(t, d.say("lesson smtp-send", ":next"), "cannot be saved")
	assert.NotContains(t, d.say(":next"), "cannot be saved")
}

func TestServerThatSaysNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	d := newDesk(t, func(c *lab.Config) { c.Patience = 20 * time.Millisecond })
	assert.Contains(t, d.say("telnet "+host+" "+port), "has not answered yet")
	assert.Contains(t, d.say(":status"), "The greeting has not come yet")
	assert.Contains(t, d.say(":state"), "has not said yet which protocol")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d.shell.Line(ctx, "hello")
	assert.True(t, d.shell.Connected(), "Ctrl-C ends the waiting, not the connection")
}

// TestNoLabReplyGoesUnexplained: every reply that the lab's servers can give has
// words in both languages that are about it, and leaves no part of it unknown.
func TestNoLabReplyGoesUnexplained(t *testing.T) {
	for _, s := range mockserver.Samples() {
		ctx, reply := explain.ContextAfter(s.Protocol, s.After, s.Reply)
		ctx.State = s.State
		a := explain.Reply(ctx, reply)
		name := string(s.Protocol) + " " + s.After + " → " + s.Reply
		assert.NotEmpty(t, a.Summary.EN, name)
		assert.NotEmpty(t, a.Summary.ZH, name)
		assert.NotEqual(t, explain.Unknown, a.Severity, name)
		assert.NotContains(t, []string{"", "unknown"}, a.Class, name)
		for _, sp := range a.Spans {
			assert.NotEqual(t, "unknown", sp.Kind, "%s: %q is shown as unknown", name, explain.Raw(reply)[sp.Start:sp.End])
		}
	}
}

func TestEveryTextIsThereAndUsed(t *testing.T) {
	var code strings.Builder
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, p := range paths {
		data, err := os.ReadFile(p)
		require.NoError(t, err)
		code.Write(data)
	}
	// Keys that are put together from a prefix and a name that stands in code elsewhere.
	made := []string{"cmd.", "dial.", "closed.", "escape.", "explain.level.", "fault.place.", "help.group.", "servers.service.", "tls.", "welcome.", "command.not-connected-", "help.at-the-lab", "help.connected"}
	for _, key := range lab.TextKeys() {
		used := strings.Contains(code.String(), `"`+key+`"`)
		for _, m := range made {
			used = used || strings.HasPrefix(key, m)
		}
		assert.True(t, used, "no code says %s", key)
	}
	for _, kind := range []protocol.Close{
		protocol.ClosedByQuit, protocol.ClosedBy421, protocol.ClosedByServer, protocol.ClosedByReset, protocol.ClosedByTimeout,
		protocol.ClosedByUser, protocol.ClosedRefusal, protocol.ClosedByError, protocol.ClosedGreeting, protocol.ClosedHandshake,
	} {
		assert.NotContains(t, lab.ClosedText(protocol.Event{Close: kind}).EN, "«")
	}
	d := newDesk(t)
	assert.NotContains(t, d.say("help", "servers", "lessons", "version", "status"), "«")
	assert.NotContains(t, d.say("lang zh", "help", "servers"), "«")
	_ = phrases.English
}

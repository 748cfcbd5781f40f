package lessons_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lessons"
	"maillab/protocol"
)

func at(p *lessons.Player) string {
	if _, s := p.Step(); s != nil {
		return s.ID
	}
	return "END"
}

// From every step, with the connection lost, progress that went through JSON leads to the end.
func TestResumeFromEveryStep(t *testing.T) {
	for _, l := range builtin(t) {
		for _, s := range l.Steps {
			d := newDesk(t, l.ID, lessons.Progress{})
			d.reach(s.ID)
			d.player.Hint()
			data, err := json.Marshal(d.player.Progress())
			require.NoError(t, err)
			var saved lessons.Progress
			require.NoError(t, json.Unmarshal(data, &saved))
			assert.True(t, saved.Begun())

			again := newDesk(t, l.ID, saved)
			require.Equal(t, s.ID, at(again.player))
			_, n, total := again.player.Hint()
			assert.Equal(t, []int{2, 3}, []int{n, total}, "hints go on")
			for !again.player.Finished() {
				before := at(again.player)
				again.types(again.player.Recipe(again.at())...)
				require.NotEqual(t, before, at(again.player), "after %s", s.ID)
			}
		}
	}
}

// From every place that a learner may have strayed to, the recipe does the step.
func TestRecipeFromAnywhere(t *testing.T) {
	smtpHere := [][]string{
		nil, {"telnet smtp.lab.test 25"}, {"telnet smtp.lab.test 25", "helo x"}, {"telnet smtp.lab.test 25", "ehlo x", "auth login"},
		{"telnet smtp.lab.test 25", "ehlo x", "mail from:<a@lab.test>"},
		{"telnet smtp.lab.test 25", "ehlo x", "mail from:<a@lab.test>", "rcpt to:<jspdevelop@lab.test>"},
		{"telnet smtp.lab.test 25", "ehlo x", "mail from:<a@lab.test>", "rcpt to:<jspdevelop@lab.test>", "data", "x"},
	}
	pop3Here := [][]string{
		nil, {"telnet pop3.lab.test 110"}, {"telnet pop3.lab.test 110", "user fpwjp"}, {"telnet pop3.lab.test 110", "auth plain"},
		{"telnet pop3.lab.test 110", "user fpwjp", "pass fpw123"}, {"telnet pop3.lab.test 110", "quit"},
	}
	for id, strays := range map[string][][]string{"smtp-send": smtpHere, "pop3-read": pop3Here} {
		for _, s := range lesson(t, id).Steps {
			for _, stray := range strays {
				d := newDesk(t, id, lessons.Progress{})
				d.reach(s.ID)
				if d.m != nil {
					d.close(protocol.ClosedByServer)
				}
				d.types(stray...)
				if at(d.player) != s.ID {
					continue // straying did the step
				}
				label := d.label()
				recipe := d.player.Recipe(d.at())
				d.types(recipe...)
				assert.NotEqual(t, s.ID, at(d.player), "%s from %q by %q", id, label, recipe)
			}
		}
	}
}

func TestRecipesAreShort(t *testing.T) {
	for _, c := range []struct {
		lesson, step, label string
		want                []string
	}{
		{"smtp-send", "rcpt", "mail", []string{"rcpt to:<fpwjp@lab.test>"}},
		{"smtp-send", "rcpt", "authenticated", []string{"mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>"}},
		{"smtp-send", "mail", "", []string{"telnet smtp.lab.test 25", "ehlo jspdevelop", "auth login", "anNwZGV2ZWxvcA==", "anNwMTIz", "mail from:<jspdevelop@lab.test>"}},
		{"smtp-send", "ehlo", "rcpt", []string{":close", "telnet smtp.lab.test 25", "ehlo jspdevelop"}},
		{"smtp-send", "auth", "auth", []string{"*", "auth login", "anNwZGV2ZWxvcA==", "anNwMTIz"}},
		{"smtp-send", "quit", "", []string{"telnet smtp.lab.test 25", "ehlo jspdevelop", "auth login", "anNwZGV2ZWxvcA==", "anNwMTIz", "quit"}},
		{"pop3-read", "retr", "transaction", []string{"retr 11"}},
		{"pop3-read", "recount", "", []string{"telnet pop3.lab.test 110", "user fpwjp", "pass fpw123", "dele 11", "stat", "list"}},
		{"pop3-read", "quit", "update", []string{"telnet pop3.lab.test 110", "user fpwjp", "pass fpw123", "quit"}},
	} {
		d := newDesk(t, c.lesson, lessons.Progress{})
		d.reach(c.step)
		assert.Equal(t, c.want, d.player.Recipe(lessons.Desk{Label: c.label, Letters: 12, New: 1}), "%s at %q", c.step, c.label)
	}
}

// What is needed of the mailbox and is not there any more is brought back first.
func TestRecipesBringMailBack(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("inbox")
	assert.Equal(t, []string{":inbox fpwjp"}, d.player.Recipe(lessons.Desk{Letters: 12, New: 1}))
	again := d.player.Recipe(lessons.Desk{Letters: 11})
	assert.Equal(t, []string{"telnet smtp.lab.test 25", "ehlo jspdevelop"}, again[:2])
	assert.Equal(t, []string{".", ":inbox fpwjp"}, again[len(again)-2:])
	assert.Equal(t, "data", d.player.Recipe(lessons.Desk{Label: "rcpt", Letters: 11})[0])
	d = newDesk(t, "pop3-read", lessons.Progress{})
	d.reach("rset")
	assert.Equal(t, []string{":close", ":reset", "telnet pop3.lab.test 110", "user fpwjp", "pass fpw123", "dele 11", "rset", "stat", "list"},
		d.player.Recipe(lessons.Desk{Label: "transaction", Letters: 9}))
	assert.Equal(t, []string{":reset", "telnet pop3.lab.test 110"}, d.player.Recipe(lessons.Desk{Letters: 9})[:2])
}

// A mail that is being typed is ended where it has a header, and sent anew where it has none.
func TestRecipeInTheMiddleOfAMail(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("data")
	d.types("data", "Hello")
	assert.Equal(t, []string{".", "mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data"}, d.player.Recipe(d.at())[:4])
	d.types(".", "mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data")
	_, step := d.player.Step()
	assert.Equal(t, step.Solution[1:], d.player.Recipe(d.at()))
	d.types("Subject: mine")
	assert.Equal(t, step.Solution[4:], d.player.Recipe(d.at()), "the empty line comes first")
	d.types("")
	assert.Equal(t, step.Solution[5:], d.player.Recipe(d.at()))
	d.types("..my own")
	assert.Equal(t, []string{"."}, d.player.Recipe(d.at()))
}

// What was done early counts only while the open conversation holds it.
func TestWhatIsGoneDoesNotCount(t *testing.T) {
	smtpLogin := []string{"auth login", "anNwZGV2ZWxvcA==", "anNwMTIz"}
	for name, c := range map[string]struct {
		lesson, from, at string
		lines            []string
	}{
		"hung up":           {"smtp-send", "base64", "connect", []string{"telnet smtp.lab.test 25", "ehlo x", "quit", "base64"}},
		"still connected":   {"smtp-send", "base64", "auth", []string{"telnet smtp.lab.test 25", "ehlo x", ":base64"}},
		"RSET":              {"smtp-send", "auth", "mail", join([]string{"mail from:<a@lab.test>", "rset"}, smtpLogin)},
		"EHLO again":        {"smtp-send", "auth", "mail", join([]string{"mail from:<a@lab.test>", "rcpt to:<fpwjp@lab.test>", "ehlo x"}, smtpLogin)},
		"a mail stays sent": {"smtp-send", "auth", "quit", join([]string{"mail from:<a@lab.test>", "rcpt to:<fpwjp@lab.test>", "data", "Subject: x", "", "x", "."}, smtpLogin)},
		"another line":      {"pop3-read", "user", "pass", []string{"user fpwjp", "quit", "telnet pop3.lab.test 110"}},
		"another session":   {"pop3-read", "list", "retr", []string{"retr 11", ":close", "telnet pop3.lab.test 110", "user fpwjp", "pass fpw123", "stat", "list"}},
		"another name":      {"pop3-read", "user", "pass", []string{"user fpwjp", "user jspdevelop"}},
		"another mailbox":   {"pop3-read", "pass", "pass", []string{"user jspdevelop", "pass jsp123", "stat", "list", "retr 11"}},
		"unmarked":          {"pop3-read", "retr", "dele", []string{"dele 11", "stat", "list", "rset", "retr 11"}},
	} {
		d := newDesk(t, c.lesson, lessons.Progress{})
		d.reach(c.from)
		d.types(c.lines...)
		assert.Equal(t, c.at, at(d.player), name)
	}
}

// A letter that was there before the mail was sent is not the mail.
func TestOnlyTheOwnMailIsFound(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("inbox")
	fetch := func(id string) []lessons.Verdict {
		return d.player.Event(protocol.Event{Kind: protocol.KindRetrieved, Mailbox: "fpwjp", Message: id})
	}
	assert.Equal(t, []string{"other-letter"}, mistakes(fetch("old")))
	assert.Equal(t, []string{"inbox", "END"}, done(fetch("m1")))
}

// A mail without what the goal asks for does not pass, and each such mail gets its words.
func TestEachMailIsJudged(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("data")
	missing := func() (out []string) {
		for _, l := range d.player.Missing() {
			out = append(out, l.ID)
		}
		return out
	}
	again := []string{"mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data"}
	assert.Equal(t, []string{"header", "body", "sent"}, missing())
	for range 3 {
		assert.Equal(t, []string{"full-width-header"}, mistakes(d.types(append(again[2:], "From： me", "", "text", ".")...)))
		assert.Equal(t, []string{"header", "body"}, missing(), "the end was there")
		d.types(again[:2]...)
	}
	assert.Equal(t, []string{"no-empty-line"}, mistakes(d.types("data", "From: me", "no blank line here", ".")))
	assert.Equal(t, []string{"body"}, missing())
	assert.Equal(t, []string{"data"}, done(d.types(append(again, "Subject: x", "", "text", ".")...)))
}

// A lesson that is gone on with in the middle of a conversation knows where that stands.
func TestJoinedConversation(t *testing.T) {
	first := newDesk(t, "pop3-read", lessons.Progress{})
	first.reach("recount")
	p := lessons.NewPlayer(first.player.Lesson(), first.player.Progress())
	p.Join(first.m.Context())
	assert.Equal(t, []string{"stat", "list"}, p.Recipe(lessons.Desk{Label: "transaction", Letters: 12}))
	first.player = p
	assert.Equal(t, []string{"recount"}, done(first.types("stat", "list")))
}

// What is said in a conversation that stood before the lesson is forgotten with it.
func TestConversationFromBeforeTheLesson(t *testing.T) {
	d := newDesk(t, "pop3-read", lessons.Progress{})
	d.types("telnet pop3.lab.test 110")
	d.player = lessons.NewPlayer(d.player.Lesson(), lessons.Progress{})
	d.player.Join(d.m.Context())
	d.player.Acknowledge()
	assert.Empty(t, done(d.types("user fpwjp", "pass wrong", "user fpwjp", "quit")))
	assert.Equal(t, []string{"connect"}, done(d.types("telnet pop3.lab.test 110")))
	assert.Empty(t, done(d.types("pass fpw123")))
}

// In another user's mailbox the recipe begins anew.
func TestRecipeFromAnotherMailbox(t *testing.T) {
	d := newDesk(t, "pop3-read", lessons.Progress{})
	d.reach("pass")
	d.types("user jspdevelop")
	assert.Equal(t, []string{"user fpwjp", "pass fpw123"}, d.player.Recipe(d.at()))
	d.types("pass jsp123")
	assert.Equal(t, []string{":close", "telnet pop3.lab.test 110", "user fpwjp", "pass fpw123"}, d.player.Recipe(d.at()))
	assert.Equal(t, []string{"pass"}, done(d.types(d.player.Recipe(d.at())...)))
}

func TestBackIsDoneAgainOrPassed(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("mail")
	d.player.Back()
	d.player.Back()
	assert.Equal(t, "ehlo", at(d.player))
	assert.NotEmpty(t, d.player.Missing(), "what was seen before does not count")
	assert.Equal(t, []string{"ehlo"}, done(d.types("ehlo again")))
	assert.Equal(t, "auth", at(d.player), "it was gone back over too")

	kept := lessons.NewPlayer(lesson(t, "smtp-send"), d.player.Progress())
	assert.Equal(t, "auth", at(kept), "going back is kept")

	v := d.player.Acknowledge()
	require.Len(t, v, 1)
	assert.True(t, v[0].Again)
	assert.Equal(t, "mail", at(d.player))
	assert.Empty(t, d.player.Acknowledge(), "mail has not been done")
	for range 20 {
		d.player.Back()
	}
	assert.Equal(t, "accounts", at(d.player))
}

func TestBackFromTheEnd(t *testing.T) {
	d := newDesk(t, "pop3-read", lessons.Progress{})
	for !d.player.Finished() {
		d.types(d.player.Recipe(d.at())...)
	}
	assert.Empty(t, d.types("telnet pop3.lab.test 110"), "after the end nothing is judged")
	d.player.Back()
	assert.Equal(t, "quit", at(d.player))
	assert.Equal(t, []string{"quit", "END"}, done(d.player.Acknowledge()))
}

func TestSkip(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	v := d.player.Skip()
	require.Len(t, v, 1)
	assert.True(t, v[0].Skipped)
	d.reach("ehlo")
	d.player.Assist()
	d.types(":close", "telnet smtp.lab.test 25")
	assert.Empty(t, mistakes(d.verdicts), "the program's own lines are no mistakes")
	v = d.types("ehlo jspdevelop")
	require.Len(t, v, 1)
	assert.True(t, v[0].Skipped)
	assert.Equal(t, []string{"accounts", "ehlo"}, d.player.Progress().Skipped)
	for !d.player.Finished() {
		v = d.player.Skip()
	}
	assert.Equal(t, []string{"inbox", "END"}, done(v))
	assert.Empty(t, d.player.Skip())
	assert.Empty(t, d.player.Acknowledge())
	_, _, total := d.player.Hint()
	assert.Zero(t, total)
}

func TestRestart(t *testing.T) {
	d := newDesk(t, "pop3-read", lessons.Progress{})
	d.reach("rset")
	d.player.Hint()
	d.player.Restart()
	assert.Equal(t, lessons.Progress{Lesson: "pop3-read", Step: "account"}, d.player.Progress())
	assert.False(t, d.player.Progress().Begun())
	d.types(":close")
	d.reach("quit")
}

func TestReadingSteps(t *testing.T) {
	p := lessons.NewPlayer(lesson(t, "smtp-send"), lessons.Progress{})
	assert.Equal(t, []string{"accounts"}, done(p.Acknowledge()))
	assert.Equal(t, []string{"server"}, done(p.Event(protocol.Event{Kind: protocol.KindCommand, Name: "servers"})))
	assert.Empty(t, p.Acknowledge(), "base64 is to be done")

	// One look at the servers is not both steps at once, so that the second is read.
	p = lessons.NewPlayer(lesson(t, "smtp-send"), lessons.Progress{})
	assert.Equal(t, []string{"accounts"}, done(p.Event(protocol.Event{Kind: protocol.KindCommand, Name: "servers"})))
}

func TestMissingNamesWhatIsLacking(t *testing.T) {
	d := newDesk(t, "pop3-read", lessons.Progress{})
	d.reach("rset")
	ids := func() (out []string) {
		for _, l := range d.player.Missing() {
			out = append(out, l.ID)
		}
		return out
	}
	assert.Equal(t, []string{"rset", "stat", "list"}, ids())
	d.types("rset", "list")
	assert.Equal(t, []string{"stat"}, ids())
	assert.Contains(t, d.player.Missing()[0].Words.EN[0].Text, "`stat`")
	assert.Equal(t, []string{"rset"}, done(d.types("stat")))
}

func TestHintsGoFromVagueToExactAndStay(t *testing.T) {
	p := lessons.NewPlayer(lesson(t, "smtp-send"), lessons.Progress{})
	for _, want := range []int{1, 2, 3, 3} {
		hint, n, total := p.Hint()
		assert.Equal(t, want, n)
		assert.Equal(t, 3, total)
		assert.NotEmpty(t, hint.EN)
		assert.NotEmpty(t, hint.ZH)
	}
}

// Progress of a lesson that has changed since is used as far as it goes.
func TestProgressOfAChangedLesson(t *testing.T) {
	started := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	p := lessons.NewPlayer(lesson(t, "smtp-send"), lessons.Progress{
		Lesson: "smtp-send", Step: "gone", Done: []string{"accounts", "gone", "server", "connect"},
		Skipped: []string{"gone", "ehlo", "server"}, Hints: map[string]int{"gone": 2, "base64": 99, "ehlo": -1}, Started: started,
	})
	assert.Equal(t, "base64", at(p), "the first that is not done")
	got := p.Progress()
	assert.Equal(t, []string{"accounts", "server", "connect"}, got.Done)
	assert.Equal(t, []string{"server"}, got.Skipped)
	assert.Equal(t, map[string]int{"base64": 3}, got.Hints)
	assert.Equal(t, started, got.Started)
	command := protocol.Event{Kind: protocol.KindCommand, Name: "base64", Arg: "encode jspdevelop"}
	assert.Empty(t, done(p.Event(command)))
	command.Arg = "encode jsp123"
	assert.Equal(t, []string{"base64"}, done(p.Event(command)))
	assert.Equal(t, "ehlo", at(p), "connect is done already")

	p = lessons.NewPlayer(lesson(t, "smtp-send"), lessons.Progress{Lesson: "pop3-read", Done: []string{"quit"}})
	assert.Equal(t, "accounts", at(p), "another lesson's progress is none")
}

// QUIT of an earlier conversation, or a mailbox opened before the mail was sent, show nothing.
func TestWhatCameBeforeDoesNotCount(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("connect")
	d.types("telnet smtp.lab.test 25", "quit", "inbox fpwjp", "telnet smtp.lab.test 25")
	d.reach("data")
	assert.Equal(t, []string{"data"}, done(d.types(d.player.Recipe(d.at())...)))
	assert.Equal(t, []string{"quit"}, done(d.types("quit")))
	assert.Equal(t, []string{"inbox", "END"}, done(d.types("inbox fpwjp")))
}

// A second conversation on another wire, here an SMTP one in the POP3 lesson, neither helps nor hurts.
func TestTheOtherProtocolShowsNothing(t *testing.T) {
	d := newDesk(t, "pop3-read", lessons.Progress{})
	d.reach("connect")
	d.types("telnet smtp.lab.test 25", "ehlo x", "quit")
	assert.Equal(t, "connect", at(d.player))
}

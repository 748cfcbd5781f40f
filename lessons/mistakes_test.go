package lessons_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/lessons"
	"maillab/protocol"
)

// try is a wrong try: what is typed when the step is reached, and the mistake
// that the last line of it is told to be. Lines that begin with ! are done by
// the desk or the server: see act.
type try struct {
	step, mistake string
	lines         []string
}

var smtpTries = []try{
	{"base64", "decode", []string{"base64 decode anNwMTIz"}},
	{"base64", "other-words", []string{"base64 encode jsp124"}},
	{"connect", "pop3-server", []string{"telnet pop3.lab.test 110"}},
	{"connect", "not-reached", []string{"telnet smtp.lab.test 23"}},
	{"ehlo", "no-name", []string{"ehlo"}},
	{"ehlo", "no-name", []string{"HELO "}},
	{"ehlo", "bad-name", []string{"ehlo my machine"}},
	{"ehlo", "bad-name", []string{"ehlo -"}},
	{"ehlo", "too-early", []string{"auth login"}},
	{"ehlo", "too-early", []string{"mail from:<jspdevelop@lab.test>"}},
	{"ehlo", "unknown-word", []string{"elho jspdevelop"}},
	{"ehlo", "hung-up", []string{"quit"}},
	{"auth", "glued", []string{"authlogin"}},
	{"auth", "no-mechanism", []string{"auth"}},
	{"auth", "helo-only", []string{"helo x", "auth login"}},
	{"auth", "unknown-mechanism", []string{"auth logon"}},
	{"auth", "swapped", []string{"auth login", "anNwMTIz"}},
	{"auth", "plain-text", []string{"auth login", "jspdevelop"}},
	{"auth", "plain-text", []string{"auth login", "anNwZGV2ZWxvcA"}},
	{"auth", "plain-text", []string{"auth login", "anNwZGV2ZWxvcA==", "jsp123"}},
	{"auth", "cancelled", []string{"auth login", "*"}},
	{"auth", "wrong-password", []string{"auth login", "anNwZGV2ZWxvcA==", "d3Jvbmc="}},
	{"auth", "no-login", []string{"mail from:<jspdevelop@lab.test>"}},
	{"auth", "full-width", []string{"auth　login"}},
	{"mail", "glued", []string{"mailfrom:<jspdevelop@lab.test>"}},
	{"mail", "no-brackets", []string{"mail from:jspdevelop@lab.test"}},
	{"mail", "no-brackets", []string{"mail from:<jspdevelop@lab.test"}},
	{"mail", "no-from", []string{"mail <jspdevelop@lab.test>"}},
	{"mail", "no-from", []string{"mail from <jspdevelop@lab.test>"}},
	{"mail", "no-from", []string{"mail from :<jspdevelop@lab.test>"}},
	{"mail", "bad-address", []string{"mail from:<jspdevelop>"}},
	{"mail", "rcpt-first", []string{"rcpt to:<fpwjp@lab.test>"}},
	{"mail", "auth-again", []string{"auth login"}},
	{"mail", "full-width", []string{"mail from：<jspdevelop@lab.test>"}},
	{"mail", "full-width", []string{"mail from:＜jspdevelop@lab.test＞"}},
	{"mail", "unknown-word", []string{"mial from:<jspdevelop@lab.test>"}},
	{"rcpt", "reptto", []string{"reptto:<fpwjp@lab.test>"}},
	{"rcpt", "reptto", []string{"rcptto:<fpwjp@lab.test>"}},
	{"rcpt", "reptto", []string{"rept to:<fpwjp@lab.test>"}},
	{"rcpt", "no-brackets", []string{"rcpt to:fpwjp@lab.test"}},
	{"rcpt", "no-to", []string{"rcpt <fpwjp@lab.test>"}},
	{"rcpt", "bad-address", []string{"rcpt to:<fpwjp>"}},
	{"rcpt", "bad-address", []string{"rcpt to:<>"}},
	{"rcpt", "mail-first", []string{"rset", "rcpt to:<fpwjp@lab.test>"}},
	{"rcpt", "mail-first", []string{"rset", "data"}},
	{"rcpt", "relay", []string{"rcpt to:<fpwjp@elsewhere.example>"}},
	{"rcpt", "no-such-user", []string{"rcpt to:<nobody@lab.test>"}},
	{"rcpt", "try-later", []string{"rcpt to:<busy@lab.test>"}},
	{"rcpt", "other-recipient", []string{"rcpt to:<jspdevelop@lab.test>"}},
	{"rcpt", "data-first", []string{"data"}},
	{"rcpt", "full-width", []string{"rcpt to:《fpwjp@lab.test》"}},
	{"data", "argument", []string{"data now"}},
	{"data", "no-recipient", []string{"rset", "data"}},
	{"data", "quit-inside", []string{"data", "Subject: x", "", "quit"}},
	{"data", "lab-command", []string{"data", ":help"}},
	{"data", "not-the-dot", []string{"data", "hello", ".."}},
	{"data", "not-the-dot", []string{"data", "hello", "。"}},
	{"data", "not-the-dot", []string{"data", "hello", ". "}},
	{"data", "refused", []string{"!full", "data", "."}},
	{"data", "headless", []string{"data", "Hello", ":hint", "..dots", "."}},
	{"data", "headless", []string{"data", " From: me", "", "x", "."}},
	{"data", "headless", []string{"data", "."}},
	{"data", "full-width-header", []string{"data", "From： me", "To： you", "", "text", "."}},
	{"data", "full-width-header", []string{"data", "From: me", "Subject：x", "", "text", "."}},
	{"data", "no-empty-line", []string{"data", "From: me", "Subject: no blank", "quit", "."}},
	{"data", "no-text", []string{"data", "From: me", "", "."}},
	{"data", "unknown-word", []string{"date"}},
	{"data", "hung-up", []string{"data", "hello", "!closed"}},
	{"quit", "not-a-command", []string{"exit"}},
	{"quit", "argument", []string{"quit now"}},
	{"quit", "hung-up", []string{":close"}},
	{"inbox", "other-letter", []string{"!fetched"}},
	{"inbox", "whose-mailbox", []string{"inbox"}},
	{"inbox", "other-mailbox", []string{"inbox jspdevelop"}},
	{"inbox", "not-there", []string{"!restarted", "inbox fpwjp"}},
}

var pop3Tries = []try{
	{"connect", "smtp-server", []string{"telnet smtp.lab.test 25"}},
	{"connect", "not-reached", []string{"telnet pop3.lab.test 23"}},
	{"user", "uer", []string{"uer fpwjp"}},
	{"user", "smtp-word", []string{"ehlo x"}},
	{"user", "no-name", []string{"user"}},
	{"user", "no-name", []string{"user fpwjp fpw123"}},
	{"user", "pass-first", []string{"pass fpw123"}},
	{"user", "not-yet", []string{"list"}},
	{"user", "other-user", []string{"user jspdevelop"}},
	{"user", "said-quit", []string{"quit"}},
	{"user", "hung-up", []string{":close"}},
	{"pass", "user-first", []string{"pass wrong", "pass fpw123"}},
	{"pass", "no-password", []string{"pass"}},
	{"pass", "misspelt", []string{"passwd fpw123"}},
	{"pass", "base64", []string{"pass ZnB3MTIz"}},
	{"pass", "in-use", []string{"!busy", "pass fpw123"}},
	{"pass", "wrong-password", []string{"pass wrong"}},
	{"pass", "apop", []string{"pass wrong", "apop fpwjp 0123456789abcdef0123456789abcdef"}},
	{"pass", "not-yet", []string{"stat"}},
	{"pass", "other-mailbox", []string{"user jspdevelop", "pass jsp123"}},
	{"list", "other-mailbox", []string{":close", "telnet pop3.lab.test 110", "user jspdevelop", "pass jsp123"}},
	{"list", "one-line", []string{"list 3"}},
	{"list", "argument", []string{"stat 3"}},
	{"list", "log-in-again", []string{":close", "telnet pop3.lab.test 110", "stat"}},
	{"retr", "rert", []string{"rert 11"}},
	{"retr", "rert", []string{"retr11"}},
	{"retr", "list-for-retr", []string{"list 11"}},
	{"retr", "no-number", []string{"retr"}},
	{"retr", "no-number", []string{"retr eleven"}},
	{"retr", "no-such-message", []string{"retr 99"}},
	{"retr", "other-number", []string{"retr 1"}},
	{"retr", "top-for-retr", []string{"top 11 3"}},
	{"dele", "misspelt", []string{"delete 11"}},
	{"dele", "misspelt", []string{"del 11"}},
	{"dele", "no-number", []string{"dele"}},
	{"dele", "no-such-message", []string{"dele 99"}},
	{"dele", "other-number", []string{"dele 1"}},
	{"recount", "nothing-marked", []string{"rset", "stat"}},
	{"recount", "marked", []string{"retr 11"}},
	{"recount", "really-deleted", []string{"!removed"}},
	{"recount", "letter-gone", []string{"rset", "dele 99", "!removed", "!gone", "dele 11"}},
	{"rset", "misspelt", []string{"reset"}},
	{"rset", "argument", []string{"rset 11"}},
	{"rset", "nothing-marked", []string{":close", "telnet pop3.lab.test 110", "user fpwjp", "pass fpw123", "rset"}},
	{"rset", "still-marked", []string{"stat"}},
	{"rset", "unknown-word", []string{"foo"}},
	{"quit", "not-a-command", []string{"exit"}},
	{"quit", "argument", []string{"quit now"}},
	{"quit", "no-maildrop", []string{":close", "telnet pop3.lab.test 110", "quit"}},
	{"quit", "hung-up", []string{":close"}},
}

// act does what no typed line can.
func (d *desk) act(what string) []lessons.Verdict {
	d.verdicts = nil
	switch what {
	case "!full":
		d.server.(*smtpServer).full = true
	case "!busy":
		d.server.(*pop3Server).busy = true
	case "!restarted":
		d.events = nil
	case "!gone":
		d.server.(*pop3Server).gone = true
	case "!closed":
		d.close(protocol.ClosedByServer)
	case "!fetched":
		d.emit(protocol.Event{Kind: protocol.KindRetrieved, Mailbox: "fpwjp", Message: "old"})
	case "!removed":
		d.emit(protocol.Event{Kind: protocol.KindRemoved, Mailbox: "fpwjp", Count: 1})
	}
	return d.verdicts
}

// Each wrong try gets its own words, and no named mistake is there for nothing.
func TestWrongTriesGetTheirOwnWords(t *testing.T) {
	for id, tries := range map[string][]try{"smtp-send": smtpTries, "pop3-read": pop3Tries} {
		told := map[string]bool{}
		for _, c := range tries {
			d := newDesk(t, id, lessons.Progress{})
			d.reach(c.step)
			var last []lessons.Verdict
			for _, line := range c.lines {
				if strings.HasPrefix(line, "!") {
					last = d.act(line)
				} else {
					last = d.types(line)
				}
			}
			assert.Equal(t, []string{c.mistake}, mistakes(last), "%s/%s %q", id, c.step, c.lines)
			_, step := d.player.Step()
			assert.Equal(t, c.step, step.ID, "%q must not do the step", c.lines)
			told[c.step+"/"+c.mistake] = true
			told[c.mistake] = true
		}
		l := lesson(t, id)
		for _, s := range l.Steps {
			for _, m := range s.Mistakes {
				assert.True(t, told[s.ID+"/"+m.ID], "%s: no try makes the mistake %s of %s", id, m.ID, s.ID)
			}
		}
		for _, m := range l.Mistakes {
			assert.True(t, told[m.ID], "%s: no try makes the mistake %s", id, m.ID)
		}
	}
}

func TestAMistakeIsNotToldTwiceInARow(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("ehlo")
	assert.Equal(t, []string{"no-name"}, mistakes(d.types("ehlo")))
	assert.Empty(t, mistakes(d.types("ehlo")))
	assert.Equal(t, []string{"too-early"}, mistakes(d.types("data")))
	assert.Equal(t, []string{"no-name"}, mistakes(d.types("ehlo")))
}

// The words come after the server's answer, so that the learner reads that first.
func TestAMistakeIsToldWithTheReply(t *testing.T) {
	d := newDesk(t, "smtp-send", lessons.Progress{})
	d.reach("mail")
	n := len(d.events)
	d.types("mailfrom:<jspdevelop@lab.test>")
	p := lessons.NewPlayer(lesson(t, "smtp-send"), d.player.Progress())
	assert.Equal(t, protocol.KindClient, d.events[n].Kind)
	assert.Empty(t, p.Event(d.events[n]))
	assert.Equal(t, []string{"glued"}, mistakes(p.Event(d.events[n+1])))
}

package lab_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
)

// TestPastedReplyAnswersTheLastLine: the same reply is explained as the answer
// to the line that was sent last, or to the one pasted in front of it.
func TestPastedReplyAnswersTheLastLine(t *testing.T) {
	const refusal = "550 5.7.1 No"
	sentence := func(line string) string {
		return explain.Reply(explain.ContextAfter("smtp", line, refusal)).Summary.EN
	}
	atRcpt, atDot := sentence("RCPT TO:<a@b.test>"), sentence(".")
	assert.NotEqual(t, atRcpt, atDot)

	d := newDesk(t)
	assert.Contains(t, d.say("explain RCPT TO:<a@b.test> "+refusal), atRcpt)
	assert.Contains(t, d.say("explain . "+refusal), atDot)
	assert.NotContains(t, d.say("explain MAIL FROM"), "user unknown", "a command alone is looked up")

	d.say("telnet mail.lab.test 25", "ehlo x", "mail from:<a@lab.test>", "rcpt to:<nobody@lab.test>")
	assert.Contains(t, d.say(":explain "+refusal), atRcpt)
	assert.Contains(t, d.say(":explain +OK 2 320"), "2", "a reply of the other protocol")
	d.say("rcpt to:<fpwjp@lab.test>", "data", "hello", ".")
	assert.Contains(t, d.say(":explain "+refusal), atDot)
}

// TestACommandIsShownWhole: purpose, form, example, states and replies, from the table.
func TestACommandIsShownWhole(t *testing.T) {
	d := newDesk(t)
	said := d.say("explain RCPT")
	for _, want := range []string{"RCPT TO:<forward-path> [parameters]", "RCPT TO:<fpwjp@lab.test>", "no recipient yet", "250, 251"} {
		assert.Contains(t, said, want)
	}
	assert.NotContains(t, d.say("explain 250"), "example")
}

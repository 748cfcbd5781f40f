package lab_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lab"
	"maillab/lessons"
	"maillab/mockserver"
	"maillab/protocol"
)

func TestPersonaAtTheDesk(t *testing.T) {
	d := newDesk(t)
	assert.Contains(t, d.say("persona"), "`maillab`")
	assert.Contains(t, d.say("persona"), "Postfix")
	said := d.say("persona postfix dovecot", "telnet smtp.lab.test 25", "quit")
	assert.Contains(t, said, "try `Subject: hi` before DATA", "what to notice")
	assert.Equal(t, "postfix", d.net.Persona(protocol.SMTP))
	assert.Equal(t, "dovecot", d.net.Persona(protocol.POP3))
	assert.Contains(t, d.say("persona lotus"), "no persona `lotus`")
	assert.Contains(t, d.say("lang zh", "persona"), "口吻")
	d.say("persona off")
	assert.Equal(t, mockserver.PlainPersona, d.net.Persona(protocol.SMTP))
}

// TestACutIsBlamedOnItsFault: long after it was announced, and with what became of the mail.
func TestACutIsBlamedOnItsFault(t *testing.T) {
	d := newDesk(t)
	d.say("fault cut-in-content:10", "telnet smtp.lab.test 25", "ehlo x", "mail from:<>", "rcpt to:<fpwjp@lab.test>", "data", "Subject: longer than ten")
	d.await(protocol.KindClosed)
	got := d.say("status")
	d.mu.Lock()
	closed := d.events[len(d.events)-1]
	for _, e := range d.events {
		if e.Kind == protocol.KindClosed {
			closed = e
		}
	}
	d.mu.Unlock()
	assert.Contains(t, lab.ClosedText(closed).EN, "in the middle of your mail: this is the fault `cut-in-content`", got)
	d.say("fault off", "fault cut-before:QUIT", "telnet smtp.lab.test 25")
	assert.Contains(t, d.say("quit"), "this is the fault `cut-before`")
	d.say("fault off", "telnet smtp.lab.test 25")
	assert.NotContains(t, d.say("quit"), "this is the fault")
}

func TestFaultAtTheDesk(t *testing.T) {
	d := newDesk(t)
	assert.Contains(t, d.say("fault"), "greylist[:WAIT][,NAME]")
	assert.Contains(t, d.say("fault mailbox-full:552"), "Going wrong on purpose now: `mailbox-full:552`")
	d.say("telnet smtp.lab.test 25", "helo x", "mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "quit")
	assert.Equal(t, []string{"220", "250", "250", "552", "221"}, d.codes())
	struck := 0
	for _, e := range d.events {
		if e.Kind == protocol.KindFault {
			struck++
			assert.Contains(t, lab.FaultText(e).EN, "mailbox-full")
			assert.Contains(t, lab.FaultText(e).ZH, "邮箱都满了")
		}
	}
	assert.Equal(t, 1, struck)
	assert.Contains(t, d.say("fault plague"), "no fault `plague`")
	assert.Contains(t, d.say("fault greylist:soon"), "WAIT of `greylist`")
	assert.Contains(t, d.say("fault greylist:1s,x,y"), "too much for `greylist`")
	assert.Contains(t, d.say("fault off"), "Nothing is made to go wrong")
	assert.Empty(t, d.net.FaultsOn())
}

func TestPersonaAndFaultAreCompleted(t *testing.T) {
	d := newDesk(t)
	_, out := d.shell.Complete("persona po", len("persona po"))
	require.Len(t, out, 1)
	assert.Equal(t, "postfix", out[0].Text)
	assert.NotEmpty(t, out[0].Note.ZH)
	_, out = d.shell.Complete("fault gr", len("fault gr"))
	require.Len(t, out, 1)
	assert.Equal(t, "greylist", out[0].Text)
}

// TestLessonsAskForWhatThereIs: no lesson names a persona or fault that the lab does not have.
func TestLessonsAskForWhatThereIs(t *testing.T) {
	lib, err := lessons.Builtin()
	require.NoError(t, err)
	l, err := mockserver.Start(mockserver.Config{Listeners: []mockserver.Listener{}, Alone: true})
	require.NoError(t, err)
	defer l.Close()
	for _, lesson := range lib.Lessons() {
		assert.NoError(t, l.SetPersona(lesson.Persona...), lesson.ID)
		assert.NoError(t, l.SetFaults(lesson.Faults...), lesson.ID)
	}
}

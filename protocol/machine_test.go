package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// turn is one exchange: what the client says ("" = nothing, the server speaks), what the
// server answers ("" = nothing), and where the conversation then stands.
type turn struct {
	say, hear string
	label     string
	reason    protocol.Reason
}

func play(t *testing.T, p protocol.Protocol, turns []turn) *protocol.Machine {
	t.Helper()
	m := protocol.NewMachine(p)
	for _, x := range turns {
		if x.say != "" {
			u := m.Said(x.say)
			var reason protocol.Reason
			if u.Fault != nil {
				reason = u.Fault.Reason
			}
			require.Equal(t, x.reason, reason, "fault of %q", x.say)
		}
		if x.hear != "" {
			status, _, _ := cut(x.hear)
			m.Heard(protocol.ParseReply(p, x.hear, m.Multiline(status)))
		}
		require.Equal(t, x.label, m.Context().Label(), "after %q / %q", x.say, x.hear)
	}
	return m
}

func cut(s string) (string, string, bool) {
	for i := range s {
		if s[i] == ' ' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func TestSMTPWalkthrough(t *testing.T) {
	m := play(t, protocol.SMTP, []turn{
		{"", "220 smtp.lab.test ESMTP ready", "greeted", ""},
		{"mail from:<a@b.test>", "503 5.5.1 say EHLO first", "greeted", protocol.OutOfOrder},
		{"ehlo jspdevelop", "250-smtp.lab.test\r\n250-SIZE 1024\r\n250 AUTH LOGIN PLAIN", "identified", ""},
		{"auth login", "334 VXNlcm5hbWU6", "auth", ""},
		{"anNwZGV2ZWxvcA==", "334 UGFzc3dvcmQ6", "auth", ""},
		{"anNwMTIz", "235 2.7.0 ok", "authenticated", ""},
		{"auth login", "503 5.5.1 again?", "authenticated", protocol.AlreadyAuth},
		{"mail from:<jspdevelop@lab.test>", "250 2.1.0 ok", "mail", ""},
		{"data", "503 5.5.1 no recipient", "mail", protocol.OutOfOrder},
		{"rcpt to:<fpwjp@lab.test>", "250 2.1.5 ok", "rcpt", ""},
		{"RCPT TO:<jspdevelop@lab.test>", "250 2.1.5 ok", "rcpt", ""},
	})
	assert.Equal(t, 2, m.Context().Recipients)
	assert.Equal(t, []string{"SIZE 1024", "AUTH LOGIN PLAIN"}, m.Context().Keywords)
	more := []turn{
		{"data", "354 go", "content", ""},
		{":help", "", "content", ""},
		{"quit", "", "content", ""},
		{".", "250 2.0.0 queued", "authenticated", ""},
		{"quit", "221 2.0.0 bye", "closed", ""},
	}
	for _, x := range more {
		m.Said(x.say)
		if x.hear != "" {
			m.Heard(protocol.ParseReply(protocol.SMTP, x.hear, false))
		}
		require.Equal(t, x.label, m.Context().Label(), "after %q", x.say)
	}
}

func TestPOP3Walkthrough(t *testing.T) {
	m := play(t, protocol.POP3, []turn{
		{"", "+OK ready <1.2@lab.test>", "authorization", ""},
		{"pass x", "-ERR user first", "authorization", protocol.OutOfOrder},
		{"stat", "-ERR log in", "authorization", protocol.OutOfOrder},
		{"user fpwjp", "+OK go on", "user", ""},
		{"pass wrong", "-ERR [AUTH] no", "authorization", ""},
		{"user fpwjp", "+OK go on", "user", ""},
		{"pass fpw 123", "+OK 11 messages", "transaction", ""},
		{"list", "+OK\r\n1 120\r\n2 3\r\n.", "transaction", ""},
		{"list 2", "+OK 2 3", "transaction", ""},
		{"dele 11", "+OK", "transaction", ""},
		{"dele eleven", "-ERR", "transaction", protocol.BadNumber},
		{"top 1", "-ERR", "transaction", protocol.MissingArgument},
		{"retr", "-ERR", "transaction", protocol.MissingArgument},
		{"stat 1", "-ERR", "transaction", protocol.ExtraArgument},
	})
	assert.Equal(t, 1, m.Context().Deleted)
	assert.Equal(t, "fpwjp", m.Context().User)
	m.Said("rset")
	m.Heard(protocol.ParseReply(protocol.POP3, "+OK", false))
	assert.Equal(t, 0, m.Context().Deleted)
	m.Said("quit")
	m.Heard(protocol.ParseReply(protocol.POP3, "+OK bye", false))
	assert.Equal(t, protocol.StateUpdate, m.Context().State)
}

func TestQuitBeforeLoginUpdatesNothing(t *testing.T) {
	play(t, protocol.POP3, []turn{{"", "+OK", "authorization", ""}, {"quit", "+OK", "closed", ""}})
}

func TestAuthCancelled(t *testing.T) {
	play(t, protocol.SMTP, []turn{
		{"", "220 x ESMTP", "greeted", ""},
		{"ehlo x", "250 x", "identified", ""},
		{"auth plain", "334 ", "auth", ""},
		{"*", "501 5.7.0 cancelled", "identified", protocol.Cancelled},
	})
}

func TestSurprisingRepliesFollowTheFirstDigit(t *testing.T) {
	m := play(t, protocol.SMTP, []turn{{"", "220 x", "greeted", ""}})
	m.Said("ehlo x")
	out := m.Heard(protocol.ParseReply(protocol.SMTP, "299 fine", false))
	assert.False(t, out.Listed)
	assert.Equal(t, protocol.StateIdentified, m.Context().State)
	m.Said("vrfy x")
	out = m.Heard(protocol.ParseReply(protocol.SMTP, "garbage", false))
	assert.False(t, out.Listed)
	assert.Equal(t, protocol.StateIdentified, m.Context().State)
	out = m.Heard(protocol.ParseReply(protocol.SMTP, "421 4.4.2 time-out", false))
	assert.True(t, out.Unasked)
	assert.Equal(t, protocol.StateClosed, m.Context().State)
}

func TestSlipsAreLocated(t *testing.T) {
	ready := []turn{
		{"", "220 x ESMTP", "greeted", ""},
		{"ehlo x", "250 x", "identified", ""},
	}
	for _, c := range []struct {
		line    string
		reason  protocol.Reason
		at, len int
		want    string
		code    string
	}{
		{"reptto:<a@b>", protocol.UnknownVerb, 0, 12, "", "500"},
		{"mailfrom:<a@b>", protocol.UnknownVerb, 0, 14, "", "500"},
		{"mail form:<a@b>", protocol.MissingKeyword, 5, 10, "FROM:", "501"},
		{"mail", protocol.MissingKeyword, 4, 1, "FROM:", "501"},
		{"mail from a@b", protocol.MissingColon, 9, 1, "FROM:", "501"},
		{"mail from : <a@b>", protocol.SpaceBeforeColon, 9, 1, "FROM:", "501"},
		{"mail from:a@b", protocol.MissingBrackets, 10, 3, "<a@b>", "501"},
		{"mail from:<a@b", protocol.UnclosedBracket, 14, 1, ">", "501"},
		{"mail from:<a b@c>", protocol.BadAddress, 11, 5, "", "501"},
		{"mail from:<a@b> size", protocol.BadValue, 16, 4, "SIZE=1024", "501"},
		{"mail from:<a@b> =5", protocol.BadParameter, 16, 2, "", "501"},
		{"mail from:<a@b>SIZE=5", protocol.BadParameter, 15, 6, " ", "501"},
		{"mail from: <a@b>", "", 0, 0, "", ""},
		{"mail from:<>", "", 0, 0, "", ""},
		{"mail from:<\"a > b\"@c.test>", "", 0, 0, "", ""},
		{"mail from:<@hop.test,@two.test:a@c.test>", "", 0, 0, "", ""},
		{"mail from:<a@[192.0.2.1]>", "", 0, 0, "", ""},
		{"rcpt to:<a@b>", protocol.OutOfOrder, 0, 4, "MAIL", "503"},
		{"data", protocol.OutOfOrder, 0, 4, "MAIL", "503"},
		{"quit now", protocol.ExtraArgument, 5, 3, "", "501"},
		{"ehlo", protocol.MissingArgument, 4, 1, "", "501"},
		{"ehlo my pc", protocol.ExtraArgument, 8, 2, "", "501"},
		{"turn", protocol.NotImplemented, 0, 4, "", "502"},
		{"noop a\bb", protocol.NulInLine, 6, 1, "", "500"},
		{"", protocol.UnknownVerb, 0, 1, "", "500"},
	} {
		m := play(t, protocol.SMTP, ready)
		u := m.Said(c.line)
		if c.reason == "" {
			assert.Nil(t, u.Fault, c.line)
			continue
		}
		if assert.NotNil(t, u.Fault, c.line) {
			assert.Equal(t, protocol.Fault{Reason: c.reason, Code: c.code, Enhanced: u.Fault.Enhanced, At: c.at, Len: c.len, Want: c.want}, *u.Fault, c.line)
		}
	}
}

func TestLoginDemandedByPolicy(t *testing.T) {
	m := protocol.NewMachine(protocol.SMTP)
	m.Demand("MAIL", protocol.NeedAuth)
	m.Heard(protocol.ParseReply(protocol.SMTP, "220 x", false))
	m.Said("EHLO x")
	m.Heard(protocol.ParseReply(protocol.SMTP, "250 x", false))
	u := m.Said("MAIL FROM:<a@b.test>")
	require.NotNil(t, u.Fault)
	assert.Equal(t, "530", u.Fault.Code)
	assert.Equal(t, protocol.NeedsAuth, u.Fault.Reason)
}

func TestRefusedOutOfOrderChangesNothing(t *testing.T) {
	m := play(t, protocol.POP3, []turn{
		{"", "+OK", "authorization", ""},
		{"user a", "+OK", "user", ""},
		{"pass b", "+OK", "transaction", ""},
		{"user c", "-ERR already", "transaction", protocol.OutOfOrder},
		{"pass c", "-ERR already", "transaction", protocol.OutOfOrder},
		{"auth plain", "-ERR already", "transaction", protocol.OutOfOrder},
	})
	assert.Equal(t, "a", m.Context().User)
}

func TestBeginnersAreLedTheUsualWay(t *testing.T) {
	m := play(t, protocol.POP3, []turn{{"", "+OK <1.2@x.test>", "authorization", ""}})
	assert.Equal(t, "USER", m.Look("stat").Fault.Want)
	m.Said("user a")
	m.Heard(protocol.ParseReply(protocol.POP3, "+OK", false))
	assert.Equal(t, "PASS", m.Look("stat").Fault.Want)
	s := play(t, protocol.SMTP, []turn{{"", "220 x", "greeted", ""}})
	assert.Equal(t, "EHLO", s.Look("mail from:<>").Fault.Want)
}

func TestLinesSentAheadAreJudgedFromWhereTheyWillArrive(t *testing.T) {
	m := play(t, protocol.SMTP, []turn{{"", "220 x", "greeted", ""}})
	for _, line := range []string{"EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<c@d.test>", "RSET", "MAIL FROM:<>", "RCPT TO:<c@d.test>", "DATA"} {
		assert.Nil(t, m.Said(line).Fault, line)
	}
	assert.NotNil(t, play(t, protocol.SMTP, []turn{{"", "220 x", "greeted", ""}}).Said("RCPT TO:<a@b.test>").Fault)
}

func TestTheGreetingAnswersNoLine(t *testing.T) {
	m := protocol.NewMachine(protocol.SMTP)
	m.Said("ehlo early")
	out := m.Heard(protocol.ParseReply(protocol.SMTP, "220 x", false))
	assert.Empty(t, out.Before.Verb)
	assert.Equal(t, 1, m.Awaiting())
	out = m.Heard(protocol.ParseReply(protocol.SMTP, "250 x", false))
	assert.Equal(t, "EHLO", out.Before.Verb)
	assert.Equal(t, protocol.StateIdentified, m.Now().State)
}

func TestResetIsTheWayOutOfATransaction(t *testing.T) {
	m := play(t, protocol.SMTP, []turn{
		{"", "220 x", "greeted", ""}, {"ehlo x", "250 x", "identified", ""}, {"mail from:<>", "250", "mail", ""},
	})
	assert.Equal(t, "RSET", m.Look("mail from:<>").Fault.Want)
}

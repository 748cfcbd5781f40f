package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// advice is all that an explanation says in sentences, in English.
func advice(a explain.Annotation) string {
	said := []string{a.Summary.EN}
	for _, list := range [][]phrases.Text{a.Causes, a.Details} {
		for _, text := range list {
			said = append(said, text.EN)
		}
	}
	return strings.Join(said, "\n")
}

// TestAfterTheLogin: who has logged in is not told to do so.
func TestAfterTheLogin(t *testing.T) {
	smtp := slices.Concat(identified, []string{"AUTH PLAIN AHUAcA==", "235 ok", "MAIL FROM:<a@lab.test>", "250 ok"})
	for _, c := range []struct {
		p                  protocol.Protocol
		where              []string
		line, reply, class string
	}{
		{protocol.SMTP, smtp, "RCPT TO:<fpwjp@lab.tset>", "554 5.7.1 <fpwjp@lab.tset>: Relay access denied", "relay-denied"},
		{protocol.POP3, loggedIn, "PASS x", "-ERR Not allowed now", "bad-sequence"},
		{protocol.POP3, loggedIn, "PASS x", "-ERR bad sequence of commands", "bad-sequence"},
		{protocol.POP3, loggedIn, "USER fpwjp", "-ERR Unknown command.", "bad-sequence"},
		{protocol.POP3, loggedIn, "AUTH PLAIN", "-ERR no", "bad-sequence"},
	} {
		m := machine(t, c.p, c.where)
		m.Said(c.line)
		a := explain.Reply(m.Context(), protocol.ParseReply(c.p, c.reply, false))
		assert.Equal(t, c.class, a.Class, c.line)
		said := advice(a)
		assert.Contains(t, said, "logged in", c.line)
		for _, wrong := range []string{"Log in with AUTH", "nobody has logged in", "say USER first", "not logged in"} {
			assert.NotContains(t, said, wrong, c.line)
		}
	}
}

// TestBareRefusalIsNotOverread: a 550 that gives no reason may be about the mailbox, or a rule.
func TestBareRefusalIsNotOverread(t *testing.T) {
	for reply, policy := range map[string]bool{
		"550 Rejected": true, "550 no": true, "550 You are not allowed": true, "550 5.0.0 no": true,
		"550 5.1.1 no": false, "550 No such user here": false,
	} {
		a := explain.Reply(explain.ContextAfter(protocol.SMTP, "RCPT TO:<x@y.z>", reply))
		assert.Equal(t, policy, strings.Contains(a.Summary.EN, "rule"), "%s: %s", reply, a.Summary.EN)
		assert.Equal(t, policy, strings.Contains(a.Summary.ZH, "规则"), "%s: %s", reply, a.Summary.ZH)
	}
	a := explain.Reply(explain.ContextAfter(protocol.SMTP, "RCPT TO:<x@y.z>", "554 no"))
	for _, d := range a.Details {
		assert.NotContains(t, d.EN, "554 by the standard")
	}
}

// TestTheParticularIsSaid: what the words tell is said, and nothing is set beside it that they rule out.
func TestTheParticularIsSaid(t *testing.T) {
	for _, c := range []struct{ line, reply, says, not string }{
		{"RCPT TO:<x@y.z>", "450 4.7.25 Client host rejected: cannot find your hostname", "PTR", "block list"},
		{".", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed", "account's own address", "attachment"},
		{".", "550 SPF check failed", "SPF record", "attachment"},
		{"AUTH PLAIN AHUAcA==", "534 5.7.9 Application-specific password required", "two-step", "user name or password is not accepted"},
		{"RCPT TO:<x@y.z>", "550 5.4.1 Recipient address rejected: Access denied.", "directory", "do not agree"},
	} {
		a := explain.Reply(explain.ContextAfter(protocol.SMTP, c.line, c.reply))
		said := advice(a)
		assert.Contains(t, said, c.says, c.reply)
		assert.NotContains(t, said, c.not, c.reply)
	}
}

// TestWhatIsNoReplyRefusesNothing: a line that the protocol does not know is not called a refusal.
func TestWhatIsNoReplyRefusesNothing(t *testing.T) {
	for _, reply := range []string{"999 foo", "hello world", "* OK IMAP4rev1 ready", "150 x"} {
		a := explain.Reply(explain.ContextAfter("", "", reply))
		assert.NotContains(t, advice(a), "refuses", reply)
		assert.Empty(t, a.Causes, reply)
	}
}

// TestRefusalAloneIsNoGreeting: what refuses a recipient was not the server's first word.
func TestRefusalAloneIsNoGreeting(t *testing.T) {
	for _, reply := range []string{"550 5.7.1 Relaying denied", "550 5.1.1 foo", "452 4.5.3 Too many recipients"} {
		a := explain.Reply(explain.ContextAfter("", "", reply))
		assert.Equal(t, "RCPT TO:<...>", a.Next[0].Line, reply)
	}
}

// TestDigitsOfANameAreNoNumber: the 3 of POP3 counts no messages.
func TestDigitsOfANameAreNoNumber(t *testing.T) {
	a := explain.Reply(explain.ContextAfter(protocol.POP3, "LIST", "+OK POP3 clients that break here, they violate STD53.\r\n1 120\r\n2 300\r\n.\r\n"))
	assert.NotContains(t, a.Fields, "messages")
	assert.NotContains(t, a.Fields, "octets")
	assert.Equal(t, 2, a.Fields["count"])
	assert.NotContains(t, advice(a), "speaks of")
}

// TestLastLineOfEHLO: openssl shows only that line of the reply to the EHLO that it says itself.
func TestLastLineOfEHLO(t *testing.T) {
	a := explain.Reply(explain.ContextAfter(protocol.SMTP, "EHLO x", "250 CHUNKING"))
	assert.NotContains(t, a.Fields, "host")
	assert.Equal(t, []string{"CHUNKING"}, a.Fields["keywords"])
	assert.Contains(t, a.Summary.EN, "CHUNKING")
	a = explain.Reply(explain.ContextAfter(protocol.SMTP, "EHLO x", "250 mail"))
	assert.Equal(t, "mail", a.Fields["host"])
}

// TestReferencesKeepToTheProtocol: POP3 is not explained by the standards of SMTP, nor the other way.
func TestReferencesKeepToTheProtocol(t *testing.T) {
	for _, c := range []struct {
		p                protocol.Protocol
		line, reply, ref string
	}{
		{protocol.POP3, "CAPA", "+OK list\r\nTOP\r\n.\r\n", "RFC 2449 §5"},
		{protocol.POP3, "LANG zh", "+OK zh", "RFC 6856 §3"},
		{protocol.POP3, "STAT", "-ERR Disconnected for inactivity.", "RFC 1939 §3"},
		{protocol.POP3, "USER x", "-ERR Plaintext authentication disallowed on non-secure connections.", "RFC 2595 §2.3; RFC 8314 §3"},
		{protocol.SMTP, "AUTH LOGIN", "538 Encryption required", "RFC 3207 §4"},
		{protocol.SMTP, "NOOP", "421 4.4.2 idle timeout", "RFC 5321 §4.5.3.2"},
	} {
		a := explain.Reply(explain.ContextAfter(c.p, c.line, c.reply))
		assert.True(t, strings.HasPrefix(a.Ref, c.ref), "%s: %s", c.reply, a.Ref)
		if c.p == protocol.POP3 {
			assert.Equal(t, c.ref, a.Ref, c.reply)
		}
	}
}

// TestNothingIsSaidTwice: what the summary holds is no detail.
func TestNothingIsSaidTwice(t *testing.T) {
	for _, c := range [][2]string{{"helo", "501 Syntax: HELO hostname"}, {"mail from:<a@b.c> BODY=9BIT", "501 no"}, {"helo", "501 no"}} {
		a := explain.Reply(explain.ContextAfter(protocol.SMTP, c[0], c[1]))
		for i, d := range a.Details {
			assert.NotContains(t, a.Summary.EN, d.EN, c[0])
			assert.NotContains(t, a.Details[i+1:], d, c[0])
		}
	}
}

// TestParametersAreMinded: where the address is in order, the advice is not about its form.
func TestParametersAreMinded(t *testing.T) {
	for _, line := range []string{"rcpt to:<fpwjp@lab.test> NOTIFY=SOMETIMES,NEVER,FOO ORCPT=x", "mail from:<a@b.c> BODY=9BIT"} {
		said := advice(explain.Reply(explain.ContextAfter(protocol.SMTP, line, "501 5.5.4 no")))
		assert.Contains(t, said, "parameter", line)
		assert.NotContains(t, said, "angle brackets", line)
		assert.NotContains(t, said, "brackets, colon", line)
	}
}

// TestLoginThatIsOver: after the final refusal there is no login to go on with.
func TestLoginThatIsOver(t *testing.T) {
	m := machine(t, protocol.SMTP, atPassword)
	m.Said("quit")
	said := advice(explain.Reply(m.Context(), protocol.ParseReply(protocol.SMTP, "535 Login fail.", false)))
	assert.NotContains(t, said, "Go on with the login")
	assert.Contains(t, said, "Say QUIT again")
}

// TestNothingToGuess: where the line or the conversation tells why, no other reason is guessed at beside it.
func TestNothingToGuess(t *testing.T) {
	for _, c := range []struct {
		p           protocol.Protocol
		where       []string
		line, reply string
		has         string
		lacks       []string
	}{
		{protocol.POP3, marked, "RETR 1", "-ERR Message 1 is marked for deletion", "marked with DELE", []string{"empty maildrop", "another session"}},
		{protocol.SMTP, identified, "TURN", "502 5.5.1 TURN is obsolete", "TURN is obsolete", []string{"administrator", "lacks it"}},
		{protocol.SMTP, identified, "VRFY a", "502 5.5.1 no", "administrator", nil},
		{protocol.SMTP, identified, "S: 220 x", "221 2.7.0 Error: I can break rules, too. Goodbye.", "what the server said", []string{"space is missing", "misspelt"}},
		{protocol.SMTP, identified, "C: ehlo me", "500 5.5.1 Command not recognized", "leave out “C:”", []string{"misspelt", "spelling"}},
		{protocol.SMTP, identified, "mailfrom:<a@b>", "221 2.7.0 Error: I can break rules, too. Goodbye.", "space is missing", nil},
		{"", nil, "", "HTTP/1.1 400 Bad Request", "web server", []string{"damaged"}},
		{"", nil, "", "* OK [CAPABILITY IMAP4rev1] Dovecot ready.", "IMAP server", []string{"damaged"}},
		{"", nil, "", "SSH-2.0-OpenSSH_9.6", "SSH server", []string{"damaged"}},
		{"", nil, "", "400 Bad Request", "web server", []string{"try again later", "database"}},
		{protocol.SMTP, atScram, "Yz1iaXdzLHI9YWJj", "535 5.7.8 Error: authentication failed: bad protocol / cancel", "were not checked", []string{"is not accepted"}},
	} {
		m := machine(t, c.p, c.where)
		if c.line != "" {
			m.Said(c.line)
		}
		said := advice(explain.Reply(m.Context(), protocol.ParseReply(c.p, c.reply, false)))
		assert.Contains(t, said, c.has, c.reply)
		for _, wrong := range c.lacks {
			assert.NotContains(t, said, wrong, c.reply)
		}
	}
}

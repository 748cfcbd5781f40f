package lab_test

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/lab"
	"maillab/mockserver"
	"maillab/protocol"
)

// lastTLS returns the newest tls event.
func (d *desk) lastTLS() *protocol.TLS {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := len(d.events) - 1; i >= 0; i-- {
		if d.events[i].Kind == protocol.KindTLS {
			return d.events[i].TLS
		}
	}
	return nil
}

func TestAMailUnderTLSByHand(t *testing.T) {
	d := newDesk(t)
	d.say("telnet smtp.lab.test 587", "ehlo x", "starttls")
	require.NotNil(t, d.lastTLS())
	assert.True(t, d.lastTLS().Verified && d.lastTLS().Lab)
	assert.Equal(t, protocol.StateGreeted, d.shell.Place().Context.State)
	d.say("ehlo x", "auth plain AGpzcGRldmVsb3AAanNwMTIz", "mail from:<jspdevelop@lab.test>", "rcpt to:<fpwjp@lab.test>", "data",
		"Subject: x", "", ".", "quit")
	assert.Equal(t, []string{"220", "250", "220", "250", "235", "250", "250", "354", "250", "221"}, d.codes())
	mails := d.net.Mailbox("fpwjp")
	assert.Contains(t, string(mails[len(mails)-1].Content), " with ESMTPSA id ")
}

func TestEveryWayIntoTLS(t *testing.T) {
	d := newDesk(t)
	for _, line := range []string{
		"telnet smtp.lab.test 465", "telnet pop3.lab.test 995", "telnet mail.lab.test pop3s", "telnet smtp.lab.test tls", "telnet pop3.lab.test TLS",
	} {
		d.say(line)
		require.True(t, d.shell.Place().Context.TLS, line)
		assert.True(t, d.lastTLS().Lab, line)
		d.say("quit")
	}
	d.say("telnet pop3.lab.test", "stls", "user fpwjp", "pass fpw123")
	assert.Equal(t, protocol.StateTransaction, d.shell.Place().Context.State)
	d.say("quit")
	assert.Contains(t, d.say("telnet smtp.lab.test 25 tls"), "what came back was no TLS")
	assert.False(t, d.shell.Connected())
	for _, e := range d.net.Endpoints() {
		if e.Service == "smtps" { // the lab by its real address
			host, port, _ := net.SplitHostPort(e.Addr)
			d.say("telnet " + host + " " + port + " tls")
			assert.True(t, d.lastTLS().Lab)
			d.say("quit")
		}
	}
}

// TestForeignCertificates: maillab goes on, and says what a mail program would have done.
func TestForeignCertificates(t *testing.T) {
	other, err := mockserver.Start(mockserver.Config{Domain: "other.test"})
	require.NoError(t, err)
	defer other.Close()
	d := newDesk(t)
	for _, e := range other.Endpoints() {
		if e.Service != "smtps" {
			continue
		}
		host, port, _ := net.SplitHostPort(e.Addr)
		d.say("telnet " + host + " " + port + " tls")
	}
	require.NotNil(t, d.lastTLS())
	assert.Equal(t, protocol.TLSUnknownAuthority, d.lastTLS().Problem)
	assert.True(t, d.shell.Connected())
	d.say("quit")
}

func TestEveryHandshakeHasWords(t *testing.T) {
	for _, p := range []protocol.TLSProblem{
		protocol.TLSUnknownAuthority, protocol.TLSSelfSigned, protocol.TLSWrongName, protocol.TLSExpired, protocol.TLSNotYetValid, protocol.TLSBadCertificate,
	} {
		for _, proto := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
			s := lab.TellTLS(protocol.Event{Host: "h", Context: protocol.Context{Protocol: proto}, TLS: &protocol.TLS{
				Version: "TLS 1.0", Outdated: true, Injected: 3, Problem: p, Names: strings.Fields("a b c d e f g h"),
			}})
			assert.False(t, s.Trusted)
			assert.Len(t, s.Warnings, 2)
			for _, text := range []string{s.Agreed.EN, s.Agreed.ZH, s.Certificate.EN, s.Certificate.ZH, s.Verdict.EN, s.Verdict.ZH, s.Advice.EN, s.Advice.ZH} {
				assert.NotContains(t, text, "«")
				assert.NotContains(t, text, "{")
				assert.NotEmpty(t, text)
			}
		}
	}
	for _, p := range []protocol.TLSProblem{protocol.TLSNotSpoken, protocol.TLSRefused, protocol.TLSCut, protocol.TLSTimeout, protocol.TLSFailed} {
		text := lab.ClosedText(protocol.Event{Host: "h", Close: protocol.ClosedHandshake, TLS: &protocol.TLS{Problem: p}})
		assert.NotContains(t, text.EN+text.ZH, "«")
		assert.NotContains(t, text.EN+text.ZH, "{")
	}
}

// TestFlawsAreTold: what is wrong with the lab's TLS on purpose, told as that of a stranger's server.
func TestFlawsAreTold(t *testing.T) {
	d := newDesk(t)
	for spec, want := range map[string][2]string{
		"tls-expired":     {"expired on", "过期"},
		"tls-wrong-name":  {"is for www.elsewhere.test, not for smtp.lab.test", "是 www.elsewhere.test 的，不是 smtp.lab.test 的"},
		"tls-self-signed": {"signed this certificate itself", "服务器自己签的"},
	} {
		d.say("fault off", "fault "+spec, "telnet smtp.lab.test 587", "ehlo x", "starttls")
		require.NotNil(t, d.lastTLS())
		told := lab.TellTLS(protocol.Event{Host: "smtp.lab.test", TLS: d.lastTLS()})
		assert.Contains(t, told.Verdict.EN, want[0], spec)
		assert.Contains(t, told.Verdict.ZH, want[1], spec)
		assert.True(t, d.shell.Connected(), "maillab is for looking")
		d.say("quit")
	}
	for how, want := range map[string]string{"alert": "with an alert", "cut": "in the middle of it", "plain": "was no TLS"} {
		assert.Contains(t, d.say("fault off", "fault tls-failure:"+how, "telnet smtp.lab.test 465"), want)
		assert.False(t, d.shell.Connected(), how)
	}
}

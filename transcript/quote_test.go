package transcript_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/protocol"
	"maillab/transcript"
)

// TestQuotedReplies: one line out of a log, a bounce or a program's error, as people paste them.
func TestQuotedReplies(t *testing.T) {
	for text, want := range map[string]struct{ verb, line, reply string }{
		`SMTP error from remote mail server after RCPT TO:<a@b.test>: 550 no`:                                    {"RCPT", "RCPT TO:<a@b.test>", "550 no"},
		`host mx.example.com[1.2.3.4] said: 550 5.1.1 no (in reply to RCPT TO command)`:                          {"RCPT", "", "550 5.1.1 no"},
		`host mx.example.com[1.2.3.4] said: 421 no (in reply to initial server greeting)`:                        {"", "", "421 no"},
		`host mx.example.com[1.2.3.4] said: 552 big (in reply to end of DATA command)`:                           {".", ".", "552 big"},
		`Diagnostic-Code: smtp; 550 5.1.1 x`:                                                                     {"", "", "550 5.1.1 x"},
		`smtplib.SMTPRecipientsRefused: {'a@b.test': (550, b'5.1.1 no\n5.1.1 such user')}`:                       {"RCPT", "", "550 5.1.1 no/5.1.1 such user"},
		`smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: it\'s wrong')`:                                    {"(response)", "", `535 5.7.8 Error: it\'s wrong`},
		`smtplib.SMTPSenderRefused: (501, b'5.1.7 Bad sender address syntax', 'x')`:                              {"MAIL", "", "501 5.1.7 Bad sender address syntax"},
		`com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <x@b.test>: no`:                                 {"RCPT", "", "550 5.1.1 <x@b.test>: no"},
		`javax.mail.AuthenticationFailedException: 535 Error: authentication failed`:                             {"(response)", "", "535 Error: authentication failed"},
		`Expected response code 250 but got code "553", with message "553 Mail from must equal authorized user"`: {"", "", "553 Mail from must equal authorized user"},
		`Error: Invalid login: 535 5.7.8 Username and Password not accepted`:                                     {"", "", "535 5.7.8 Username and Password not accepted"},
		`Remote host said: 550 5.1.1 User unknown`:                                                               {"", "", "550 5.1.1 User unknown"},
		`<** 550 5.1.1 no`: {"", "", "550 5.1.1 no"},
		`<<< 550 5.1.1 no`: {"", "", "550 5.1.1 no"},
		`S: 550 5.1.1 no`:  {"", "", "550 5.1.1 no"},
	} {
		assert.NotEmpty(t, transcript.Detect(text), text)
		_, events := read(t, text, transcript.Options{})
		var got *protocol.Event
		for i, e := range events {
			if e.Kind == protocol.KindReply {
				got = &events[i]
			}
		}
		if !assert.NotNil(t, got, "%s\n%s", text, told(events)) {
			continue
		}
		assert.Equal(t, want.verb, got.Context.Verb, text)
		assert.Equal(t, want.line, got.Context.Line, text)
		assert.Equal(t, want.reply, got.Reply.Code+" "+strings.Join(got.Reply.Texts(), "/"), text)
	}
	for _, text := range []string{
		"hello", "550", "550 5.1.1 no", "I waited 250 seconds: nothing", "call 555-1234", "see RFC 5321 4.2.1 there", "version 250 2.x",
		"550 host mx said: 550 5.1.1 no", "+OK 3 messages", "",
	} {
		assert.Empty(t, transcript.Detect(text), text)
	}
}

package explain_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/protocol"
)

// hostile is what a server may send to harm the one who reads it.
var hostile = []string{
	"", "\r\n", "220", "2", "+", "-", "250-", "250-\r\n", "\x00\x01\x02\xff\xfe", "220 \x1b]0;owned\x07 ESMTP",
	"220 \x1b[2J\x1b[31mred", "250 ok \u202egnp.exe", "550 <a\u200b\u2066@b>: user unknown", "999 what", "000 zero", "100 begun",
	"HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH_9.2p1", "* OK IMAP4rev1 ready", "250ok", "250_ok", "+ERR broken", "-OK", "+ok",
	"535 \xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb", "334 !!!", "334 \xff", "550 " + strings.Repeat("A", 70000),
	"250-" + strings.Repeat("x", 5000) + "\r\n250 " + strings.Repeat("SIZE 1 ", 3000),
	"+OK " + strings.Repeat("9", 400), "250 SIZE 99999999999999999999999", "220 <@>", "+OK <@>", "+OK []", "550 [] <> () {}",
}

func TestHostileReplies(t *testing.T) {
	lines := []string{"", "EHLO x", "AUTH LOGIN", "(base64 user)", "MAIL FROM:<a@b>", ".", "QUIT", "LIST", "UIDL 1", "RETR 1", "TOP", "CAPA", "STAT", "(idle)", "\x1b[31m", "<BS><BS>"}
	for _, p := range []protocol.Protocol{"", protocol.SMTP, protocol.POP3, "imap"} {
		for _, line := range lines {
			for _, raw := range hostile {
				ctx, r := explain.ContextAfter(p, line, raw)
				a := explain.Reply(ctx, r)
				assertSafe(t, a, r)
				assert.NotEmpty(t, a.Summary.EN, "%q after %q", raw[:min(len(raw), 60)], line)
				assert.Less(t, len(a.Summary.EN), 2000)
			}
		}
	}
}

// TestContextIsEnough: Reply must cope with contexts that a caller put together by hand.
func TestOddContexts(t *testing.T) {
	for _, ctx := range []protocol.Context{
		{}, {Protocol: protocol.SMTP}, {Protocol: protocol.POP3, State: "nowhere"}, {Protocol: "x", State: protocol.StateMail},
		{Protocol: protocol.SMTP, State: protocol.StateClosed, Verb: "QUIT", Line: "QUIT"},
		{Protocol: protocol.SMTP, State: protocol.StateAuth, Verb: protocol.VerbResponse, Speech: protocol.SpeechResponse, Line: "********"},
		{Protocol: protocol.POP3, State: protocol.StateTransaction, Verb: "RETR", Line: "RETR 1", Args: "1"},
	} {
		for _, r := range []protocol.Reply{{}, {Code: "250"}, {Code: "250", Lines: []protocol.ReplyLine{{Code: "250", Separator: " ", Text: "ok"}}, Complete: true}} {
			a := explain.Reply(ctx, r)
			assertTexts(t, a, "odd")
			assert.NotEmpty(t, a.Summary.ZH)
		}
	}
}

// TestExplanationIsPure: the same question has the same answer, from many goroutines at once.
func TestExplanationIsPure(t *testing.T) {
	list := readSamples(t, "testdata/replies.jsonl")
	want := make([]explain.Annotation, len(list))
	for i, s := range list {
		ctx, r := explain.ContextAfter(protocol.Protocol(s.Protocol), s.Command, s.raw(t))
		want[i] = explain.Reply(ctx, r)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range list {
				s := list[len(list)-1-i]
				ctx, r := explain.ContextAfter(protocol.Protocol(s.Protocol), s.Command, s.Reply)
				if s.RawHex == "" {
					assert.Equal(t, want[len(list)-1-i], explain.Reply(ctx, r), s.ID)
				}
			}
		})
	}
	wg.Wait()
}

package explain_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"maillab/explain"
	"maillab/protocol"
)

// benchReplies are typical lines; each is explained in its live context.
var benchReplies = map[string]struct {
	p     protocol.Protocol
	where []string
	line  string
	raw   string
}{
	"rcpt":     {protocol.SMTP, inMail, "RCPT TO:<b@lab.test>", "250 2.1.5 Ok"},
	"refusal":  {protocol.SMTP, inMail, "RCPT TO:<x@lab.test>", "550 5.1.1 <x@lab.test>: Recipient address rejected: User unknown in local recipient table"},
	"queued":   {protocol.SMTP, inContent, ".", "250 2.0.0 Ok: queued as C0B409CA973"},
	"username": {protocol.SMTP, identified, "AUTH LOGIN", "334 VXNlcm5hbWU6"},
	"ehlo":     {protocol.SMTP, greetedSMTP, "EHLO pc", "250-smtp.lab.test greets pc\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-HELP\r\n250 AUTH LOGIN PLAIN CRAM-MD5"},
	"stat":     {protocol.POP3, loggedIn, "STAT", "+OK 11 23456"},
	"greeting": {protocol.SMTP, nil, "", "220 mail.lab.test ESMTP Postfix"},
}

func BenchmarkReply(b *testing.B) {
	for name, c := range benchReplies {
		m := protocol.NewMachine(c.p)
		for i := 0; i < len(c.where); i += 2 {
			if c.where[i] != "" {
				m.Said(c.where[i])
			}
			m.Heard(protocol.ParseReply(c.p, c.where[i+1], false))
		}
		if c.line != "" {
			m.Said(c.line)
		}
		ctx, r := m.Context(), protocol.ParseReply(c.p, c.raw, false)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				explain.Reply(ctx, r)
			}
		})
	}
}

func BenchmarkClient(b *testing.B) {
	for _, line := range []string{"mail from:<a@lab.test>", "reptto:<b@lab.test>", "MAIL FROM：<a@lab.test>"} {
		m := protocol.NewMachine(protocol.SMTP)
		for i := 0; i < len(identified); i += 2 {
			if identified[i] != "" {
				m.Said(identified[i])
			}
			m.Heard(protocol.ParseReply(protocol.SMTP, identified[i+1], false))
		}
		ctx, u := m.Context(), m.Look(line)
		b.Run(line, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				explain.Client(ctx, u)
			}
		})
	}
}

// BenchmarkJSON is what maillab explain --json does for one reply.
func BenchmarkJSON(b *testing.B) {
	for b.Loop() {
		ctx, r := explain.ContextAfter(protocol.SMTP, "RCPT TO:<x@gmail.com>", "554 5.7.1 <x@gmail.com>: Relay access denied")
		if _, err := json.Marshal(explain.Reply(ctx, r)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAnswer is what maillab explain --jsonl does for each line, over the
// project's own replies: the figure to look at is lines/s.
func BenchmarkAnswer(b *testing.B) {
	data, err := os.ReadFile("testdata/replies.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	var out []byte
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		if out, err = explain.AppendAnswer(out[:0], lines[i%len(lines)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

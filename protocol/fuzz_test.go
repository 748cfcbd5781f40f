package protocol_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// FuzzPath: whatever stands after MAIL FROM: or RCPT TO:, a fault points into the line, and a path that
// is taken keeps its limits and reads the same again when it is written out.
func FuzzPath(f *testing.F) {
	for _, s := range []string{
		"<a@b.test>", "<>", "<Postmaster>", "< a@b>", "<@x.test,@y.test:a@b.test>", `<"a b\"@\\"@b.test>`, "<a@[127.0.0.1]>",
		"<a@[IPv6:::1]> SIZE=10 BODY=8BITMIME", "<a@b.test>SIZE=1", "<a@b.test> =", "<a@b", "a@b.test", " <a@b.test>  ", "<用户@例子.test> SMTPUTF8",
		"<a.@b>", "<.a@b>", "<a@b..c>", "<a@-b>", "<a@b.test.>", "<\"\"@b>", "<a@b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb@c",
	} {
		f.Add(false, s)
		f.Add(true, s)
	}
	f.Fuzz(func(t *testing.T, recipient bool, args string) {
		m := machineIn(t, recipient)
		line := "MAIL FROM:" + args
		if recipient {
			line = "RCPT TO:" + args
		}
		u := m.Look(line)
		if u.Fault != nil {
			assertInside(t, u)
			return
		}
		parse := protocol.ParseFrom
		if recipient {
			parse = protocol.ParseTo
		}
		e, ok := parse(u.Args)
		require.True(t, ok)
		assert.LessOrEqual(t, len(e.Path.Local), protocol.MaxLocalPart)
		assert.LessOrEqual(t, len(e.Path.Domain), protocol.MaxDomain)
		again := m.Look(line[:strings.IndexByte(line, ':')+1] + "<" + e.Path.String() + "> SMTPUTF8")
		if again.Fault != nil && again.Fault.Reason == protocol.TooLongPath {
			return // quoting can make it longer
		}
		require.Nil(t, again.Fault, "%q", again.Line())
		e.Path.Route = "" // accepted and ignored
		same, ok := parse(again.Args)
		require.True(t, ok)
		assert.Equal(t, e.Path, same.Path)
	})
}

// machineIn stands where MAIL or RCPT may be said.
func machineIn(t *testing.T, recipient bool) *protocol.Machine {
	turns := []turn{{"", "220 x ESMTP", "greeted", ""}, {"EHLO x", "250-x\r\n250 SMTPUTF8", "identified", ""}}
	if recipient {
		turns = append(turns, turn{"MAIL FROM:<a@b.test> SMTPUTF8", "250 ok", "mail", ""})
	}
	return play(t, protocol.SMTP, turns)
}

// assertInside: what a fault points at is in the line, or right behind it where something is missing.
func assertInside(t *testing.T, u protocol.Utterance) {
	t.Helper()
	assert.GreaterOrEqual(t, u.Fault.At, 0, "%q", u.Line())
	assert.LessOrEqual(t, u.Fault.At, len(u.Line()), "%q", u.Line())
	assert.Positive(t, u.Fault.Len, "%q", u.Line())
	assert.NotEmpty(t, u.Fault.Code, "%q", u.Line())
}

// FuzzMailbox: a mailbox that is taken reads the same again when it is written out.
func FuzzMailbox(f *testing.F) {
	for _, s := range []string{"a", "a@b.test", "<a@b.test>", `"a b"@c.test`, "a@[IPv6:::1]", "a@b@c", "<<a>>", "\x00", "@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := protocol.ParseMailbox(text)
		if !ok {
			return
		}
		again, ok := protocol.ParseMailbox(p.String())
		require.True(t, ok, "%q", p.String())
		assert.Equal(t, p, again)
	})
}

// FuzzConversation: no line and no reply, in any order, stops the machine that both ends follow.
func FuzzConversation(f *testing.F) {
	f.Add(false, []byte("220 x\nEHLO x\n250-x\n250 SIZE\nMAIL FROM:<>\n250 ok\nBDAT 3 LAST\n250 ok\nQUIT\n221 bye"))
	f.Add(false, []byte("220 x\nAUTH LOGIN\n334 VXNlcm5hbWU6\n*\n501 no\nSTARTTLS\n220 go\nDATA\n354 go\n..\n.\n250 ok"))
	f.Add(true, []byte("+OK <1.2@x>\nUSER a\n+OK\nPASS b\n+OK\nLIST\n+OK\n1 2\n.\nUIDL 1\n+OK 1 a\nDELE 1\n+OK\nRSET\n+OK\nQUIT\n-ERR [SYS/TEMP] no"))
	f.Fuzz(func(t *testing.T, pop bool, script []byte) {
		p := protocol.SMTP
		if pop {
			p = protocol.POP3
		}
		m := protocol.NewMachine(p)
		for i, line := range strings.Split(string(script), "\n") {
			if i%2 == 1 {
				u := m.Look(line)
				if u.Fault != nil {
					assertInside(t, u)
				}
				m.Said(line)
				continue
			}
			reply := protocol.ParseReply(p, line, m.Multiline(strings.SplitN(line, " ", 2)[0]))
			m.Heard(reply)
			m.Legal()
		}
		m.Close()
		assert.Equal(t, protocol.StateClosed, m.Now().State)
	})
}

// FuzzLines: however the network cuts a stream, its lines are the same, nothing is lost, and no more
// than the limit is kept.
func FuzzLines(f *testing.F) {
	f.Add(uint8(3), uint8(5), []byte("a\r\nb\n\r\r\n\nlonger than that\r\nend"))
	f.Fuzz(func(t *testing.T, cut, limit uint8, stream []byte) {
		lines := protocol.NewLineReaderSize(&pieces{stream, int(cut) + 1}, int(limit), 16)
		rest := stream
		for {
			l, err := lines.ReadLine()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			whole := len(l.Text) + l.Cut + len(l.Ending)
			require.LessOrEqual(t, whole, len(rest))
			require.LessOrEqual(t, len(l.Text), int(limit))
			require.True(t, bytes.HasPrefix(rest, l.Text))
			require.True(t, bytes.HasSuffix(rest[:whole], []byte(l.Ending)))
			require.NotContains(t, string(rest[:whole-len(l.Ending)]), "\n")
			rest = rest[whole:]
		}
		require.Empty(t, rest)
	})
}

// pieces is a stream that comes in reads of at most size octets.
type pieces struct {
	rest []byte
	size int
}

func (p *pieces) Read(buf []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(buf, p.rest[:min(p.size, len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

// FuzzStuffing: content that was stuffed for the wire is the same when it is unstuffed.
func FuzzStuffing(f *testing.F) {
	f.Add([]byte(".\r\n..\r\n.a\nb"))
	f.Fuzz(func(t *testing.T, content []byte) {
		stuffed := string(protocol.Stuff(content))
		require.True(t, strings.HasSuffix(stuffed, ".\r\n"))
		require.NotContains(t, "\r\n"+strings.TrimSuffix(stuffed, ".\r\n"), "\r\n.\r\n", "the end comes once")
		var back []byte
		for _, line := range strings.SplitAfter(strings.TrimSuffix(stuffed, ".\r\n"), "\r\n") {
			back = append(back, protocol.Unstuff(line)...)
		}
		want := bytes.ReplaceAll(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		if len(want) > 0 && !bytes.HasSuffix(want, []byte("\r\n")) {
			want = append(want, "\r\n"...)
		}
		assert.Equal(t, string(want), string(back))
	})
}

// FuzzSASLForms: the readers of SASL messages stop at nothing, and what they took reads the same when
// it is written again.
func FuzzSASLForms(f *testing.F) {
	for _, s := range []string{"", "=", "AGEAYg==", "AGEAYg", "dXNlcj1hQGIBYXV0aD1CZWFyZXIgeAEB", "bixhPWEsAWF1dGg9QmVhcmVyIHgBAQ==", "。", "A==="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		octets, bad := protocol.DecodeBase64(text)
		if bad != nil {
			assert.LessOrEqual(t, bad.At, len(text))
			octets = []byte(text)
		} else if text != "=" {
			// Bits that stand for nothing may differ (RFC 4648 §3.5), octets may not.
			again, bad := protocol.DecodeBase64(protocol.EncodeBase64(octets))
			assert.Nil(t, bad)
			assert.Equal(t, octets, again)
		}
		if m, ok := protocol.ParsePlain(octets); ok {
			assert.Equal(t, protocol.EncodeBase64(octets), m.Encode())
		}
		if m, ok := protocol.ParseXOAUTH2(octets); ok {
			again, _ := protocol.DecodeBase64(m.EncodeXOAUTH2())
			same, ok := protocol.ParseXOAUTH2(again)
			assert.True(t, ok)
			assert.Equal(t, m, same)
		}
		if m, ok := protocol.ParseOAUTHBEARER(octets); ok {
			again, _ := protocol.DecodeBase64(m.EncodeOAUTHBEARER())
			same, ok := protocol.ParseOAUTHBEARER(again)
			assert.True(t, ok)
			assert.Equal(t, m, same)
		}
	})
}

// FuzzEventJSON: an event read from JSON is the same when it is written and read again.
func FuzzEventJSON(f *testing.F) {
	f.Add([]byte(`{"seq":1,"time":"2026-01-01T00:00:00Z","kind":"client","raw":"EHLO x","context":{"protocol":"smtp","state":"greeted"}}`))
	f.Add([]byte(`{"kind":"reply","reply":{"code":"250","lines":[{"text":"ok"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e, again protocol.Event
		if json.Unmarshal(data, &e) != nil {
			return
		}
		first, err := json.Marshal(e)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(first, &again))
		second, err := json.Marshal(again)
		require.NoError(t, err)
		assert.Equal(t, string(first), string(second))
		_, err = json.Marshal(e.Redacted())
		require.NoError(t, err)
	})
}

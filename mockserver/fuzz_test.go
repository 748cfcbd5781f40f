package mockserver

import (
	"bytes"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"maillab/protocol"
)

// memoryConn is a connection on which everything the client will ever say is there already.
type memoryConn struct {
	in  io.Reader
	out bytes.Buffer
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.Write(p) }
func (c *memoryConn) Close() error                { return nil }
func (c *memoryConn) LocalAddr() net.Addr         { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (c *memoryConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4000}
}
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

// chunked hands out a few octets a read, so that everything is cut at every place.
type chunked struct {
	data []byte
	size int
}

func (c *chunked) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.data[:min(c.size, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

// talkInMemory lets a server answer a script and returns what it said.
func talkInMemory(l *Lab, service string, script []byte, size int) string {
	c := &memoryConn{in: &chunked{script, size}}
	s, _ := serviceNamed(service)
	l.serve(c, &s)
	return c.out.String()
}

// beforeTLS cuts off the alert with which a handshake ends that was none.
func beforeTLS(said string, ready saying) string {
	agreed := ready.Text + "\r\n"
	if at := strings.Index(said, agreed); at >= 0 {
		return said[:at+len(agreed)]
	}
	return said
}

func fuzzLab(tb testing.TB) *Lab {
	l, err := Start(Config{Listeners: []Listener{}, Limits: Limits{Message: 4096, Mailbox: 1 << 20, Errors: 1 << 20, BadPassword: -1}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

// openings lead to the states from which the fuzzer goes on.
var (
	smtpOpenings = []string{
		"",
		"EHLO x\r\n",
		"HELO x\r\n",
		"EHLO x\r\nAUTH LOGIN\r\n",
		"EHLO x\r\nAUTH CRAM-MD5\r\n",
		"EHLO x\r\nAUTH SCRAM-SHA-256\r\n",
		"EHLO x\r\nAUTH OAUTHBEARER\r\n",
		"EHLO x\r\nSTARTTLS\r\n",
		"EHLO x\r\nAUTH PLAIN AGpzcGRldmVsb3AAanNwMTIz\r\n",
		"EHLO x\r\nMAIL FROM:<a@b.test>\r\n",
		"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<fpwjp@lab.test>\r\n",
		"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<staff@lab.test>\r\nDATA\r\n",
		"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<fpwjp@lab.test>\r\nBDAT 40\r\n",
		"EHLO x\r\nMAIL FROM:<a@b.test> SMTPUTF8 RET=HDRS ENVID=x\r\nRCPT TO:<fpwjp@lab.test> NOTIFY=SUCCESS\r\nBDAT 3 LAST\r\n",
	}
	pop3Openings = []string{
		"",
		"USER fpwjp\r\n",
		"AUTH LOGIN\r\n",
		"AUTH PLAIN\r\n",
		"AUTH XOAUTH2\r\n",
		"STLS\r\n",
		"USER fpwjp\r\nPASS fpw123\r\n",
		"USER fpwjp\r\nPASS fpw123\r\nDELE 3\r\n",
	}
)

var smtpReplyLine = regexp.MustCompile(`^[2-5]\d\d[ -][\x20-\xff]*$`)

func FuzzSMTP(f *testing.F) {
	for i := range smtpOpenings {
		f.Add(uint8(i), uint16(7), []byte("RCPT TO:<fpwjp@lab.test>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n"))
		f.Add(uint8(i), uint16(4096), []byte("\xff\xf4\xff\xfd\x06*\r\nAUTH PLAIN AA==\r\n\n.\r\n\r.\r\nMAIL FROM:<\"a\\\"\"@[IPv6:::1]> SIZE=9\n"))
	}
	l := fuzzLab(f)
	f.Fuzz(func(t *testing.T, opening uint8, size uint16, script []byte) {
		l.Reset()
		start := smtpOpenings[int(opening)%len(smtpOpenings)]
		said := beforeTLS(talkInMemory(l, "smtp", append([]byte(start), script...), int(size)+1), smtpWords.Reply.TLSReady)
		said = withoutTimingMarks(said)
		lines := strings.SplitAfter(said, "\r\n")
		for _, line := range lines[:len(lines)-1] {
			if len(line) > 512 || !smtpReplyLine.MatchString(strings.TrimSuffix(line, "\r\n")) {
				t.Fatalf("not a reply line: %q", line)
			}
		}
		if last := lines[len(lines)-1]; last != "" {
			t.Fatalf("a reply that does not end: %q", last)
		}
		for _, user := range l.Users() {
			checkMailbox(t, l, user.Name)
		}
	})
}

// withoutTimingMarks takes the answers to timing marks out, which come between the replies (RFC 860).
func withoutTimingMarks(said string) string { return strings.ReplaceAll(said, "\xff\xfb\x06", "") }

// checkMailbox: whatever came in, lines end in CRLF and in nothing else.
func checkMailbox(t *testing.T, l *Lab, user string) {
	for _, m := range l.Mailbox(user) {
		if !bytes.HasSuffix(m.Content, []byte("\r\n")) ||
			bytes.Count(m.Content, []byte("\n")) != bytes.Count(m.Content, []byte("\r\n")) {
			t.Fatalf("line ends: %q", m.Content)
		}
	}
}

func FuzzPOP3(f *testing.F) {
	for i := range pop3Openings {
		f.Add(uint8(i), uint16(5), []byte("STAT\r\nLIST\r\nUIDL\r\nRETR 6\r\nTOP 6 3\r\nDELE 1\r\nRSET\r\nLIST 12\r\nQUIT\r\n"))
		f.Add(uint8(i), uint16(4096), []byte("*\r\nAPOP fpwjp 00000000000000000000000000000000\r\nTOP 1 99999999999\r\nCAPA\n\xff\xfd\x06AUTH\r\n"))
	}
	l := fuzzLab(f)
	f.Fuzz(func(t *testing.T, opening uint8, size uint16, script []byte) {
		l.Reset()
		start := pop3Openings[int(opening)%len(pop3Openings)]
		said := beforeTLS(talkInMemory(l, "pop3", append([]byte(start), script...), int(size)+1), pop3Words.Reply.TLSReady)
		said = withoutTimingMarks(said)
		if !strings.HasPrefix(said, "+OK ") || !strings.HasSuffix(said, "\r\n") {
			t.Fatalf("said %q", said)
		}
		if !l.store.box("fpwjp").lock() {
			t.Fatal("the maildrop is still locked")
		}
		l.store.box("fpwjp").unlock()
	})
}

// FuzzContent: whatever a mail holds, it is kept octet for octet, however the network cuts it.
func FuzzContent(f *testing.F) {
	f.Add(uint16(3), []byte("Subject: x\r\n\r\n.\r\n..\r\n\xff\xf4\xff\xfd\xff\r\nMAIL FROM:<a@b.test>\r\n"))
	f.Add(uint16(1), []byte("no header\r\r\n.\r\r\n\xff"))
	l := fuzzLab(f)
	f.Fuzz(func(t *testing.T, size uint16, content []byte) {
		content = toCRLF(content)
		if len(content) > 4096 || bytes.Contains(content, []byte{iac, do, timingMark}) {
			t.Skip()
		}
		l.Reset()
		// Content comes after 354, so it is never read together with DATA.
		script := &twoParts{
			first:  []byte("EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<jspdevelop@lab.test>\r\nDATA\r\n"),
			second: chunked{append(protocol.Stuff(content), "QUIT\r\n"...), int(size) + 1},
		}
		c := &memoryConn{in: script}
		svc, _ := serviceNamed("smtp")
		l.serve(c, &svc)
		box := l.Mailbox("jspdevelop")
		if len(box) != 1 || !bytes.HasSuffix(box[0].Content, content) {
			t.Fatalf("%d mails, said %q", len(box), c.out.String())
		}
		if !strings.HasSuffix(c.out.String(), "Closing the connection\r\n") {
			t.Fatalf("said %q", c.out.String())
		}
	})
}

// FuzzChunks: content in chunks of any size is kept octet for octet, however the network cuts it.
func FuzzChunks(f *testing.F) {
	f.Add(uint16(3), uint8(5), []byte("Subject: x\r\n\r\n.\r\n..\r\nMAIL FROM:<a@b.test>\r\n"))
	f.Add(uint16(1), uint8(1), []byte("no header\r\r\n.\r\r\n"))
	l := fuzzLab(f)
	f.Fuzz(func(t *testing.T, size uint16, chunk uint8, content []byte) {
		content = toCRLF(content)
		if len(content) > 4096 || bytes.IndexByte(content, iac) >= 0 {
			t.Skip()
		}
		l.Reset()
		script := []byte("EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<jspdevelop@lab.test>\r\n")
		for rest := content; len(rest) > 0; {
			n := min(int(chunk)+1, len(rest))
			script = append(script, "BDAT "+itoa(n)+"\r\n"...)
			script = append(script, rest[:n]...)
			rest = rest[n:]
		}
		said := talkInMemory(l, "smtp", append(script, "BDAT 0 LAST\r\nQUIT\r\n"...), int(size)+1)
		box := l.Mailbox("jspdevelop")
		if len(box) != 1 || !bytes.HasSuffix(box[0].Content, content) {
			t.Fatalf("%d mails, said %q", len(box), said)
		}
		if !strings.HasSuffix(said, "Closing the connection\r\n") {
			t.Fatalf("said %q", said)
		}
	})
}

type twoParts struct {
	first  []byte
	second chunked
}

func (r *twoParts) Read(p []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.second.Read(p)
}

package mockserver

import (
	"bytes"
	"testing"
)

// BenchmarkDelivery is one mail of 4 KiB on a connection that is open already, without a network.
func BenchmarkDelivery(b *testing.B) {
	mail := "MAIL FROM:<a@b.test>\r\nRCPT TO:<fpwjp@lab.test>\r\nDATA\r\nSubject: x\r\n\r\n" +
		string(bytes.Repeat([]byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n"), 64)) + ".\r\n"
	l := benchLab(b)
	b.ReportAllocs()
	script := append([]byte("EHLO x\r\n"), bytes.Repeat([]byte(mail), b.N)...)
	b.ResetTimer()
	talkInMemory(l, "smtp", script, 64<<10)
	if n := len(l.Mailbox("fpwjp")); n != b.N {
		b.Fatalf("%d of %d mails", n, b.N)
	}
}

// BenchmarkPOP3Session is a whole session: login, STAT, LIST, UIDL, RETR of eleven, QUIT.
func BenchmarkPOP3Session(b *testing.B) {
	script := []byte("USER fpwjp\r\nPASS fpw123\r\nSTAT\r\nLIST\r\nUIDL\r\n")
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
		script = append(script, "RETR "+n+"\r\n"...)
	}
	script = append(script, "QUIT\r\n"...)
	l, err := Start(Config{Listeners: []Listener{}})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	b.ReportAllocs()
	for b.Loop() {
		talkInMemory(l, "pop3", script, 64<<10)
	}
}

// BenchmarkStart is the whole lab up and down again.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		l, err := Start(Config{})
		if err != nil {
			b.Fatal(err)
		}
		_ = l.Close()
	}
}

func benchLab(b *testing.B) *Lab {
	l, err := Start(Config{Listeners: []Listener{}, Empty: true, Limits: Limits{Commands: 1 << 40, Mailbox: 1 << 40}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

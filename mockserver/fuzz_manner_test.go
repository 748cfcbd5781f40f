package mockserver

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzPersonas: whatever a client says to whichever persona, and whatever goes wrong on purpose,
// the server answers in whole reply lines, or is cut where a fault cuts it.
func FuzzPersonas(f *testing.F) {
	for i := range Personas() {
		f.Add(uint8(i), uint8(i), "smtp", []byte("EHLO x\r\nmail from a@b.test\r\nmail a@b\r\nrcpt to : <fpwjp@lab.test>\r\nDATA\r\nx\r\n.\r\nGET / HTTP/1.1\r\nQUIT\r\n"))
		f.Add(uint8(i), uint8(i+4), "pop3", []byte("CAPA\r\nUTF8\r\nLANG zh\r\nUSER fpwjp\r\nPASS fpw123\r\nLIST\r\nRETR 1\r\nQUIT\r\n"))
	}
	faults := []string{"", "greylist", "mailbox-full:552", "too-many-recipients:1", "rate-limit:1,1m", "cut-before:DATA", "cut-after:.", "cut-in-content:3", "cut-in-message:9", "wrong-auth", "locked", "lying-sizes", "error-at:MAIL,550", "starttls-stripped", "wrong-auth:454", "lying-sizes:-9", "greylist:0s,fpwjp"}
	l := fuzzLab(f)
	l.cfg.Limits.Errors = 10 // one persona answers slowly from the eleventh on, which takes a fuzzer's time
	f.Fuzz(func(t *testing.T, persona, fault uint8, service string, script []byte) {
		if service != "smtp" && service != "pop3" {
			t.Skip()
		}
		l.Reset()
		p := Personas()[int(persona)%len(Personas())]
		if err := l.SetPersona(PlainPersona, p.Name); err != nil {
			t.Fatal(err)
		}
		spec := faults[int(fault)%len(faults)]
		if err := l.SetFaults(strings.Fields(spec)...); err != nil {
			t.Fatal(err)
		}
		said := talkInMemory(l, service, script, 4096)
		if !strings.HasSuffix(said, "\r\n") && !strings.HasPrefix(spec, "cut-in-message") && said != "" {
			t.Fatalf("%s, %s: a reply that does not end: %q", p.Name, spec, said)
		}
		if !l.store.box("fpwjp").lock() {
			t.Fatal("the maildrop is still locked")
		}
		l.store.box("fpwjp").unlock()
		for _, user := range l.Users() {
			checkMailbox(t, l, user.Name)
		}
	})
}

// FuzzFaultSpec: what is asked for is refused or switched on, and reads back as itself.
func FuzzFaultSpec(f *testing.F) {
	for _, fault := range Faults() {
		f.Add(fault.Name)
		f.Add(fault.Name + ":1,2")
	}
	f.Add("error-at:.,550")
	f.Fuzz(func(t *testing.T, spec string) {
		a, err := parseFault(spec)
		if err != nil {
			return
		}
		again, err := parseFault(a.spec)
		if err != nil || again.spec != a.spec || !utf8.ValidString(a.spec) {
			t.Fatalf("%q reads back as %v, %v", a.spec, again, err)
		}
	})
}

package mockserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// The dialogues in testdata/dialogues are text files:
//
//	# a comment
//	set errors 3          a limit: message, recipients, mailbox, errors, connections, connections-per
//	set tls broken        there is no certificate
//	set idle 50ms         the idle time-out; set accept DOMAIN: mail for it is taken in; set empty,
//	                      require-tls, no-clear-login, strong-login, tell-users
//	set persona NAME      set fault NAME:ARGUMENTS; set commands 3; set grace 60ms; set session 1s
//	set data              the mail is on disk, whatever the run
//	break fpwjp/Maildir/new   takes a folder or its files (a name that ends in /*) out of the data
//	connect smtp          opens a connection; "connect pop3 b" opens one whose lines are Cb: and Sb:
//	C: EHLO x             sends the line and CRLF
//	R: "MAIL\r\nQUIT\r\n" sends a Go string as it is
//	L: 600 NOOP x         sends the text with as many of its last octet as make a line of 600 octets
//	S: 250 2.0.0 {}       reads one line; {} matches anything; {n} the number of octets and the like
//	S+                    reads a whole SMTP reply, whatever it is
//	S*                    reads lines up to a lone dot, whatever they are
//	S+                    reads the lines of one SMTP reply, whatever they are
//	shutdown              begins a shutdown in good order
//	hangup                closes the connection; "hangup b"
//	tls                   begins TLS, as after STARTTLS; "tls b"
//	closed                the server must close now; "closed b"
type dialogue struct {
	t     *testing.T
	lab   *Lab
	conns map[string]*talker
	log   strings.Builder
	down  sync.WaitGroup // a shutdown that goes on
}

// talker is a connection with the client's end of the protocol: the same table must
// know every reply that the server gives, and predict its refusals.
type talker struct {
	nc net.Conn
	r  *bufio.Reader
	f  *protocol.Framer
	// m follows the conversation as long as it goes line by line; nil after a raw step.
	m         *protocol.Machine
	predicted *protocol.Fault // the refusal that the table foresees for the last line
	policy    bool            // the server's policy refuses what the table does not
}

func newTalker(nc net.Conn, s service) *talker {
	m := protocol.NewMachine(s.protocol)
	return &talker{
		nc: nc, r: bufio.NewReaderSize(nc, 128<<10), m: m, f: protocol.NewFramer(s.protocol, m.Multiline), policy: s.demands != nil,
	}
}

// encrypt begins TLS. Whose certificate it is, other tests look.
func (c *talker) encrypt() error {
	secured := tls.Client(c.nc, &tls.Config{InsecureSkipVerify: true})
	if err := secured.Handshake(); err != nil {
		return err
	}
	c.nc, c.r = secured, bufio.NewReaderSize(secured, 128<<10)
	return nil
}

// said follows a line of the client's.
func (c *talker) said(line string) {
	if c.m == nil {
		return
	}
	u := c.m.Said(line)
	c.predicted = u.Fault
	if len(line) > maxCommandLine || u.Speech == protocol.SpeechContent {
		c.predicted = nil
	}
}

// heard follows a line of the server's and says what the table did not expect.
func (c *talker) heard(line string) error {
	if c.m == nil || !c.f.Add(line, 0) {
		return nil
	}
	reply, f := c.f.Take(), c.predicted
	c.predicted = nil
	out := c.m.Heard(reply)
	switch {
	case !out.Listed:
		return fmt.Errorf("the table does not list %s for %s", reply.Code, out.Before.Verb)
	case f == nil || c.policy || reply.Code == "421":
		return nil
	case f.Code != reply.Code, f.Enhanced != "" && f.Enhanced != reply.Enhanced():
		return fmt.Errorf("the table predicts %s %s (%s)", f.Code, f.Enhanced, f.Reason)
	}
	return nil
}

const patience = 60 * time.Second

func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var heard []string
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			heard = append(heard, playDialogue(t, f, "")...)
		})
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt")+" on disk", func(t *testing.T) {
			playDialogue(t, f, t.TempDir())
		})
	}
	if !t.Failed() {
		t.Run("every reply is given", func(t *testing.T) { assertAllGiven(t, heard) })
	}
}

// assertAllGiven: each reply of the data stands in at least one dialogue, so that none is dead.
func assertAllGiven(t *testing.T, heard []string) {
	for _, s := range append(sayingsOf(&smtpWords.Reply), sayingsOf(&pop3Words.Reply)...) {
		if s.key == "sender-not-owner" || s.key == "login-delay" {
			continue // habits that only personas have; they word them themselves
		}
		text := strings.Split(s.Text, "\n")[0]
		switch {
		case s.Enhanced != "" && s.Code[0] >= '2' && s.Code[0] <= '5':
			text = s.Enhanced + " " + text
		case s.Enhanced != "":
			text = "[" + s.Enhanced + "] " + text
		}
		like := regexp.MustCompile("^" + regexp.QuoteMeta(s.Code) + "[ -]" + anyPlace(text) + "$")
		assert.True(t, anyMatches(like, heard), "no dialogue has the reply %s: %s %s", s.key, s.Code, text)
	}
	for name, refusals := range map[string]map[protocol.Reason]refusal{"smtp": smtpWords.Refusal, "pop3": pop3Words.Refusal} {
		for reason, r := range refusals {
			code := map[string]string{"smtp": `\d\d\d \S+ `, "pop3": `-ERR `}[name]
			like := regexp.MustCompile("^" + code + anyPlace(r.Text) + "$")
			if reason == protocol.NoTimestamp {
				continue // this server's greeting always has one
			}
			assert.True(t, anyMatches(like, heard), "no %s dialogue has the refusal %s", name, reason)
		}
	}
}

var place = regexp.MustCompile(`\\\{[a-z]*\\\}`)

func anyPlace(text string) string { return place.ReplaceAllString(regexp.QuoteMeta(text), ".*") }

func anyMatches(like *regexp.Regexp, heard []string) bool {
	for _, h := range heard {
		if like.MatchString(h) {
			return true
		}
	}
	return false
}

// playDialogue plays one file and returns the lines the server said.
func playDialogue(t *testing.T, file, folder string) []string {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	d := &dialogue{t: t, conns: map[string]*talker{}}
	defer d.end()
	cfg := Config{Data: folder, Now: func() time.Time { return time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC) }}
	var heard []string
	for i, line := range strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "set ") {
			d.set(&cfg, strings.Fields(line)[1:])
			continue
		}
		if d.lab == nil {
			d.lab, err = Start(cfg)
			require.NoError(t, err)
		}
		said, err := d.step(line)
		if err != nil {
			t.Fatalf("%s:%d: %v\n%s", file, i+1, err, d.log.String())
		}
		heard = append(heard, said...)
	}
	return heard
}

func (d *dialogue) end() {
	for _, c := range d.conns {
		_ = c.nc.Close()
	}
	d.down.Wait()
	if d.lab != nil {
		require.NoError(d.t, d.lab.Close())
	}
}

func (d *dialogue) set(cfg *Config, words []string) {
	if flag, ok := map[string]*bool{
		"empty": &cfg.Empty, "require-tls": &cfg.RequireTLS, "no-clear-login": &cfg.NoClearLogin, "strong-login": &cfg.StrongLogin,
		"tell-users": &cfg.TellUsers,
	}[words[0]]; ok {
		*flag = true
		return
	}
	switch words[0] {
	case "persona":
		cfg.Personas = words[1:]
		return
	case "fault":
		cfg.Faults = append(cfg.Faults, words[1])
		return
	case "grace":
		cfg.Limits.Rate = 1000
		cfg.Limits.Grace, _ = time.ParseDuration(words[1])
		return
	case "session":
		cfg.Limits.Session, _ = time.ParseDuration(words[1])
		return
	case "commands":
		cfg.Limits.Commands, _ = strconv.Atoi(words[1])
		return
	case "data":
		if cfg.Data == "" {
			cfg.Data = d.t.TempDir()
		}
		return
	}
	n, _ := strconv.Atoi(words[1])
	switch words[0] {
	case "accept":
		cfg.AcceptMailFor = func(domain string) bool { return domain == words[1] }
	case "tls":
		cfg.Certificate = func() (*tls.Certificate, error) { return nil, errors.New("no certificate") }
	case "idle":
		cfg.IdleTimeout, _ = time.ParseDuration(words[1])
	case "message":
		cfg.Limits.Message = n
	case "queue":
		cfg.Limits.Queue = n
	case "greylist":
		cfg.Habits, cfg.Aliases = []string{"greylist:0s," + words[1]}, map[string]string{words[1]: "jspdevelop"}
	case "recipients":
		cfg.Limits.Recipients = n
	case "arriving":
		cfg.Limits.Arriving = n
	case "mailbox":
		cfg.Limits.Mailbox = n
	case "errors":
		cfg.Limits.Errors = n
	case "connections":
		cfg.Limits.Connections = n
	case "connections-per":
		cfg.Limits.ConnectionsPer = n
	default:
		d.t.Fatalf("unknown setting %s", words[0])
	}
}

func (d *dialogue) step(line string) ([]string, error) {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "connect":
		service, name, _ := strings.Cut(rest, " ")
		return nil, d.connect(service, name)
	case word == "hangup":
		return nil, d.conns[rest].nc.Close()
	case word == "tls":
		return nil, d.conns[rest].encrypt()
	case word == "break":
		return nil, d.breakData(rest)
	case word == "shutdown":
		d.down.Add(1)
		go func() {
			defer d.down.Done()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			assert.NoError(d.t, d.lab.Shutdown(ctx))
		}()
		return nil, nil
	case word == "closed":
		extra, err := d.conns[rest].r.ReadString('\n')
		if err == nil || isTimeout(err) {
			return nil, fmt.Errorf("not closed: %q, %w", extra, err)
		}
		return nil, nil
	case strings.HasSuffix(word, "*"):
		return d.readBody(word[1 : len(word)-1])
	case strings.HasSuffix(word, "+") && word[0] == 'S':
		return d.readReply(word[1 : len(word)-1])
	case strings.HasSuffix(word, ":") && word[0] == 'C':
		return nil, d.sendLine(word[1:len(word)-1], rest)
	case strings.HasSuffix(word, ":") && word[0] == 'R':
		raw, err := strconv.Unquote(rest)
		if err != nil {
			return nil, err
		}
		d.conns[word[1:len(word)-1]].m = nil
		return nil, d.send(word[1:len(word)-1], raw)
	case strings.HasSuffix(word, ":") && word[0] == 'L':
		length, text, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(length)
		if err != nil {
			return nil, err
		}
		text += strings.Repeat(text[len(text)-1:], n-len(text))
		return nil, d.sendLine(word[1:len(word)-1], text)
	case strings.HasSuffix(word, ":") && word[0] == 'S':
		said, err := d.expect(word[1:len(word)-1], rest)
		return []string{said}, err
	}
	return nil, fmt.Errorf("not a step: %s", line)
}

func (d *dialogue) connect(service, name string) error {
	for _, e := range d.lab.Endpoints() {
		if e.Service == service {
			nc, err := net.Dial("tcp", e.Addr)
			if err != nil {
				return err
			}
			s, _ := serviceNamed(service)
			c := newTalker(nc, s)
			d.conns[name] = c
			_ = nc.SetDeadline(time.Now().Add(patience))
			if s.implicitTLS {
				c.m.Secure()
				return c.encrypt()
			}
			if d.lab.cfg.Personas != nil {
				c.m = nil // a persona need not answer as the table has it
			}
			return nil
		}
	}
	return fmt.Errorf("no service %s", service)
}

func (d *dialogue) breakData(what string) error {
	path := filepath.Join(d.lab.cfg.Data, filepath.FromSlash(what))
	if dir, all := strings.CutSuffix(path, "*"); all {
		return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700))
	}
	return os.RemoveAll(path)
}

func (d *dialogue) sendLine(name, line string) error {
	d.conns[name].said(line)
	return d.send(name, line+"\r\n")
}

func (d *dialogue) send(name, text string) error {
	fmt.Fprintf(&d.log, "C%s: %.200q\n", name, text)
	_, err := d.conns[name].nc.Write([]byte(text))
	return err
}

func (d *dialogue) read(name string) (string, error) {
	said, err := d.conns[name].r.ReadString('\n')
	fmt.Fprintf(&d.log, "S%s: %.200q\n", name, said)
	if err != nil {
		return said, err
	}
	line, ok := strings.CutSuffix(said, "\r\n")
	if !ok {
		return said, fmt.Errorf("a line without CRLF: %q", said)
	}
	if err := d.conns[name].heard(line); err != nil {
		return line, fmt.Errorf("%q: %w", line, err)
	}
	return line, nil
}

func (d *dialogue) expect(name, want string) (string, error) {
	said, err := d.read(name)
	if err != nil {
		return said, fmt.Errorf("waiting for %q: %w", want, err)
	}
	like := regexp.MustCompile("^" + anyPlace(want) + "$")
	if !like.MatchString(said) {
		return said, fmt.Errorf("said %q, wanted %q", said, want)
	}
	return said, nil
}

// readReply reads an SMTP reply of any number of lines.
func (d *dialogue) readReply(name string) (said []string, err error) {
	for {
		line, err := d.read(name)
		said = append(said, line)
		if err != nil || len(line) < 4 || line[3] != '-' {
			return said, err
		}
	}
}

func (d *dialogue) readBody(name string) ([]string, error) {
	for {
		line, err := d.read(name)
		if err != nil || line == "." {
			return nil, err
		}
	}
}

package mockserver

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"maillab/phrases"
	"maillab/protocol"
)

// personaFiles hold one persona each: a way of talking in the manner of a known server. A
// persona is laid over the reply data; what it does not word, the lab says in its own words.
//
//go:embed persona/*.toml
var personaFiles embed.FS

// PlainPersona is the name of the lab's own way of talking.
const PlainPersona = "maillab"

// Persona is a way of talking that a lab's servers can put on.
type Persona struct {
	Name string `toml:"-"`
	// Title is one line, Notice what is worth noticing, a sentence each.
	Title  phrases.Text   `toml:"title"`
	Notice []phrases.Text `toml:"notice"`
	// SMTP and POP3 are nil where the persona does not speak the protocol.
	SMTP *ways `toml:"smtp"`
	POP3 *ways `toml:"pop3"`
}

// Protocols lists the protocols that the persona speaks.
func (p *Persona) Protocols() []protocol.Protocol {
	var out []protocol.Protocol
	if p.SMTP != nil {
		out = append(out, protocol.SMTP)
	}
	if p.POP3 != nil {
		out = append(out, protocol.POP3)
	}
	return out
}

// ways is how a persona speaks one protocol: its words and its habits. The zero value has no
// habit that the lab's own servers have not.
type ways struct {
	// Lists holds the EHLO keywords or CAPA tags in the persona's order. Of these only what the
	// server really has is said; nil lists everything that it has.
	Lists []string `toml:"lists"`
	// Lacks names commands that the persona does not know.
	Lacks []string `toml:"lacks"`
	// Forgives names slips that the persona takes as what was meant; see forgive.go.
	Forgives []string `toml:"forgives"`
	// Mechanisms that AUTH takes, in this order; nil takes all that the server has.
	Mechanisms []string `toml:"mechanisms"`
	// NoCodes leaves out enhanced status codes and response codes.
	NoCodes bool `toml:"no-codes"`
	// Login demands AUTH before MAIL, on every port.
	Login bool `toml:"login"`
	// TLSFirst takes no login before TLS, and does not announce one (SMTP).
	TLSFirst bool `toml:"tls-first"`
	// OwnSender wants the sender of a logged-in client to be its own address.
	OwnSender bool `toml:"own-sender"`
	// QueueID is the form of the id that a sender is told; see queueid.go.
	QueueID string `toml:"queue-id"`
	// Prompts of AUTH LOGIN, where they are not the usual ones.
	Prompts []string `toml:"prompts"`
	// SlowAfter so many errors in a row, each further reply to one waits SlowBy.
	SlowAfter int      `toml:"slow-after"`
	SlowBy    duration `toml:"slow-by"`
	// HangUpAfter so many errors in a row the connection is closed; 0 leaves it to Limits.Errors.
	HangUpAfter int `toml:"hang-up-after"`
	// LoginDelay is how long a user must wait between two logins (RFC 2449 §6.5).
	LoginDelay duration `toml:"login-delay"`

	Reply   map[string]rewording          `toml:"reply"`
	Refusal map[protocol.Reason]rewording `toml:"refusal"`
	Rule    []rule                        `toml:"rule"`
	// Places holds values for the samples, where the lab's own would be odd.
	Places phrases.Args `toml:"places"`
	// TellUsers lets VRFY and EXPN tell who has a mailbox.
	TellUsers bool `toml:"tell-users"`

	persona bool // these are a persona's ways, not the lab's own
}

// rewording is what a persona says instead of one reply of the data; what it leaves out stays.
type rewording struct {
	Code     string  `toml:"code"`
	Enhanced *string `toml:"enhanced"`
	Text     *string `toml:"text"`
	One      *string `toml:"one"`
	Body     string  `toml:"body"`
	// GBK: the text goes over the wire in GBK, as mail servers in China did for long.
	GBK bool `toml:"gbk"`
}

// duration is a time.Duration written "1s".
type duration time.Duration

// UnmarshalText reads what time.ParseDuration does.
func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = duration(v)
	return err
}

// loadPersonas reads all of them once.
var loadPersonas = sync.OnceValues(func() ([]*Persona, error) {
	if err := loadBooks(); err != nil {
		return nil, err
	}
	return readPersonas(personaFiles, "persona/*.toml")
})

func readPersonas(fsys fs.FS, pattern string) ([]*Persona, error) {
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		return nil, err
	}
	out := []*Persona{}
	var problems []error
	for _, name := range names {
		p, err := readPersona(fsys, name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, errors.Join(problems...)
}

func readPersona(fsys fs.FS, name string) (*Persona, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	p := &Persona{Name: strings.TrimSuffix(path.Base(name), ".toml")}
	if err := phrases.DecodeStrict(name, data, p); err != nil {
		return nil, err
	}
	c := checker{name, string(data), nil}
	c.bilingual("title", p.Title)
	if len(p.Notice) == 0 || len(p.Protocols()) == 0 {
		c.wrong("", "a persona needs notice and a protocol")
	}
	for _, n := range p.Notice {
		c.bilingual("notice", n)
	}
	if p.SMTP != nil {
		c.ways(p.SMTP, protocol.SMTP, sayingsOf(&smtpWords.Reply), smtpWords.Refusal)
	}
	if p.POP3 != nil {
		c.ways(p.POP3, protocol.POP3, sayingsOf(&pop3Words.Reply), pop3Words.Refusal)
	}
	return p, errors.Join(c.problems...)
}

// checker collects what is wrong with a file of data, each with its line.
type checker struct {
	file, text string
	problems   []error
}

// wrong notes a problem at the first line that holds what.
func (c *checker) wrong(what, format string, args ...any) {
	line := 1
	if i := strings.Index(c.text, what); what != "" && i >= 0 {
		line = 1 + strings.Count(c.text[:i], "\n")
	}
	c.problems = append(c.problems, fmt.Errorf("%s:%d: %s", c.file, line, fmt.Sprintf(format, args...)))
}

func (c *checker) bilingual(what string, t phrases.Text) {
	if t.EN == "" || t.ZH == "" {
		c.wrong(what, "%s lacks a language", what)
	}
}

func (c *checker) ways(w *ways, p protocol.Protocol, sayings []*saying, refusals map[protocol.Reason]refusal) {
	w.persona = true
	known := map[string]bool{}
	for _, s := range sayings {
		known[s.key] = true
	}
	section := "[" + string(p) + "."
	for _, key := range sortedKeys(w.Reply) {
		if !known[key] {
			c.wrong(section+"reply."+key, "no reply is called %q", key)
		}
	}
	for reason := range w.Refusal {
		if _, ok := refusals[reason]; !ok {
			c.wrong(section+"refusal."+string(reason), "no refusal is called %q", reason)
		}
	}
	for _, v := range append(slices.Clone(w.Lacks), w.ruleVerbs()...) {
		if protocol.TableOf(p).Row(v) == nil {
			c.wrong(v, "the table has no command %q", v)
		}
	}
	for _, f := range w.Forgives {
		if _, ok := repairs[f]; !ok {
			c.wrong(f, "no slip is called %q", f)
		}
	}
	if err := checkQueueID(w.QueueID); err != nil {
		c.wrong("queue-id", "%v", err)
	}
	for i := range w.Rule {
		if err := w.Rule[i].compile(); err != nil {
			c.wrong("rule", "rule %d: %v", i+1, err)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Personas lists the personas by name; the lab's own way of talking is none of them.
func Personas() []*Persona {
	all, err := loadPersonas()
	if err != nil {
		panic(err) // embedded data: a mistake of ours, which the tests find
	}
	return all
}

// PersonaNamed finds a persona; a domain in front does not matter.
func PersonaNamed(name string) (*Persona, bool) {
	name = withoutDomain(name)
	for _, p := range Personas() {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return nil, false
}

// applied returns the saying in the persona's words.
func (r rewording) applied(s saying) saying {
	if r.Code != "" {
		s.Code = r.Code
	}
	if r.Enhanced != nil {
		s.Enhanced = *r.Enhanced
	}
	if r.Text != nil {
		s.Text, s.One, s.ZH, s.OneZH = r.encode(*r.Text), "", "", ""
	}
	if r.One != nil {
		s.One = *r.One
	}
	if r.Body != "" {
		s.Body = strings.Trim(r.Body, "\n")
	}
	return s
}

func (r rewording) encode(text string) string {
	text = strings.Trim(text, "\n")
	if !r.GBK {
		return text
	}
	out, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		return text
	}
	return out
}

package mockserver

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"maillab/phrases"
	"maillab/protocol"
)

// manner is how a lab's servers talk now: the reply data with the personas laid over them. It
// never changes; a session keeps the one it began with.
type manner struct {
	smtp     smtpBook
	pop3     pop3Book
	smtpWays *ways
	pop3Ways *ways
	names    map[protocol.Protocol]string // the persona of each protocol
}

// plainManner is the lab's own.
func plainManner() *manner {
	return &manner{
		smtp: smtpWords, pop3: pop3Words, smtpWays: &ways{}, pop3Ways: &ways{},
		names: map[protocol.Protocol]string{protocol.SMTP: PlainPersona, protocol.POP3: PlainPersona},
	}
}

// with returns the manner with a persona put on, for the protocols that it speaks.
func (m *manner) with(p *Persona) *manner {
	out := *m
	out.names = maps.Clone(m.names)
	if p.SMTP != nil {
		out.smtp, out.smtpWays = smtpWords, p.SMTP
		out.smtp.Refusal = reworded(sayingsOf(&out.smtp.Reply), smtpWords.Refusal, p.SMTP)
		out.names[protocol.SMTP] = p.Name
	}
	if p.POP3 != nil {
		out.pop3, out.pop3Ways = pop3Words, p.POP3
		out.pop3.Refusal = reworded(sayingsOf(&out.pop3.Reply), pop3Words.Refusal, p.POP3)
		out.names[protocol.POP3] = p.Name
	}
	return &out
}

// reworded changes the sayings in place and returns the refusals, both in the persona's words.
func reworded(sayings []*saying, refusals map[protocol.Reason]refusal, w *ways) map[protocol.Reason]refusal {
	for _, s := range sayings {
		if r, ok := w.Reply[s.key]; ok {
			_, keywords, _ := strings.Cut(s.Text, "\n")
			*s = r.applied(*s)
			if s.key == "ehlo" {
				s.Text += "\n" + keywords // what is listed is the server's affair
			}
		}
		if w.NoCodes {
			s.Enhanced = ""
		}
	}
	out := maps.Clone(refusals)
	for reason, r := range w.Refusal {
		old := out[reason]
		if r.Text != nil {
			old.Text, old.Bare, old.ZH, old.BareZH = r.encode(*r.Text), "", "", ""
		}
		if r.Code != "" {
			old.code = r.Code
		}
		old.enhanced = r.Enhanced
		out[reason] = old
	}
	return out
}

// lacks reports whether the persona does not know a command.
func (w *ways) lacks(verb string) bool { return slices.Contains(w.Lacks, verb) }

// listed puts announcements (the lines of EHLO after the first, or those of CAPA) into the
// persona's order and form. have is what works; of anything else nothing is said. A keyword that is
// a command, VRFY say, counts as what works when the server has it.
func (w *ways) listed(have []string, verbs func(string) bool) []string {
	if w.Lists == nil {
		return slices.DeleteFunc(slices.Clone(have), func(line string) bool { return w.lacks(firstWord(line)) })
	}
	var out []string
	for _, want := range w.Lists {
		word, params, given := cutKeyword(want)
		i := slices.IndexFunc(have, func(line string) bool { return firstWord(line) == word })
		switch {
		case i < 0 && !given && verbs(word) && !w.lacks(word):
			out = append(out, want)
		case i < 0:
		case !given:
			out = append(out, have[i])
		case word == "AUTH" || word == "SASL":
			out = append(out, want[:len(want)-len(params)]+common(params, have[i]))
		case word == "IMPLEMENTATION":
			out = append(out, want)
		default:
			out = append(out, have[i])
		}
	}
	return out
}

func firstWord(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return word
}

// cutKeyword splits a keyword from its parameters; AUTH=LOGIN is an old form of AUTH LOGIN.
func cutKeyword(line string) (word, params string, given bool) {
	if i := strings.IndexAny(line, " ="); i >= 0 {
		return line[:i], line[i+1:], true
	}
	return line, "", false
}

// common keeps the words that stand in the line too, in their own order.
func common(words, line string) string {
	var out []string
	for _, w := range strings.Fields(words) {
		if slices.Contains(strings.Fields(line)[1:], w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// UnknownPersonaError is a name that no persona has.
type UnknownPersonaError struct{ Name string }

// Error gives the machine's words; screens use the data files'.
func (e *UnknownPersonaError) Error() string { return fmt.Sprintf("mockserver: no persona %q", e.Name) }

// mannerOf puts the named personas on, one after the other.
func mannerOf(from *manner, names []string) (*manner, error) {
	m := from
	for _, name := range names {
		if strings.EqualFold(name, PlainPersona) {
			m = plainManner()
			continue
		}
		p, ok := PersonaNamed(name)
		if !ok || name != withoutDomain(name) {
			return nil, &UnknownPersonaError{name}
		}
		m = m.with(p)
	}
	return m, nil
}

// SetPersona lets the servers talk like the named personas from the next connection on. A persona
// changes the protocols that it speaks and no other; PlainPersona puts both back. With the second
// domain and a slash in front ("far.test/NAME") it is the second domain's servers that change.
func (l *Lab) SetPersona(names ...string) error {
	own, far := l.sorted(names)
	m, err := mannerOf(l.manner.Load(), own)
	if err != nil {
		return err
	}
	if n := l.neighbour; n != nil {
		if err := n.SetPersona(far...); err != nil {
			return n.foreign(err)
		}
	}
	l.manner.Store(m)
	return nil
}

// SwapPersona is SetPersona that can be taken back.
func (l *Lab) SwapPersona(names ...string) (putBack func(), err error) {
	old := l.manner.Load()
	putBack = func() { l.manner.Store(old) }
	if n := l.neighbour; n != nil {
		far := n.manner.Load()
		putBack = func() { l.manner.Store(old); n.manner.Store(far) }
	}
	return putBack, l.SetPersona(names...)
}

// Persona tells whose manner a protocol's server has now.
func (l *Lab) Persona(p protocol.Protocol) string { return l.manner.Load().names[p] }

// places fills in what a persona may say beside what a reply is about: the client's address, the
// time, a word that names this session.
func (l *Lab) places(w *ways, r *saying, args phrases.Args, c *wire) {
	if !w.persona || !strings.Contains(r.Text, "{") {
		return
	}
	args["ip"] = c.peer
	if _, given := args["size"]; !given {
		args["size"] = strconv.Itoa(l.cfg.Limits.Message)
	}
	if strings.Contains(r.Text, "{date}") {
		args["date"] = l.cfg.Now().Format("Mon, 2 Jan 2006 15:04:05 -0700")
	}
	if strings.Contains(r.Text, "{session}") {
		if c.token == "" {
			c.token = strings.ToLower(l.ids.next())
		}
		args["session"] = c.token
	}
}

// coded returns the saying without its codes where the persona gives none.
func (w *ways) coded(r *saying) *saying {
	if !w.NoCodes || r.Enhanced == "" {
		return r
	}
	out := *r
	out.Enhanced = ""
	return &out
}

// patience returns how many errors in a row the persona bears.
func (w *ways) patience(limit int) int {
	if w.HangUpAfter > 0 {
		return min(w.HangUpAfter, limit)
	}
	return limit
}

// slowness is how long the persona lets a client wait that has made so many errors.
func (w *ways) slowness(errors int) time.Duration {
	if w.SlowAfter > 0 && errors >= w.SlowAfter {
		return time.Duration(w.SlowBy)
	}
	return 0
}

// takes reports whether the persona takes a mechanism that the server has.
func (w *ways) takes(mechanism string) bool {
	return w.Mechanisms == nil || slices.Contains(w.Mechanisms, strings.ToUpper(mechanism))
}

// prompt is a challenge of AUTH LOGIN in the persona's words.
func (w *ways) prompt(challenge string) string {
	switch {
	case challenge == loginAsksName && len(w.Prompts) > 0:
		return w.Prompts[0]
	case challenge == loginAsksPassword && len(w.Prompts) > 1:
		return w.Prompts[1]
	}
	return challenge
}

// announced puts the lines of an EHLO reply after the first as the persona lists them, and as a
// machine in the middle lets them through.
func (w *ways) announced(r protocol.Reply, c *wire) protocol.Reply {
	if w.Lists == nil && w.Lacks == nil && c.clean() {
		return r
	}
	texts := slices.Concat(r.Texts()[:1], c.seen(w.listed(r.Texts()[1:], hasSMTP)))
	lines := make([]protocol.ReplyLine, len(texts))
	for i, text := range texts {
		lines[i] = protocol.ReplyLine{Code: r.Code, Separator: "-", Text: text}
	}
	lines[len(lines)-1].Separator = " "
	r.Lines, r.Multiline = lines, len(lines) > 1
	return r
}

// hasSMTP and hasPOP3 tell whether the server has a command that needs no announcement, though some
// servers announce it; what the table lists and does not call obsolete, it has. STARTTLS, say, is there
// when it is announced, and not inside TLS (RFC 3207 §4.2).
func hasSMTP(verb string) bool { return has(protocol.SMTP, verb) }
func hasPOP3(verb string) bool { return has(protocol.POP3, verb) }

func has(p protocol.Protocol, verb string) bool {
	row := protocol.TableOf(p).Row(verb)
	return verb != "" && row != nil && !row.Obsolete && row.Keyword == ""
}

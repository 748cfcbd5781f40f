package lab

import (
	"strconv"
	"strings"

	"maillab/explain"
	"maillab/lessons"
	"maillab/phrases"
	"maillab/protocol"
)

// Candidate is one way to go on with a line.
type Candidate struct {
	Text string
	Note phrases.Text
}

// Complete offers how the line may go on at the cursor (both in octets): start
// is where the text that a candidate replaces begins. At the lab's prompt and
// after a colon these are lab commands; otherwise what the protocol's table
// allows here, and only if nothing of that fits, the rest of it.
func (s *Shell) Complete(line string, cursor int) (start int, out []Candidate) {
	line = line[:min(cursor, len(line))]
	c := s.session()
	if c == nil {
		return s.completeCommand(line, 0)
	}
	if c.Context().InContent() {
		return 0, nil
	}
	if strings.HasPrefix(line, ":") {
		return s.completeCommand(line, 1)
	}
	legal, table := c.Legal()
	if table == nil {
		return 0, nil
	}
	return s.completeProtocol(line, table, legal, c.Context())
}

// completeCommand completes the command's name, then its argument; skip is the length of the colon.
func (s *Shell) completeCommand(line string, skip int) (int, []Candidate) {
	name, arg, hasArg := strings.Cut(line[skip:], " ")
	if !hasArg {
		var out []Candidate
		for _, c := range commands() {
			if hasPrefixFold(c.Name, name) {
				out = append(out, Candidate{c.Name, Say("cmd."+c.Name, nil)})
			}
		}
		return skip, out
	}
	cmd := findCommand(strings.ToLower(name))
	if cmd == nil || cmd.Complete == nil {
		return 0, nil
	}
	start := len(line) - len(arg)
	if cmd.Name == "telnet" {
		if host, port, second := strings.Cut(arg, " "); second {
			return len(line) - len(port), filter(s.portsOf(host), port)
		}
	}
	return start, filter(cmd.Complete(s), arg)
}

func filter(all []Candidate, prefix string) []Candidate {
	var out []Candidate
	for _, c := range all {
		if hasPrefixFold(c.Text, prefix) {
			out = append(out, c)
		}
	}
	return out
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// completeProtocol completes a line for the server.
func (s *Shell) completeProtocol(line string, t *protocol.Table, legal []*protocol.Row, c protocol.Context) (int, []Candidate) {
	if c.State == protocol.StateAuth {
		return 0, nil
	}
	out := leads(line, t, legal)
	if len(out) == 0 {
		rest := make([]*protocol.Row, 0, len(t.Rows))
		for i := range t.Rows {
			rest = append(rest, &t.Rows[i])
		}
		out = leads(line, t, rest)
	}
	if len(out) > 0 {
		return 0, out
	}
	return s.completeArgument(line, t, c)
}

// leads offers how commands begin, in the letter case that was typed.
func leads(line string, t *protocol.Table, rows []*protocol.Row) []Candidate {
	var out []Candidate
	lower := line != "" && line == strings.ToLower(line)
	for _, r := range rows {
		if !hasPrefixFold(r.Lead, line) || len(r.Lead) == len(line) {
			continue
		}
		text := r.Lead
		if lower {
			text = strings.ToLower(text)
		}
		note := phrases.Text{}
		if e, ok := explain.Verb(t.Protocol, r.Verb); ok {
			note = e.Title
		}
		out = append(out, Candidate{text, note})
	}
	return out
}

// completeArgument offers mechanisms after AUTH, the lab's addresses after < and verbs after HELP.
func (s *Shell) completeArgument(line string, t *protocol.Table, c protocol.Context) (int, []Candidate) {
	if open := strings.LastIndexByte(line, '<'); open >= 0 && strings.Contains(line, ":") {
		var out []Candidate
		if n := s.cfg.Network; n != nil {
			for _, l := range labs(n) {
				for _, u := range l.Users() {
					out = append(out, Candidate{Text: u.Name + "@" + l.Domain() + ">"})
				}
			}
		}
		return open + 1, filter(out, line[open+1:])
	}
	verb, arg, found := strings.Cut(line, " ")
	if !found {
		return 0, nil
	}
	var out []Candidate
	switch row := t.Row(verb); {
	case row == nil:
	case row.Args == protocol.ArgsMechanism || row.Args == protocol.ArgsMechanismOptional:
		out = mechanisms(c)
	case row.Verb == "HELP":
		for _, r := range t.Rows {
			out = append(out, Candidate{Text: r.Verb})
		}
	}
	return len(line) - len(arg), filter(out, arg)
}

// mechanisms are those that the server's EHLO or CAPA reply listed.
func mechanisms(c protocol.Context) []Candidate {
	var out []Candidate
	for _, k := range c.Keywords {
		words := strings.Fields(k)
		if len(words) > 1 && (strings.EqualFold(words[0], "AUTH") || strings.EqualFold(words[0], "SASL")) {
			for _, m := range words[1:] {
				out = append(out, Candidate{Text: phrases.Clean(m)})
			}
		}
	}
	return out
}

func completeHosts(s *Shell) []Candidate {
	if s.cfg.Network == nil {
		return nil
	}
	var out []Candidate
	for _, h := range s.cfg.Network.Hosts() {
		out = append(out, Candidate{Text: h})
	}
	return out
}

func (s *Shell) portsOf(host string) []Candidate {
	if s.cfg.Network == nil {
		return nil
	}
	var out []Candidate
	for _, l := range labs(s.cfg.Network) {
		for _, e := range l.Endpoints() {
			if addr, _ := s.cfg.Network.Resolve(host, strconv.Itoa(e.Port)); addr == e.Addr {
				out = append(out, Candidate{strconv.Itoa(e.Port), Say("servers.service."+e.Service, nil)})
			}
		}
	}
	return out
}

func completeLessons(*Shell) []Candidate {
	lib, err := lessons.Builtin()
	if err != nil {
		return nil
	}
	var out []Candidate
	for _, l := range lib.Lessons() {
		out = append(out, Candidate{l.ID, l.Title})
	}
	return out
}

func completeUsers(s *Shell) []Candidate {
	if s.cfg.Network == nil {
		return nil
	}
	var out []Candidate
	for _, u := range s.cfg.Network.Users() {
		out = append(out, Candidate{Text: u.Name})
	}
	return out
}

func completeTopics(*Shell) []Candidate {
	var out []Candidate
	for _, c := range commands() {
		out = append(out, Candidate{c.Name, Say("cmd."+c.Name, nil)})
	}
	for _, w := range topics() {
		out = append(out, Candidate{Text: w})
	}
	return out
}

func completeLevels(*Shell) []Candidate {
	return candidates("off", "brief", "full", "auto", "last")
}

func completeBase64(*Shell) []Candidate { return candidates("encode", "decode") }

func completeSwitch(*Shell) []Candidate { return candidates("on", "off") }

func completeLangs(*Shell) []Candidate { return candidates("zh", "en") }

func candidates(texts ...string) []Candidate {
	out := make([]Candidate, len(texts))
	for i, t := range texts {
		out[i] = Candidate{Text: t}
	}
	return out
}

package lab

import (
	"context"
	"strconv"
	"strings"
	"time"

	"maillab/mockserver"
	"maillab/phrases"
)

// labs are the lab's domains: the first, and the second if there is one.
func labs(n *mockserver.Lab) []*mockserver.Lab {
	if far := n.Neighbour(); far != nil {
		return []*mockserver.Lab{n, far}
	}
	return []*mockserver.Lab{n}
}

// runMX shows the mail exchangers of a domain in the lab's DNS, as dig does; without a domain, the
// domains there are.
func runMX(_ context.Context, s *Shell, arg string) error {
	n := s.cfg.Network
	if n == nil {
		return trouble("inbox.no-lab", nil)
	}
	words := strings.Fields(arg)
	if len(words) == 0 {
		s.show(Block{Kind: Para, Text: Say("mx.domains", phrases.Args{"domains": phrases.List(n.Domains())})})
		return nil
	}
	_, domain, isAddress := strings.Cut(words[0], "@")
	if !isAddress {
		domain = words[0]
	}
	args := phrases.Args{"domain": phrases.Clean(domain), "domains": phrases.List(n.Domains())}
	exchangers, known := n.MX(domain)
	switch {
	case !known:
		return trouble("mx.unknown", args)
	case exchangers[0].Implicit:
		s.show(Block{Kind: Para, Text: Say("mx.implicit", args)})
		return nil
	}
	s.show(mxBlocks(strings.TrimSuffix(domain, "."), exchangers)...)
	switch {
	case exchangers[0].Host == ".":
		s.show(Block{Kind: Note, Text: Say("mx.null", args)})
	case len(exchangers) > 1:
		s.show(Block{Kind: Note, Text: Say("mx.order", args)})
	}
	return nil
}

// mxBlocks writes the records as a zone file and dig do: name, class, type, preference, host.
func mxBlocks(domain string, exchangers []mockserver.Exchanger) []Block {
	rows := [][]phrases.Text{{
		Say("mx.head.domain", nil), Say("mx.head.type", nil), Say("mx.head.preference", nil), Say("mx.head.host", nil),
	}}
	for _, x := range exchangers {
		host := x.Host
		if host != "." {
			host += "."
		}
		rows = append(rows, []phrases.Text{
			plain(phrases.Clean(domain) + "."), plain("IN MX"), plain(strconv.Itoa(x.Preference)), plain(host),
		})
	}
	return []Block{{Kind: Table, Rows: rows, Head: true}}
}

func completeDomains(s *Shell) []Candidate {
	if s.cfg.Network == nil {
		return nil
	}
	return candidates(s.cfg.Network.Domains()...)
}

// runQueue shows the mail that waits for another server.
func runQueue(_ context.Context, s *Shell, _ string) error {
	n := s.cfg.Network
	if n == nil {
		return trouble("inbox.no-lab", nil)
	}
	waiting := n.Queue()
	if len(waiting) == 0 {
		s.show(Block{Kind: Para, Text: Say("queue.empty", nil)})
		return nil
	}
	rows := [][]phrases.Text{{
		Say("queue.head.id", nil), Say("queue.head.from", nil), Say("queue.head.to", nil),
		Say("queue.head.tries", nil), Say("queue.head.next", nil),
	}}
	var answers []Block
	for _, w := range waiting {
		rows = append(rows, []phrases.Text{
			plain(w.ID), plain(phrases.Clean("<" + w.From + ">")), plain(phrases.Clean(strings.Join(w.To, " "))),
			plain(strconv.Itoa(w.Tries)), s.nextTry(w),
		})
		if w.Trouble != "" {
			answers = append(answers, Block{Kind: Note, Text: Say("queue.trouble", phrases.Args{
				"id": w.ID, "server": w.Server, "trouble": phrases.Clean(w.Trouble),
			})})
		}
	}
	s.show(append([]Block{{Kind: Table, Rows: rows, Head: true}}, append(answers, Block{Kind: Note, Text: Say("queue.note", nil)})...)...)
	return nil
}

// nextTry says in how many seconds a mail is tried again.
func (s *Shell) nextTry(w mockserver.Waiting) phrases.Text {
	if w.Next.IsZero() {
		return Say("queue.now", nil)
	}
	seconds := max(0, w.Next.Sub(s.cfg.Now()).Round(time.Second)/time.Second)
	return Say("queue.in", phrases.Args{"seconds": strconv.Itoa(int(seconds))})
}

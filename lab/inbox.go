package lab

import (
	"context"
	"strconv"
	"strings"

	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
)

// runInbox is what the handout opens a mail program for: without an argument the
// mailboxes, with a user the mails in one, with a number one mail decoded.
func runInbox(_ context.Context, s *Shell, arg string) error {
	n := s.cfg.Network
	if n == nil {
		return trouble("inbox.no-lab", nil)
	}
	words := strings.Fields(arg)
	if len(words) == 0 {
		s.show(s.mailboxTable(n), Block{Kind: Note, Text: Say("inbox.how", nil)})
		return nil
	}
	n, user := mailboxOf(n, words[0])
	if !hasUser(n, user) {
		return trouble("inbox.unknown-user", phrases.Args{"user": phrases.Clean(words[0]), "users": userNames(n)})
	}
	mails := n.Mailbox(user)
	if len(words) == 1 {
		s.show(mailTable(user, mails)...)
		return nil
	}
	i, err := strconv.Atoi(words[1])
	if err != nil || i < 1 || i > len(mails) {
		return trouble("inbox.no-such-mail", phrases.Args{"n": phrases.Clean(words[1]), "count": strconv.Itoa(len(mails))})
	}
	s.show(mailBlocks(viewMail(mails[i-1].Content))...)
	return nil
}

// aboutInbox tells whose mailbox was looked into, and how many mails have come into it in this run.
func aboutInbox(s *Shell, arg string, e *protocol.Event) {
	word, _, _ := strings.Cut(arg, " ")
	if n := s.cfg.Network; n != nil && word != "" {
		_, e.Mailbox = mailboxOf(n, word)
		_, e.Count = s.letters(word)
	}
}

// letters counts the mails in a mailbox, and those of them that have come since the shell was made.
func (s *Shell) letters(name string) (all, fresh int) {
	if s.cfg.Network == nil || name == "" {
		return 0, 0
	}
	n, user := mailboxOf(s.cfg.Network, name)
	mails := n.Mailbox(user)
	for _, m := range mails {
		if m.Received.After(s.born) {
			fresh++
		}
	}
	return len(mails), fresh
}

// runReset puts the lab's mailboxes back to what they held at the start.
func runReset(_ context.Context, s *Shell, _ string) error {
	if s.cfg.Network == nil {
		return trouble("inbox.no-lab", nil)
	}
	if err := s.cfg.Network.Reset(); err != nil {
		return err
	}
	s.show(Block{Kind: Success, Text: Say("inbox.reset", nil)})
	return nil
}

// mailboxOf finds the domain that a mailbox belongs to, by its address or the user's name.
func mailboxOf(n *mockserver.Lab, name string) (*mockserver.Lab, string) {
	user, domain, whole := strings.Cut(name, "@")
	for _, l := range labs(n) {
		if whole && strings.EqualFold(domain, l.Domain()) || !whole && hasUser(l, user) {
			return l, user
		}
	}
	return n, user
}

func hasUser(n *mockserver.Lab, name string) bool {
	for _, u := range n.Users() {
		if strings.EqualFold(u.Name, name) {
			return true
		}
	}
	return false
}

func userNames(n *mockserver.Lab) string {
	var names []string
	for _, l := range labs(n) {
		for _, u := range l.Users() {
			names = append(names, u.Name)
		}
	}
	return phrases.List(names)
}

func (s *Shell) mailboxTable(n *mockserver.Lab) Block {
	rows := [][]phrases.Text{{Say("inbox.head.user", nil), Say("inbox.head.count", nil), Say("inbox.head.newest", nil)}}
	for _, l := range labs(n) {
		for _, u := range l.Users() {
			rows = append(rows, mailboxRow(l, u.Name))
		}
	}
	return Block{Kind: Table, Rows: rows, Head: true}
}

func mailboxRow(n *mockserver.Lab, user string) []phrases.Text {
	mails := n.Mailbox(user)
	newest := plain("-")
	if len(mails) > 0 {
		newest = plain(phrases.Clean(viewMail(mails[len(mails)-1].Content).Subject))
	}
	return []phrases.Text{plain(user), plain(strconv.Itoa(len(mails))), newest}
}

func mailTable(user string, mails []mockserver.Message) []Block {
	if len(mails) == 0 {
		return []Block{{Kind: Para, Text: Say("inbox.empty", phrases.Args{"user": user})}}
	}
	rows := [][]phrases.Text{{
		plain("#"), Say("inbox.head.date", nil), Say("inbox.head.from", nil), Say("inbox.head.subject", nil),
	}}
	for i, m := range mails {
		rows = append(rows, append(
			[]phrases.Text{plain(strconv.Itoa(i + 1))}, viewMail(m.Content).cells()...))
	}
	return []Block{
		{Kind: Table, Rows: rows, Head: true},
		{Kind: Note, Text: Say("inbox.read-one", phrases.Args{"user": user, "n": strconv.Itoa(len(mails))})},
	}
}

// mailBlocks shows one mail: header fields, text, attachments.
func mailBlocks(v mailView) []Block {
	row := func(key, value string) []phrases.Text {
		return []phrases.Text{Say(key, nil), plain(phrases.Clean(value))}
	}
	blocks := []Block{
		{Kind: Table, Rows: [][]phrases.Text{
			row("inbox.head.from", v.From), row("inbox.to", v.To), row("inbox.head.date", v.Date), row("inbox.head.subject", v.Subject),
		}},
		{Kind: Gap},
		{Kind: Verbatim, Lines: v.Body},
	}
	for _, a := range v.Attachments {
		blocks = append(blocks, Block{Kind: Note, Text: Say("inbox.attachment", phrases.Args{
			"name": phrases.Clean(a.name), "octets": strconv.FormatInt(a.octets, 10),
		})})
	}
	return blocks
}

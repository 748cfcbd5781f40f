package lab

import (
	"context"
	"net"
	"strconv"
	"strings"

	"maillab/phrases"
	"maillab/session"
)

// Welcome is what a newcomer sees first: what this is, the lab's servers and
// accounts, three things to type.
func (s *Shell) Welcome() []Block {
	blocks := []Block{{Kind: Heading, Text: Say("welcome.title", nil)}, {Kind: Para, Text: Say("welcome.what", nil)}}
	blocks = append(blocks, s.serverBlocks(false)...)
	blocks = append(blocks, Block{Kind: Heading, Text: Say("welcome.try", nil)})
	rows := [][]phrases.Text{}
	for _, key := range []string{"lesson", "telnet", "help"} {
		rows = append(rows, []phrases.Text{Say("welcome.type."+key, nil), Say("welcome.why."+key, nil)})
	}
	return append(blocks, Block{Kind: Table, Rows: rows}, Block{Kind: Gap})
}

// serverBlocks lists servers and accounts: of the first domain, or of all.
func (s *Shell) serverBlocks(everything bool) []Block {
	n := s.cfg.Network
	if n == nil {
		return []Block{{Kind: Para, Text: Say("servers.none", nil)}}
	}
	domains := labs(n)
	if !everything {
		domains = domains[:1]
	}
	servers := [][]phrases.Text{}
	accounts := [][]phrases.Text{}
	for _, l := range domains {
		for _, e := range l.Endpoints() {
			servers = append(servers, []phrases.Text{
				plain(e.Host + " " + strconv.Itoa(e.Port)), Say("servers.service."+e.Service, nil), plain(e.Addr),
			})
		}
		for _, u := range l.Users() {
			accounts = append(accounts, []phrases.Text{
				plain(u.Name + " / " + u.Password), plain(u.Name + "@" + l.Domain()), plain(u.Token),
			})
		}
	}
	return []Block{
		{Kind: Heading, Text: Say("servers.title", nil)}, {Kind: Table, Rows: servers},
		{Kind: Heading, Text: Say("servers.accounts", nil)}, {Kind: Table, Rows: accounts},
	}
}

// isOwn reports whether a conversation is held with one of the lab's servers: by name, or at its real address.
func (s *Shell) isOwn(c *session.Session) bool {
	n := s.cfg.Network
	if n == nil {
		return false
	}
	if _, known := n.Resolve(c.Host, c.Port); known {
		return true
	}
	ip := net.ParseIP(c.Host)
	if c.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return false
	}
	for _, l := range labs(n) {
		for _, e := range l.Endpoints() {
			if _, port, err := net.SplitHostPort(e.Addr); err == nil && port == c.Port {
				return true
			}
		}
	}
	return false
}

// remindWhose: who talks to another server may think that a command of the lab is about that one.
func (s *Shell) remindWhose(line string) {
	name, _, _ := strings.Cut(line, " ")
	cmd := findCommand(strings.ToLower(name))
	if c := s.session(); cmd != nil && cmd.own && c != nil && !s.isOwn(c) {
		s.show(Block{Kind: Note, Text: Say("shell.own", phrases.Args{"command": cmd.Name, "host": phrases.Clean(c.Host), "port": phrases.Clean(c.Port)})})
	}
}

func runServers(_ context.Context, s *Shell, _ string) error {
	s.show(s.serverBlocks(true)...)
	s.show(Block{Kind: Note, Text: Say("servers.note", nil)})
	return nil
}

package lab

import (
	"context"
	"strconv"

	"maillab/phrases"
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

func runServers(_ context.Context, s *Shell, _ string) error {
	s.show(s.serverBlocks(true)...)
	s.show(Block{Kind: Note, Text: Say("servers.note", nil)})
	return nil
}

package mockserver

import (
	_ "embed"
	"sort"
	"strings"
	"sync"

	"maillab/phrases"
)

// zoneFile is the DNS of the lab: which servers take the mail of which domain.
//
//go:embed zone.toml
var zoneFile []byte

type zoneData struct {
	MX []struct {
		Domain     string `toml:"domain"`
		Preference int    `toml:"preference"`
		Host       string `toml:"host"`
	} `toml:"mx"`
	// Down are hosts that exist and do not answer.
	Down []string `toml:"down"`
}

var zone zoneData

var loadZone = sync.OnceValue(func() error { return phrases.DecodeStrict("zone.toml", zoneFile, &zone) })

// nullMX is the host that says that a domain takes no mail (RFC 7505).
const nullMX = "."

// Exchanger is one server that takes the mail of a domain.
type Exchanger struct {
	Preference int // the lowest is tried first (RFC 5321 §5.1)
	Host       string
	// Implicit: the domain has no MX record, but an address, which then counts as one.
	Implicit bool
}

// MX looks a domain's mail exchangers up in the lab's DNS, in the order in which they are tried.
// known is false for a name that the lab does not have.
func (l *Lab) MX(domain string) (out []Exchanger, known bool) {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	root := l.root()
	for _, r := range zone.MX {
		if domain != "" && root.placed(r.Domain) == domain {
			out = append(out, Exchanger{Preference: r.Preference, Host: root.placed(r.Host)})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Preference < out[j].Preference })
	if _, host := root.Resolve(domain, "25"); out == nil && host {
		out = []Exchanger{{Host: domain, Implicit: true}}
	}
	return out, out != nil
}

// Domains lists the names that have MX records.
func (l *Lab) Domains() []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range zone.MX {
		if name := l.root().placed(r.Domain); !strings.ContainsRune(name, '{') && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// placed writes a name of the zone file with the domains of this lab.
func (l *Lab) placed(name string) string {
	name = strings.ReplaceAll(name, "{home}", strings.ToLower(l.cfg.Domain))
	if l.neighbour != nil {
		name = strings.ReplaceAll(name, "{far}", l.neighbour.cfg.Domain)
	}
	return name
}

// isDown: the host exists, and nothing listens on it.
func (l *Lab) isDown(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, d := range zone.Down {
		if l.placed(d) == host {
			return true
		}
	}
	return false
}

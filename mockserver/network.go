package mockserver

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"maillab/protocol"
)

// service is a kind of server: what it speaks, the port it has by the standards,
// and the names under which the lab network knows it.
type service struct {
	name     string // as IANA registered it
	protocol protocol.Protocol
	port     int
	hosts    []string // first labels; the first is the host name the server gives itself
	demands  []string // verbs that are refused until the client has authenticated
	// implicitTLS: the connection is encrypted from its first octet on (RFC 8314 §3).
	implicitTLS bool
}

// services of the lab; a port that stands here is open when a listener is.
var services = []service{
	{name: "smtp", protocol: protocol.SMTP, port: 25, hosts: []string{"smtp", "mail", "mx"}},
	// RFC 6409 §4.3: a submission server demands authentication. On 465 it is the same service, with TLS from
	// the first octet on (RFC 8314 §3.3, §7.3).
	{name: "submission", protocol: protocol.SMTP, port: 587, hosts: []string{"smtp", "mail"}, demands: []string{"MAIL"}},
	{name: "smtps", protocol: protocol.SMTP, port: 465, hosts: []string{"smtp", "mail"}, implicitTLS: true, demands: []string{"MAIL"}},
	{name: "pop3", protocol: protocol.POP3, port: 110, hosts: []string{"pop3", "mail"}},
	{name: "pop3s", protocol: protocol.POP3, port: 995, hosts: []string{"pop3", "mail"}, implicitTLS: true},
}

func serviceNamed(name string) (service, bool) {
	for _, s := range services {
		if s.name == name {
			return s, true
		}
	}
	return service{}, false
}

// Endpoint is one open port of the lab network.
type Endpoint struct {
	Service string // "smtp"
	Host    string // "smtp.lab.test"
	Port    int    // 25
	Addr    string // the real socket, "127.0.0.1:40123"
	TLS     bool   // encrypted from the first octet on
}

// Endpoints lists one endpoint for each listener, in the order of Config.Listeners.
func (l *Lab) Endpoints() []Endpoint {
	out := make([]Endpoint, len(l.doors))
	for i, d := range l.doors {
		out[i] = Endpoint{d.service.name, l.hostOf(d.service), d.service.port, d.Addr().String(), d.service.implicitTLS}
	}
	return out
}

// Hosts lists the names of the lab network that have a server behind them.
func (l *Lab) Hosts() []string {
	var out []string
	seen := map[string]bool{}
	for _, d := range l.doors {
		for _, h := range d.service.hosts {
			if name := h + "." + l.cfg.Domain; !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	if l.neighbour != nil {
		out = append(out, l.neighbour.Hosts()...)
	}
	return out
}

func (l *Lab) hostOf(s service) string { return s.hosts[0] + "." + l.cfg.Domain }

// UnknownHostError is a name that the lab network does not have and that must not
// be looked for elsewhere. It unwraps to a *net.DNSError, as a failed look-up does.
type UnknownHostError struct {
	Host  string
	Known []string // the names that exist
}

// Error gives the machine's words; screens use the data files'.
func (e *UnknownHostError) Error() string { return "lab network: no host " + e.Host }

// Unwrap makes it a name error for callers that know the net package only.
func (e *UnknownHostError) Unwrap() error {
	return &net.DNSError{Err: "no such host", Name: e.Host, IsNotFound: true}
}

// ClosedPortError is a port of a lab host on which nothing listens. It unwraps to
// syscall.ECONNREFUSED.
type ClosedPortError struct {
	Host, Port string
	Open       []int // the host's open ports
}

// Error gives the machine's words; screens use the data files'.
func (e *ClosedPortError) Error() string {
	return fmt.Sprintf("lab network: %s has nothing on port %s", e.Host, e.Port)
}

// Unwrap makes it a refused connection for callers that know the net package only.
func (e *ClosedPortError) Unwrap() error { return syscall.ECONNREFUSED }

// Resolve finds the real socket behind a host and port of the lab network. The
// host's letter case and a trailing dot do not matter; the port is a number or a
// service name. known with an empty addr means that the host is the lab's and the
// port is closed.
func (l *Lab) Resolve(host, port string) (addr string, known bool) {
	for _, d := range l.doors {
		if !l.serves(d.service, host) {
			continue
		}
		known = true
		if port == strconv.Itoa(d.service.port) || strings.EqualFold(port, d.service.name) {
			return dialable(d.Addr()), true
		}
	}
	if !known && l.neighbour != nil {
		return l.neighbour.Resolve(host, port)
	}
	return "", known || l.root().isDown(host)
}

// dialable is the address to connect to: a listener on all addresses is reached by loopback.
func dialable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
}

func (l *Lab) serves(s service, host string) bool {
	host = strings.TrimSuffix(host, ".")
	for _, h := range s.hosts {
		if strings.EqualFold(host, h+"."+l.cfg.Domain) {
			return true
		}
	}
	return false
}

func (l *Lab) openPorts(host string) []int {
	var out []int
	for _, d := range l.doors {
		if l.serves(d.service, host) {
			out = append(out, d.service.port)
		}
	}
	if out == nil && l.neighbour != nil {
		return l.neighbour.openPorts(host)
	}
	return out
}

// Reserved reports whether a name must never be asked of the real DNS: it is under a domain
// kept for tests and examples (RFC 2606, RFC 6761) or under the lab's own.
func (l *Lab) Reserved(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	suffixes := []string{"test", "example", "invalid", "localhost", "example.com", "example.net", "example.org", strings.ToLower(l.cfg.Domain)}
	for _, s := range suffixes {
		if strings.HasSuffix(host, "."+s) || host == s && s != "localhost" {
			return true
		}
	}
	return false
}

// DialContext connects inside the lab network. A lab name leads to the lab's socket; a reserved
// name that the lab does not have is an UnknownHostError, a port without a listener a
// ClosedPortError; any other host is dialled as usual.
func (l *Lab) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addr, known := l.Resolve(host, port)
	var d net.Dialer
	switch {
	case addr != "":
		return d.DialContext(ctx, network, addr)
	case known:
		return nil, &ClosedPortError{Host: host, Port: port, Open: l.openPorts(host)}
	case l.Reserved(host):
		return nil, &UnknownHostError{Host: host, Known: l.Hosts()}
	}
	return d.DialContext(ctx, network, address)
}

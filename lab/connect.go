package lab

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"maillab/mockserver"
	"maillab/phrases"
	"maillab/protocol"
	"maillab/session"
)

// Connect opens a conversation, as telnet does, and waits for the greeting. It
// is for the command line; learners use the telnet command. With secure, TLS begins with the
// first octet, as it does anyway on the ports that are for it.
func (s *Shell) Connect(ctx context.Context, host, port string, secure bool) error {
	s.begin()
	defer s.end()
	return s.connect(ctx, host, port, secure)
}

func (s *Shell) connect(ctx context.Context, host, port string, secure bool) error {
	if c := s.session(); c != nil {
		return trouble("connection.already", phrases.Args{"host": phrases.Clean(c.Host)})
	}
	if err := misaddressed([]string{host}); err != nil {
		return err
	}
	s.conn++
	c, err := session.Dial(ctx, host, port, session.Config{
		Dialer: labDialer{s}, Emit: s.Sink, Now: s.cfg.Now, ID: fmt.Sprintf("c%d", s.conn),
		TLS: secure || protocol.ImplicitTLS(port), Roots: s.rootsFor(host),
	})
	if err != nil {
		s.lost.Add(1)
		return s.dialTrouble(err)
	}
	s.mu.Lock()
	s.sess, s.doubted = c, false
	s.mu.Unlock()
	s.settle(ctx, c)
	return nil
}

// rootsFor returns the lab's CA for the lab's own hosts, by name or by loopback address.
func (s *Shell) rootsFor(host string) *x509.CertPool {
	n := s.cfg.Network
	if n == nil {
		return nil
	}
	ip := net.ParseIP(host)
	if _, known := n.Resolve(host, ""); known || host == "localhost" || ip != nil && ip.IsLoopback() {
		return n.Pool()
	}
	return nil
}

// labDialer sends the lab's own names to the lab's servers and every other name
// out into the world.
type labDialer struct{ s *Shell }

func (d labDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if n := d.s.cfg.Network; n != nil {
		if _, known := n.Resolve(host, port); known || n.Reserved(host) {
			return n.DialContext(ctx, network, address)
		}
	}
	if d.s.cfg.Dialer != nil {
		return d.s.cfg.Dialer.DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// dialTrouble words a connection that did not come about.
func (s *Shell) dialTrouble(err error) error {
	var de *session.DialError
	if !errors.As(err, &de) {
		return err
	}
	args := phrases.Args{
		"host": phrases.Clean(de.Host), "port": phrases.Clean(de.Port), "error": phrases.Clean(de.Err.Error()), "lab": s.labHosts(),
	}
	var unknown *mockserver.UnknownHostError
	var closed *mockserver.ClosedPortError
	key := "dial." + string(de.Problem)
	switch {
	case errors.As(err, &unknown):
		key = "dial.no-such-lab-host"
	case errors.As(err, &closed):
		key, args["open"] = "dial.closed-lab-port", joinPorts(closed.Open)
	}
	return &Trouble{Key: key, Args: args, Err: err}
}

func joinPorts(ports []int) string {
	if len(ports) == 0 {
		return "-"
	}
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = strconv.Itoa(p)
	}
	return phrases.List(words)
}

// labHosts lists the lab's host names.
func (s *Shell) labHosts() string {
	if s.cfg.Network == nil {
		return "-"
	}
	return phrases.List(s.cfg.Network.Hosts())
}

// wordsTLS are what people write for `tls`, with the words about them.
var wordsTLS = map[string]string{"ssl": "telnet.ssl", "ssl/tls": "telnet.ssl", "starttls": "telnet.starttls", "stls": "telnet.starttls"}

// plainHost takes the host, with its port if there is one, out of a web address; "" from anything else.
func plainHost(word string) string {
	_, rest, ok := strings.Cut(word, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// misaddressed knows what is written behind telnet by those who are used to other programs.
func misaddressed(words []string) error {
	if len(words) == 0 {
		return nil
	}
	if host := plainHost(words[0]); host != "" {
		line := "telnet " + strings.Replace(host, ":", " ", 1)
		if !strings.Contains(host, ":") {
			line += " " + DefaultPort(host, false)
		}
		return trouble("telnet.url", phrases.Args{"url": phrases.Clean(words[0]), "line": phrases.Clean(line)})
	}
	key := wordsTLS[strings.ToLower(words[len(words)-1])]
	if key == "" || len(words) < 2 {
		return nil
	}
	line := "telnet " + strings.Join(words[:len(words)-1], " ")
	if key == "telnet.ssl" {
		line += " " + wordTLS
	}
	return trouble(key, phrases.Args{"line": phrases.Clean(line)})
}

// wordTLS, as the last word of the telnet command, asks for TLS from the first octet on.
const wordTLS = "tls"

// runTelnet is `telnet HOST [PORT] [tls]`.
func runTelnet(ctx context.Context, s *Shell, arg string) error {
	words := strings.Fields(arg)
	if err := misaddressed(words); err != nil {
		return err
	}
	secure := len(words) > 1 && strings.EqualFold(words[len(words)-1], wordTLS)
	if secure {
		words = words[:len(words)-1]
	}
	if len(words) == 1 {
		if host, port, err := net.SplitHostPort(words[0]); err == nil {
			words = []string{host, port}
		}
	}
	switch {
	case len(words) == 0:
		return trouble("telnet.no-host", nil)
	case len(words) > 2:
		return trouble("telnet.too-many", phrases.Args{"extra": phrases.Clean(strings.Join(words[2:], " "))})
	case len(words) == 1 && isNumber(words[0]):
		return trouble("telnet.port-only", phrases.Args{"port": words[0]})
	}
	host := words[0]
	port := DefaultPort(host, secure)
	if len(words) == 2 {
		port = words[1]
	}
	return s.connect(ctx, host, port, secure)
}

// DefaultPort is 25, or 110 for a host whose name says POP: port 23 would be no use here. The
// ports with TLS from the first octet on are 465 and 995.
func DefaultPort(host string, secure bool) string {
	pop := strings.HasPrefix(strings.ToLower(host), "pop")
	switch {
	case pop && secure:
		return "995"
	case pop:
		return "110"
	case secure:
		return "465"
	}
	return "25"
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// runClose hangs up without QUIT.
func runClose(_ context.Context, s *Shell, _ string) error {
	c := s.session()
	if c == nil {
		return trouble("connection.none", nil)
	}
	_ = c.Close()
	return nil
}

// runSend passes a line on that would otherwise be taken for a lab command.
func runSend(ctx context.Context, s *Shell, arg string) error {
	c := s.session()
	if c == nil {
		return trouble("connection.none", nil)
	}
	s.send(ctx, c, arg)
	return nil
}

// runStatus says where the conversation stands, in a sentence.
func runStatus(_ context.Context, s *Shell, _ string) error {
	p := s.Place()
	if !p.Connected {
		s.show(Block{Kind: Para, Text: Say("connection.none", nil)})
		return nil
	}
	s.show(Block{Kind: Para, Text: s.statusText(p)})
	return nil
}

func (s *Shell) statusText(p Place) phrases.Text {
	c := s.session()
	if c == nil {
		return Say("connection.none", nil)
	}
	args := phrases.Args{
		"host": phrases.Clean(c.Host), "port": phrases.Clean(c.Port), "protocol": strings.ToUpper(string(p.Context.Protocol)),
	}
	t := Say("connection.ungreeted", args)
	if p.Context.Protocol != "" {
		t = Say("connection.status", args).With("state", stateName(p.Context))
	}
	if p.Context.TLS {
		t = then(t, Say("connection.encrypted", nil))
	}
	if c.Owed() && p.Context.Protocol != "" {
		t = then(t, Say("connection.owed", nil))
	}
	return t
}

// then sets one sentence behind another.
func then(a, b phrases.Text) phrases.Text {
	return phrases.Text{EN: a.EN + " " + b.EN, ZH: a.ZH + b.ZH}
}

// ClosedText says why a connection ended.
func ClosedText(e protocol.Event) phrases.Text {
	key := "closed." + string(e.Close)
	if f, ok := mockserver.FaultNamed(e.Name); ok {
		key = "closed.fault"
		if e.Context.InContent() {
			key = "closed.fault-in-content"
		}
		return Say(key, phrases.Args{"host": phrases.Clean(e.Host), "name": phrases.Clean(e.Name)}).With("title", f.Title)
	}
	if e.Close == protocol.ClosedHandshake {
		problem := protocol.TLSFailed
		if e.TLS != nil {
			problem = e.TLS.Problem
		}
		key += "-" + string(problem)
	}
	return Say(key, phrases.Args{"host": phrases.Clean(e.Host), "error": phrases.Clean(e.Err)})
}

package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"maillab/protocol"
)

// outcomeOf is what one try led to for one recipient, in the words of RFC 3464 §2.3.
type outcomeOf struct {
	addressee
	action     string
	status     string // enhanced status code
	remote     string // the server that spoke
	diagnostic string // its reply
	passed     bool   // it knows DSN, so it tells of success itself
}

// Actions of RFC 3464 §2.3.3.
const (
	actionFailed    = "failed"
	actionDelayed   = "delayed"
	actionDelivered = "delivered"
	actionRelayed   = "relayed"
	actionExpanded  = "expanded"
)

// relayPatience bounds each wait for another server.
const relayPatience = 30 * time.Second

// deliverAway tries a domain's servers in the order of their preference (RFC 5321 §5.1).
func (l *Lab) deliverAway(ctx context.Context, p *parcel) []outcomeOf {
	exchangers, _ := l.MX(p.domain)
	out := all(p.rcpts, actionFailed, "5.4.4", "", "no mail exchanger")
	for _, x := range exchangers {
		done, err := l.deliverTo(ctx, x.Host, p)
		if err == nil {
			return done
		}
		status := "4.4.1"
		if untrusted := (*untrustedError)(nil); errors.As(err, &untrusted) {
			status = "4.7.5" // cryptographic failure (RFC 3463 §3.8)
		}
		out = all(p.rcpts, actionDelayed, status, x.Host, err.Error())
	}
	return out
}

func all(rcpts []addressee, action, status, remote, diagnostic string) []outcomeOf {
	out := make([]outcomeOf, len(rcpts))
	for i, a := range rcpts {
		out[i] = outcomeOf{addressee: a, action: action, status: status, remote: remote, diagnostic: diagnostic}
	}
	return out
}

// courier is the client's end of a conversation with another server. It follows the table as a
// client does.
type courier struct {
	nc   net.Conn
	in   *protocol.LineReader
	m    *protocol.Machine
	f    *protocol.Framer
	host string
}

// deliverTo speaks with one server. An error means that there was no conversation to speak of, and
// the next server may do better.
func (l *Lab) deliverTo(ctx context.Context, host string, p *parcel) ([]outcomeOf, error) {
	addr, _ := l.root().Resolve(host, "25")
	if addr == "" {
		return nil, fmt.Errorf("%s: %w", host, syscall.ECONNREFUSED)
	}
	nc, err := (&net.Dialer{Timeout: relayPatience}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { _ = nc.Close() })()
	c := &courier{m: protocol.NewMachine(protocol.SMTP), host: host}
	c.speakOver(nc)
	if r, err := c.hear(); err != nil || r.Code != "220" {
		return nil, firstError(err, r)
	}
	if err := c.introduce(l.hostOf(services[0])); err != nil {
		return nil, err
	}
	if c.offers(keywordStartTLS) {
		if err := c.secure(ctx, l.root().trustIn(host), l.hostOf(services[0])); err != nil {
			return nil, err
		}
	}
	return c.transact(p)
}

// speakOver begins to read and write over a connection.
func (c *courier) speakOver(nc net.Conn) {
	c.nc, c.in = nc, protocol.NewLineReaderSize(nc, 2048, 4<<10)
	c.f = protocol.NewFramer(protocol.SMTP, c.m.Multiline)
}

// introduce says who is speaking.
func (c *courier) introduce(name string) error {
	if r, err := c.ask("EHLO " + name); err != nil || r.Code[0] != '2' {
		return firstError(err, r)
	}
	return nil
}

func firstError(err error, r protocol.Reply) error {
	if err != nil {
		return err
	}
	return errors.New(diagnosticOf(r))
}

// hear reads a reply.
func (c *courier) hear() (protocol.Reply, error) {
	_ = c.nc.SetDeadline(time.Now().Add(relayPatience))
	for {
		line, err := c.in.ReadLine()
		if err != nil {
			return protocol.Reply{}, err
		}
		if c.f.Add(string(line.Text), line.Cut) {
			r := c.f.Take()
			c.m.Heard(r)
			if len(r.Code) != 3 {
				return r, errors.New(diagnosticOf(r))
			}
			return r, nil
		}
	}
}

// ask says a line and reads the reply.
func (c *courier) ask(line string) (protocol.Reply, error) {
	c.m.Said(line)
	_ = c.nc.SetDeadline(time.Now().Add(relayPatience))
	if _, err := c.nc.Write([]byte(line + string(protocol.CRLF))); err != nil {
		return protocol.Reply{}, err
	}
	return c.hear()
}

// offers reports whether the server has announced an extension.
func (c *courier) offers(keyword string) bool {
	for _, k := range c.m.Now().Keywords {
		word, _, _ := strings.Cut(k, " ")
		if strings.EqualFold(word, keyword) {
			return true
		}
	}
	return false
}

// transact sends one mail, and sorts its recipients by what the server says of each.
func (c *courier) transact(p *parcel) ([]outcomeOf, error) {
	if p.wishes.utf8 && !c.offers(protocol.ParameterUTF8) {
		return all(p.rcpts, actionFailed, "5.6.7", c.host, ""), nil
	}
	r, err := c.ask("MAIL FROM:<" + p.from.String() + ">" + c.mailParameters(p))
	if err != nil {
		return nil, err
	}
	if r.Code[0] != '2' {
		return c.sorted(p.rcpts, r), nil
	}
	var out []outcomeOf
	var taken []addressee
	for _, a := range p.rcpts {
		r, err := c.ask("RCPT TO:<" + a.path.String() + ">" + c.rcptParameters(a))
		if err != nil {
			return nil, err
		}
		if r.Code[0] == '2' {
			taken = append(taken, a)
			continue
		}
		out = append(out, c.sorted([]addressee{a}, r)...)
	}
	if taken != nil {
		r, err := c.send(p.content)
		if err != nil {
			return nil, err
		}
		out = append(out, c.sorted(taken, r)...)
	}
	_, _ = c.ask("QUIT") // whatever it says, the mail is handed over
	return out, nil
}

// send sends content, a piece at a time. When it cannot be read to its end, no dot follows it.
func (c *courier) send(content body) (protocol.Reply, error) {
	in, err := content.open()
	if err != nil {
		return protocol.Reply{}, err
	}
	defer in.Close()
	r, err := c.ask("DATA")
	if err == nil && r.Code[0] < '4' && r.Code != "354" {
		err = errors.New(diagnosticOf(r)) // no answer to DATA takes a mail that has not been sent
	}
	if err != nil || r.Code != "354" {
		return r, err
	}
	if _, err := io.Copy(&stuffer{to: patient{c.nc}, fresh: true}, in); err != nil {
		return r, err
	}
	c.m.Said(protocol.VerbDot)
	_ = c.nc.SetDeadline(time.Now().Add(relayPatience))
	if _, err := io.WriteString(c.nc, "."+string(protocol.CRLF)); err != nil {
		return r, err
	}
	return c.hear()
}

// patient bounds the wait for each piece.
type patient struct{ nc net.Conn }

func (p patient) Write(b []byte) (int, error) {
	_ = p.nc.SetDeadline(time.Now().Add(relayPatience))
	return p.nc.Write(b)
}

// allASCII reports whether content needs no 8BITMIME.
func allASCII(content body) bool {
	in, err := content.open()
	if err != nil {
		return false
	}
	defer in.Close()
	chunk := chunks.Get().(*[64 << 10]byte)
	defer chunks.Put(chunk)
	for {
		n, err := in.Read(chunk[:])
		if slices.ContainsFunc(chunk[:n], func(b byte) bool { return b >= utf8.RuneSelf }) {
			return false
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

func (c *courier) mailParameters(p *parcel) string {
	var b strings.Builder
	if c.offers("SIZE") {
		b.WriteString(" SIZE=" + strconv.Itoa(p.content.octets()))
	}
	if c.offers("8BITMIME") && !allASCII(p.content) {
		b.WriteString(" BODY=8BITMIME")
	}
	if p.wishes.utf8 {
		b.WriteString(" " + protocol.ParameterUTF8)
	}
	if c.offers("DSN") {
		b.WriteString(parameter("RET", p.wishes.ret) + parameter("ENVID", p.wishes.envid))
	}
	return b.String()
}

func (c *courier) rcptParameters(a addressee) string {
	if !c.offers("DSN") {
		return ""
	}
	return parameter("NOTIFY", a.notify) + parameter("ORCPT", a.orcpt)
}

func parameter(keyword, value string) string {
	if value == "" {
		return ""
	}
	return " " + keyword + "=" + value
}

// sorted turns a reply into what it means for recipients: 2yz relayed, 5yz failed, anything else
// may go better later.
func (c *courier) sorted(rcpts []addressee, r protocol.Reply) []outcomeOf {
	action, status := actionDelayed, "4.0.0"
	switch r.Code[0] {
	case '2':
		action, status = actionRelayed, "2.0.0"
	case '5':
		action, status = actionFailed, "5.0.0"
	}
	if e := r.Enhanced(); e != "" {
		status = e
	}
	out := all(rcpts, action, status, c.host, diagnosticOf(r))
	for i := range out {
		out[i].passed = c.offers("DSN")
	}
	return out
}

// diagnosticOf writes a reply on one line.
func diagnosticOf(r protocol.Reply) string {
	text := strings.Join(r.Texts(), " ")
	return strings.TrimSpace(r.Code + " " + text)
}

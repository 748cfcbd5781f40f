package capture

import (
	"bytes"
	"net"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/reassembly"

	"maillab/protocol"
	"maillab/transcript"
)

// ports are those on which mail is expected, with their protocol.
var ports = map[string]protocol.Protocol{
	"25": protocol.SMTP, "465": protocol.SMTP, "587": protocol.SMTP, "2525": protocol.SMTP,
	"110": protocol.POP3, "995": protocol.POP3,
}

// chunk is what one packet brought, or how much is missing before it.
type chunk struct {
	at   int // number of the packet
	time time.Time
	data []byte
	gap  int // octets missing before it, -1 where nobody knows how many
}

// conversation is one connection. It collects what both sides said until the
// connection is over, and then tells it in the order of the packets.
type conversation struct {
	table *table
	from  string // client's address and port
	host  string
	port  string
	// clientFirst: what the library calls "client to server" is so.
	clientFirst bool
	ignored     bool
	said        [2][]chunk // by side
	octets      int
	synced      [2]bool // the beginning of that side's stream was captured
	closed      protocol.Close
	player      *player
}

// The sides.
const (
	client = 0
	server = 1
)

var sides = [2]string{transcript.SideClient, transcript.SideServer}

func newConversation(t *table, network, flow gopacket.Flow, tcp *layers.TCP) *conversation {
	c := &conversation{table: t, clientFirst: firstIsClient(flow, tcp)}
	hosts, numbers := [2]gopacket.Endpoint{network.Src(), network.Dst()}, [2]gopacket.Endpoint{flow.Src(), flow.Dst()}
	if !c.clientFirst {
		slices.Reverse(hosts[:])
		slices.Reverse(numbers[:])
	}
	c.from = net.JoinHostPort(hosts[client].String(), numbers[client].String())
	c.host, c.port = hosts[server].String(), numbers[server].String()
	return c
}

// firstIsClient tells whether a connection's first packet came from its client.
func firstIsClient(flow gopacket.Flow, tcp *layers.TCP) bool {
	switch _, from := ports[flow.Src().String()]; {
	case tcp.SYN:
		return !tcp.ACK
	case from:
		return false
	}
	if _, to := ports[flow.Dst().String()]; to {
		return true
	}
	return !serverWords(tcp.Payload)
}

// serverWords: what only a server says.
func serverWords(data []byte) bool { return protocol.RecogniseGreeting(firstLine(data)) != "" }

// Accept looks at each packet of the connection.
func (c *conversation) Accept(tcp *layers.TCP, _ gopacket.CaptureInfo, dir reassembly.TCPFlowDirection, next reassembly.Sequence, start *bool, _ reassembly.AssemblerContext) bool {
	if c.ignored {
		return false
	}
	side := c.side(dir)
	if tcp.SYN {
		c.synced[side] = true
	} else if next < 0 && len(tcp.Payload) > 0 {
		*start = true // the capture began in the middle of the connection
	}
	if c.closed == "" {
		switch {
		case tcp.RST:
			c.closed = protocol.ClosedByReset
		case tcp.FIN && side == server:
			c.closed = protocol.ClosedByServer
		case tcp.FIN:
			c.closed = protocol.ClosedByUser
		}
	}
	return true
}

func (c *conversation) side(dir reassembly.TCPFlowDirection) int {
	if (dir == reassembly.TCPDirClientToServer) == c.clientFirst {
		return client
	}
	return server
}

// ReassembledSG takes what comes next of one direction.
func (c *conversation) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	dir, _, _, skip := sg.Info()
	n, _ := sg.Lengths()
	if c.ignored || n == 0 && skip == 0 {
		return
	}
	side := c.side(dir)
	data := bytes.Clone(sg.Fetch(n))
	if skip == 0 && !c.synced[side] {
		skip = -1
	}
	c.synced[side] = true
	first, ends := chunk{gap: skip}, packetEnds(sg, n)
	for len(data) > 0 || first.gap != 0 {
		at := n - len(data)
		end := packetEnd(ends, data, at)
		ci := sg.CaptureInfo(max(at+end-1, 0)) // a line has come when its end has
		first.at, first.time, first.data = ci.InterfaceIndex, ci.Timestamp, data[:end]
		c.keep(side, first)
		data, first = data[end:], chunk{}
	}
	c.look()
	if c.octets > maxConversation || c.table.waiting > maxConversations {
		c.tell()
	}
}

// maxPackets is up to how many packets what comes at once is told apart by them. It takes a gap for so many
// to have waited, and to look for their ends takes time.
const maxPackets = 1024

// packetEnds finds where in what comes at once each packet's octets end.
func packetEnds(sg reassembly.ScatterGather, n int) []int {
	packet := func(at int) int { return sg.CaptureInfo(at).InterfaceIndex }
	if n == 0 || sg.Stats().Packets > maxPackets || packet(0) == packet(n-1) {
		return []int{n}
	}
	var ends []int
	for at := 0; at < n; {
		number := packet(at)
		at += sort.Search(n-at, func(i int) bool { return packet(at+i) != number })
		ends = append(ends, at)
	}
	return ends
}

// packetEnd finds how much of data, which begins at an offset, one packet brought; it
// looks at the ends of lines only.
func packetEnd(ends []int, data []byte, at int) int {
	packet := func(offset int) int { return sort.SearchInts(ends, offset+1) }
	number, end := packet(at), 0
	for end < len(data) {
		line := bytes.IndexByte(data[end:], '\n') + 1
		if line == 0 {
			line = len(data) - end
		}
		if end > 0 && packet(at+end+line-1) != number {
			return end
		}
		end += line
		number = packet(at + end - 1)
	}
	return end
}

func (c *conversation) keep(side int, k chunk) {
	// A segment that was sent again stands later in the file than what follows it.
	if list := c.said[side]; len(list) > 0 {
		k.at = max(k.at, list[len(list)-1].at)
	}
	c.said[side] = append(c.said[side], k)
	c.octets += len(k.data) + chunkCost
	c.table.waiting += len(k.data) + chunkCost
}

// chunkCost is what a piece takes in memory beside its octets: each may be one octet.
const chunkCost = 96

// look decides, as soon as it can be told, whether the connection carries mail.
func (c *conversation) look() {
	if _, known := ports[c.port]; known || c.player != nil || len(c.said[server]) == 0 && len(c.said[client]) < 4 {
		return
	}
	if len(c.said[server]) == 0 || !isMail(c.said[server][0].data, c.said[client]) {
		c.ignore()
	}
}

// isMail: the server greets as one of the two protocols does, and what the client said first,
// if it has said anything, is a command of that protocol: a greeting with 220 may be FTP's.
func isMail(greeting []byte, said []chunk) bool {
	table := protocol.TableOf(protocol.RecogniseGreeting(firstLine(greeting)))
	if table == nil || len(said) == 0 {
		return table != nil
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(firstLine(said[0].data)), " ")
	return verb != "" && table.Row(verb) != nil
}

func firstLine(data []byte) string {
	line, _, _ := strings.Cut(string(data[:min(len(data), 200)]), "\n")
	return strings.TrimSuffix(line, "\r")
}

func (c *conversation) ignore() {
	c.ignored = true
	c.table.sum.Others++
	c.forget()
}

func (c *conversation) forget() {
	c.table.waiting -= c.octets
	c.said, c.octets = [2][]chunk{}, 0
}

// ReassemblyComplete ends the connection.
func (c *conversation) ReassemblyComplete(reassembly.AssemblerContext) bool {
	c.table.open--
	if c.ignored {
		return true
	}
	if c.player == nil && c.octets == 0 && !c.synced[client] && !c.synced[server] {
		return true // the last acknowledgements of a connection that is over
	}
	_, known := ports[c.port]
	if c.player == nil && !known && (len(c.said[server]) == 0 || !serverWords(c.said[server][0].data)) {
		c.ignore()
		return true
	}
	c.tell()
	c.player.end(c.closed)
	return true
}

// tell tells what has been collected, in the order of the packets.
func (c *conversation) tell() {
	if c.player == nil {
		c.player = newPlayer(c)
	}
	a, b := c.said[client], c.said[server]
	for len(a) > 0 || len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && a[0].at < b[0].at {
			c.player.hear(client, a[0])
			a = a[1:]
			continue
		}
		c.player.hear(server, b[0])
		b = b[1:]
	}
	c.forget()
}

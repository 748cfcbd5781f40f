package capture

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"

	"maillab/protocol"
)

// ErrBroken says that the file ends, or makes no sense, in the middle of a packet. What stood
// before has been told.
var ErrBroken = errors.New("capture: the file breaks off")

// Summary is what was found in a capture.
type Summary struct {
	Packets       int // read
	Conversations int // told
	Others        int // TCP connections that carry no mail
	Fragments     int // IP fragments, which are not put together
}

// The bounds of what is kept in memory.
const (
	maxPages         = 1024   // pages of 1900 octets that wait for a missing segment, a connection
	maxPagesTotal    = 16384  // and in all
	maxConnections   = 10_000 // followed at the same time
	quietEnds        = 30 * time.Minute
	packetsPerFlush  = 4096
	maxConversation  = 4 << 20  // octets of a conversation that wait to be told
	maxConversations = 64 << 20 // and of all of them
)

// Is reports whether a file that begins so is a capture.
func Is(beginning []byte) bool {
	if len(beginning) < 4 {
		return false
	}
	switch string(beginning[:4]) {
	case "\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x4d\x3c\xb2\xa1", "\x0a\x0d\x0d\x0a":
		return true
	}
	return false
}

// packets is what both kinds of file give.
type packets interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	LinkType() layers.LinkType
}

func openFile(in io.Reader) (packets, error) {
	var magic [4]byte
	if _, err := io.ReadFull(in, magic[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	all := io.MultiReader(newBytes(magic[:]), in)
	var p packets
	var err error
	if magic[0] == 0x0a {
		p, err = pcapgo.NewNgReader(all, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
	} else {
		p, err = pcapgo.NewReader(all)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return p, nil
}

// Read tells the mail conversations of a capture to emit.
func Read(in io.Reader, emit protocol.Sink) (Summary, error) {
	file, err := openFile(in)
	if err != nil {
		return Summary{}, err
	}
	t := &table{emit: emit}
	t.assembler = reassembly.NewAssembler(reassembly.NewStreamPool(t))
	t.assembler.MaxBufferedPagesPerConnection, t.assembler.MaxBufferedPagesTotal = maxPages, maxPagesTotal
	for {
		data, ci, err := file.ReadPacketData()
		if err != nil {
			t.assembler.FlushAll()
			if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return t.sum, nil
			}
			return t.sum, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		t.packet(linkOf(file, ci), data, ci)
	}
}

// linkOf is the kind of packet: in a pcapng file each interface has its own.
func linkOf(file packets, ci gopacket.CaptureInfo) layers.LinkType {
	ng, ok := file.(*pcapgo.NgReader)
	if !ok {
		return file.LinkType()
	}
	if i, err := ng.Interface(ci.InterfaceIndex); err == nil {
		return i.LinkType
	}
	return ng.LinkType()
}

// table holds the connections of a capture.
type table struct {
	emit      protocol.Sink
	assembler *reassembly.Assembler
	sum       Summary
	open      int // connections followed now
	waiting   int // octets that wait to be told
}

func (t *table) packet(link layers.LinkType, data []byte, ci gopacket.CaptureInfo) {
	t.sum.Packets++
	p := gopacket.NewPacket(data, link, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	network := p.NetworkLayer()
	if p.Layer(gopacket.LayerTypeFragment) != nil {
		t.sum.Fragments++
	}
	if !ok || network == nil {
		return
	}
	// The number of the packet travels where nobody needs the interface any more.
	ci.InterfaceIndex = t.sum.Packets
	t.assembler.AssembleWithContext(network.NetworkFlow(), tcp, place(ci))
	if t.sum.Packets%packetsPerFlush == 0 {
		t.assembler.FlushCloseOlderThan(ci.Timestamp.Add(-quietEnds))
	}
	if t.open > maxConnections {
		t.assembler.FlushAll()
	}
}

// place is where a packet stands in the file.
type place gopacket.CaptureInfo

// GetCaptureInfo is for the assembler.
func (p place) GetCaptureInfo() gopacket.CaptureInfo { return gopacket.CaptureInfo(p) }

// New begins to follow a connection.
func (t *table) New(net, ports gopacket.Flow, tcp *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	t.open++
	return newConversation(t, net, ports, tcp)
}

func (t *table) name() string {
	t.sum.Conversations++
	return "c" + strconv.Itoa(t.sum.Conversations)
}

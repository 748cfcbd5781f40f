package capture_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/capture"
	"maillab/protocol"
)

// film is a capture in the making: packets as they pass a wire.
type film struct {
	t       *testing.T
	packets [][]byte
}

// talk is one TCP connection on it.
type talk struct {
	film *film
	v6   bool
	ip   [2]string
	port [2]layers.TCPPort
	seq  [2]uint32
	// mute: packets are made and counted, and not captured.
	mute bool
}

func (f *film) talk(serverPort int) *talk {
	n := len(f.packets)
	return &talk{film: f, ip: [2]string{"192.0.2.5", "192.0.2.25"}, port: [2]layers.TCPPort{layers.TCPPort(40000 + n), layers.TCPPort(serverPort)}, seq: [2]uint32{4294967000, 7}}
}

func (k *talk) send(from int, flags string, payload string) {
	to := 1 - from
	tcp := &layers.TCP{
		SrcPort: k.port[from], DstPort: k.port[to], Seq: k.seq[from], Ack: k.seq[to], Window: 65535,
		SYN: strings.Contains(flags, "S"), ACK: !strings.Contains(flags, "n"), FIN: strings.Contains(flags, "F"), RST: strings.Contains(flags, "R"),
	}
	k.seq[from] += uint32(len(payload))
	if tcp.SYN || tcp.FIN {
		k.seq[from]++
	}
	if k.mute {
		return
	}
	k.film.packets = append(k.film.packets, k.packet(from, tcp, payload))
}

func (k *talk) packet(from int, tcp *layers.TCP, payload string) []byte {
	to := 1 - from
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	b := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if k.v6 {
		eth.EthernetType = layers.EthernetTypeIPv6
		ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: net.ParseIP(k.ip[from]), DstIP: net.ParseIP(k.ip[to])}
		require.NoError(k.film.t, tcp.SetNetworkLayerForChecksum(ip))
		require.NoError(k.film.t, gopacket.SerializeLayers(b, opts, eth, ip, tcp, gopacket.Payload(payload)))
	} else {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: net.ParseIP(k.ip[from]), DstIP: net.ParseIP(k.ip[to])}
		require.NoError(k.film.t, tcp.SetNetworkLayerForChecksum(ip))
		require.NoError(k.film.t, gopacket.SerializeLayers(b, opts, eth, ip, tcp, gopacket.Payload(payload)))
	}
	return bytes.Clone(b.Bytes())
}

func (k *talk) open() *talk {
	k.send(0, "Sn", "")
	k.send(1, "S", "")
	k.send(0, "", "")
	return k
}

// says plays "C: line" and "S: line", each in a packet of its own.
func (k *talk) says(script ...string) *talk {
	for _, line := range script {
		side := 0
		if line[0] == 'S' {
			side = 1
		}
		k.send(side, "", line[3:]+"\r\n")
	}
	return k
}

func (k *talk) close(first int) *talk {
	k.send(first, "F", "")
	k.send(1-first, "F", "")
	k.send(first, "", "")
	return k
}

func (f *film) pcap(snap int) []byte {
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	require.NoError(f.t, w.WriteFileHeader(uint32(snap), layers.LinkTypeEthernet))
	for i, p := range f.packets {
		ci := gopacket.CaptureInfo{Timestamp: time.Unix(1795597918, 0).Add(time.Duration(i) * time.Millisecond), Length: len(p), CaptureLength: min(len(p), snap)}
		require.NoError(f.t, w.WritePacket(ci, p[:ci.CaptureLength]))
	}
	return b.Bytes()
}

func (f *film) pcapng() []byte {
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	require.NoError(f.t, err)
	for i, p := range f.packets {
		ci := gopacket.CaptureInfo{Timestamp: time.Unix(1795597918, 0).Add(time.Duration(i) * time.Millisecond), Length: len(p), CaptureLength: len(p)}
		require.NoError(f.t, w.WritePacket(ci, p))
	}
	require.NoError(f.t, w.Flush())
	return b.Bytes()
}

// told writes events down, one a line.
func told(events []protocol.Event) string {
	var b strings.Builder
	for _, e := range events {
		switch e.Kind {
		case protocol.KindConnected:
			fmt.Fprintf(&b, "%s %s %s from %s\n", e.Conn, e.Host, e.Port, e.From)
		case protocol.KindClient:
			fmt.Fprintf(&b, "C: %s\n", e.Raw)
		case protocol.KindLine:
			fmt.Fprintf(&b, "S: %s\n", e.Raw)
		case protocol.KindReply:
			fmt.Fprintf(&b, "   %s to %s\n", e.Reply.Code, e.Context.Verb)
		case protocol.KindClosed:
			fmt.Fprintf(&b, "closed %s\n", e.Close)
		default:
			fmt.Fprintf(&b, "%s %s %s %d %s\n", e.Kind, e.Name, e.Arg, e.Octets, e.Raw)
		}
	}
	return b.String()
}

func read(t *testing.T, file []byte) (string, capture.Summary) {
	t.Helper()
	require.True(t, capture.Is(file))
	var events []protocol.Event
	sum, err := capture.Read(bytes.NewReader(file), func(e protocol.Event) { events = append(events, e) })
	require.NoError(t, err)
	return told(events), sum
}

var mail = []string{
	"S: 220 mx.test ESMTP", "C: HELO pc", "S: 250 mx.test", "C: MAIL FROM:<a@x.test>", "S: 250 ok", "C: RCPT TO:<b@x.test>", "S: 550 no such user",
	"C: QUIT", "S: 221 bye",
}

const mailTold = `c1 192.0.2.25 25 from 192.0.2.5:40000
S: 220 mx.test ESMTP
   220 to 
C: HELO pc
S: 250 mx.test
   250 to HELO
C: MAIL FROM:<a@x.test>
S: 250 ok
   250 to MAIL
C: RCPT TO:<b@x.test>
S: 550 no such user
   550 to RCPT
C: QUIT
S: 221 bye
   221 to QUIT
closed quit
`

func TestWholeConversation(t *testing.T) {
	f := &film{t: t}
	f.talk(25).open().says(mail...).close(1)
	got, sum := read(t, f.pcap(65536))
	assert.Equal(t, mailTold, got)
	assert.Equal(t, capture.Summary{Packets: len(f.packets), Conversations: 1}, sum)
	got, _ = read(t, f.pcapng())
	assert.Equal(t, mailTold, got)
}

func TestIPv6AndPOP3(t *testing.T) {
	f := &film{t: t}
	k := f.talk(110)
	k.v6, k.ip = true, [2]string{"2001:db8::5", "2001:db8::110"}
	k.open().says("S: +OK hello", "C: USER bob", "S: +OK", "C: PASS hunter2", "S: +OK 1 message", "C: LIST", "S: +OK", "S: 1 120", "S: .").close(0)
	got, _ := read(t, f.pcap(65536))
	assert.Contains(t, got, "c1 2001:db8::110 110 from [2001:db8::5]:40000\n")
	assert.Contains(t, got, "S: 1 120\nS: .\n   +OK to LIST\nclosed user\n")
}

// TestOrderOfSegments: sent again, overtaken, and split in the middle of a line.
func TestOrderOfSegments(t *testing.T) {
	f := &film{t: t}
	k := f.talk(25).open()
	k.says(mail[:3]...)
	k.send(0, "", "MAIL FR")
	k.send(0, "", "OM:<a@x.test>\r\n")
	n := len(f.packets)
	f.packets[n-1], f.packets[n-2] = f.packets[n-2], f.packets[n-1]
	f.packets = append(f.packets, f.packets[n-1], f.packets[n-2])
	k.says(mail[4:]...)
	k.close(1)
	got, _ := read(t, f.pcap(65536))
	assert.Equal(t, mailTold, got)
}

// TestTwoAtOnce: conversations that overlap are told one after the other.
func TestTwoAtOnce(t *testing.T) {
	f := &film{t: t}
	a, b, web, ftp := f.talk(25), f.talk(25), f.talk(80), f.talk(21)
	b.port[0], web.port[0], ftp.port[0] = 50001, 50002, 50003
	for _, k := range []*talk{a, b, web, ftp} {
		k.open()
	}
	for _, line := range mail {
		a.says(line)
		b.says(line)
	}
	web.says("C: GET / HTTP/1.0", "C: ", "S: HTTP/1.0 200 OK")
	ftp.says("S: 220 FTP here", "C: USER bob", "S: 331 password please")
	for _, k := range []*talk{a, b, web, ftp} {
		k.close(1)
	}
	got, sum := read(t, f.pcap(65536))
	second := strings.ReplaceAll(strings.ReplaceAll(mailTold, "c1", "c2"), "40000", "50001")
	assert.Equal(t, mailTold+second, got)
	assert.Equal(t, 2, sum.Conversations)
	assert.Equal(t, 2, sum.Others)
}

// TestOtherPort: recognised by what is said.
func TestOtherPort(t *testing.T) {
	f := &film{t: t}
	f.talk(8025).open().says(mail...).close(1)
	k := f.talk(8110)
	k.port[0] = 50001
	k.open().says("S: +OK hello", "C: USER bob", "S: +OK").close(0)
	got, _ := read(t, f.pcap(65536))
	pop3 := "c2 192.0.2.25 8110 from 192.0.2.5:50001\nS: +OK hello\n   +OK to \nC: USER bob\nS: +OK\n   +OK to USER\nclosed user\n"
	assert.Equal(t, strings.Replace(mailTold, " 25 ", " 8025 ", 1)+pop3, got)
}

func TestMissingSegment(t *testing.T) {
	f := &film{t: t}
	k := f.talk(25).open().says(mail[:4]...)
	k.mute = true
	k.says(mail[4]) // 250 to MAIL was not captured
	k.mute = false
	k.says(mail[5:]...).close(1)
	got, _ := read(t, f.pcap(65536))
	want := strings.Replace(mailTold, "S: 250 ok\n   250 to MAIL\n", "", 1)
	want = strings.Replace(want, "C: RCPT TO:<b@x.test>\nS:", "C: RCPT TO:<b@x.test>\nnote gap server 8 \nS:", 1)
	assert.Equal(t, want, got)
}

func TestMissingClientSegment(t *testing.T) {
	f := &film{t: t}
	k := f.talk(25).open().says(mail[:3]...)
	k.mute = true
	k.send(0, "", "MAIL FROM:<a@x")
	k.mute = false
	k.send(0, "", ".test>\r\n")
	k.says(mail[4:]...).close(1)
	got, _ := read(t, f.pcap(65536))
	assert.Contains(t, got, "note gap client 14 \nnote unknown  0 .test>\nS: 250 ok\n")
	assert.Contains(t, got, "closed quit\n")
}

// TestInTheMiddle: the capture began late, and ended early.
func TestInTheMiddle(t *testing.T) {
	f := &film{t: t}
	f.talk(25).says(mail[3:7]...)
	got, _ := read(t, f.pcap(65536))
	assert.Equal(t, `c1 192.0.2.25 25 from 192.0.2.5:40000
note midway  0 
C: MAIL FROM:<a@x.test>
S: 250 ok
   250 to MAIL
C: RCPT TO:<b@x.test>
S: 550 no such user
   550 to RCPT
note cut  0 
`, got)
}

func TestTLS(t *testing.T) {
	f := &film{t: t}
	k := f.talk(587).open().says("S: 220 x ESMTP", "C: EHLO pc", "S: 250-x", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go on")
	k.send(0, "", "\x16\x03\x01\x00\x05hello")
	k.send(1, "", "\x16\x03\x03\x00\x05world")
	k.send(0, "", "\x17\x03\x03\x00\x02\r\n")
	k.close(0)
	k = f.talk(465)
	k.port[0] = 50000
	k.open().send(0, "", "\x16\x03\x01\x00\x05hello")
	got, _ := read(t, f.pcap(65536))
	assert.Contains(t, got, "   220 to STARTTLS\nnote sealed  27 \nclosed user\n")
	assert.Contains(t, got, "c2 192.0.2.25 465 from 192.0.2.5:50000\nnote sealed  10 \nnote cut  0 \n")
}

func TestReset(t *testing.T) {
	f := &film{t: t}
	f.talk(25).open().says(mail[:3]...).send(1, "R", "")
	got, _ := read(t, f.pcap(65536))
	assert.Contains(t, got, "closed reset\n")
}

// TestShortSnap: a capture that kept the first octets of each packet only.
func TestShortSnap(t *testing.T) {
	f := &film{t: t}
	f.talk(25).open().says(mail...).close(1)
	got, _ := read(t, f.pcap(66))
	assert.Contains(t, got, "note gap server ")
	assert.Contains(t, got, "note gap client ")
}

func TestBrokenFiles(t *testing.T) {
	f := &film{t: t}
	f.talk(25).open().says(mail...).close(1)
	for name, whole := range map[string][]byte{"pcap": f.pcap(65536), "pcapng": f.pcapng()} {
		for cut := 4; cut < len(whole); cut += 7 {
			var events []protocol.Event
			_, err := capture.Read(bytes.NewReader(whole[:cut]), func(e protocol.Event) { events = append(events, e) })
			if err != nil {
				assert.ErrorIs(t, err, capture.ErrBroken, "%s %d", name, cut)
			}
			if cut > len(whole)/2 {
				assert.Contains(t, told(events), "S: 220 mx.test ESMTP\n", "%s %d", name, cut)
			}
		}
	}
	assert.False(t, capture.Is(nil))
	assert.False(t, capture.Is([]byte("220 mx.test")))
}

// TestLongContent: a mail beyond what waits in memory is told as it comes.
func TestLongContent(t *testing.T) {
	f := &film{t: t}
	k := f.talk(25).open().says("S: 220 x", "C: HELO x", "S: 250 x", "C: MAIL FROM:<>", "S: 250 x", "C: RCPT TO:<b@x.test>", "S: 250 x", "C: DATA", "S: 354 go")
	line := strings.Repeat("x", 1398)
	for range 4000 {
		k.send(0, "", line+"\r\n")
	}
	k.says("C: .", "S: 250 queued").close(0)
	content, last := 0, protocol.Event{}
	_, err := capture.Read(bytes.NewReader(f.pcap(65536)), func(e protocol.Event) {
		if e.Speech == protocol.SpeechContent {
			content++
		}
		if e.Kind == protocol.KindReply {
			last = e
		}
	})
	require.NoError(t, err)
	assert.Equal(t, 4000, content)
	assert.Equal(t, protocol.VerbDot, last.Context.Verb)
}

func FuzzRead(f *testing.F) {
	fm := &film{}
	fm.t = &testing.T{}
	fm.talk(25).open().says(mail...).close(1)
	f.Add(fm.pcap(65536))
	f.Add(fm.pcapng())
	f.Add(fm.pcap(60))
	f.Fuzz(func(_ *testing.T, file []byte) {
		_, _ = capture.Read(bytes.NewReader(file), func(e protocol.Event) { e.Redacted() })
	})
}

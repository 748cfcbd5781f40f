package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// captured writes a capture of one POP3 login over IPv4, a packet a line.
func captured(t *testing.T, script ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	require.NoError(t, w.WriteFileHeader(65536, layers.LinkTypeRaw))
	seq := [2]uint32{1, 1}
	for i, line := range script {
		side := strings.IndexByte("CS", line[0])
		addr := []net.IP{{192, 0, 2, 5}, {192, 0, 2, 110}}
		port := []layers.TCPPort{40000, 110}
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: addr[side], DstIP: addr[1-side]}
		tcp := &layers.TCP{SrcPort: port[side], DstPort: port[1-side], Seq: seq[side], Ack: seq[1-side], ACK: true, SYN: i == 0}
		seq[side] += uint32(len(line) - 1) // what stands behind the mark, and CRLF
		require.NoError(t, tcp.SetNetworkLayerForChecksum(ip))
		b := gopacket.NewSerializeBuffer()
		require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, tcp, gopacket.Payload(line[3:]+"\r\n")))
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(1795597918, 0), Length: len(b.Bytes()), CaptureLength: len(b.Bytes())}, b.Bytes()))
	}
	return file.Bytes()
}

func TestExplainCapture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.pcap")
	whole := captured(t, "S: +OK ready", "C: USER bob", "S: +OK", "C: PASS hunter2", "S: -ERR [AUTH] wrong")
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	run := func(args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		code := Run(context.Background(), args, bytes.NewReader(whole), &out, &errOut)
		return code, out.String(), errOut.String()
	}
	code, out, errOut := run("--lang", "en", "explain", path)
	assert.Zero(t, code, errOut)
	assert.Contains(t, out, "A connection from 192.0.2.5:40000 to 192.0.2.110 110.")
	assert.Contains(t, out, "C: PASS ********\n")
	assert.NotContains(t, out, "hunter2")
	code, out, errOut = run("explain", "--json", "-")
	assert.Zero(t, code, errOut)
	assert.Contains(t, out, `"time":"2026-11-25T09:11:58Z"`)
	assert.Contains(t, out, `"class":"auth-failed"`)
	require.NoError(t, os.WriteFile(path, whole[:len(whole)-9], 0o600))
	code, out, errOut = run("--lang", "en", "explain", path)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, out, "S: +OK ready\n")
	assert.Contains(t, errOut, "breaks off or is damaged after 4 packets")
	require.NoError(t, os.WriteFile(path, whole[:24], 0o600))
	code, _, errOut = run("--lang", "zh", "explain", path)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errOut, "没有 SMTP 或 POP3 会话")
}

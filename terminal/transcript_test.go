package terminal

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/phrases"
	"maillab/protocol"
)

// drawn is a transcript as it looks, 80 columns wide.
func drawn(look Look, lang phrases.Lang, reveal bool, events ...protocol.Event) string {
	var out bytes.Buffer
	t := NewTranscript(NewRenderer(&out, func() int { return 80 }, look, lang), reveal)
	for _, e := range events {
		t.Event(e)
	}
	return out.String()
}

func TestTranscript(t *testing.T) {
	inAuth := protocol.Context{Protocol: protocol.SMTP, State: protocol.StateAuth, Mechanism: "LOGIN", Challenge: "UGFzc3dvcmQ6"}
	pass := protocol.Event{Kind: protocol.KindClient, Raw: []byte("c2VjcmV0"), Speech: protocol.SpeechResponse, Context: inAuth}
	hidden := drawn(Look{}, phrases.English, false, pass, pass)
	assert.Contains(t, hidden, "C: ********\n")
	assert.Contains(t, hidden, "--reveal")
	assert.Contains(t, hidden, "If the connection is not encrypted")
	safe := pass
	safe.Context.TLS = true
	assert.NotContains(t, drawn(Look{}, phrases.English, false, safe), "encrypted")
	assert.NotContains(t, hidden, "c2Vj")
	assert.Contains(t, drawn(Look{}, phrases.English, true, pass), "C: c2VjcmV0\n")

	answered := inAuth
	answered.Verb, answered.Line, answered.Speech = protocol.VerbResponse, "c2VjcmV0", protocol.SpeechResponse
	reply := protocol.ParseReply(protocol.SMTP, "535 5.7.8 no", false)
	assert.NotContains(t, drawn(Look{}, phrases.English, false, protocol.Event{Kind: protocol.KindReply, Context: answered, Reply: &reply}), "c2Vj")

	for _, c := range []struct {
		event protocol.Event
		want  string
	}{
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteUnknown, Raw: []byte("what\x1b[31m?")}, "? what^[[31m?\n"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteProgram, Raw: []byte("Trying")}, "# Trying\n"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteStatus, Raw: []byte("dsn=5.1.1"), Arg: "5.1.1"}, "no such mailbox"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteGap, Arg: "server", Octets: 7}, "server said is missing here: 7 octets"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteGap, Arg: "client"}, "nobody knows how much"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteSealed, Octets: 9}, "encrypted (TLS): 9 octets"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteCut}, "ends here"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteTaken, Raw: []byte("RENEGOTIATING")}, "did not send it"},
		{protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteMidway}, "begins in the middle"},
		{protocol.Event{Kind: protocol.KindConnected, Host: "mx.test", Port: "25", Address: "192.0.2.1"}, "to mx.test 25 (192.0.2.1)."},
		{protocol.Event{Kind: protocol.KindConnected, Host: "192.0.2.1", Port: "25", From: "192.0.2.5:4000"}, "from 192.0.2.5:4000 to 192.0.2.1 25."},
		{protocol.Event{Kind: protocol.KindClosed, Close: protocol.ClosedByReset}, "reset"},
		{protocol.Event{Kind: protocol.KindClosed, Close: "whatever"}, "The connection ended."},
	} {
		assert.Contains(t, drawn(Look{}, phrases.English, false, c.event), c.want)
		assert.NotContains(t, drawn(Look{}, phrases.Chinese, false, c.event), "transcript.")
	}
	plain := drawn(Look{Plain: true}, phrases.Chinese, false, protocol.Event{Kind: protocol.KindNote, Name: protocol.NoteUnknown, Raw: []byte("x")}, pass)
	assert.Contains(t, plain, "无法归类的行：x\n")
	assert.Contains(t, plain, "客户端：********\n")
	assert.NotContains(t, plain, "│")
}

package terminal

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// retrieved is a letter as an event.
func retrieved(text string) protocol.Event {
	ctx, reply := explain.ContextAfter(protocol.POP3, "RETR 1", "+OK 100 octets\r\n"+text+"\r\n.")
	return protocol.Event{Kind: protocol.KindReply, Context: ctx, Reply: &reply}
}

// TestNewSectionsAreDrawnOnce: a second letter is explained briefly, except for what the first had not.
func TestNewSectionsAreDrawnOnce(t *testing.T) {
	const (
		first  = "Received: from a by b.test; Tue, 24 Nov 2026 20:00:00 +0000\r\nSubject: x\r\n\r\nx"
		second = "Received: from a by c.test; Tue, 24 Nov 2026 20:00:00 +0000\r\nAuthentication-Results: c.test; spf=pass\r\n\r\nx"
	)
	for level, want := range map[lab.Level][2]bool{
		lab.LevelAuto: {false, true}, lab.LevelFull: {true, true}, lab.LevelBrief: {false, false}, lab.LevelOff: {false, false},
	} {
		var out bytes.Buffer
		r := NewRenderer(&out, func() int { return 80 }, Look{}, phrases.English)
		r.SetLevel(level)
		r.Event(retrieved(first))
		out.Reset()
		r.Event(retrieved(second))
		screen := out.String()
		assert.Equal(t, want[0], bytes.Contains(out.Bytes(), []byte("1 c.test")), "%s: %s", level, screen)
		assert.Equal(t, want[1], bytes.Contains(out.Bytes(), []byte("spf=pass")), "%s: %s", level, screen)
	}
}

// TestPlainSections: a screen reader gets a sentence a row, without a tree.
func TestPlainSections(t *testing.T) {
	var out bytes.Buffer
	r := NewRenderer(&out, func() int { return 80 }, Look{Plain: true}, phrases.English)
	r.Event(retrieved("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--"))
	assert.Contains(t, out.String(), "\nIts parts:\nmultipart/mixed: parts one after the other, attachments for instance\n1 text/plain: plain text; 1 octet\n")
}

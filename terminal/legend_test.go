package terminal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"maillab/explain"
	"maillab/lab"
	"maillab/phrases"
	"maillab/protocol"
)

// TestLegend: a part has the same colour in the server's line and beside its note, and the line is,
// colour aside, the server's.
func TestLegend(t *testing.T) {
	for _, c := range []struct {
		line, reply string
		parts       []string
	}{
		{"RCPT TO:<a@b.test>", "250 2.1.5 <a@b.test> accepted", []string{"250", "2.1.5"}},
		{"STAT", "+OK 11 13848", []string{"+OK", "11", "13848"}},
		{"PASS x", "-ERR [AUTH] no", []string{"-ERR", "[AUTH]"}},
		{"", "220 mx.lab.test ESMTP ready", []string{"mx.lab.test"}},
		{"EHLO x", "250-mx.test\r\n250-SIZE 1000\r\n250 HELP", []string{"SIZE", "HELP"}},
	} {
		var out bytes.Buffer
		r := NewRenderer(&out, func() int { return 80 }, Look{Colour: true}, phrases.English)
		ctx, reply := explain.ContextAfter("", c.line, c.reply)
		r.Explain(ctx, reply)
		said, notes, _ := strings.Cut(out.String(), "│")
		assert.Equal(t, "S: "+strings.ReplaceAll(c.reply, "\r\n", "\nS: "), strings.TrimSpace(plainText(said)))
		for _, part := range c.parts {
			painted := colourOf(said, part)
			assert.NotEmpty(t, painted, "%s of %s", part, c.reply)
			if digits(part[:1]) && len(part) == 3 {
				part = part[:1] + "xx" // the notes take the code apart
			}
			assert.Equal(t, painted, colourOf(notes, part), "%s of %s", part, c.reply)
		}
	}
}

// colourOf returns the escape sequence right before a text.
func colourOf(screen, text string) string {
	at := strings.Index(screen, "m"+text)
	if at < 0 {
		return ""
	}
	return screen[strings.LastIndexByte(screen[:at], '\x1b') : at+1]
}

// TestContentIsNotColouredAsCodes: what a mail says is no reply.
func TestContentIsNotColouredAsCodes(t *testing.T) {
	var out bytes.Buffer
	r := NewRenderer(&out, func() int { return 80 }, Look{Colour: true}, phrases.English)
	r.SetLevel(lab.LevelOff)
	ctx := protocol.Context{Protocol: protocol.POP3, State: protocol.StateTransaction, Verb: "RETR", Line: "RETR 1", Args: "1"}
	for _, l := range []string{"+OK 20 octets", "250 fine", "+OK not a reply", "."} {
		r.Event(protocol.Event{Kind: protocol.KindLine, Raw: []byte(l), Context: ctx})
	}
	_, content, _ := strings.Cut(out.String(), "\n")
	assert.Equal(t, 3*2, strings.Count(content, "\x1b"), "only the S: of each line has a colour: %q", content)
}

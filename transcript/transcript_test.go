package transcript_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
	"maillab/transcript"
)

var update = flag.Bool("update", false, "write the golden files anew")

// told writes events down, one a line: what a reader of them goes by.
func told(events []protocol.Event) string {
	var b strings.Builder
	for _, e := range events {
		switch e.Kind {
		case protocol.KindConnected:
			fmt.Fprintf(&b, "== %s %s %s %s\n", e.Conn, e.Host, e.Port, e.Address)
		case protocol.KindClient:
			fmt.Fprintf(&b, "C: %s   [%s in %s]\n", e.Raw, e.Speech, e.Context.Label())
		case protocol.KindLine:
			fmt.Fprintf(&b, "S: %s\n", e.Raw)
		case protocol.KindReply:
			tls := ""
			if e.Context.TLS {
				tls = ", TLS"
			}
			fmt.Fprintf(&b, "   %s %s to %q %q, %d lines, whole %t, %s -> %s%s\n", e.Context.Protocol, e.Reply.Code, e.Context.Verb,
				e.Context.Line, len(e.Reply.Lines), e.Reply.Complete, e.Context.State, e.After.Label(), tls)
		case protocol.KindClosed:
			fmt.Fprintf(&b, "== closed: %s\n", e.Close)
		case protocol.KindNote:
			fmt.Fprintf(&b, "%-7s %s%s\n", e.Name, e.Raw, map[bool]string{true: "   [" + e.Arg + "]"}[e.Arg != ""])
		default:
			fmt.Fprintf(&b, "%s\n", e.Kind)
		}
	}
	return b.String()
}

func read(t *testing.T, text string, o transcript.Options) (transcript.Format, []protocol.Event) {
	t.Helper()
	var events []protocol.Event
	f, err := transcript.Read(strings.NewReader(text), o, func(e protocol.Event) { events = append(events, e) })
	require.NoError(t, err)
	return f, events
}

// TestTranscripts reads what programs have written, and compares the events with those written down.
func TestTranscripts(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			format, events := read(t, string(data), transcript.Options{})
			got := "format " + string(format) + "\n" + told(events)
			golden := strings.TrimSuffix(name, ".txt") + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
			// The same with the line endings of Windows, and when the format is given.
			again, same := read(t, strings.ReplaceAll(strings.ReplaceAll(string(data), "\r", ""), "\n", "\r\n"), transcript.Options{Format: format})
			assert.Equal(t, format, again)
			assert.Equal(t, told(events), told(same))
		})
	}
}

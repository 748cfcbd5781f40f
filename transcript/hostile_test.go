package transcript_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
	"maillab/transcript"
)

// TestSessions reads the recorded sessions of the shared corpus, where it is present: no line
// is left over, and every reply is whole.
func TestSessions(t *testing.T) {
	names, err := filepath.Glob("../../shared/corpus/sessions/*.txt")
	require.NoError(t, err)
	if len(names) == 0 {
		t.Skip("SKIPPED: the corpus is not here")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		format, events := read(t, string(data), transcript.Options{})
		assert.Equal(t, transcript.Marked, format, name)
		lines, replies := 0, 0
		for _, e := range events {
			switch e.Kind {
			case protocol.KindLine:
				lines++
			case protocol.KindReply:
				replies++
			case protocol.KindNote:
				assert.NotEqual(t, protocol.NoteUnknown, e.Name, "%s: %s", name, e.Raw)
			}
		}
		said := strings.Count("\n"+string(data), "\nS:")
		assert.Equal(t, said, lines, name)
		assert.Equal(t, said == 0, replies == 0, name)
	}
}

// TestSecretsAreMasked: no way of writing a conversation down lets a password through.
func TestSecretsAreMasked(t *testing.T) {
	secrets := []string{"hunter2", "aHVudGVyMg", "AGFsaWNlAGh1bnRlcjI", "secret2", "YWxpY2U", "Ym9iID", "DA7F2373EBB2"}
	names, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		_, events := read(t, string(data), transcript.Options{})
		for _, e := range events {
			clean := e.Redacted()
			seen := string(clean.Raw) + clean.Context.Line + clean.Context.Args + afterLine(clean)
			for _, s := range secrets {
				found[s] = found[s] || strings.Contains(string(e.Raw), s)
				assert.NotContains(t, seen, s, name)
			}
		}
	}
	for _, s := range secrets {
		assert.True(t, found[s], "no test data holds %s", s)
	}
	// Typed where none was due, misspelt, said to the wrong server, or before anybody has answered.
	for _, text := range []string{
		"S: 220 x ESMTP\nC: EHLO x\nS: 250 x\nC: aHVudGVyMg==\nS: 500 what\n",
		"S: +OK\nC: USER bob\nS: +OK\nC: PAS hunter2\nS: -ERR\n",
		"S: 220 x ESMTP\nC: PASS hunter2\nS: 500 what\n",
		"C: USER bob\nC: PASS hunter2\n# nothing came\nS: 220\n",
		"C: auth plain AGFsaWNlAGh1bnRlcjI=\nS: 220 late\n",
	} {
		_, events := read(t, text, transcript.Options{})
		for _, e := range events {
			clean := e.Redacted()
			for _, s := range secrets {
				assert.NotContains(t, string(clean.Raw)+clean.Context.Line+clean.Context.Args, s, text)
			}
		}
	}
}

// TestMemoryIsBounded: a client that is never answered, a line without end, a reply without end.
func TestMemoryIsBounded(t *testing.T) {
	for name, c := range map[string]struct{ start, again string }{
		"never answered":  {"S: 220 x\n", "C: NOOP\n"},
		"never greeted":   {"C: EHLO x\nS: ? \nS: 250 x\n", "C: NOOP\n"},
		"endless line":    {"S: 220 x\n", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		"endless bounce":  {"Diagnostic-Code: smtp; 550 no\n", " and so on and on and on\n"},
		"many recipients": {"Remote host said: 550 no\n", "\n<a@b.example>:\nRemote host said: 550 no more\n"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			in := io.MultiReader(strings.NewReader(c.start), io.LimitReader(&again{text: c.again}, 200<<10))
			_, err := transcript.Read(in, transcript.Options{}, func(e protocol.Event) {
				n++
				if len(e.Raw) > 64<<10 {
					t.Errorf("%d octets in one event", len(e.Raw))
				}
			})
			require.NoError(t, err)
			assert.NotZero(t, n)
		})
	}
}

// again is a reader of the same text for ever.
type again struct {
	text string
	at   int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.text[a.at:])
	a.at = (a.at + n) % len(a.text)
	return n, nil
}

func TestNothingRecognised(t *testing.T) {
	for _, text := range []string{"", "Dear Bob,\n\nhow are you?\n", "250 ok\n", "250-x\n250 y\n", "+OK 2 messages\n1 2\n2 3\n.\n"} {
		_, err := transcript.Read(strings.NewReader(text), transcript.Options{}, func(protocol.Event) {})
		assert.ErrorIs(t, err, transcript.ErrUnknownFormat, text)
	}
	_, err := transcript.Read(strings.NewReader("x"), transcript.Options{Format: "nonsense"}, func(protocol.Event) {})
	assert.ErrorIs(t, err, transcript.ErrUnknownFormat)
}

// TestUTF16 reads what Windows' terminals save.
func TestUTF16(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("\xff\xfe")
	for _, c := range []byte("S: 220 x ESMTP\r\nC: NOOP\r\nS: 250 ok\r\n") {
		b.Write([]byte{c, 0})
	}
	format, events := read(t, b.String(), transcript.Options{})
	assert.Equal(t, transcript.Marked, format)
	assert.Contains(t, told(events), `smtp 250 to "NOOP"`)
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txt")
	require.NoError(f, err)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add("", data)
	}
	for _, format := range transcript.Formats() {
		f.Add(string(format), []byte("S: 220 x\r\nC: \x00\xff\r\n>>> RCPT To:<a@b>\n<<< 550-\n<<< 550\nreply: b'\\xff'\n{\"kind\":\"line\",\"raw\":\"+OK\"}\n"))
	}
	f.Fuzz(func(t *testing.T, format string, text []byte) {
		raw := 0
		_, err := transcript.Read(bytes.NewReader(text), transcript.Options{Format: transcript.Format(format)}, func(e protocol.Event) {
			raw += len(e.Raw)
			e.Redacted()
			if e.Kind == protocol.KindReply && (e.Reply == nil || e.After == nil || len(e.Reply.Lines) == 0) {
				t.Errorf("a reply without its parts: %+v", e)
			}
		})
		if err == nil && raw > 8*len(text)+1000 {
			t.Errorf("%d octets became %d", len(text), raw)
		}
	})
}

func afterLine(e protocol.Event) string {
	if e.After == nil {
		return ""
	}
	return e.After.Line + e.After.Args
}

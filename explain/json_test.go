package explain_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/phrases"
	"maillab/protocol"
)

// The shapes that encoding/json writes: what AppendJSON must not differ from.
type spanShape struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  string `json:"kind"`
	EN    string `json:"en"`
	ZH    string `json:"zh"`
}

type rowShape struct {
	Label string `json:"label"`
	EN    string `json:"en"`
	ZH    string `json:"zh"`
	Depth int    `json:"depth"`
}

type sectionShape struct {
	Kind string     `json:"kind"`
	EN   string     `json:"en"`
	ZH   string     `json:"zh"`
	Rows []rowShape `json:"rows"`
}

type annotationShape struct {
	Protocol string         `json:"protocol"`
	Command  string         `json:"command"`
	Code     string         `json:"code"`
	Enhanced string         `json:"enhanced"`
	Class    string         `json:"class"`
	Severity string         `json:"severity"`
	Fields   map[string]any `json:"fields"`
	Spans    []spanShape    `json:"spans"`
	Digits   []spanShape    `json:"digits"`
	Summary  phrases.Text   `json:"summary"`
	Details  []phrases.Text `json:"details"`
	Causes   []phrases.Text `json:"causes"`
	Notices  []noticeShape  `json:"notices"`
	Sections []sectionShape `json:"sections"`
	Next     []string       `json:"next"`
	Ref      string         `json:"ref"`
	Topic    string         `json:"topic"`
}

type noticeShape struct {
	Kind string `json:"kind"`
	EN   string `json:"en"`
	ZH   string `json:"zh"`
}

// byReflection is the annotation's JSON as encoding/json makes it.
func byReflection(t *testing.T, a explain.Annotation) string {
	t.Helper()
	shapes := func(spans []explain.Span) []spanShape {
		out := make([]spanShape, len(spans))
		for i, s := range spans {
			out[i] = spanShape{s.Start, s.End, s.Kind, s.Text.EN, s.Text.ZH}
		}
		return out
	}
	out := annotationShape{
		Protocol: a.Protocol, Command: a.Command, Code: a.Code, Enhanced: a.Enhanced, Class: a.Class,
		Severity: a.Severity, Fields: a.Fields, Spans: shapes(a.Spans), Digits: shapes(a.Digits),
		Summary: a.Summary, Details: a.Details, Causes: []phrases.Text{}, Notices: []noticeShape{}, Sections: []sectionShape{},
		Next: []string{}, Ref: a.Ref, Topic: a.Topic,
	}
	if out.Fields == nil {
		out.Fields = map[string]any{}
	}
	if out.Details == nil {
		out.Details = []phrases.Text{}
	}
	for _, s := range a.Sections {
		rows := []rowShape{}
		for _, r := range s.Rows {
			rows = append(rows, rowShape{r.Label, r.Text.EN, r.Text.ZH, r.Depth})
		}
		out.Sections = append(out.Sections, sectionShape{s.Kind, s.Title.EN, s.Title.ZH, rows})
	}
	out.Causes = append(out.Causes, a.Causes...)
	for _, n := range a.Notices {
		out.Notices = append(out.Notices, noticeShape{n.Kind, n.Text.EN, n.Text.ZH})
	}
	for _, n := range a.Next {
		out.Next = append(out.Next, n.Line)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(out))
	var safe []byte
	for in := bytes.TrimRight(b.Bytes(), "\n"); len(in) > 0; {
		r, n := utf8.DecodeRune(in)
		switch hidden := r == '\t' || !phrases.Harmless(r); {
		case hidden && r <= 0xffff:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		case !hidden:
			safe = append(safe, in[:n]...)
		}
		in = in[n:]
	}
	return string(safe)
}

func assertSameJSON(t *testing.T, a explain.Annotation) {
	t.Helper()
	got, err := a.AppendJSON([]byte("before "))
	require.NoError(t, err)
	assert.Equal(t, "before "+byReflection(t, a), string(got))
}

// TestJSONOfCorpus: the quick writer and encoding/json agree to the octet.
func TestJSONOfCorpus(t *testing.T) {
	list := readSamples(t, "testdata/replies.jsonl")
	if _, err := os.Stat("../../shared/corpus/replies.jsonl"); err == nil {
		list = append(list, readSamples(t, "../../shared/corpus/replies.jsonl")...)
	}
	for _, s := range list {
		ctx, r := explain.ContextAfter(protocol.Protocol(s.Protocol), s.Command, s.raw(t))
		assertSameJSON(t, explain.Reply(ctx, r))
	}
}

// TestJSONOfEveryOctet puts every octet at every place among plain ones.
func TestJSONOfEveryOctet(t *testing.T) {
	for c := range 256 {
		for at := range 19 {
			s := []byte("abcdefghijklmnopqrs")
			s[at] = byte(c)
			assertSameJSON(t, explain.Annotation{Ref: string(s)})
		}
	}
}

func TestJSONOfOddValues(t *testing.T) {
	odd := "\"\\\b\f\n\r\t\x00\x1f\x7f<>&\u0080\u2028\u2029\u202e\u200b\ufeff\ufffd\xff\xe4\xbd\u4f60\u3000\ucfff\ud7a3\ue000\U000e0041\U0001f600'"
	text := phrases.Text{EN: odd, ZH: odd + odd}
	a := explain.Annotation{
		Protocol: odd, Command: odd, Code: odd, Enhanced: odd, Class: odd, Severity: odd, Ref: odd, Topic: odd,
		Fields: map[string]any{
			"s": odd, odd: 1, "nil": nil, "t": true, "f": false, "n": -7, "list": []string{odd, ""}, "empty": []string{}, "none": []string(nil),
			"pairs": [][2]any{{1, odd}, {2, 3}}, "map": map[string]any{"b": odd, "a": 1.5}, "float": 2.25, "int64": int64(9), "text": text,
		},
		Spans: []explain.Span{{1, 2, odd, text}, {3, 400, "x", text}}, Digits: []explain.Span{{Text: text}},
		Summary: text, Details: []phrases.Text{text, {}}, Causes: []phrases.Text{text}, Notices: []explain.Notice{{Kind: odd, Text: text}},
		Sections: []explain.Section{{odd, text, []explain.Row{{odd, text, 1}, {}}}, {}}, Next: []explain.Next{{Line: odd}, {Line: "QUIT"}},
	}
	assertSameJSON(t, a)
	assertSameJSON(t, explain.Annotation{})
	a.Fields = map[string]any{"bad": func() {}}
	_, err := a.AppendJSON(nil)
	assert.ErrorContains(t, err, "bad")
}

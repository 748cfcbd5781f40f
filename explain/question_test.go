package explain

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// questionLines are lines as programs write them, and as they should not be.
var questionLines = []string{
	`{"protocol":"smtp","command":"RCPT TO:<a@b>","reply":"250 2.1.5 Ok"}`,
	` { "reply" : "+OK\r\n1 2\r\n." , "protocol" : "pop3", "command" : "LIST" } `,
	`{"reply":"535 \u767b\u5f55\u5931\u8d25 \"\\\/\b\f\t\u0000"}`,
	`{"reply":"550 你好 \ud83d\ude00"}`, `{"reply":"\ud83d"}`, `{"reply":"\udc00x"}`, "{\"reply\":\"\xff\xc4\xfa\"}", "{\"reply\":\"\\n\xff\"}",
	`{"id":"a#1","facts":{"code":null,"list":[1,20,{"x":true},[],{}],"y":false},"reply":"250 ok","n":-1.5e3}`,
	`{"Reply":"250 ok","COMMAND":"NOOP"}`, `{"reply":"1","reply":"2","reply":null}`, `{"reply":""}`, `{}`, `{"rep\u006cy":"250 x"}`,
	``, `null`, `[]`, `"x"`, `{`, `{"reply"}`, `{"reply":}`, `{"reply":"x"`, `{"reply":"x",}`, `{"reply":"x"} x`, `{"reply":"x"}}`, `{,}`,
	`{"reply":1}`, `{"reply":["x"]}`, `{"x":01}`, `{"x":1.}`, `{"x":tru}`, `{"x":[1,]}`, `{"x":{1:2}}`, `{"x":[1 2]}`, `{"x":"\x"}`, `{"x":"\u12"}`,
	"{\"reply\":\"a\nb\"}", "{\"reply\":\"\\na\tb\"}", `{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `,"reply":"250 x"}`,
	`{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`,
}

func assertSameQuestion(t *testing.T, line []byte) {
	t.Helper()
	var want Question
	wantErr := json.Unmarshal(line, &want)
	got, err := parseQuestion(line)
	assert.Equal(t, wantErr == nil, err == nil, "%q", line)
	if wantErr == nil {
		assert.Equal(t, want, got, "%q", line)
	}
}

// TestQuestionsAreReadAsJSON: what the quick reader takes, encoding/json takes, as the same.
func TestQuestionsAreReadAsJSON(t *testing.T) {
	for _, line := range questionLines {
		assertSameQuestion(t, []byte(line))
	}
	f, err := os.Open("testdata/replies.jsonl")
	require.NoError(t, err)
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		assertSameQuestion(t, in.Bytes())
		s := scanner{in: in.Bytes()}
		_, quick := s.question()
		assert.True(t, quick, "not read quickly: %s", in.Bytes())
	}
	require.NoError(t, in.Err())
}

func TestAnswers(t *testing.T) {
	for line, want := range map[string]string{
		`{"command":"NOOP","reply":"250 ok"}`: `"class":"noop"`,
		`{"protocol":"SMTP","reply":"220 x"}`: `"class":"greeting"`,
		`{"protocol":"imap","reply":"* OK"}`:  `{"error":"unknown protocol"}`,
		`{"reply":1}`:                         `{"error":"json: cannot unmarshal number`,
		"\x1b":                                `{"error":"invalid character '\\x1b'`,
	} {
		got, err := AppendAnswer([]byte("> "), []byte(line))
		assert.True(t, strings.HasPrefix(string(got), "> {"), line)
		assert.Contains(t, string(got), want, line)
		assert.Equal(t, strings.Contains(want, "error"), err != nil, line)
	}
}

// TestBulkRemembersRightly: the answers are the same however often and in whatever order the questions come.
func TestBulkRemembersRightly(t *testing.T) {
	data, err := os.ReadFile("testdata/replies.jsonl")
	require.NoError(t, err)
	lines := bytes.Split(data, []byte("\n"))
	for _, line := range questionLines {
		lines = append(lines, []byte(line))
	}
	var bulk Bulk
	for range 3 {
		for i, line := range lines {
			for _, line := range [][]byte{line, lines[i/2], fmt.Appendf(nil, `{"reply":"250 %d"}`, i*i)} {
				want, wantErr := AppendAnswer(nil, line)
				got, err := bulk.AppendAnswer([]byte("> "), line)
				assert.Equal(t, "> "+string(want), string(got))
				assert.Equal(t, wantErr, err)
			}
		}
	}
}

func FuzzQuestion(f *testing.F) {
	for _, line := range questionLines {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) { assertSameQuestion(t, line) })
}

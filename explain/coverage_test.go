package explain

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/phrases"
	"maillab/protocol"
)

// testLine is a reply from the test data, whatever file it stands in.
type testLine struct{ protocol, command, reply string }

// testLines collects the replies of testdata: recorded ones, worded ones, and
// those written for one entry each.
func testLines(t *testing.T) []testLine {
	t.Helper()
	var list []testLine
	f, err := os.Open("testdata/replies.jsonl")
	require.NoError(t, err)
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var s struct{ Protocol, Command, Reply string }
		require.NoError(t, json.Unmarshal(in.Bytes(), &s))
		list = append(list, testLine{s.Protocol, s.Command, s.Reply})
	}
	require.NoError(t, in.Err())
	for _, name := range []string{"testdata/wordings.tsv"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
			if col := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") {
				list = append(list, testLine{col[0], col[1], strings.ReplaceAll(col[2], `\n`, "\r\n")})
			}
		}
	}
	return list
}

// TestEveryRuleHasALine: each rule is the one that some reply of the test data meets.
func TestEveryRuleHasALine(t *testing.T) {
	met := map[*rule]bool{}
	for _, l := range testLines(t) {
		ctx, reply := ContextAfter(protocol.Protocol(l.protocol), l.command, l.reply)
		var v view
		v.read(ctx, reply)
		v.classify()
		met[v.known] = true
	}
	for i := range loadRules().rules {
		r := &loadRules().rules[i]
		assert.True(t, met[r], "rule %d (%s) has no test line: %q", i+1, r.Class, r.Match)
	}
}

// entryLine is a reply written for one entry of the knowledge.
type entryLine struct {
	shelf, key string
	testLine
}

func entryLines(t *testing.T) []entryLine {
	t.Helper()
	data, err := os.ReadFile("testdata/entries.tsv")
	require.NoError(t, err)
	var list []entryLine
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if col := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") {
			require.Len(t, col, 6, line)
			require.NotEmpty(t, col[5], "no source: %s", line)
			list = append(list, entryLine{col[0], col[1], testLine{col[2], col[3], strings.ReplaceAll(col[4], `\n`, "\r\n")}})
		}
	}
	return list
}

// TestEveryEntryHasALine: each entry of the registries has a reply in which it
// is met, and the explanation says in both languages what the entry says.
func TestEveryEntryHasALine(t *testing.T) {
	kept := map[string]*shelf{
		"enhanced": shelfEnhanced, "keywords": shelfKeywords, "capa": shelfCapa, "mechanisms": shelfMechanisms,
		"respcodes": shelfRespCodes, "terms": shelfTerms, "codes": shelfCodes,
	}
	met := map[string]bool{}
	for _, l := range entryLines(t) {
		r := kept[l.shelf].get(l.key)
		require.NotNil(t, r, "%s has no entry %s", l.shelf, l.key)
		met[l.shelf+" "+l.key] = true
		a := Reply(ContextAfter(protocol.Protocol(l.protocol), l.command, l.reply))
		said := a.Summary
		for _, s := range append(a.Spans, a.Digits...) {
			said.EN, said.ZH = said.EN+"\n"+s.Text.EN, said.ZH+"\n"+s.Text.ZH
		}
		for _, d := range a.Details {
			said.EN, said.ZH = said.EN+"\n"+d.EN, said.ZH+"\n"+d.ZH
		}
		assert.Contains(t, said.EN, r.EN, "%s [%s]: %s", l.shelf, l.key, l.reply)
		assert.Contains(t, said.ZH, r.ZH, "%s [%s]: %s", l.shelf, l.key, l.reply)
	}
	for name, s := range kept {
		for key := range s.entries() {
			if name == "terms" && !strings.HasPrefix(key, "subcode.") && !strings.HasPrefix(key, "software.") {
				continue // no part of a reply
			}
			assert.True(t, met[name+" "+key], "%s [%s] has no test line", name, key)
		}
	}
}

// TestEveryClassOfRefusalHasCauses: causes are there for each class that a rule
// or a code gives to a refusal, and some reply of the test data meets each list.
func TestEveryClassOfRefusalHasCauses(t *testing.T) {
	lists := loadCauses()
	for _, r := range loadRules().rules {
		if r.Severity == Success || r.Class == "data-continue" || r.Class == "help" {
			continue
		}
		assert.NotNil(t, lists[r.Class], r.Class)
	}
	met := map[*phrases.Text]bool{}
	for _, l := range testLines(t) {
		a := Reply(ContextAfter(protocol.Protocol(l.protocol), l.command, l.reply))
		if len(a.Causes) > 0 {
			met[&a.Causes[0]] = true
		}
	}
	for key, l := range lists {
		class, _, _ := strings.Cut(strings.TrimPrefix(key, "pop3."), ".")
		assert.NotNil(t, shelfClasses.get(class), key)
		if strings.HasSuffix(key, loggedIn) || strings.HasSuffix(key, marked) {
			continue // TestAfterTheLogin, TestAdvice; a line alone does not tell who has logged in, and what is marked
		}
		assert.True(t, met[&l.Cause[0]], "causes.toml [%s] has no test line", key)
		for _, c := range l.Cause {
			assert.Regexp(t, `\p{Han}`, c.ZH, key)
		}
	}
	for text, want := range map[string]string{
		"[a]\nref = \"r\"\n": "c.toml:1: [a] lacks cause",
		"[a]\nref = \"r\"\ncause = [{ en = \"x\", zh = \"\" }]\n":              "c.toml:1: [a] lacks zh",
		"[a]\ncause = [{ en = \"x\", zh = \"y\" }]\n":                          "c.toml:1: [a] lacks ref",
		"[a]\nref = \"r\"\ncause = [{ en = \"x\", zh = \"y\", cn = \"z\" }]\n": "c.toml:3:32: unknown key a.cn",
	} {
		_, err := parseCauses("c.toml", []byte(text))
		assert.EqualError(t, err, want)
	}
}

// TestContradictionsAreNoticed: what in a reply contradicts itself, the command
// or the protocol has a name for scripts.
func TestContradictionsAreNoticed(t *testing.T) {
	for _, c := range []struct{ protocol, line, reply, kind string }{
		{"smtp", "RCPT TO:<a@b.test>", "450 5.1.1 User unknown", "class-mismatch"},
		{"smtp", "NOOP", "354 Go ahead", "unlisted-code"},
		{"smtp", "EHLO x", "250-mail.lab.test\r\n250-SIZE 100", "incomplete"},
		{"smtp", "EHLO x", "250-mail.lab.test\r\n251 SIZE 100", "mixed-codes"},
		{"pop3", "", "+OK ready <12345>", "no-timestamp"},
		{"smtp", "RCPT TO:<a@b.test>", "550 5.1.1 Mailbox full", "enhanced-words"},
		{"smtp", "mailfrom:<a@b>", "221 2.7.0 Error: I can break rules, too. Goodbye.", "misleading-code"},
		{"smtp", "RCPT TO:<a@b.test>", "550 5.1.1 User unknown", ""},
	} {
		a := Reply(ContextAfter(protocol.Protocol(c.protocol), c.line, c.reply))
		var kinds []string
		for _, n := range a.Notices {
			kinds = append(kinds, n.Kind)
			assert.Contains(t, a.Details, n.Text)
		}
		if c.kind == "" {
			assert.Empty(t, kinds, c.reply)
			continue
		}
		assert.Contains(t, kinds, c.kind, c.reply)
	}
}

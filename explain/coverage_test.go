package explain

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		"respcodes": shelfRespCodes, "terms": shelfTerms,
	}
	met := map[string]bool{}
	for _, l := range entryLines(t) {
		r := kept[l.shelf].get(l.key)
		require.NotNil(t, r, "%s has no entry %s", l.shelf, l.key)
		met[l.shelf+" "+l.key] = true
		a := Reply(ContextAfter(protocol.Protocol(l.protocol), l.command, l.reply))
		said := a.Summary
		for _, s := range a.Spans {
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

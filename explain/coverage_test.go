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

package explain_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/protocol"
)

// sample is one reply of a real server with the facts that its explanation must hold.
type sample struct {
	ID       string `json:"id"`
	Protocol string `json:"protocol"`
	Command  string `json:"command"`
	Reply    string `json:"reply"`
	RawHex   string `json:"raw_hex"`
	Source   string `json:"source"`
	Facts    struct {
		Code      string         `json:"code"`
		Enhanced  string         `json:"enhanced"`
		Class     string         `json:"class"`
		Extracted map[string]any `json:"extracted"`
		Closes    bool           `json:"closes"`
	} `json:"facts"`
}

func (s sample) raw(t *testing.T) string {
	if s.RawHex == "" {
		return s.Reply
	}
	b, err := hex.DecodeString(s.RawHex)
	require.NoError(t, err)
	return string(b)
}

func readSamples(t *testing.T, path string) []sample {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("SKIPPED: the corpus is not here: %v", err)
	}
	defer f.Close()
	var list []sample
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var s sample
		require.NoError(t, json.Unmarshal(in.Bytes(), &s), in.Text())
		list = append(list, s)
	}
	require.NoError(t, in.Err())
	return list
}

// misses lists what an explanation of the sample lacks, through its JSON as scripts read it.
func (s sample) misses(t *testing.T) []string {
	ctx, reply := explain.ContextAfter(protocol.Protocol(s.Protocol), s.Command, s.raw(t))
	data, err := json.Marshal(explain.Reply(ctx, reply))
	require.NoError(t, err, s.ID)
	var got struct {
		Code, Enhanced, Class string
		Fields                map[string]any
	}
	require.NoError(t, json.Unmarshal(data, &got), s.ID)
	var miss []string
	check := func(what string, want, have any) {
		if !reflect.DeepEqual(want, have) {
			w, _ := json.Marshal(want)
			h, _ := json.Marshal(have)
			miss = append(miss, what+": want "+string(w)+", have "+string(h))
		}
	}
	check("code", s.Facts.Code, got.Code)
	check("enhanced", s.Facts.Enhanced, got.Enhanced)
	check("class", s.Facts.Class, got.Class)
	for k, want := range s.Facts.Extracted {
		check(k, want, got.Fields[k])
	}
	if s.Facts.Closes {
		check("closes", true, got.Fields["closes"])
	}
	return miss
}

// TestCorpus explains what real servers said, where the shared corpus is present.
func TestCorpus(t *testing.T) {
	right := 0
	list := readSamples(t, "../../shared/corpus/replies.jsonl")
	for _, s := range list {
		miss := s.misses(t)
		if len(miss) == 0 {
			right++
		}
		assert.Empty(t, miss, "%s: %q -> %q", s.ID, s.Command, s.Reply)
	}
	t.Logf("%d of %d replies explained with all facts", right, len(list))
}

// TestReplies is the same on the project's own part of the corpus, one reply of
// each class from each server, which is always here.
func TestReplies(t *testing.T) {
	list := readSamples(t, "testdata/replies.jsonl")
	require.NotEmpty(t, list)
	for _, s := range list {
		assert.Empty(t, s.misses(t), "%s: %q -> %q", s.ID, s.Command, s.Reply)
		assert.NotEmpty(t, s.Source, s.ID)
	}
}

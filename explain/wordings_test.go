package explain_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/explain"
	"maillab/protocol"
)

// wording is one line of wordings.tsv: a reply as programs and providers word
// it, with its facts and where it was found. Addresses in them were replaced.
type wording struct {
	protocol, command, reply, enhanced, class, fields, source string
}

func readWordings(t *testing.T) []wording {
	t.Helper()
	data, err := os.ReadFile("testdata/wordings.tsv")
	require.NoError(t, err)
	var list []wording
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		col := strings.Split(line, "\t")
		require.Len(t, col, 7, line)
		require.NotEmpty(t, col[6], "no source: %s", line)
		reply := strings.ReplaceAll(col[2], `\n`, "\r\n")
		list = append(list, wording{col[0], col[1], reply, col[3], col[4], col[5], col[6]})
	}
	return list
}

// TestWordings explains what programs and providers say, by their sources and
// help pages: code, enhanced code, class and fields.
func TestWordings(t *testing.T) {
	list := readWordings(t)
	require.Greater(t, len(list), 1500)
	for _, w := range list {
		ctx, reply := explain.ContextAfter(protocol.Protocol(w.protocol), w.command, w.reply)
		a := explain.Reply(ctx, reply)
		where := w.command + " -> " + w.reply
		assert.True(t, a.Code == "" || strings.HasPrefix(w.reply, a.Code), where)
		assert.Equal(t, w.enhanced, a.Enhanced, where)
		assert.Equal(t, w.class, a.Class, where)
		assertFields(t, w.fields, a, where)
		assertTexts(t, a, where)
		assertSpans(t, a, explain.Raw(reply))
	}
}

// assertFields compares values as scripts read them, through JSON.
func assertFields(t *testing.T, want string, a explain.Annotation, where string) {
	t.Helper()
	data, err := json.Marshal(a)
	require.NoError(t, err)
	var got struct{ Fields map[string]any }
	var fields map[string]any
	require.NoError(t, json.Unmarshal(data, &got))
	require.NoError(t, json.Unmarshal([]byte(want), &fields), where)
	for name, value := range fields {
		assert.Equal(t, value, got.Fields[name], "%s: field %s", where, name)
	}
}

package phrases_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/phrases"
)

func load(t *testing.T, text string) (*phrases.Catalog, error) {
	t.Helper()
	return phrases.Load(fstest.MapFS{"a.toml": {Data: []byte(text)}}, "*.toml")
}

func TestTextsAreFilledOnce(t *testing.T) {
	c, err := load(t, "[k]\nen = \"to {who} at {where}\"\nzh = \"在{where}给{who}\"\n")
	require.NoError(t, err)
	got := c.Text("k", phrases.Args{"who": "{where}", "where": "home"})
	assert.Equal(t, "to {where} at home", got.In(phrases.English))
	assert.Equal(t, "在home给{where}", got.In(phrases.Chinese))
	assert.Equal(t, []string{"where", "who"}, phrases.Text{EN: "{who} {where}"}.Places())
	assert.Equal(t, "«nokey»", c.Text("nokey", nil).EN)
}

func TestLoadIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"language missing": {"[k]\nen = \"x\"\n", "lacks a language"},
		"misspelt field":   {"[k]\nen = \"x\"\nzh = \"y\"\ncn = \"z\"\n", "a.toml:4:1: unknown key k.cn"},
		"bad toml":         {"[k]\nen = x\n", "a.toml:2:"},
		"twice":            {"[k]\nen = \"x\"\nzh = \"y\"\n[k]\nen = \"x\"\n", "a.toml:4:"},
	} {
		_, err := load(t, c.text)
		assert.ErrorContains(t, err, c.want, name)
	}
}

func TestParseLang(t *testing.T) {
	for in, want := range map[string]phrases.Lang{"zh": "zh", "zh_CN.UTF-8": "zh", "中文": "zh", "en-US": "en", "EN": "en"} {
		got, ok := phrases.ParseLang(in)
		assert.True(t, ok, in)
		assert.Equal(t, want, got, in)
	}
	_, ok := phrases.ParseLang("C.UTF-8")
	assert.False(t, ok)
}

// A list is written as each language does, wherever it is put.
func TestListsInEachLanguage(t *testing.T) {
	c, err := load(t, "[k]\nen = \"There are: {names}.\"\nzh = \"有：{names}。\"\n")
	require.NoError(t, err)
	got := c.Text("k", phrases.Args{"names": phrases.List([]string{"a", "b", "c"})})
	assert.Equal(t, phrases.Text{EN: "There are: a, b, c.", ZH: "有：a、b、c。"}, got)
	assert.Equal(t, "有：。", c.Text("k", phrases.Args{"names": phrases.List(nil)}).ZH)
	assert.Equal(t, phrases.Text{EN: "a, b", ZH: "a、b"}, phrases.Listed([]string{"a", "b"}))
	assert.NotContains(t, phrases.Clean("a\x1fb"), "\x1f", "only a List has it")
}

package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"maillab/protocol"
)

// TestKnowledgeIsWhole: every file loads strictly, every entry has both
// languages with the same places, and a reference.
func TestKnowledgeIsWhole(t *testing.T) {
	files, err := knowledgeFiles.ReadDir("knowledge")
	require.NoError(t, err)
	assert.Len(t, files, len(shelves)+2, "a data file without a shelf")
	for _, s := range shelves {
		for key, r := range s.entries() {
			en, zh := placesOf(r.EN), placesOf(r.ZH)
			assert.ElementsMatch(t, en, zh, "%s [%s]: places differ", s.file, key)
			assert.Regexp(t, `\p{Han}|^[\x00-\x7f：]+$`, r.ZH, "%s [%s]", s.file, key)
			assert.NotRegexp(t, `\p{Han}`, strings.ReplaceAll(r.EN, "授权码", ""), "%s [%s]", s.file, key)
			assert.NotContains(t, r.ZH, ", ", "%s [%s]: Chinese punctuation", s.file, key)
		}
	}
	assert.NotEmpty(t, loadRules().rules)
	for i, r := range loadRules().rules {
		assert.NotNil(t, shelfClasses.get(r.Class), "rule %d: class %s has no words", i+1, r.Class)
	}
}

var places = regexp.MustCompile(`\{[a-z]+\}`)

func placesOf(s string) []string {
	seen := map[string]bool{}
	for _, p := range places.FindAllString(s, -1) {
		seen[p] = true
	}
	out := []string{}
	for p := range seen {
		out = append(out, p)
	}
	return out
}

func TestDamagedKnowledgeIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"[a]\nen = \"x\"\nzh = \"y\"\nref = \"RFC 1\"\n[b]\nen = \"x\"\nref = \"RFC 1\"\n": "a.toml:5: [b] lacks zh",
		"[\"a\"]\nzh = \"x\"\nref = \"RFC 1\"\n":                                           "a.toml:1: [a] lacks en",
		"[a]\nen = \"x\"\nzh = \"y\"\n":                                                    "a.toml:1: [a] lacks ref",
		"[a]\nen = \"x\"\nzh = \"y\"\nref = \"r\"\ncn = \"z\"\n":                           "a.toml:5:1: unknown key a.cn",
		"[a]\nen = \"x\"\nzh = \"y\"\nref = \"r\"\ntitle = { en = \"t\", zh = \"\" }\n":    "a.toml:1: [a] lacks zh",
	} {
		_, err := parseShelf("a.toml", []byte(text))
		assert.EqualError(t, err, want)
	}
	for text, want := range map[string]string{
		"[[rule]]\nmatch = [\"x\"]\nclass = \"ok\"\nref = \"r\"\n\n[[rule]]\nmatch = [\"x\"]\nclass = \"ok\"\n": "r.toml:6: rule 2 lacks ref",
		"[[rule]]\nmatch = [\"X\"]\nclass = \"ok\"\nref = \"r\"\n":                                              "r.toml:1: rule 1 lacks a phrase that begins with a word in lower case",
		"[[rule]]\nmatch = [\"x\"]\nref = \"r\"\n":                                                              "r.toml:1: rule 1 lacks class",
		"[[rule]]\nmatch = [\"x\"]\nclass = \"ok\"\nref = \"r\"\nen = \"x\"\n":                                  "r.toml:1: rule 1 lacks zh",
	} {
		_, err := parseRules("r.toml", []byte(text))
		assert.EqualError(t, err, want)
	}
}

// TestNoOrphanTexts: every key that code asks for is there, and every key of
// texts.toml and notices.toml is asked for.
func TestNoOrphanTexts(t *testing.T) {
	literals, prefixes := sourceStrings(t)
	used := func(key string) bool {
		if literals[key] {
			return true
		}
		for p := range prefixes {
			if strings.HasPrefix(key, p) && p != "span." {
				return true
			}
		}
		return literals[strings.TrimPrefix(key, "span.")]
	}
	for _, s := range []*shelf{shelfTexts, shelfNotices} {
		for key := range s.entries() {
			assert.True(t, used(key), "%s [%s] is used nowhere", s.file, key)
		}
	}
}

// sourceStrings collects the string literals of the package's sources, and
// those that a value is appended to.
func sourceStrings(t *testing.T) (literals, prefixes map[string]bool) {
	literals, prefixes = map[string]bool{}, map[string]bool{}
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				literals[s] = true
				if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "-") {
					prefixes[s] = true
				}
			}
			return true
		})
	}
	return literals, prefixes
}

// TestEveryKeyInCodeExists: what say and notice are called with stands in a file.
func TestEveryKeyInCodeExists(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	call := regexp.MustCompile(`\b(say|notice|risk)\("([a-z0-9.\-]+)"[,)]`)
	kind := regexp.MustCompile(`\b(?:spanAt|spanOf)\([^"\n]*"([a-z\-]+)"`)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		src, err := os.ReadFile(f.Name())
		require.NoError(t, err)
		for _, m := range call.FindAllStringSubmatch(string(src), -1) {
			s := shelfTexts
			if m[1] != "say" {
				s = shelfNotices
			}
			assert.NotNil(t, s.get(m[2]), "%s: %s", f.Name(), m[2])
		}
		for _, m := range kind.FindAllStringSubmatch(string(src), -1) {
			if m[1] == "value" {
				continue
			}
			assert.NotNil(t, shelfTexts.get("span."+m[1]), "%s: span.%s", f.Name(), m[1])
		}
	}
}

// TestEveryReasonHasWords reads the reasons from the protocol's source, so that
// a new one cannot be forgotten here.
func TestEveryReasonHasWords(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), "../protocol/fault.go", nil, 0)
	require.NoError(t, err)
	n := 0
	ast.Inspect(tree, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || spec.Type == nil {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != "Reason" {
			return true
		}
		reason, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		assert.NotNil(t, shelfNotices.get("reason."+reason), reason)
		n++
		return true
	})
	assert.Greater(t, n, 20)
}

// TestTableIsCovered: every row has words, every state a name, and every reply
// that the tables list is known.
func TestTableIsCovered(t *testing.T) {
	for _, p := range []protocol.Protocol{protocol.SMTP, protocol.POP3} {
		table := protocol.TableOf(p)
		for i := range table.Rows {
			row := &table.Rows[i]
			_, ok := Verb(p, row.Verb)
			assert.True(t, ok, "%s %s has no words", p, row.Verb)
			for _, a := range append(append([]protocol.Answer{}, row.Answers...), table.Anywhere...) {
				r, _ := codeRecord(p, a.Code, row.Verb)
				assert.NotNil(t, r, "%s %s after %s", p, a.Code, row.Verb)
			}
			if row.Keyword != "" && p == protocol.SMTP {
				assert.NotNil(t, shelfKeywords.get(row.Keyword), row.Keyword)
			}
		}
		for _, s := range table.States {
			name := StateName(p, string(s))
			assert.NotEqual(t, name.EN+"!", string(s)+"!x", "%s", s)
			assert.Regexp(t, `\p{Han}`, name.ZH, "%s %s", p, s)
		}
	}
	assert.Regexp(t, `\p{Han}`, StateName(protocol.SMTP, "authenticated").ZH)
}

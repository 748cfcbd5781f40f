package lessons

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The lists here hold every name that package protocol defines, no more and no less.
func TestVocabularyIsProtocols(t *testing.T) {
	for _, c := range []struct {
		file, typ string
		names     []string
	}{
		{"event.go", "Kind", kinds},
		{"event.go", "Close", closes},
		{"utterance.go", "Speech", speeches},
		{"fault.go", "Reason", reasons},
	} {
		assert.ElementsMatch(t, constants(t, "../protocol/"+c.file, c.typ), c.names, c.typ)
	}
}

// constants reads the values of the constants of a string type from a source file.
func constants(t *testing.T, file, typ string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != typ {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				s, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				out = append(out, s)
			}
		}
		return true
	})
	require.NotEmpty(t, out)
	return out
}

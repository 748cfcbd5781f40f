// Package house holds the rules of the house as a test: which room may import
// which, and where a library or a sentence may stand. docs/architecture.md says
// the same in words.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "maillab/"

// file is one Go file outside tests.
type file struct {
	path    string // from the root, with slashes
	room    string // its folder
	imports []string
	ast     *ast.File
}

func files(t *testing.T) []file {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "go.mod"))
	var out []file
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, data, 0)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		f := file{path: rel, room: filepath.ToSlash(filepath.Dir(rel)), ast: parsed}
		for _, i := range parsed.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			f.imports = append(f.imports, p)
		}
		out = append(out, f)
		return nil
	})
	require.NoError(t, err)
	return out
}

// layers: a room may import rooms of lower layers only.
var layers = map[string]int{
	"protocol": 1, "phrases": 1, "mockserver/maildir": 1, "mailfile": 1, "explain/mail": 1,
	"session": 2, "mockserver": 2, "lessons": 2, "explain": 2, "transcript": 2,
	"lab": 3, "capture": 3, "observe": 3,
	"terminal/editor": 4, "terminal": 5,
	"cmd/maillab": 6,
	// Not rooms of the program: they may look at everything.
	"internal/reference": 9, "internal/measure": 9,
}

func TestArrowsGoDownward(t *testing.T) {
	for _, f := range files(t) {
		layer, known := layers[f.room]
		if !known {
			t.Errorf("%s: a new room needs its layer here and in docs/architecture.md", f.path)
			continue
		}
		for _, i := range f.imports {
			room, ours := strings.CutPrefix(i, module)
			if ours && layers[room] >= layer {
				t.Errorf("%s (layer %d) imports %s (layer %d): arrows go downward, never sideways", f.path, layer, room, layers[room])
			}
		}
	}
}

// forbidden arrows, each with its reason.
var forbidden = []struct{ room, imports, reason string }{
	{"protocol", "net", "the tables know no network; session and mockserver do"},
	{"protocol", "os", "the tables know no files"},
	{"protocol", module, "the tables are below everything"},
	{"protocol", ".", "the tables use the standard library alone"},
	{"session", module + "mockserver", "client and lab meet on a socket only, so that a real server is the same to the client"},
	{"mockserver", module + "session", "the same, from the other end"},
	{"lessons", module + "session", "a lesson judges events, wherever they come from"},
	{"lessons", module + "mockserver", "a lesson judges events, wherever they come from"},
	{"explain", module + "lessons", "an explanation depends on context and line alone"},
	{"transcript", "os", "a transcript is read from an io.Reader"},
	{"transcript", "net", "a transcript is read from an io.Reader"},
	{"explain/mail", "os", "a mail is read from its lines"},
	{"explain/mail", "net", "a mail is read from its lines"},
	{"explain/mail", module, "it has no words and no tables of ours"},
	{"capture", module + "lab", "a capture becomes events; it knows no shell"},
	{"explain", "os", "an explanation has no I/O"},
	{"explain", "net", "an explanation has no I/O"},
}

func TestForbiddenArrows(t *testing.T) {
	for _, f := range files(t) {
		for _, rule := range forbidden {
			if f.room != rule.room {
				continue
			}
			for _, i := range f.imports {
				outside := rule.imports == "." && strings.Contains(strings.SplitN(i, "/", 2)[0], ".")
				prefix := rule.imports != "." && (i == rule.imports || strings.HasPrefix(i, rule.imports) && strings.HasSuffix(rule.imports, "/"))
				assert.False(t, outside || prefix, "%s imports %s: %s", f.path, i, rule.reason)
			}
		}
	}
}

// only names the one file that may import a library.
var only = map[string]string{
	"github.com/chzyer/readline":    "terminal/editor/adapter.go",
	"github.com/fatih/color":        "terminal/paint.go",
	"github.com/mattn/go-colorable": "terminal/paint.go",
}

func TestLibrariesBehindOneDoor(t *testing.T) {
	for _, f := range files(t) {
		for _, i := range f.imports {
			if door, ok := only[i]; ok {
				assert.Equal(t, door, f.path, "%s belongs behind %s", i, door)
			}
		}
	}
}

func TestProtocolHasNoClock(t *testing.T) {
	for _, f := range files(t) {
		if f.room != "protocol" && f.room != "explain" && f.room != "lessons" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				x, isName := s.X.(*ast.Ident)
				assert.False(t, isName && x.Name == "time" && s.Sel.Name == "Now", "%s: time is given, not taken", f.path)
			}
			return true
		})
	}
}

// TestSentencesStandInDataFiles: what people read stands in data files, both
// languages side by side. A literal of the front rooms with Chinese words or
// with a whole English sentence is one that got lost.
func TestSentencesStandInDataFiles(t *testing.T) {
	for _, f := range files(t) {
		front := f.room == "lab" || f.room == "terminal" || f.room == "cmd/maillab"
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				return true
			}
			assert.LessOrEqual(t, chinese(text), 4, "%s: Chinese words in code: %s", f.path, text)
			assert.False(t, front && sentence(text), "%s: a sentence in code: %s", f.path, text)
			return true
		})
	}
}

func chinese(s string) int {
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n
}

// sentence: five or more plain words in a row.
func sentence(s string) bool {
	row := 0
	for _, w := range strings.Fields(s) {
		if strings.Trim(strings.ToLower(strings.TrimRight(w, ".,:;")), "abcdefghijklmnopqrstuvwxyz'") != "" || w == "" {
			row = 0
			continue
		}
		if row++; row >= 5 {
			return true
		}
	}
	return false
}

package lessons

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// positions maps a place in a TOML file ("step[2].evidence[0].verb[1]") to its
// line, because a decoded struct no longer knows where its values stood.
type positions struct {
	table  lineTable
	lines  map[string]int
	counts map[string]int // tables seen of each array, by the array's path
}

// indexTOML reads the positions of data, which has been decoded without error.
func indexTOML(data []byte) *positions {
	x := &positions{table: newLineTable(data), lines: map[string]int{}, counts: map[string]int{}}
	p := &unstable.Parser{}
	p.Reset(data)
	prefix := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.ArrayTable, unstable.Table:
			prefix = x.header(e)
		case unstable.KeyValue:
			x.keyValue(e, prefix)
		}
	}
	return x
}

// header enters a [table] or [[table]] and returns its path.
func (x *positions) header(e *unstable.Node) string {
	path, line := "", 0
	for it := e.Key(); it.Next(); {
		n := it.Node()
		line = x.lineOf(n)
		path = join(path, string(n.Data))
		if it.IsLast() && e.Kind == unstable.ArrayTable {
			x.counts[path]++
		}
		if count := x.counts[path]; count > 0 {
			path = fmt.Sprintf("%s[%d]", path, count-1)
		}
	}
	x.forgetBelow(path)
	x.lines[path] = line
	return path
}

// forgetBelow starts the arrays inside a new table at zero. Their paths hold the
// table's own index, so only an earlier file's leftovers could be there.
func (x *positions) forgetBelow(path string) {
	for k := range x.counts {
		if strings.HasPrefix(k, path+".") {
			delete(x.counts, k)
		}
	}
}

func (x *positions) keyValue(e *unstable.Node, prefix string) {
	path := prefix
	line := 0
	for it := e.Key(); it.Next(); {
		path, line = join(path, string(it.Node().Data)), x.lineOf(it.Node())
	}
	x.lines[path] = line
	x.value(e.Value(), path, line)
}

// value enters the parts of an array or inline table.
func (x *positions) value(v *unstable.Node, path string, line int) {
	switch v.Kind {
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); i++ {
			n := it.Node()
			at := fmt.Sprintf("%s[%d]", path, i)
			if l := x.lineOf(n); l > 0 {
				line = l
			}
			x.lines[at] = line
			x.value(n, at, line)
		}
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			x.keyValue(it.Node(), path)
		}
	}
}

// line returns where a path stands, or the nearest thing around it that is known.
func (x *positions) line(path string) int {
	for path != "" {
		if l, ok := x.lines[path]; ok {
			return l
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

func (x *positions) lineOf(n *unstable.Node) int {
	if n.Raw.Length == 0 {
		return 0
	}
	return x.table.line(int(n.Raw.Offset))
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

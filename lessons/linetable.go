package lessons

import "sort"

// lineTable holds the offsets of a text's line ends, to tell lines from offsets quickly.
type lineTable []int

func newLineTable(text []byte) lineTable {
	var t lineTable
	for i, c := range text {
		if c == '\n' {
			t = append(t, i)
		}
	}
	return t
}

// line returns the line, from 1, in which an offset lies.
func (t lineTable) line(offset int) int { return 1 + sort.SearchInts(t, offset) }

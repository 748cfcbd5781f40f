package editor

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// screen draws the edit area (prompt and line, one or more rows) at the bottom
// of the output, and prints above it. It writes what changed, and each public
// step in a single write. It is guarded by Editor.mu.
//
// Nothing is remembered about the screen above the area, and the area is only
// addressed relative to the cursor.
type screen struct {
	out    io.Writer
	size   func() (width, height int)
	reflow bool // the terminal joins and breaks rows itself when its width changes

	buf     []byte
	shown   bool
	rows    []row // as drawn
	cur     point // where the cursor is
	width   int   // the width the rows were drawn for
	top     int   // first visible row of a line taller than the screen
	midLine bool  // what was printed last did not end its line
}

// show makes the area look like l. The caller flushes.
func (s *screen) show(l layout) {
	width, height := s.size()
	l = s.window(l, height)
	switch {
	case !s.shown:
		if s.midLine {
			s.add("\r\n")
			s.midLine = false
		}
		s.drawAll(l)
	case width != s.width || len(s.rows) > height:
		s.cur.row = s.rowsAbove(width)
		s.erase()
		s.drawAll(l)
	default:
		s.drawChanges(l)
	}
	s.moveTo(l.cur)
	s.shown, s.rows, s.width = true, l.rows, width
}

// window cuts a line with more rows than the screen down to the rows around the
// cursor: rows which scrolled out at the top cannot be reached any more.
func (s *screen) window(l layout, height int) layout {
	if len(l.rows) <= height {
		s.top = 0
		return l
	}
	s.top = min(max(s.top, l.cur.row-height+1), l.cur.row, len(l.rows)-height)
	l.rows = l.rows[s.top : s.top+height]
	l.cur.row -= s.top
	return l
}

func (s *screen) drawAll(l layout) {
	for i, r := range l.rows {
		if i > 0 {
			s.add("\r\n")
		}
		s.add(r.text)
		s.cur = point{i, r.width}
	}
}

func (s *screen) drawChanges(l layout) {
	for i, r := range l.rows {
		switch {
		case i >= len(s.rows):
			if s.cur.row != i-1 {
				s.moveTo(point{i - 1, 0})
			}
			s.add("\r\n" + r.text)
		case s.rows[i] == r:
			continue
		case s.continues(i, r):
			s.add(r.text[len(s.rows[i].text):])
		default:
			s.moveTo(point{i, 0})
			s.add(r.text)
			if r.width < s.rows[i].width {
				s.add("\x1b[K")
			}
		}
		s.cur = point{i, r.width}
	}
	if len(l.rows) < len(s.rows) {
		s.moveTo(point{len(l.rows), 0})
		s.add("\x1b[J")
	}
}

// continues tells that row i only grows at the place where the cursor is.
func (s *screen) continues(i int, r row) bool {
	old := s.rows[i]
	return s.cur == point{i, old.width} && old.width < s.width && strings.HasPrefix(r.text, old.text)
}

// rowsAbove returns how far the cursor is below the top of the area after the
// terminal changed its width.
func (s *screen) rowsAbove(width int) int {
	if !s.reflow || width < 1 {
		return s.cur.row
	}
	above := s.cur.col / width
	for _, r := range s.rows[:s.cur.row] {
		above += max(1, (r.width+width-1)/width)
	}
	return above
}

// hide removes the area as far as it is shown. The cursor then stands where the
// area began.
func (s *screen) hide() {
	if s.shown {
		s.erase()
	}
}

func (s *screen) erase() {
	s.moveTo(point{0, 0})
	s.add("\x1b[J")
	s.shown, s.rows, s.cur = false, nil, point{}
}

// leave draws the whole of l and moves below it: the line is finished.
func (s *screen) leave(l layout, mark string) {
	if _, height := s.size(); len(l.rows) > height {
		s.hide()
		s.drawAll(l)
		s.rows = l.rows
	} else {
		s.show(l)
	}
	last := len(s.rows) - 1
	if last > 0 && s.rows[last].width == 0 {
		last-- // it was there for the cursor only
	}
	s.moveTo(point{last, s.rows[last].width})
	s.add(mark + "\r\n")
	s.shown, s.rows, s.cur, s.top = false, nil, point{}, 0
}

// print adds text below what was printed before; the area must not be shown.
func (s *screen) print(p []byte) {
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.buf = append(s.buf, p...)
			s.midLine = true
			return
		}
		// A \r before \n is dropped rather than doubled.
		s.buf = append(s.buf, bytes.TrimSuffix(p[:i], []byte("\r"))...)
		s.add("\r\n")
		s.midLine = false
		p = p[i+1:]
	}
}

// clear empties the screen; the area is to be drawn again.
func (s *screen) clear() {
	s.add("\x1b[H\x1b[2J")
	s.shown, s.rows, s.cur, s.midLine = false, nil, point{}, false
}

// forget is for when another program has used the terminal: the area is to be
// drawn again where the cursor is now.
func (s *screen) forget() {
	s.add("\r\x1b[J")
	s.shown, s.rows, s.cur, s.midLine = false, nil, point{}, false
}

// moveTo goes to p by way of the left edge, so that a character whose width the
// terminal sees differently spoils no more than its own row.
func (s *screen) moveTo(p point) {
	if p == s.cur {
		return
	}
	if d := p.row - s.cur.row; d < 0 {
		s.csi(-d, 'A')
	} else if d > 0 {
		s.csi(d, 'B')
	}
	s.add("\r")
	if p.col > 0 {
		s.csi(p.col, 'C')
	}
	s.cur = p
}

func (s *screen) csi(n int, final byte) {
	s.buf = append(s.buf, "\x1b["...)
	s.buf = strconv.AppendInt(s.buf, int64(n), 10)
	s.buf = append(s.buf, final)
}

func (s *screen) add(text string) { s.buf = append(s.buf, text...) }

// flush hands everything to the terminal at once.
func (s *screen) flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	_, err := s.out.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

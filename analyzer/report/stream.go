package report

import (
	"io"
	"strings"
)

// rowStream writes rows as they come: columns have the widths that they are given, the
// last one takes the rest of the line.
type rowStream struct {
	screen  *Screen
	w       io.Writer
	columns []column
	widths  []int
	buf     strings.Builder
}

// lastMin is the room that the last column of a stream shall have before others go.
const lastMin = 16

func newRowStream(s *Screen, w io.Writer, columns []column) *rowStream {
	t := &rowStream{screen: s, w: w, columns: columns, widths: make([]int, len(columns))}
	last := len(columns) - 1
	for i := range columns {
		t.widths[i] = max(columns[i].width, width(columns[i].name))
	}
	t.widths[last] = lastMin
	s.fit(columns, t.widths)
	t.widths[last] = 0
	used := 0
	for i, n := range t.widths {
		if n >= 0 && i != last {
			used += n + len(gap)
		}
	}
	t.widths[last] = max(s.Width-used, 1)
	if s.Width <= 0 {
		t.widths[last] = 1 << 16
	}
	head := make([]cell, len(columns))
	for i := range columns {
		head[i] = cell{text: columns[i].name, ink: dimInk}
	}
	t.add(head)
	return t
}

// room is how many columns the last column has.
func (t *rowStream) room() int { return t.widths[len(t.widths)-1] }

func (t *rowStream) add(row []cell) { t.screen.line(&t.buf, t.columns, t.widths, row) }

// flush writes what was added.
func (t *rowStream) flush() error {
	_, err := io.WriteString(t.w, t.buf.String())
	t.buf.Reset()
	return err
}

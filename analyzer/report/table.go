package report

import (
	"io"
	"strings"
)

// column is a column of a table.
type column struct {
	name  string
	right bool // aligned to the right
	min   int  // columns to which it may be shortened, to half of it where nothing else helps; 0: not at all
	keep  bool // it is shortened where nothing else helps alone
	loose bool // others need not give way to more of it than its min
	tail  bool // its end is kept where it is shortened
	drop  int  // columns with larger numbers go first where space lacks; 0: never
	width int  // set in a table of lines whose number nobody knows; the last one takes the rest
}

// cell is a clean text and what it means.
type cell struct {
	text  string
	ink   ink
	short string // what may stand for it where the table is too wide; "" is the text
}

// gap stands between columns.
const gap = "  "

// writeTable writes rows under a head, fitted to the screen: columns are shortened to what
// they must have, then dropped.
func (s *Screen) writeTable(w io.Writer, columns []column, rows [][]cell) error {
	widths := natural(columns, rows)
	s.shorten(columns, widths, rows)
	s.fit(columns, widths)
	head := make([]cell, len(columns))
	for i := range columns {
		head[i] = cell{text: columns[i].name, ink: dimInk}
	}
	var b strings.Builder
	s.line(&b, columns, widths, head)
	for _, r := range rows {
		s.line(&b, columns, widths, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shorten gives cells their short forms where the rows are wider than the screen, and reports whether it did.
func (s *Screen) shorten(columns []column, widths []int, rows [][]cell) bool {
	over := -s.Width - len(gap)
	for i, n := range widths {
		if columns[i].loose {
			n = min(n, columns[i].min)
		}
		if n >= 0 {
			over += n + len(gap)
		}
	}
	if s.Width <= 0 || over <= 0 {
		return false
	}
	for _, r := range rows {
		shortForms(r)
	}
	copy(widths, natural(columns, rows))
	return true
}

func shortForms(row []cell) {
	for i := range row {
		if row[i].short != "" {
			row[i].text = row[i].short
		}
	}
}

// natural is how wide columns want to be; -1 is a column with nothing in it.
func natural(columns []column, rows [][]cell) []int {
	widths := make([]int, len(columns))
	for i := range columns {
		for _, r := range rows {
			widths[i] = max(widths[i], width(r[i].text))
		}
		if widths[i] == 0 {
			widths[i] = -1
		} else {
			widths[i] = max(widths[i], width(columns[i].name))
		}
	}
	return widths
}

// fit makes widths fit the screen; -1 is a column that is dropped.
func (s *Screen) fit(columns []column, widths []int) {
	if s.Width <= 0 {
		return
	}
	for {
		over := -s.Width
		for _, n := range widths {
			if n >= 0 {
				over += n + len(gap)
			}
		}
		if over -= len(gap); over <= 0 {
			return
		}
		if shrink(columns, widths, over, 1) {
			return
		}
		last := -1
		for i := range columns {
			if widths[i] >= 0 && columns[i].drop > 0 && (last < 0 || columns[i].drop > columns[last].drop) {
				last = i
			}
		}
		if last < 0 {
			shrink(columns, widths, over, 2)
			return
		}
		widths[last] = -1
	}
}

// shrink takes over columns from those that may be shortened, the widest first, down to a
// part of what they want to have. If that is not enough nothing is changed.
func shrink(columns []column, widths []int, over, part int) bool {
	room := 0
	for i := range columns {
		if least := columns[i].min / part; least > 0 && widths[i] > least && (part > 1 || !columns[i].keep) {
			room += widths[i] - least
		}
	}
	if room < over {
		return false
	}
	for ; over > 0; over-- {
		widest := -1
		for i := range columns {
			if least := columns[i].min / part; least > 0 && widths[i] > least && (part > 1 || !columns[i].keep) && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		widths[widest]--
	}
	return true
}

// line appends a row.
func (s *Screen) line(b *strings.Builder, columns []column, widths []int, row []cell) {
	last := len(columns) - 1
	for last > 0 && (widths[last] < 0 || row[last].text == "") {
		last-- // no blanks at a line's end
	}
	first := true
	for i := range columns {
		n := widths[i]
		if n < 0 {
			continue
		}
		if i > last {
			break
		}
		if !first {
			b.WriteString(gap)
		}
		first = false
		text := row[i].text
		if columns[i].min > 0 || i == last && s.Width > 0 {
			if columns[i].tail {
				text = cutHead(text, n)
			} else {
				text = cut(text, n)
			}
		}
		space := max(n-width(text), 0)
		if columns[i].right {
			b.WriteString(strings.Repeat(" ", space))
		}
		b.WriteString(s.paint(row[i].ink, text))
		if !columns[i].right && i != last {
			b.WriteString(strings.Repeat(" ", space))
		}
	}
	b.WriteByte('\n')
}

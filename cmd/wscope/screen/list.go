package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// column is one of the list. Those of a higher need go first where there is little room.
type column struct {
	name  string
	width int // 0 takes what is left
	right bool
	need  int
	text  func(r *Row, now record.Time) string
}

var columns = []column{
	{"flow", 6, true, 2, func(r *Row, _ record.Time) string { return report.Number(r.Flow) }},
	{"client", 21, false, 3, func(r *Row, _ record.Time) string { return r.Client }},
	{"server", 21, false, 5, func(r *Row, _ record.Time) string { return r.Server }},
	{"state", 13, false, 0, func(r *Row, _ record.Time) string { return r.State }},
	{"up", 7, true, 4, func(r *Row, _ record.Time) string { return report.Number(r.Messages[0]) }},
	{"down", 7, true, 4, func(r *Row, _ record.Time) string { return report.Number(r.Messages[1]) }},
	{"bytes", 9, true, 6, func(r *Row, _ record.Time) string { return report.Bytes(r.Bytes[0] + r.Bytes[1]) }},
	{"msg/s", 6, true, 1, func(r *Row, now record.Time) string { return rate(r.Bars.Rate(now)) }},
	{"last 20 s", 20, false, 7, func(r *Row, now record.Time) string { return r.Bars.Spark(now, 20) }},
	{"found", 5, true, 2, func(r *Row, _ record.Time) string { return blank(r.Found) }},
	{"host and path", 0, false, 0, func(r *Row, _ record.Time) string { return r.Host + r.Path }},
}

const leastLast = 24 // columns for host and path

func blank(n int64) string {
	if n == 0 {
		return ""
	}
	return report.Number(n)
}

// fitting are the columns that the screen has room for.
func (m *Model) fitting() []column {
	for need := 7; ; need-- {
		var list []column
		used := 0
		for _, c := range columns {
			if c.need <= need {
				list = append(list, c)
				used += c.width + 1
			}
		}
		if used+leastLast-1 <= m.width || need == 0 {
			list[len(list)-1].width = max(1, m.width-used+1)
			return list
		}
	}
}

// list is the screen of all flows.
func (m *Model) list() []string {
	columns := m.fitting()
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = pad(c.name, c.width, c.right)
	}
	lines := []string{m.headline(), m.totals(), dim.Render(strings.Join(head, " "))}
	rows := m.look.Rows
	for i := m.top; i < len(rows) && i < m.top+m.room(); i++ {
		lines = append(lines, m.row(&rows[i], columns))
	}
	if len(rows) == 0 {
		lines = append(lines, dim.Render("no WebSocket yet"))
		if m.filter != "" {
			lines[len(lines)-1] = dim.Render("none that the filter lets through")
		}
	}
	for len(lines) < m.height-1 {
		lines = append(lines, "")
	}
	return append(lines, m.foot())
}

func (m *Model) row(r *Row, columns []column) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = pad(c.text(r, m.look.Now), c.width, c.right)
		if c.name == "found" && r.Errors > 0 && r.Flow != m.chosen {
			cells[i] = bad.Render(cells[i])
		}
	}
	line := strings.Join(cells, " ")
	switch {
	case r.Flow == m.chosen:
		return chosen.Render(line)
	case !r.Open:
		return dim.Render(line)
	}
	return line
}

// pad makes a text exactly so wide.
func pad(s string, width int, right bool) string {
	s = ansi.Truncate(s, width, "…")
	fill := strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
	if right {
		return fill + s
	}
	return s + fill
}

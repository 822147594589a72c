package screen

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

var (
	bold    = lipgloss.NewStyle().Bold(true)
	dim     = lipgloss.NewStyle().Faint(true)
	chosen  = lipgloss.NewStyle().Reverse(true)
	bad     = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	good    = lipgloss.NewStyle().Foreground(lipgloss.Green)
	fromOne = [2]lipgloss.Style{lipgloss.NewStyle().Foreground(lipgloss.Cyan), lipgloss.NewStyle().Foreground(lipgloss.Magenta)}
)

// The least that anything can be shown on.
const (
	minWidth  = 24
	minHeight = 6
)

// View draws the screen.
func (m *Model) View() tea.View {
	v := tea.NewView(strings.Join(m.lines(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "wscope live"
	return v
}

// lines are the screen's, none wider than it and no more than it has.
func (m *Model) lines() []string {
	var lines []string
	switch {
	case m.width < minWidth || m.height < minHeight:
		lines = []string{"too small", fmt.Sprintf("%dx%d", minWidth, minHeight)}
	case m.help:
		lines = m.helping()
	case m.opened != 0:
		lines = m.conversation()
	default:
		lines = m.list()
	}
	lines = lines[:min(len(lines), max(m.height, 0))]
	for i, l := range lines {
		lines[i] = ansi.Truncate(l, max(m.width, 0), "…")
	}
	return lines
}

// room is how many rows, or lines of a conversation, are shown.
func (m *Model) room() int {
	if m.opened != 0 {
		return max(1, m.height-len(m.about())-2)
	}
	return max(1, m.height-4)
}

// headline is the screen's first line: what is captured, how much, and what was lost.
func (m *Model) headline() string {
	l := m.look
	state := ""
	if m.said.Over {
		state = bad.Render("  ENDED")
	} else if m.paused {
		state = bold.Render("  PAUSED")
	}
	return bold.Render("wscope live "+m.said.Interfaces) + state + lost("dropped", m.said.Dropped) + lost("shed", m.said.Shed) + lost("let go", m.said.LetGo) +
		"  " + elapsed(l.Now-l.Start) + "  " + report.Number(m.said.Packets) + " packets"
}

func lost(what string, n int64) string {
	if n == 0 {
		return ""
	}
	return "  " + bad.Render(report.Number(n)+" "+what)
}

// totals is the second line.
func (m *Model) totals() string {
	l := m.look
	text := fmt.Sprintf("%s open  %s ended  %s msg/s ", report.Number(l.Open()), report.Number(l.Ended), rate(l.Bars.Rate(l.Now)))
	if m.width >= 60 {
		text += good.Render(l.Bars.Spark(l.Now, min(60, m.width/4)))
	}
	found := ""
	for i, what := range []string{"error", "warning", "note"} {
		if n := l.Found[i]; n > 0 && i == 0 {
			found += " " + bad.Render(report.Count(n, what))
		} else if n > 0 {
			found += " " + report.Count(n, what)
		}
	}
	if found != "" {
		text += "  found" + found + dim.Render("  last "+l.Latest)
	}
	return text
}

func rate(r float64) string {
	if r < 10 && r > 0 {
		return fmt.Sprintf("%.1f", r)
	}
	return report.Number(int64(r))
}

// foot is the last line.
func (m *Model) foot() string {
	if m.typing {
		text := "/" + m.filter + "█"
		if m.wanted.err != nil {
			text += "  " + dim.Render(strings.TrimPrefix(m.wanted.err.Error(), "1:"))
		}
		return text
	}
	text := ""
	if m.filter != "" {
		text = "filter /" + m.filter + "  "
	}
	if m.wanted.err != nil {
		text += strings.TrimPrefix(m.wanted.err.Error(), "1:") + "  "
	}
	text += "sorted by " + orders[m.order].name
	if m.reverse {
		text += " (reversed)"
	}
	if len(m.look.Rows) != m.look.Kept {
		text += fmt.Sprintf("  %d of %d", len(m.look.Rows), m.look.Kept)
	}
	if m.look.Beyond > 0 {
		text += fmt.Sprintf("  and %d more", m.look.Beyond)
	}
	if m.look.Dropped > 0 {
		text += fmt.Sprintf("  %d that ended no longer kept", m.look.Dropped)
	}
	return m.footed(text, "? help  q quit")
}

// footed is a last line that keeps room for the keys.
func (m *Model) footed(text, keys string) string {
	if text != "" {
		text = ansi.Truncate(text, max(0, m.width-len(keys)-2), "…") + "  "
	}
	return dim.Render(text + keys)
}

// help says what the keys do.
var help = []struct{ key, does string }{
	{"arrows", "move, scroll; also pgup, pgdown, home, end"},
	{"enter", "open a flow: its conversation"},
	{"esc", "back; forget the filter"},
	{"/", "filter as you type: words that must all be there, in addresses, host, path, state, findings; ! has findings. Or an expression, as flow.duration > 2s (wscope fields lists the names)"},
	{"s", "sort by something else"},
	{"r", "reverse the order"},
	{"p space", "pause: the analysis goes on, the picture stands"},
	{"q", "quit, with the summary"},
	{"", "Cyan is the client's, magenta the server's, red is an error or a loss."},
}

// helping is the screen of help, wrapped to the width.
func (m *Model) helping() []string {
	lines := []string{m.headline()}
	if m.height > 2*len(help) {
		lines = append(lines, "")
	}
	for _, h := range help {
		for i, does := range strings.Split(ansi.Wordwrap(h.does, max(8, m.width-11), ""), "\n") {
			key := h.key
			if i > 0 {
				key = ""
			}
			lines = append(lines, " "+bold.Render(pad(key, 8, false))+" "+does)
		}
	}
	return lines
}

// clock is a time of day in UTC with milliseconds.
func clock(t record.Time) string { return time.Unix(0, int64(t)).UTC().Format("15:04:05.000") }

// elapsed is a span in whole seconds: 1:02:03.
func elapsed(d record.Time) string {
	s := max(0, int64(d)/1e9)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

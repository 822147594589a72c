package report

import (
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"wscope/analyzer/record"
)

// Screen is what tables are made for.
type Screen struct {
	Width int       // columns; 0 is no limit
	Color bool      // ANSI colours, of the 16 that the user's theme decides
	Time  TimeStyle // how times are told
}

// TimeStyle is how times are told.
type TimeStyle string

// The styles of --time.
const (
	Absolute TimeStyle = "absolute" // UTC
	Relative TimeStyle = "relative" // since the first
	Delta    TimeStyle = "delta"    // since the one before
)

// ink is what a piece of text means, and so its colour.
type ink uint8

const (
	plainInk ink = iota
	dimInk
	boldInk
	clientInk
	serverInk
	errorInk
	warningInk
	noteInk
	goodInk
)

var inks = [...]lipgloss.Style{
	plainInk:   lipgloss.NewStyle(),
	dimInk:     lipgloss.NewStyle().Faint(true),
	boldInk:    lipgloss.NewStyle().Bold(true),
	clientInk:  lipgloss.NewStyle().Foreground(lipgloss.Cyan),
	serverInk:  lipgloss.NewStyle().Foreground(lipgloss.Magenta),
	errorInk:   lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true),
	warningInk: lipgloss.NewStyle().Foreground(lipgloss.Yellow),
	noteInk:    lipgloss.NewStyle().Foreground(lipgloss.Blue),
	goodInk:    lipgloss.NewStyle().Foreground(lipgloss.Green),
}

// paint colours a piece of text of one line.
func (s *Screen) paint(i ink, text string) string {
	if !s.Color || i == plainInk || text == "" {
		return text
	}
	return inks[i].Render(text)
}

func severityInk(severity record.Severity) ink {
	switch severity {
	case "error":
		return errorInk
	case "warning":
		return warningInk
	}
	return noteInk
}

// sideInk and arrow show a direction; "" is both or neither.
func sideInk(from record.Peer) ink {
	switch from {
	case "client":
		return clientInk
	case "server":
		return serverInk
	}
	return plainInk
}

func arrow(from record.Peer) string {
	switch from {
	case "client":
		return "→"
	case "server":
		return "←"
	}
	return "·"
}

// width is how many columns a clean text takes.
func width(s string) int {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// cut shortens a clean text to n columns, with an ellipsis where something is left out.
func cut(s string, n int) string {
	if width(s) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	return ansi.Truncate(s, n, "…")
}

// cutHead shortens a clean text to n columns, and keeps its end.
func cutHead(s string, n int) string {
	w := width(s)
	if w <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	return ansi.TruncateLeft(s, w-n+1, "…")
}

// pad fills a text up to n columns.
func pad(s string, n int, right bool) string {
	space := n - width(s)
	if space <= 0 {
		return s
	}
	if right {
		return strings.Repeat(" ", space) + s
	}
	return s + strings.Repeat(" ", space)
}

// clock tells times in a Screen's style.
type clock struct {
	style     TimeStyle
	day       bool // with the date
	first     record.Time
	last      record.Time
	known     bool
	lineWidth int
}

func (s *Screen) clock() clock {
	c := clock{style: s.Time, day: s.Width == 0 || s.Width >= 100, lineWidth: 12}
	if c.style == Absolute || c.style == "" {
		c.lineWidth = 15
		if c.day {
			c.lineWidth = 26
		}
	}
	return c
}

// begin sets what relative times count from, unless it is set.
func (c *clock) begin(t record.Time) {
	if !c.known {
		c.known, c.first, c.last = true, t, t
	}
}

// format is a time in the style.
func (c *clock) format(t record.Time) string {
	c.begin(t)
	since := c.first
	switch c.style {
	case Delta:
		since, c.last = c.last, t
		fallthrough
	case Relative:
		return seconds(record.Seconds(t - since))
	}
	format := "15:04:05.000000"
	if c.day {
		format = "2006-01-02 15:04:05.000000"
	}
	return time.Unix(0, int64(t)).UTC().Format(format)
}

// seconds is a duration with six digits and its sign.
func seconds(d record.Seconds) string {
	sign := "+"
	if d < 0 {
		d, sign = -d, "-"
	}
	whole, micro := int64(d)/1e9, int64(d)%1e9/1e3
	s := Number(whole) + "."
	for p := int64(100000); p > 0; p /= 10 {
		s += string(rune('0' + micro/p%10))
	}
	return sign + s
}

package screen

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"wscope/analyzer/report"
	"wscope/cmd/wscope/recent"
)

// about is what is said of the open flow above its conversation.
func (m *Model) about() []string {
	r := m.look.Watched
	if r == nil {
		return []string{bold.Render(fmt.Sprintf("flow %d", m.opened)), dim.Render("it has ended, and is no longer kept")}
	}
	lines := []string{
		bold.Render(fmt.Sprintf("flow %d  ", r.Flow)) + fromOne[0].Render(r.Client) + " > " + fromOne[1].Render(r.Server) + "  " + r.Host + r.Path,
		fmt.Sprintf("%s  handshake %s  %s up %s  %s down %s  %s", r.State, r.Handshake,
			report.Number(r.Messages[0]), report.Bytes(r.Bytes[0]), report.Number(r.Messages[1]), report.Bytes(r.Bytes[1]),
			good.Render(r.Bars.Spark(m.look.Now, min(60, m.width/4)))),
	}
	if r.Story != "" {
		lines = append(lines, bold.Render("why ")+r.Story)
	}
	if r.Lost > 0 {
		lines = append(lines, bad.Render(report.Bytes(r.Lost)+" are not in the capture"))
	}
	shown := max(1, m.height/5)
	for i, f := range r.Findings {
		if i == shown {
			lines = append(lines, dim.Render(fmt.Sprintf("and %d more", r.Found-int64(i))))
			break
		}
		lines = append(lines, bad.Render("! ")+f)
	}
	return lines
}

// conversation is the screen of one flow.
func (m *Model) conversation() []string {
	lines := append(m.about(), "")
	all := m.look.Lines
	end := max(0, len(all)-m.scroll)
	first := max(0, end-m.room())
	for i := first; i < end; i++ {
		if i == 0 && m.look.Left > 0 { // in the place of the first one that is kept
			lines = append(lines, dim.Render(report.Count(m.look.Left+1, "message")+" before these, no longer kept"))
			continue
		}
		lines = append(lines, line(all[i]))
	}
	if len(all) == 0 {
		lines = append(lines, dim.Render("no messages yet"))
	}
	for len(lines) < m.height-1 {
		lines = append(lines, "")
	}
	said := ""
	if m.paused {
		said = "PAUSED  "
	}
	if m.scroll > 0 {
		said += fmt.Sprintf("%d below, end follows", m.scroll)
	}
	return append(lines, m.footed(said, "esc back  ? help"))
}

// line is a message as a line.
func line(m *recent.Message) string {
	arrow, style := ">", fromOne[0]
	if m.From == "server" {
		arrow, style = "<", fromOne[1]
	}
	data := m.Data[:min(len(m.Data), recent.ForScreen.Payload)]
	var text string
	switch {
	case m.Type == "close" && m.Code != nil:
		text = strconv.Itoa(*m.Code) + " " + report.Clean(m.Reason)
	case m.IsText:
		text = report.Clean(string(data))
	default:
		text = hex.EncodeToString(data[:min(len(data), 64)])
	}
	if m.App != nil {
		if app := report.Clean(strings.TrimSpace(m.App.Kind + " " + m.App.Name)); app != "" {
			text = bold.Render(app) + "  " + text
		}
	}
	return dim.Render(clock(m.Time)) + " " + style.Render(arrow+" "+pad(m.Type, 6, false)) + " " +
		pad(report.Number(m.Length), 7, true) + "  " + text
}

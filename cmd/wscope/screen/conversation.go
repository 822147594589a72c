package screen

import (
	"fmt"

	"wscope/analyzer/report"
)

// about is what is said of the open flow above its conversation.
func (m *Model) about() []string {
	r := m.look.Watched
	if r == nil {
		return []string{bold.Render(fmt.Sprintf("flow %d", m.opened)), dim.Render("it has ended, and others have taken its place")}
	}
	lines := []string{
		bold.Render(fmt.Sprintf("flow %d  ", r.Flow)) + fromOne[0].Render(r.Client) + " > " + fromOne[1].Render(r.Server) + "  " + r.Host + r.Path,
		fmt.Sprintf("%s  handshake %s  %s up %s  %s down %s  %s", r.State, r.Handshake,
			report.Number(r.Messages[0]), report.Bytes(r.Bytes[0]), report.Number(r.Messages[1]), report.Bytes(r.Bytes[1]),
			good.Render(r.Bars.spark(m.look.Now, min(seconds, m.width/4)))),
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
	for i := max(0, end-m.room()); i < end; i++ {
		lines = append(lines, all[i].String())
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

// String is a message as a line.
func (l *Line) String() string {
	arrow, style := ">", fromOne[0]
	if l.From == "server" {
		arrow, style = "<", fromOne[1]
	}
	text := l.Text
	if l.App != "" {
		text = bold.Render(l.App) + "  " + text
	}
	return dim.Render(clock(l.Time)) + " " + style.Render(arrow+" "+pad(l.Type, 6, false)) + " " +
		pad(report.Number(l.Length), 7, true) + "  " + text
}

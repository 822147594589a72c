package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"wscope/analyzer/record"
)

// WriteSummary writes the summary's screen: totals, flows, findings, hints.
func WriteSummary(w io.Writer, screen *Screen, sum *record.Summary, o *Overview) error {
	s := &summaryScreen{Screen: screen, sum: sum, o: o}
	s.totals()
	s.endings()
	s.traffic()
	s.flows()
	s.findings()
	s.hints()
	_, err := io.WriteString(w, s.b.String())
	return err
}

type summaryScreen struct {
	*Screen
	sum *record.Summary
	o   *Overview
	b   strings.Builder
}

// text writes a paragraph, broken to the screen's width; what follows its first line is indented.
func (s *summaryScreen) text(first string, firstInk ink, rest string, i ink, text string) {
	n := s.Width
	if n > 0 {
		n = max(n-width(rest), 20)
	}
	for k, line := range wrap(text, n, width(first)-width(rest)) {
		lead := rest
		if k == 0 {
			lead = s.paint(firstInk, first)
		}
		s.b.WriteString(lead + s.paint(i, line) + "\n")
	}
}

func (s *summaryScreen) title(text string) {
	s.b.WriteString("\n" + s.paint(boldInk, text) + "\n")
}

// totals says what the capture holds.
func (s *summaryScreen) totals() {
	sum := s.sum
	name := Count(int64(len(sum.Files)), "file")
	if len(sum.Files) == 1 {
		name = Clean(sum.Files[0])
	}
	parts := []string{name, Count(sum.Packets, "packet"), Bytes(sum.Bytes)}
	if sum.Start != nil {
		parts = append(parts, Span(sum.Duration)+" from "+time.Unix(0, int64(*sum.Start)).UTC().Format("2006-01-02 15:04:05")+" UTC")
	}
	s.text("", plainInk, "  ", plainInk, strings.Join(parts, " · "))
	if sum.Flows == 0 {
		s.text("", plainInk, "  ", boldInk, "no WebSocket in "+connections(sum))
		return
	}
	line := s.webSockets() + " in " + connections(sum)
	if kinds := s.kinds(); kinds != "" {
		line += ": " + kinds
	}
	if sum.MaxOpen > 1 {
		line += "; " + Number(sum.MaxOpen) + " at once"
	}
	if sum.NotKept > 0 {
		line += "; " + Count(sum.NotKept, "message") + " not kept, because too much was unfinished at once"
	}
	s.text("", plainInk, "  ", boldInk, line)
}

// connections counts those over TCP and those over QUIC.
func connections(sum *record.Summary) string {
	switch {
	case sum.QUIC == 0:
		return Count(sum.Connections, "TCP connection")
	case sum.Connections == 0:
		return Count(sum.QUIC, "QUIC connection")
	}
	return Number(sum.Connections) + " TCP and " + Count(sum.QUIC, "QUIC connection")
}

// traffic says what was sent, and where to.
func (s *summaryScreen) traffic() {
	sum := s.sum
	if sum.Flows == 0 {
		return
	}
	if len(sum.Endings) > 0 {
		s.b.WriteByte('\n')
	}
	if sum.Client.Frames+sum.Server.Frames > 0 {
		s.direction("client", &sum.Client)
		s.direction("server", &sum.Server)
	}
	s.names("closed", sum.Closes)
	s.names("hosts", sum.Hosts)
	s.names("protocols", sum.Protocols)
}

// webSockets says how many there are, and how many connections could not be opened to see.
func (s *summaryScreen) webSockets() string {
	sealed := s.sum.Sealed
	if sealed == nil {
		return Count(s.sum.Flows, "WebSocket")
	}
	closed := NotOpened(sealed) + ","
	if n := s.sum.Flows - sealed.Connections; n > 0 {
		return Count(n, "WebSocket") + " and " + closed
	}
	return closed
}

// NotOpened counts the TLS connections that could not be opened.
func NotOpened(s *record.SealedSum) string {
	text, unknown := Count(s.Connections, "TLS connection")+" not opened", int64(0)
	for _, l := range s.Likely {
		if l.Name == "http3" || l.Name == "unknown" {
			unknown += l.Count
		}
	}
	switch {
	case unknown == s.Connections:
		return text + ", in which nothing shows whether there are WebSockets"
	case s.WebSockets == 1:
		return text + ", of which 1 is likely a WebSocket"
	}
	return text + ", of which " + Number(s.WebSockets) + " are likely WebSockets"
}

// kinds says how flows were picked up and answered.
func (s *summaryScreen) kinds() string {
	var parts []string
	for _, list := range [][]record.Named{s.sum.ByResult, s.sum.ByPickup} {
		for _, n := range list {
			switch n.Name {
			case "handshake", "encrypted":
			case "rejected":
				if len(parts) == 0 || !strings.Contains(strings.Join(parts, " "), "rejected") {
					parts = append(parts, Number(n.Count)+" rejected")
				}
			case "midstream":
				parts = append(parts, Number(n.Count)+" joined midway")
			default:
				parts = append(parts, Number(n.Count)+" "+n.Name)
			}
		}
	}
	return strings.Join(parts, ", ")
}

// direction tells what one side sent in all.
func (s *summaryScreen) direction(from record.Peer, d *record.Direction) {
	c := &d.Messages
	var kinds []string
	for _, k := range []record.Named{{Name: "text", Count: c.Text}, {Name: "binary", Count: c.Binary}, {Name: "ping", Count: c.Ping}, {Name: "pong", Count: c.Pong}, {Name: "close", Count: c.Close}} {
		if k.Count > 0 {
			kinds = append(kinds, Number(k.Count)+" "+k.Name)
		}
	}
	line := Count(total(c), "message")
	if len(kinds) > 0 {
		line += " (" + strings.Join(kinds, ", ") + ")"
	}
	line += " in " + Count(d.Frames, "frame") + ", " + Bytes(d.WireBytes)
	if d.MessageBytes > d.PayloadBytes {
		line += ", " + Bytes(d.MessageBytes) + " inflated"
	}
	switch {
	case d.LostBytes == 0 && d.LostMessages > 0:
		line += "; " + Count(d.LostMessages, "message") + " unfinished at the end"
	case d.LostBytes > 0:
		line += "; the capture lacks " + Bytes(d.LostBytes) + " and " + Count(d.LostMessages, "message") + " in part"
	}
	if d.LostSealed > 0 {
		line += "; up to " + Bytes(d.LostSealed) + " of TLS records or HTTP/3 frames are lost or useless"
	}
	s.text(arrow(from)+" "+string(from)+" ", sideInk(from), "  ", plainInk, line)
}

// names lists the most frequent names.
func (s *summaryScreen) names(title string, list []record.Named) {
	const most = 6
	var parts []string
	for i, n := range list {
		if i == most {
			parts = append(parts, Number(int64(len(list)-most))+" more")
			break
		}
		name := Clean(n.Name)
		if name == "" {
			continue
		}
		if n.Count > 1 || title == "closed" {
			name += tied + "×" + Number(n.Count)
		}
		parts = append(parts, name)
	}
	if len(parts) > 0 {
		s.text("  "+title+" ", dimInk, "    ", plainInk, strings.Join(parts, ", "))
	}
}

func (s *summaryScreen) flows() {
	if s.o.flows == 0 {
		return
	}
	s.b.WriteByte('\n')
	rows := s.o.rows()
	s.writeTable(&s.b, flowColumns, rows)
	if more := s.o.flows - int64(len(rows)); more > 0 {
		s.text("  ", plainInk, "  ", dimInk, fmt.Sprintf("… and %s more: wscope flows (shown: those that ended abnormally, then with the gravest findings, then with the most bytes)", Number(more)))
	}
}

// findings says of every rule that was broken what it says, how often, and where first.
func (s *summaryScreen) findings() {
	if len(s.sum.Findings) == 0 {
		return
	}
	s.title("FINDINGS")
	for _, r := range s.sum.Findings {
		head := s.paint(severityInk(r.Severity), string(r.Severity)) + " " + s.paint(boldInk, Clean(r.Rule))
		times := ""
		if r.Count > 1 {
			times = " ×" + Number(r.Count)
			if r.Flows > 1 {
				times += " in " + Count(r.Flows, "flow")
			}
		}
		s.b.WriteString(head + times + "\n")
		if text := sentence(r.Rule); text != "" {
			if r.RFC != "" {
				text += " (" + r.RFC + ")"
			}
			s.text("  ", plainInk, "  ", plainInk, text)
		}
		if e := s.o.first[r.Rule]; e != nil {
			s.text("  ", plainInk, "  ", dimInk, whereIs(e))
		}
	}
}

// whereIs tells the first finding of a rule: flow, packet, side, detail.
func whereIs(e *example) string {
	v := &e.finding
	text := "first: flow " + strconv.FormatInt(e.flow, 10)
	if v.Packet > 0 {
		text += ", packet " + strconv.FormatInt(v.Packet, 10)
	}
	if v.File != "" {
		text += " of " + Clean(v.File)
	}
	if v.From != "" {
		text += ", by the " + string(v.From)
	}
	if v.Detail != "" {
		text += ": " + Clean(v.Detail)
	}
	return text
}

// sentence is what a rule says.
func sentence(rule string) string {
	for _, r := range record.Rules() {
		if r.ID == rule {
			return r.Sentence
		}
	}
	return ""
}

func (s *summaryScreen) hints() {
	hints := Hints(s.sum)
	if len(hints) == 0 {
		return
	}
	s.b.WriteByte('\n')
	for _, h := range hints {
		s.text("hint ", noteInk, "     ", plainInk, Clean(h))
	}
}

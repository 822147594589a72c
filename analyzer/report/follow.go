package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"wscope/analyzer/record"
)

// Follow writes one conversation as people read a chat: who, when, how long after the
// last, what; with gaps and findings in their place.
type Follow struct {
	Screen *Screen
	W      io.Writer
	b      strings.Builder
	clock  clock
	last   record.Time // of the line before
	any    bool
}

// followLines bounds what is shown of one message.
const followLines = 40

// Begin writes who talks to whom.
func (f *Follow) Begin(r *record.Flow) error {
	f.clock = f.Screen.clock()
	f.clock.begin(r.Start)
	f.last = r.Start
	f.put(boldInk, "flow "+strconv.FormatInt(r.Flow, 10)+" · "+ends(r))
	if r.HTTP != nil {
		f.put(plainInk, Clean(r.HTTP.Method)+" "+where(r)+" (HTTP/"+Clean(r.HTTP.Version)+")")
	}
	f.put(dimInk, time.Unix(0, int64(r.Start)).UTC().Format("2006-01-02 15:04:05.000000")+" UTC")
	return f.flush()
}

// put writes a text over as many lines as it needs.
func (f *Follow) put(i ink, text string) {
	for _, line := range wrap(text, f.Screen.Width, 0) {
		f.b.WriteString(f.Screen.paint(i, strings.TrimLeft(line, " ")) + "\n")
	}
}

// when tells a time and how long it is after the line before.
func (f *Follow) when(t record.Time) string {
	since := t - f.last
	f.last = t
	text := f.clock.format(t)
	if f.any && since >= 0 && f.clock.style != Delta {
		text += "  (" + Span(record.Seconds(since)) + " later)"
	}
	f.any = true
	return text
}

// head writes the line above what was said.
func (f *Follow) head(from record.Peer, what string, t record.Time, more string) {
	who := string(from)
	if who == "" {
		who = "both"
	}
	line := f.Screen.paint(sideInk(from), arrow(from)+" "+who) + "  " + f.Screen.paint(dimInk, f.when(t)) + "  " + what
	if more != "" {
		line += f.Screen.paint(dimInk, "  "+more)
	}
	if f.Screen.Width > 0 && width(line) > f.Screen.Width {
		line = cut(line, f.Screen.Width)
	}
	f.b.WriteString(line + "\n")
}

// body writes clean lines below a head, broken to the screen.
func (f *Follow) body(lines []string) {
	n := 0
	if f.Screen.Width > 0 {
		n = max(f.Screen.Width-2, 10)
	}
	for _, line := range lines {
		text := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(text)]
		room := n
		if n > 0 {
			room = max(n-len(indent), 10)
		}
		for _, part := range wrap(text, room, 0) {
			f.b.WriteString("  " + indent + part + "\n")
		}
	}
}

// Message writes a message.
func (f *Follow) Message(m *record.Message) error {
	var notes []string
	if m.Length > 0 && m.Type != "close" {
		notes = append(notes, Bytes(m.Length))
	}
	notes = append(notes, "packet "+strconv.FormatInt(m.Packet, 10))
	if m.IsCompressed() {
		notes = append(notes, "from "+Bytes(m.PayloadBytes)+" compressed")
	}
	if m.Frames > 1 || m.End != m.Time {
		notes = append(notes, "in "+Count(int64(m.Frames), "frame")+" over "+Span(record.Seconds(m.End-m.Time)))
	}
	if !m.Complete {
		notes = append(notes, "not whole")
	}
	if m.Stalled {
		notes = append(notes, "late: TCP waited for a lost segment")
	}
	what := m.Type
	if m.App != nil {
		what = f.Screen.paint(boldInk, appWords(m.App))
		if m.App.After != nil {
			notes = append(notes, answerWords(m.App))
		}
	}
	if m.Type == "close" {
		what = f.Screen.paint(boldInk, "close "+closeText(m.Code, m.Reason))
	}
	f.head(m.From, what, m.End, strings.Join(notes, ", "))
	if m.Type != "close" && len(m.Data) > 0 {
		f.body(f.content(m))
	}
	return f.flush()
}

// content is a message's payload as lines of clean text.
func (f *Follow) content(m *record.Message) []string {
	if m.App != nil && m.App.Decoded != nil {
		if lines := prettyJSON(m.App.Decoded, f.room()); lines != nil {
			return lines
		}
	}
	if m.App != nil && !m.IsText && !guessed(m.App.Protocol) {
		if m.App.Gist == "" {
			return nil // its words say all
		}
		return []string{Clean(m.App.Gist)}
	}
	if m.App != nil && m.App.Gist != "" && m.Type != "text" {
		return append([]string{Clean(m.App.Gist)}, hexdump(m.Data, f.Screen.Width, followLines)...)
	}
	if !m.IsText {
		return hexdump(m.Data, f.Screen.Width, followLines)
	}
	if lines := prettyJSON(m.Data, f.room()); lines != nil {
		return lines
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(m.Data), "\n"), "\n") {
		if len(lines) == followLines {
			return append(lines, fmt.Sprintf("… %s in all", Bytes(m.Length)))
		}
		if len(line) > longestLine {
			line = Clean(line[:longestLine]) + "… " + Bytes(int64(len(line))) + " in all"
		} else {
			line = Clean(line)
		}
		lines = append(lines, line)
	}
	return lines
}

// room is the columns of a line of content.
func (f *Follow) room() int {
	if f.Screen.Width <= 0 {
		return 100
	}
	return f.Screen.Width - 2
}

// Gap writes a hole.
func (f *Follow) Gap(g *record.Gap) error {
	text := "bytes are missing here"
	if g.Bytes >= 0 {
		text = Count(g.Bytes, "byte") + " missing here"
	}
	switch g.Why {
	case "cut":
		text += ": the capture cut the packet"
	case "limit":
		text += ": a limit of memory was reached"
	case "before":
		text += ": the capture begins inside the connection"
	default:
		text += ": the capture lacks them"
	}
	f.head(g.From, f.Screen.paint(warningInk, "⋯ "+text), g.Time, "packet "+strconv.FormatInt(g.Packet, 10))
	return f.flush()
}

// Finding writes a finding.
func (f *Follow) Finding(v *record.Finding) error {
	text := string(v.Severity) + " " + v.Rule
	if v.Detail != "" {
		text += ": " + Clean(v.Detail)
	}
	if v.RFC != "" {
		text += " (" + v.RFC + ")"
	}
	if v.Packet > 0 {
		text += ", packet " + strconv.FormatInt(v.Packet, 10)
	}
	for k, line := range wrap("! "+text, f.Screen.Width, 2) {
		if k > 0 {
			line = "  " + strings.TrimLeft(line, " ")
		}
		f.b.WriteString(f.Screen.paint(severityInk(v.Severity), line) + "\n")
	}
	return f.flush()
}

// End writes how the flow ended.
func (f *Follow) End(r *record.Flow) error {
	if r.HTTP != nil && r.Handshake != nil && r.Handshake.Result != record.Accepted {
		f.put(plainInk, "handshake "+string(r.Handshake.Result)+": "+where(r)+" "+statusText(r.HTTP.Status))
	}
	gist, good := closeGist(r)
	text := "ended: " + gist
	if r.Close != nil {
		if r.Close.Name != "" {
			text += ", " + Clean(r.Close.Name)
		}
		if r.Close.TCP != "" {
			text += ", " + r.Close.TCP
		}
		if r.Close.Story != "" {
			text += "; " + Clean(r.Close.Story)
		}
	}
	f.put(good, text)
	if s := r.Sealed; s != nil {
		f.put(plainInk, "not opened; likely "+likely(s)+": "+Clean(strings.Join(s.Why, "; ")))
		f.put(dimInk, sealedSides(r)+"; "+Span(r.Duration)+sealedRhythm(s))
		return f.flush()
	}
	f.put(dimInk, fmt.Sprintf("%s there, %s back, %s in %s", Count(total(&r.ClientToServer.Messages), "message"),
		Number(total(&r.ServerToClient.Messages)), Bytes(r.ClientToServer.WireBytes+r.ServerToClient.WireBytes), Span(r.Duration)))
	return f.flush()
}

func where(r *record.Flow) string {
	host, path := place(r)
	return host + path
}

func statusText(n int) string {
	if n == 0 {
		return ""
	}
	return "(status " + strconv.Itoa(n) + ")"
}

func (f *Follow) flush() error {
	_, err := io.WriteString(f.W, f.b.String())
	f.b.Reset()
	return err
}

// TLSRecord writes a record of a connection that could not be opened: how long what was said in it is.
func (f *Follow) TLSRecord(r *record.TLSRecord) error {
	size := Bytes(r.Bytes)
	if r.Error > 0 {
		size = Bytes(max(r.Bytes-r.Error, 0)) + " to " + size
	}
	f.head(r.From, "record of "+size, r.Time, "packet "+strconv.FormatInt(r.Packet, 10))
	return f.flush()
}

package pcapng

import (
	"fmt"
	"strings"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Notes is what the first pass finds out: which connections are wanted, and the comments
// on their packets.
type Notes struct {
	record.NopSink
	conns    map[pair]*conn
	flows    map[int64]bool
	randoms  map[string]bool // client randoms, in lower-case hex
	comments comments
}

// New makes a Notes. Temporary files stand in dir; "" is the system's.
func New(dir string) *Notes {
	return &Notes{conns: map[pair]*conn{}, flows: map[int64]bool{}, randoms: map[string]bool{}, comments: comments{dir: dir}}
}

// Options sets what the first pass needs.
// Wants asks for messages.
func (n *Notes) Wants() record.Wants { return record.Wants{Messages: true, Payload: true} }

// FlowEnded chooses a flow.
func (n *Notes) FlowEnded(f *record.Flow) error {
	n.flows[f.Flow] = true
	n.want(f)
	if f.TLS != nil && f.TLS.ClientRandom != "" {
		n.randoms[strings.ToLower(f.TLS.ClientRandom)] = true
	}
	if err := n.comments.add(f.File, comment{f.Packet, f.Flow, opening(f)}); err != nil {
		return err
	}
	for i := range f.Findings {
		r := &f.Findings[i]
		if err := n.comments.add(r.File, comment{r.Packet, f.Flow, finding(f.Flow, r)}); err != nil {
			return err
		}
	}
	return nil
}

// Message keeps a message's gist. Whether its flow is wanted shows only later.
func (n *Notes) Message(m *record.Message) error {
	return n.comments.add(m.File, comment{m.Packet, m.Flow, label(m)})
}

// Close removes temporary files.
func (n *Notes) Close() error { return n.comments.close() }

func opening(f *record.Flow) string {
	s := fmt.Sprintf("wscope flow %d: %s", f.Flow, f.Pickup)
	if f.Handshake != nil && string(f.Handshake.Result) != string(f.Pickup) {
		s += ", " + string(f.Handshake.Result)
	}
	if f.HTTP != nil && f.HTTP.Path != "" {
		s += fmt.Sprintf(", %s%s", report.Clean(f.HTTP.Host), report.Clean(short(f.HTTP.Path)))
	}
	return s
}

func finding(flow int64, r *record.Finding) string {
	s := fmt.Sprintf("wscope flow %d %s: %s", flow, r.Severity, r.Rule)
	if r.From != "" {
		s += " by the " + string(r.From)
	}
	if r.RFC != "" {
		s += " (" + r.RFC + ")"
	}
	if r.Detail != "" {
		s += ": " + report.Clean(short(r.Detail))
	}
	if r.Count > 1 {
		s += fmt.Sprintf(", the first of %d", r.Count)
	}
	return s
}

func label(m *record.Message) string {
	s := fmt.Sprintf("wscope flow %d message %d: %s %s, %d bytes", m.Flow, m.Message, m.From, m.Type, m.Length)
	if !m.Complete {
		s += ", not whole"
	}
	switch {
	case m.Type == "close" && m.Code != nil:
		s += fmt.Sprintf(": %d %s", *m.Code, report.Clean(short(m.Reason)))
	case m.App != nil && m.App.Gist != "":
		s += ": " + report.Clean(short(m.App.Gist))
	case len(m.Data) == 0:
	case m.IsText:
		s += ": " + report.Clean(short(string(m.Data[:min(len(m.Data), 2*shortest)])))
	default:
		s += fmt.Sprintf(": % x", m.Data[:min(len(m.Data), 16)])
	}
	return strings.TrimSpace(s)
}

// shortest is how many bytes of a text a comment shows.
const shortest = 100

func short(s string) string {
	if len(s) <= shortest {
		return s
	}
	n := shortest
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

package rules

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"wscope/analyzer/behaviour"
	"wscope/analyzer/record"
)

// Starter writes a rules file from what a capture shows. It is a record.Sink; the
// run needs Options.Messages.
type Starter struct {
	record.NopSink
	flows    int64
	latency  float64 // the longest of a handshake
	length   int64   // of the longest message
	accepted int64

	rules        map[string]bool
	order        []string
	abnormal     bool
	codes        map[int]bool
	unanswered   int64
	pings        bool
	uncompressed bool
	protocols    map[string]int64
	reconnects   int64

	storm bool
}

// NewStarter returns one that has seen nothing.
func NewStarter() *Starter {
	return &Starter{rules: map[string]bool{}, codes: map[int]bool{}, protocols: map[string]int64{}}
}

// Message notes the longest.
func (s *Starter) Message(m *record.Message) error {
	s.length = max(s.length, m.Length)
	return nil
}

// FlowEnded notes what rules could say of a flow.
func (s *Starter) FlowEnded(f *record.Flow) error {
	s.flows++
	for i := range f.Findings {
		n := &f.Findings[i]
		if n.Severity != record.SeverityNote && !s.rules[n.Rule] {
			s.rules[n.Rule] = true
			s.order = append(s.order, n.Rule)
		}
		s.storm = s.storm || n.Rule == "reconnect-storm"
	}
	if h := f.Handshake; h != nil {
		if h.Latency != nil {
			s.latency = max(s.latency, h.Latency.Float())
		}
		if h.Result == record.Accepted {
			s.accepted++
			s.protocols[h.Subprotocol]++
			agreed := false
			for _, e := range h.Extensions {
				agreed = agreed || strings.HasPrefix(e, "permessage-deflate")
			}
			s.uncompressed = s.uncompressed || !agreed
		}
	}
	if c := f.Close; c != nil && c.How != record.HowNone && f.Sealed == nil {
		s.abnormal = s.abnormal || c.How != record.HowHandshake
		if c.How == record.HowHandshake && c.Code != nil {
			s.codes[*c.Code] = true
		}
	}
	if f.Ping != nil {
		s.pings = true
		s.unanswered = max(s.unanswered, f.Ping.Unanswered)
	}
	if f.Reconnects > 0 {
		s.reconnects++
	}
	return nil
}

// Write writes the rules file.
func (s *Starter) Write(w io.Writer, sum *record.Summary, b *behaviour.Behaviour) error {
	t := &startText{}
	t.line("# Rules for wscope check, from what %d flows showed. Keep what you mean, and tighten it.", s.flows)
	t.line("# All that can be here: wscope check --schema; the ready-made rules: wscope check --list.")
	t.line("version: 1")
	t.line("")
	t.line("# What a comparison with a baseline (--baseline base.json) leaves aside: places of JSON,")
	t.line("# kinds of messages, areas such as latency. For example:")
	t.line("# ignore: [\"$.sent_at\", \"server tick\", latency]")
	t.line("")
	t.line("rules:")
	s.findings(t)
	s.closing(t)
	s.handshake(t)
	if s.length > 0 {
		t.rule("The largest message had "+strconv.FormatInt(s.length, 10)+" bytes.", "max-message", "size: "+roomy(s.length))
	}
	if s.reconnects <= 3 && !s.storm {
		t.rule("Clients that are cut off must not come back without pause.", "no-reconnect-storm", "")
	} else {
		t.line("  # Clients came back %d times after abnormal ends: no-reconnect-storm does not hold.", s.reconnects)
	}
	s.kinds(t, b)
	_, err := io.WriteString(w, t.String())
	return err
}

func (s *Starter) findings(t *startText) {
	if len(s.order) == 0 {
		t.rule("Nobody breaks a MUST or a SHOULD of the RFCs.", "no-warnings", "")
		return
	}
	t.rule("Nobody breaks a MUST or a SHOULD of the RFCs, but for what this capture shows already.", "no-warnings", "except: ["+strings.Join(s.order, ", ")+"]")
}

func (s *Starter) closing(t *startText) {
	if s.abnormal {
		t.line("  # Some flows ended without a closing handshake: no-abnormal-close does not hold.")
	} else {
		codes := []string{"1000", "1001"}
		for code := range 5000 {
			if s.codes[code] && code != 1000 && code != 1001 {
				codes = append(codes, strconv.Itoa(code))
			}
		}
		t.rule("Flows end by a closing handshake.", "no-abnormal-close", "codes: ["+strings.Join(codes, ", ")+"]")
	}
	switch {
	case s.rules["ping-unanswered"]:
		t.line("  # Pings were not answered: no-unanswered-ping does not hold.")
	case s.pings:
		t.rule("Pings are answered, but for those on their way when a flow ends.", "no-unanswered-ping", "in-flight: "+strconv.FormatInt(max(s.unanswered, 1), 10))
	}
}

func (s *Starter) handshake(t *startText) {
	if s.latency > 0 {
		t.rule(fmt.Sprintf("The slowest opening handshake took %.3g s.", s.latency), "handshake-under", "time: "+roomySeconds(s.latency))
	}
	if s.accepted == 0 {
		return
	}
	if !s.uncompressed {
		t.rule("Compression is agreed on.", "compression-agreed", "")
	}
	if len(s.protocols) == 1 {
		for name := range s.protocols {
			if name != "" {
				t.rule("The subprotocol.", "subprotocol", "name: "+strconv.Quote(name))
			}
		}
	}
}

// kinds shows by example how to write rules for the busiest operation.
func (s *Starter) kinds(t *startText, b *behaviour.Behaviour) {
	var busiest *behaviour.Kind
	for _, r := range b.Roles {
		for _, k := range r.Messages {
			if k.From == "server" && k.Reply != nil && !k.KeepsAlive() && (busiest == nil || k.Reply.N > busiest.Reply.N) {
				busiest = k
			}
		}
	}
	t.line("")
	t.line("  # Rules of your own are expressions over the names of flows and messages. For example:")
	t.line("  # - name: few-messages")
	t.line("  #   scope: flow")
	t.line("  #   expect: count(messages, type == \"text\") < 10000 and p99(ping.rtt) < 0.5")
	t.line("  #   message: \"{{count(messages, type == \\\"text\\\")}} texts\"")
	if busiest != nil {
		t.line("  # The server said %q after %.3g s in the middle, in answer to %q:", clean(busiest.Name), busiest.Reply.P50, clean(busiest.Answers))
		t.line("  # - use: latency-under")
		t.line("  #   with: {request: 'json.type == \"…\"', answer: 'json.type == \"…\"', key: json.id, time: %s}", roomySeconds(busiest.Reply.P75))
	}
}

// startText is the file being written.
type startText struct{ strings.Builder }

func (t *startText) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

func (t *startText) rule(why, name, with string) {
	t.line("  # %s", why)
	t.line("  - use: %s", name)
	if with != "" {
		t.line("    with: {%s}", with)
	}
}

// roomy is a size with room for three times as much, as a power of two.
func roomy(n int64) string {
	size := int64(1024)
	for size < 3*n && size < 1<<50 {
		size *= 2
	}
	for _, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if size < 1024 || unit == "GiB" {
			return strconv.FormatInt(size, 10) + unit
		}
		size /= 1024
	}
	return ""
}

// roomySeconds is a time with room for as much again, and for slower machines.
func roomySeconds(s float64) string {
	ms := max(math.Ceil(s*2*10)*100, 500)
	return strconv.FormatFloat(ms, 'f', -1, 64) + "ms"
}

var _ record.Sink = (*Starter)(nil)

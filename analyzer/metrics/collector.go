package metrics

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wscope/analyzer/record"
)

// Options say what may be a label, and where the capture's counts come from.
type Options struct {
	Hosts   []string       // told apart by the label host
	Paths   []string       // told apart by the label path, without a query
	Capture func() Capture // asked at every scrape, from any goroutine; nil is none

	Outbound func() Outbound // asked likewise; nil where records are sent nowhere
}

// Collector counts records. Its methods as a Sink are called one at a time;
// ServeHTTP may be called from any.
type Collector struct {
	record.NopSink
	options  Options
	registry *prometheus.Registry
	set      *set
	flows    map[int64]*counted // those alive
	codes    map[string]bool    // close codes that have a label
}

// counted is what is counted already of a living flow.
type counted struct {
	host, path string
	sides      [2]record.Direction
	lines      [2]*side // its counters
	handshake  bool
	likely     string // what it is likely to be, of a TLS connection that could not be opened
}

// side is the counters of one sender, found once a flow.
type side struct {
	types                     [5]prometheus.Counter
	frames, wire, bytes, lost prometheus.Counter
}

var (
	froms = [2]string{"client", "server"}
	types = [5]string{"text", "binary", "ping", "pong", "close"}
)

const (
	other    = "other"
	maxCodes = 50 // close codes that get a label of their own
)

// New makes a Collector with a registry of its own, which also tells of the program.
func New(o Options) *Collector {
	c := &Collector{options: o, registry: prometheus.NewRegistry(), flows: map[int64]*counted{}, codes: map[string]bool{}}
	c.set = newSet(c.registry)
	c.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if o.Capture != nil {
		c.registry.MustRegister(captureCollector(o.Capture))
	}
	if o.Outbound != nil {
		c.registry.MustRegister(outboundCollector(o.Outbound))
	}
	return c
}

// ServeHTTP gives the metrics to a scraper.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(c.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// allowed is a label's value.
func allowed(list []string, value string) string {
	if slices.Contains(list, value) {
		return value
	}
	return other
}

// flow gives what is counted of a flow.
func (c *Collector) flow(f *record.Flow) *counted {
	n := c.flows[f.Flow]
	if n != nil {
		return n
	}
	n = &counted{host: other, path: other}
	if f.HTTP != nil {
		path, _, _ := strings.Cut(f.HTTP.Path, "?")
		n.host, n.path = allowed(c.options.Hosts, f.HTTP.Host), allowed(c.options.Paths, path)
	}
	for i, from := range froms {
		s := &side{
			frames: c.set.frames.WithLabelValues(n.host, n.path, from),
			wire:   c.set.wire.WithLabelValues(n.host, n.path, from),
			bytes:  c.set.bytes.WithLabelValues(n.host, n.path, from),
			lost:   c.set.lost.WithLabelValues(from),
		}
		for k, kind := range types {
			s.types[k] = c.set.messages.WithLabelValues(n.host, n.path, from, kind)
		}
		n.lines[i] = s
	}
	c.flows[f.Flow] = n
	return n
}

// add adds what is new.
func (c *Collector) add(n *counted, f *record.Flow) {
	for i, now := range [2]*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		was, s := &n.sides[i], n.lines[i]
		step(s.frames, now.Frames, was.Frames)
		step(s.wire, now.WireBytes, was.WireBytes)
		step(s.bytes, now.MessageBytes, was.MessageBytes)
		step(s.lost, now.LostBytes, was.LostBytes)
		a, b := counts(&now.Messages), counts(&was.Messages)
		for k := range a {
			step(s.types[k], a[k], b[k])
		}
		*was = record.Direction{Frames: now.Frames, WireBytes: now.WireBytes, MessageBytes: now.MessageBytes,
			LostBytes: now.LostBytes, Messages: now.Messages}
	}
	if !n.handshake && f.Handshake != nil && f.Handshake.Latency != nil {
		n.handshake = true
		c.set.handshake.Observe(f.Handshake.Latency.Float())
	}
	if f.Ping != nil {
		for _, rtt := range f.Ping.Fresh {
			c.set.ping.Observe(rtt.Float())
		}
	}
}

func step(c prometheus.Counter, now, was int64) {
	if now > was {
		c.Add(float64(now - was))
	}
}

func counts(c *record.Counts) [5]int64 { return [5]int64{c.Text, c.Binary, c.Ping, c.Pong, c.Close} }

// code is the label of how a flow ended.
func (c *Collector) code(f *record.Closing) string {
	if f.Code == nil {
		return string(f.How)
	}
	code := strconv.Itoa(*f.Code)
	if !c.codes[code] {
		if len(c.codes) >= maxCodes {
			return other
		}
		c.codes[code] = true
	}
	return code
}

// unopened counts a living TLS connection that could not be opened as what it is likely to be now; "" is none any more.
func (c *Collector) unopened(n *counted, likely string) {
	if likely == n.likely {
		return
	}
	if n.likely != "" {
		c.set.unopened.WithLabelValues(n.likely).Dec()
	}
	if likely != "" {
		c.set.unopened.WithLabelValues(likely).Inc()
	}
	n.likely = likely
}

// likely is what a connection that could not be opened is likely to be.
func likely(f *record.Flow) string {
	if f.Sealed == nil {
		return "unknown"
	}
	return f.Sealed.Likely
}

// FlowBegun counts a new flow.
func (c *Collector) FlowBegun(f *record.Flow) error {
	n := c.flow(f)
	c.set.opened.WithLabelValues(n.host, n.path, string(f.Pickup)).Inc()
	if f.Pickup == record.PickupEncrypted {
		c.unopened(n, likely(f))
	} else {
		c.set.open.Inc()
	}
	return nil
}

// FlowUpdate counts what is new of a flow.
func (c *Collector) FlowUpdate(f *record.Flow) error {
	n := c.flow(f)
	c.add(n, f)
	if f.Pickup == record.PickupEncrypted {
		c.unopened(n, likely(f))
	}
	return nil
}

// FlowEnded counts the rest of a flow, how it ended and what was found.
func (c *Collector) FlowEnded(f *record.Flow) error {
	n := c.flow(f)
	c.add(n, f)
	delete(c.flows, f.Flow)
	if f.Pickup == record.PickupEncrypted {
		c.unopened(n, "")
		c.set.sealed.WithLabelValues(likely(f)).Inc()
	} else {
		c.set.open.Dec()
		c.ended(n, f)
	}
	for i := range f.Findings {
		c.set.findings.WithLabelValues(f.Findings[i].Rule, string(f.Findings[i].Severity)).Add(float64(f.Findings[i].Count))
	}
	return nil
}

// ended counts how a WebSocket was answered and how it ended.
func (c *Collector) ended(n *counted, f *record.Flow) {
	result := "none"
	if f.Handshake != nil {
		result = string(f.Handshake.Result)
	}
	c.set.ended.WithLabelValues(n.host, n.path, result).Inc()
	if f.Close != nil {
		c.set.closes.WithLabelValues(c.code(f.Close)).Inc()
	}
}

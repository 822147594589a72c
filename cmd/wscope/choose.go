package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/filter"
	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// choice is the flags that choose among flows and their records.
type choice struct {
	flow         int64 // the only one that is wanted; 0 is all
	filter       string
	since, until string
	host         string
	port         int

	kind   filter.Kind // what the command's filter chooses
	grep   string
	doubts []string         // of the filter
	passed func(flow int64) // told of the flows that are passed over; may be nil
}

func (c *choice) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.filter, "filter", "", "only what `EXPR` is true of, such as 'flow.http.host == \"x\"' (wscope fields lists the names)")
	cmd.RegisterFlagCompletionFunc("filter", func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return filter.Complete(word, c.kind), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
	if c.kind == filter.Messages {
		f.StringVar(&c.grep, "grep", "", "only messages whose payload matches `REGEX` (Go's; (?i) ignores case)")
	}
	f.Int64Var(&c.flow, "flow", 0, "only the flow of number `N`")
	f.StringVar(&c.host, "host", "", "only flows of this `HOST`: of the Host header, of TLS's server name, or an address of either end")
	f.IntVar(&c.port, "port", 0, "only flows of this `PORT` of either end")
	f.StringVar(&c.since, "since", "", "pass over packets before `TIME`: RFC 3339, or +10s from the first packet")
	f.StringVar(&c.until, "until", "", "pass over packets after `TIME`")
}

// choosing reports whether any flag chooses.
func (c *choice) choosing() bool {
	return c.flow != 0 || c.filter != "" || c.host != "" || c.port != 0 || c.since != "" || c.until != ""
}

// apply completes the options by the flags.
func (c *choice) apply(opt *analyzer.Options) error {
	var err error
	if opt.Since, opt.SinceStart, err = when("--since", c.since); err != nil {
		return err
	}
	if opt.Until, opt.UntilStart, err = when("--until", c.until); err != nil {
		return err
	}
	if c.flow < 0 {
		return fmt.Errorf("--flow %d: flows count from 1", c.flow)
	}
	if c.port < 0 || c.port > 65535 {
		return fmt.Errorf("--port %d is not a port", c.port)
	}
	c.host = strings.ToLower(c.host)
	if c.filter != "" {
		f, err := filter.Compile(c.filter, c.kind)
		if err != nil {
			return c.wrong(err)
		}
		c.doubts = f.Doubts()
		opt.Payload = opt.Payload || f.Payload()
		opt.Select = f.Select()
		switch c.kind {
		case filter.Messages:
			opt.KeepMessage = f.Message
		case filter.Frames:
			opt.KeepFrame = f.Frame
		default:
			opt.KeepFlow = f.Flow()
		}
	}
	if c.grep != "" {
		if err := c.grepFor(opt); err != nil {
			return err
		}
	}
	if c.host != "" || c.port != 0 {
		chosen := opt.Select
		opt.Select = func() func(*analyzer.Flow) bool {
			if chosen == nil {
				return c.ends
			}
			by := chosen()
			return func(f *analyzer.Flow) bool { return c.ends(f) && by(f) }
		}
	}
	if c.flow != 0 || c.host != "" || c.port != 0 || opt.KeepFlow != nil {
		by := opt.KeepFlow
		opt.KeepFlow = func(f *analyzer.Flow) bool {
			ok := (c.flow == 0 || f.Flow == c.flow) && c.ends(f) && (by == nil || by(f))
			if !ok && c.passed != nil {
				c.passed(f.Flow)
			}
			return ok
		}
	}
	return nil
}

// when reads a time, or a duration from the first packet.
func when(name, s string) (analyzer.Time, analyzer.Seconds, error) {
	if s == "" {
		return 0, 0, nil
	}
	if strings.HasPrefix(s, "+") {
		d, err := time.ParseDuration(s[1:])
		if err != nil || d <= 0 {
			return 0, 0, fmt.Errorf("%s %q is no duration like +10s or +1m30s", name, s)
		}
		return 0, analyzer.Seconds(d), nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, 0, fmt.Errorf("%s %q is neither a time like 2026-11-22T17:14:46Z nor a duration from the start like +10s", name, s)
	}
	return analyzer.Time(t.UnixNano()), 0, nil
}

// ends reports whether a flow is between the wanted ends.
func (c *choice) ends(f *analyzer.Flow) bool {
	if c.port != 0 && int(f.Client.Port) != c.port && int(f.Server.Port) != c.port {
		return false
	}
	if c.host == "" || f.Client.IP == c.host || f.Server.IP == c.host || f.TLS != nil && strings.ToLower(f.TLS.SNI) == c.host {
		return true
	}
	if f.HTTP == nil {
		return false
	}
	host := strings.ToLower(f.HTTP.Host)
	if host == c.host {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	return err == nil && name == c.host
}

// misread is an error of an expression, with the place below it.
type misread struct {
	message string
	place   string // the line, and a caret under it
}

func (m *misread) Error() string { return m.message }

// wrong tells what is wrong with the filter, and where.
func (c *choice) wrong(err error) error {
	var e *query.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("--filter: %w", err)
	}
	m := &misread{message: fmt.Sprintf("--filter: column %d: %s", e.Column, e.Message)}
	lines := strings.Split(c.filter, "\n")
	if len(lines) > 1 {
		m.message = "--filter: line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.Message
	}
	if e.Line >= 1 && e.Line <= len(lines) {
		m.place = "  " + lines[e.Line-1] + "\n  " + strings.Repeat(" ", max(e.Column-1, 0)) + "^"
	}
	return m
}

// chosen gives a sink only what belongs to the chosen flow: numbers are not known before
// the records are in order.
func (c *choice) chosen(sink analyzer.Sink) analyzer.Sink {
	if c.flow == 0 {
		return sink
	}
	one := oneFlow{sink, c.flow}
	if events, ok := sink.(analyzer.EventSink); ok {
		return &oneFlowEvents{one, events}
	}
	return &one
}

// oneFlow passes on the records of one flow. Of the others it tells that they began.
type oneFlow struct {
	analyzer.Sink
	flow int64
}

func (o *oneFlow) FlowUpdate(f *analyzer.Flow) error {
	if f.Flow != o.flow {
		return nil
	}
	return o.Sink.FlowUpdate(f)
}

func (o *oneFlow) Message(m *analyzer.Message) error {
	if m.Flow != o.flow {
		return nil
	}
	return o.Sink.Message(m)
}

func (o *oneFlow) Frame(f *analyzer.Frame) error {
	if f.Flow != o.flow {
		return nil
	}
	return o.Sink.Frame(f)
}

func (o *oneFlow) Rendered(flow int64, b []byte) error {
	if flow != o.flow {
		return nil
	}
	return o.Sink.Rendered(flow, b)
}

// oneFlowEvents is a oneFlow for a sink that takes events.
type oneFlowEvents struct {
	oneFlow
	events analyzer.EventSink
}

func (o *oneFlowEvents) Gap(g *analyzer.Gap) error {
	if g.Flow != o.flow {
		return nil
	}
	return o.events.Gap(g)
}

func (o *oneFlowEvents) Finding(flow int64, f *analyzer.Finding) error {
	if flow != o.flow {
		return nil
	}
	return o.events.Finding(flow, f)
}

// TLSRecord implements record.TLSRecordSink.
func (o *oneFlowEvents) TLSRecord(r *record.TLSRecord) error {
	if records, ok := o.events.(record.TLSRecordSink); ok && r.Flow == o.flow {
		return records.TLSRecord(r)
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/analyzer/report"
	"wscope/assembly/capture"
	"wscope/assembly/tlsopen"
	"wscope/cmd/wscope/keys"
)

// maxClosed is how many groups of connections that stayed closed are told.
const maxClosed = 8

// explain tells what the capture holds, read back from the file, and which TLS connections of which
// process could not be opened and what would help. A capture that shows nothing must not pass for
// one that shows nothing wrong.
func (r *recording) explain(ctx context.Context, g *gathered) {
	src, err := capture.Open([]string{r.file}, capture.Options{Context: ctx})
	if err != nil {
		r.env.notice("%s: %v", r.file, err)
		return
	}
	defer src.Close()
	closed := &closedFlows{}
	sum, err := analyzer.Run(ctx, src, analyzer.Options{Workers: 2, Keys: tlsopen.NewKeys()}, closed)
	if err != nil {
		r.env.notice("%s: %v", r.file, err)
		return
	}
	r.env.notice("recorded %s: %s, %s; %s could not be opened", report.Clean(r.file), report.Count(sum.Packets, "packet"),
		report.Count(sum.Flows-int64(len(closed.flows)), "WebSocket"), report.Count(int64(len(closed.flows)), "TLS connection"))
	for i, group := range closed.groups(g) {
		if i == maxClosed {
			r.env.notice("…")
			break
		}
		r.env.notice("%s", group)
	}
}

// closedFlows is the Sink that keeps the connections that could not be opened.
type closedFlows struct {
	record.NopSink
	flows []closedFlow
}

type closedFlow struct{ client, server record.Endpoint }

// FlowEnded notes a connection that could not be opened.
func (c *closedFlows) FlowEnded(f *record.Flow) error {
	if f.Pickup == record.PickupEncrypted && len(c.flows) < 1<<16 {
		c.flows = append(c.flows, closedFlow{f.Client, f.Server})
	}
	return nil
}

// groups describes the connections by the process that opened them, in the order in which they came.
func (c *closedFlows) groups(g *gathered) []string {
	type key struct{ program, server string }
	counts, order, reasons := map[key]int64{}, []key(nil), map[key]string{}
	for _, f := range c.flows {
		var k key // the zero key is of processes that are not known
		reason := "wscope keys lists how to get the keys of each runtime"
		if p, ok := g.owner(f); ok {
			k = key{fmt.Sprintf("%s (process %d)", report.Clean(p.Name), p.PID), net.JoinHostPort(f.server.IP, strconv.Itoa(int(f.server.Port)))}
			reach := keys.Explain(p, g.preload != "", g.probe != nil)
			reason = reach.Reason
			if reach.Entry != "" {
				reason += "; see wscope keys " + reach.Entry
			}
		}
		if counts[k] == 0 {
			order = append(order, k)
		}
		counts[k]++
		reasons[k] = reason
	}
	var lines []string
	for _, k := range order {
		of := "of processes that record did not see"
		if k.program != "" {
			of = "of " + k.program + " to " + k.server
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", report.Count(counts[k], "TLS connection"), of, reasons[k]))
	}
	return lines
}

// owner is the process of the command at either end, the client's first.
func (g *gathered) owner(f closedFlow) (keys.Process, bool) {
	if g.owners == nil {
		return keys.Process{}, false
	}
	if p, ok := g.owners.Of(f.client.Port); ok {
		return p, true
	}
	return g.owners.Of(f.server.Port)
}

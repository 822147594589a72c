package correlate

import (
	"cmp"
	"slices"
	"wscope/analyzer/record"
)

// Limits of what is reported and kept of subprotocols over a capture.
const (
	maxSlowest       = 10
	maxAppTotals     = 100  // subprotocols
	maxAppOperations = 1000 // operations of a subprotocol
)

// appTotals adds up the flows' subprotocols.
type appTotals map[string]*appTotal

type appTotal struct {
	record.AppTotal
	ops map[[2]string]*appOp // by name and who asks
}

type appOp struct {
	record.AppOp
	latencies record.Sketch
}

func (t *appTotals) add(f *record.Flow) {
	a := f.App
	if a == nil {
		return
	}
	if *t == nil {
		*t = appTotals{}
	}
	p := (*t)[a.Protocol]
	if p == nil {
		if len(*t) == maxAppTotals {
			return
		}
		p = &appTotal{AppTotal: record.AppTotal{Protocol: a.Protocol}, ops: map[[2]string]*appOp{}}
		(*t)[a.Protocol] = p
	}
	p.Flows++
	p.Messages += a.Messages
	p.Errors += a.Errors
	p.Unanswered += a.Unanswered
	for i := range a.Operations {
		p.operation(&a.Operations[i], f.Flow)
	}
}

func (p *appTotal) operation(o *record.AppOperation, flow int64) {
	key := [2]string{o.Name, string(o.From)}
	op := p.ops[key]
	if op == nil {
		if len(p.ops) >= maxAppOperations {
			key[0] = "(others)"
			op = p.ops[key]
		}
		if op == nil {
			op = &appOp{AppOp: record.AppOp{Name: key[0], From: o.From}}
			p.ops[key] = op
		}
	}
	op.Count += o.Count
	op.Failed += o.Failed
	if o.Max > op.Max || op.Flow == 0 {
		op.Max, op.Flow = o.Max, flow
	}
	if o.Latencies != nil {
		op.latencies.Merge(o.Latencies)
	}
}

// sorted is the subprotocols, the one of most flows first.
func (t appTotals) sorted() []record.AppTotal {
	var list []record.AppTotal
	for _, p := range t {
		for _, op := range p.ops {
			op.P50, op.P90, op.P99 = op.latencies.Quantile(0.5), op.latencies.Quantile(0.9), op.latencies.Quantile(0.99)
			p.Slowest = append(p.Slowest, op.AppOp)
		}
		slices.SortFunc(p.Slowest, func(a, b record.AppOp) int {
			return cmp.Or(cmp.Compare(b.P99, a.P99), cmp.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From))
		})
		p.Slowest = slices.Clip(p.Slowest[:min(len(p.Slowest), maxSlowest)])
		list = append(list, p.AppTotal)
	}
	slices.SortFunc(list, func(a, b record.AppTotal) int {
		return cmp.Or(cmp.Compare(b.Flows, a.Flows), cmp.Compare(a.Protocol, b.Protocol))
	})
	return list
}

package apps

import (
	"context"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/assembly/capture"
)

// TestTotalsTellTheSlowestOperations runs all recorded conversations as one capture.
func TestTotalsTellTheSlowestOperations(t *testing.T) {
	src, err := capture.Open(captures(t), capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out told
	sum, err := analyzer.Run(context.Background(), src, analyzer.Options{Apps: New}, &out)
	if err != nil {
		t.Fatal(err)
	}
	slowest := map[string]record.AppOp{}
	for _, a := range sum.Apps {
		for i, op := range a.Slowest {
			if i > 0 && op.P99 > a.Slowest[i-1].P99 {
				t.Errorf("%s: %s is slower than the one before it", a.Protocol, op.Name)
			}
			if op.Count == 0 || op.Max < op.P99 || op.Flow == 0 {
				t.Errorf("%s: %+v", a.Protocol, op)
			}
		}
		if len(a.Slowest) > 0 {
			slowest[a.Protocol] = a.Slowest[0]
		}
	}
	// The servers were made to take their time in these.
	for protocol, want := range map[string]string{
		"json-rpc": "textDocument/hover", "signalr": "Slow", "ocpp": "Authorize", "phoenix": "slow", "graphql-transport-ws": "Slow", "socket.io": "add",
	} {
		if got := slowest[protocol]; got.Name != want || got.P99.Float() < 0.02 {
			t.Errorf("%s: the slowest is %+v, want %s", protocol, got, want)
		}
	}
}

// TestSameWithAnyWorkers holds the summaries to be the same by one goroutine and by four.
func TestSameWithAnyWorkers(t *testing.T) {
	for _, path := range captures(t) {
		one, four := analyse(t, path, analyzer.Options{}), analyse(t, path, analyzer.Options{Workers: 4})
		for i := range one.flows {
			a, b := one.flows[i].App, four.flows[i].App
			if (a == nil) != (b == nil) || a != nil && (a.Messages != b.Messages || len(a.Operations) != len(b.Operations) || len(a.Names) != len(b.Names)) {
				t.Errorf("%s: %+v by one, %+v by four", path, a, b)
			}
		}
	}
}

// BenchmarkMessages is what a message costs, by dialect.
func BenchmarkMessages(b *testing.B) {
	for protocol, messages := range recorded(b) {
		begin := kinds()[protocol]
		if begin == nil {
			continue
		}
		size := 0
		for _, m := range messages {
			size += len(m.Data)
		}
		b.Run(protocol, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size / len(messages)))
			c := begin()
			for i := range b.N {
				c.Message(messages[i%len(messages)])
			}
		})
	}
}

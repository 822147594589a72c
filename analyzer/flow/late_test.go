package flow_test

import (
	"context"
	"math"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
	"wscope/assembly/capture"
)

// TestLateSegmentsAreTsharks holds what TCP did to tshark 4.0 (tcp.analysis.*): segments that
// bring nothing new or come behind their successors, in all, and the handshake's round trip.
// tshark calls one out-of-order by the time since the highest segment, wscope by the time since
// something waits for it, so that the two share them out differently. tshark's lost_segment is
// told of each hole, also of one that is filled later; the peers had all bytes here.
func TestLateSegmentsAreTsharks(t *testing.T) {
	for _, c := range []struct {
		name string
		late int64   // retransmission and out_of_order, SYNs apart
		rtt  float64 // initial_rtt, in seconds
	}{
		{"all-deflate", 30, 0.002687},
		{"all-tls", 38, 0.002321},
		{"loss", 8, 0.000112},
		{"stall", 52, 0.103943},
	} {
		got, _ := analyzertest.Analyze(t, analyzertest.Path("peers", "lossy", c.name+".pcap"), analyzer.Options{})
		tcp := got.Flows[0].TCP
		if late := tcp.Retransmitted + tcp.Duplicates + tcp.OutOfOrder; late != c.late || tcp.CaptureLoss != 0 {
			t.Errorf("%s: %d segments are late, tshark tells %d; lost in the capture: %d", c.name, late, c.late, tcp.CaptureLoss)
		}
		if tcp.RTT == nil || math.Abs(tcp.RTT.Float()-c.rtt) > 2e-6 {
			t.Errorf("%s: the round trip is %v, tshark's %v", c.name, tcp.RTT, c.rtt)
		}
	}
}

// TestWithoutKeysTCPIsToldAllTheSame counts the late segments of connections that nobody can read.
func TestWithoutKeysTCPIsToldAllTheSame(t *testing.T) {
	for name, late := range map[string]int64{"all-tls": 38, "all-h2": 53} {
		src, err := capture.Open([]string{analyzertest.Path("peers", "lossy", name+".pcap")}, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		got := &analyzertest.Records{}
		if _, err := analyzer.Run(context.Background(), src, analyzer.Options{}, got); err != nil {
			t.Fatal(err)
		}
		if tcp := got.Flows[0].TCP; got.Flows[0].Pickup != "encrypted" || tcp.Retransmitted+tcp.Duplicates+tcp.OutOfOrder != late {
			t.Errorf("%s: %+v, want %d late segments", name, tcp, late)
		}
	}
}

package correlate

import (
	"fmt"
	"testing"

	"wscope/analyzer/flow"
	"wscope/analyzer/record"
)

// conn is a flow of a client to a path that begins at a second, asked with a key.
func conn(client, server, path, key string, at int64) *record.Flow {
	r := &record.Flow{
		Client: record.Endpoint{IP: client, Port: 1000}, Server: record.Endpoint{IP: server, Port: 80},
		Start: record.Time(at * 1e9), End: record.Time(at * 1e9), Asked: record.Time(at * 1e9), Pickup: "handshake",
		Handshake: &record.Handshake{Result: "accepted"}, HTTP: &record.HTTP{Host: "example.com", Path: path},
		Numbers: [2]uint32{uint32(len(client)), uint32(at)},
	}
	if key != "" {
		r.HTTP.RequestHeaders = [][2]string{{"sec-websocket-key", key}}
	}
	return r
}

// TestReconnectsFollowAbnormalEnds links a flow to the one of the same client, host and path that broke off shortly before.
func TestReconnectsFollowAbnormalEnds(t *testing.T) {
	code := func(n int) *int { return &n }
	for _, c := range []struct {
		name  string
		how   record.Closing
		path  string
		after int64 // seconds
		want  int64
	}{
		{"a reset", record.Closing{How: "rst"}, "/a", 3, 1},
		{"another query", record.Closing{How: "fin"}, "/a?try=2", 3, 1},
		{"an abnormal code", record.Closing{How: "handshake", Code: code(1011)}, "/a", 3, 1},
		{"a normal code", record.Closing{How: "handshake", Code: code(1000)}, "/a", 3, 0},
		{"a code of the application", record.Closing{How: "handshake", Code: code(4000)}, "/a", 3, 0},
		{"still open", record.Closing{How: "none"}, "/a", 3, 0},
		{"another path", record.Closing{How: "rst"}, "/b", 3, 0},
		{"long after", record.Closing{How: "rst"}, "/a", 61, 0},
	} {
		var f Flows
		var first, second flow.Ref
		f.Begun(conn("10.0.0.1", "192.0.2.1", "/a", "", 100), &first)
		end := conn("10.0.0.1", "192.0.2.1", "/a", "", 100)
		end.Close = &c.how
		f.Ended(end, &first)
		r := conn("10.0.0.1", "192.0.2.1", c.path, "", 100+c.after)
		if f.Begun(r, &second); r.Reconnects != c.want || r.Flow != 2 {
			t.Errorf("%s: flow %d reconnects after %d, not %d", c.name, r.Flow, r.Reconnects, c.want)
		}
		if f.Update(end, &second); end.Reconnects != c.want {
			t.Errorf("%s: the update reconnects after %d", c.name, end.Reconnects)
		}
	}
}

// TestEndsBeforeTheyAreCertain links to a flow that a RST has probably ended, and not where the RST ended nothing.
func TestEndsBeforeTheyAreCertain(t *testing.T) {
	for _, goesOn := range []bool{false, true} {
		var f Flows
		var first, second flow.Ref
		r := conn("10.0.0.1", "192.0.2.1", "/a", "", 100)
		f.Begun(r, &first)
		r.Close = &record.Closing{How: "rst"}
		f.GoesOn(&first) // nothing to take back yet
		f.MayEnd(r, &first)
		if goesOn {
			f.GoesOn(&first)
		}
		again := conn("10.0.0.1", "192.0.2.1", "/a", "", 101)
		if f.Begun(again, &second); (again.Reconnects == 1) == goesOn {
			t.Errorf("it goes on: %v; the next flow reconnects after %d", goesOn, again.Reconnects)
		}
	}
}

// TestStormsAreFound comes back too fast again and again.
func TestStormsAreFound(t *testing.T) {
	for _, gap := range []int64{1, 10} {
		var f Flows
		storms := 0
		for i := range int64(20) {
			var ref flow.Ref
			f.Begun(conn("10.0.0.1", "192.0.2.1", "/a", "", 100+i*gap), &ref)
			end := conn("10.0.0.1", "192.0.2.1", "/a", "", 100+i*gap)
			end.Close = &record.Closing{How: "rst"}
			f.Ended(end, &ref)
			storms += len(end.Findings)
		}
		if gap == 1 && storms != 20-record.StormTimes || gap == 10 && storms > 0 {
			t.Errorf("%d storms, a connection every %d s", storms, gap)
		}
	}
}

// TestBothHops links flows by their key, by time and path, and the same connection on both sides of a translation.
func TestBothHops(t *testing.T) {
	for _, c := range []struct {
		name        string
		front, back *record.Flow
		want        string
	}{
		{"the key", conn("10.0.0.1", "10.0.0.2", "/a", "k", 1), conn("10.0.0.22", "10.0.0.3", "/a", "k", 2), "front key certain"},
		{"time and path", conn("10.0.0.1", "10.0.0.2", "/a", "k", 1), conn("10.0.0.2", "10.0.0.3", "/a", "other", 2), "front time and path likely"},
		{"too late", conn("10.0.0.1", "10.0.0.2", "/a", "k", 1), conn("10.0.0.2", "10.0.0.3", "/a", "other", 9), "none"},
		{"another path", conn("10.0.0.1", "10.0.0.2", "/a", "", 1), conn("10.0.0.2", "10.0.0.3", "/b", "", 2), "none"},
	} {
		var f Flows
		var front, back flow.Ref
		f.Begun(c.front, &front)
		f.Begun(c.back, &back)
		f.Update(c.front, &front)
		got := "none"
		if p := c.front.Proxied; p != nil {
			got = p.Role + " " + p.By + " " + p.Sure
		}
		if got != c.want || c.want != "none" && (c.back.Proxied == nil || c.back.Proxied.Flow != 1) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	var f Flows
	var one, two flow.Ref
	inside, outside := conn("10.0.0.1", "10.0.0.2", "/a", "k", 1), conn("10.0.0.9", "10.0.0.2", "/a", "k", 1)
	f.Begun(inside, &one)
	if f.Begun(outside, &two); outside.SameAs != 1 || outside.Proxied != nil {
		t.Errorf("the other side of a translation is the same as %d", outside.SameAs)
	}
	for i := range 2 * maxHops { // all at once: the oldest go
		var ref flow.Ref
		f.Begun(conn("10.0.0.1", "10.0.0.2", "/a", fmt.Sprint("k", i), 1), &ref)
	}
	if len(f.hops.waiting) > maxHops || len(f.hops.byKey) > maxHops {
		t.Errorf("%d flows wait, %d keys", len(f.hops.waiting), len(f.hops.byKey))
	}
}

// TestTotals adds up flows of every kind.
func TestTotals(t *testing.T) {
	var totals Totals
	code := 1000
	closed := conn("10.0.0.1", "192.0.2.1", "/a?x=1", "", 1)
	closed.Close, closed.End = &record.Closing{How: "handshake", Code: &code}, 5e9
	closed.Handshake.Subprotocol = "chat"
	closed.Findings = []record.Finding{{Rule: "b", Severity: "note", Count: 2}, {Rule: "a", Severity: "error", Count: 1}}
	closed.App = &record.AppSummary{Protocol: "wamp", Messages: 3, Operations: []record.AppOperation{{Name: "call", From: "client", Count: 3, Failed: 1}}}
	open := conn("10.0.0.2", "192.0.2.1", "/a", "", 2)
	open.Close, open.End = &record.Closing{How: "none", TCP: flow.StillOpen}, 9e9
	sealed := conn("10.0.0.1", "192.0.2.1", "", "", 3)
	sealed.Pickup, sealed.Sealed = "encrypted", &record.Sealed{Likely: "websocket"}
	dropped := conn("10.0.0.3", "192.0.2.1", "/a", "", 4)
	for _, f := range []*record.Flow{closed, open, sealed, dropped} {
		totals.Begun(f)
	}
	totals.Dropped(dropped)
	for _, f := range []*record.Flow{closed, open, sealed} {
		totals.Flow(f)
	}
	s := totals.Summary(9e9)
	got := fmt.Sprint(s.Flows, s.MaxOpen, s.ByPickup, s.ByResult, s.Paths, s.Clients, s.Protocols, s.Encrypted, s.Closes, s.Sealed.WebSockets, s.Concurrency.Open[0])
	if want := "3 3 [{handshake 2} {encrypted 1}] [{accepted 2}] [{/a 2}] [{10.0.0.1 2} {10.0.0.2 1}] [{chat 1}] [{80 1}] [{1000 1} {none 1}] 1 1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if len(s.Findings) != 2 || s.Findings[0].Rule != "a" || s.Findings[1].Count != 2 || len(s.Apps) != 1 || s.Apps[0].Slowest[0].Failed != 1 {
		t.Errorf("%+v, %+v", s.Findings, s.Apps)
	}
}

// TestTotalsOfConnectionsNotOpened holds that of those nothing is counted as 0.
func TestTotalsOfConnectionsNotOpened(t *testing.T) {
	var totals Totals
	sealed := conn("10.0.0.1", "192.0.2.1", "", "", 3)
	sealed.Pickup, sealed.Sealed = "encrypted", &record.Sealed{Likely: "websocket"}
	sealed.ClientToServer, sealed.ServerToClient = record.Unknown(), record.Unknown()
	if s := totals.Summary(0); s.Client.IsZero() {
		t.Error("nothing was there: 0 is right")
	}
	totals.Begun(sealed)
	totals.Flow(sealed)
	if s := totals.Summary(9e9); !s.Client.IsZero() || !s.Server.IsZero() {
		t.Errorf("%+v", s.Client)
	}
	read := conn("10.0.0.1", "192.0.2.1", "/", "", 4)
	totals.Begun(read)
	totals.Flow(read)
	if s := totals.Summary(9e9); s.Client.IsZero() || s.Server.IsZero() {
		t.Error("one was read")
	}
}

// TestNamesAreBounded counts ever new names, subprotocols and operations.
func TestNamesAreBounded(t *testing.T) {
	var c Counts
	for i := range maxNames + 5 {
		c.Add(fmt.Sprint(i), 1)
	}
	if c["(others)"] != 5 || len(c) != maxNames+1 {
		t.Errorf("%d names, %d others", len(c), c["(others)"])
	}
	var apps appTotals
	for i := range maxAppTotals + 5 {
		apps.add(&record.Flow{App: &record.AppSummary{Protocol: fmt.Sprint(i)}})
	}
	var operations []record.AppOperation
	for i := range maxAppOperations + 5 {
		operations = append(operations, record.AppOperation{Name: fmt.Sprint(i), Count: 1})
	}
	apps.add(&record.Flow{App: &record.AppSummary{Protocol: "0", Operations: operations}})
	if len(apps) != maxAppTotals || len(apps["0"].ops) != maxAppOperations+1 {
		t.Errorf("%d subprotocols, %d operations", len(apps), len(apps["0"].ops))
	}
}

package recent

import (
	"math/rand/v2"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// TestTrafficIsBounded holds that many flows and messages take bounded room, and that what falls out is counted.
func TestTrafficIsBounded(t *testing.T) {
	limits := Limits{Open: 100, Ended: 20, Records: 1 << 20, Messages: 50, Payload: 10, Bytes: 100 * (overhead + 10 + beyond)}
	r := New(limits)
	for i := range int64(130) {
		r.FlowBegun(&record.Flow{Flow: i + 1})
	}
	for flow := range int64(4) {
		for n := range int64(80) {
			r.Message(&record.Message{Flow: flow + 1, Message: n + 1, Type: "text", IsText: true, Data: []byte(strings.Repeat("x", 1000))})
		}
	}
	if c := r.Counts(); len(r.flows) != 100 || c.Beyond != 30 {
		t.Errorf("%d flows, %d beyond", len(r.flows), c.Beyond)
	}
	if r.all.Len() != 100 || r.bytes > limits.Bytes {
		t.Errorf("%d messages, %d bytes", r.all.Len(), r.bytes)
	}
	for flow, left := range map[int64]int64{1: 80, 2: 80, 3: 30, 4: 30} {
		if c := r.Conversation(flow, 0, 1<<40); c.Left != left || int64(len(c.Messages)) != 80-left || c.Listed != 80 {
			t.Errorf("flow %d: %d left, %d kept, %d listed", flow, c.Left, len(c.Messages), c.Listed)
		}
	}
	for i := range int64(130) {
		r.FlowEnded(&record.Flow{Flow: i + 1})
	}
	if c := r.Counts(); len(r.flows) != 20 || c.Beyond != 0 || c.Ended != 130 || c.Dropped != 110 || r.all.Len() != 0 || r.bytes != 0 {
		t.Errorf("%d flows, %+v, %d messages of %d bytes", len(r.flows), c, r.all.Len(), r.bytes)
	}
}

// TestRecordsAreBounded holds that records of any size take bounded room.
func TestRecordsAreBounded(t *testing.T) {
	r := New(Limits{Open: 1000, Ended: 1000, Records: 100_000, Messages: 1, Payload: 1, Bytes: 1})
	large := &record.HTTP{Path: strings.Repeat("/", 9000)}
	for i := range int64(50) {
		r.FlowBegun(&record.Flow{Flow: i + 1, HTTP: large})
		if i%2 == 0 {
			r.FlowEnded(&record.Flow{Flow: i + 1, HTTP: large})
		}
		if r.records > 100_000 {
			t.Fatalf("%d bytes of records", r.records)
		}
	}
	if c := r.Counts(); c.Beyond+c.Dropped+int64(len(r.flows)) != 50 {
		t.Errorf("%d beyond, %d dropped, %d kept", c.Beyond, c.Dropped, len(r.flows))
	}
}

// TestChangesAreFollowed holds what somebody who follows the changes knows, slowly or not, to what is kept.
func TestChangesAreFollowed(t *testing.T) {
	for _, slow := range []int{1, 7, 400, 30000} {
		traffic := New(Limits{Open: 50, Ended: 10, Records: 1 << 20, Messages: 5, Payload: 5, Bytes: 1 << 20})
		random := rand.New(rand.NewPCG(uint64(slow), 1))
		known := map[int64]string{}
		var since Since
		ask := func() (more bool) {
			c := traffic.Changes(since, 4000)
			since = c.Since
			if c.Reset {
				clear(known)
			}
			for _, flow := range c.Gone {
				delete(known, flow)
			}
			for i := range c.Rows {
				known[c.Rows[i].Flow] = string(c.Rows[i].Record)
			}
			return c.More
		}
		var open []int64
		next := int64(0)
		for step := range 40000 {
			traffic.Batch(record.Time(step) * 1e9)
			switch {
			case len(open) < 5 || random.IntN(3) == 0 && len(open) < 40:
				next++
				open = append(open, next)
				traffic.FlowBegun(&record.Flow{Flow: next})
			case random.IntN(2) == 0:
				traffic.FlowUpdate(&record.Flow{Flow: open[random.IntN(len(open))], End: record.Time(step)})
			default:
				i := random.IntN(len(open))
				traffic.FlowEnded(&record.Flow{Flow: open[i], End: record.Time(step)})
				open = append(open[:i], open[i+1:]...)
			}
			if step%slow == 0 {
				ask()
			}
		}
		for n := 0; ask(); n++ {
			if n > 1000 {
				t.Fatalf("every %d: the changes never end", slow)
			}
		}
		rows := traffic.Rows()
		if len(rows) != len(known) {
			t.Errorf("every %d: %d flows known of %d", slow, len(known), len(rows))
		}
		for i := range rows {
			if known[rows[i].Flow] != string(rows[i].Record) {
				t.Errorf("every %d: flow %d is not known as it is", slow, rows[i].Flow)
			}
		}
	}
}

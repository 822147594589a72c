package correlate

import (
	"container/list"
	"fmt"
	"strconv"
	"strings"

	"wscope/analyzer/flow"
	"wscope/analyzer/record"
)

// reconnects links a flow to the one of the same client, host and path that ended
// abnormally shortly before it began. The merger keeps it, since the two may be in
// different shards.
type reconnects struct {
	ends  map[endKey]*list.Element
	order list.List // of *abnormalEnd, oldest first
	storm map[endKey]*stormCount
}

type endKey struct{ client, host, path string }

type abnormalEnd struct {
	key  endKey
	flow int64
	at   record.Time
	idle bool // it lived, until what stands before the server or it itself ended it after a silence
}

// stormCount is how often in a row a client came back quickly.
type stormCount struct {
	times int64
	first record.Time
}

const (
	reconnectWithin = record.Time(60e9) // of capture time, to be linked
	maxEnds         = 10000             // remembered at once; the oldest goes
)

func keyOf(f *record.Flow) (endKey, bool) {
	if f.Sealed.IsWebSocket() { // its host and path are inside; the server's port stands for them
		host := f.Server.IP
		if f.TLS != nil && f.TLS.SNI != "" {
			host = f.TLS.SNI
		}
		return endKey{f.Client.IP, host, ":" + strconv.Itoa(int(f.Server.Port))}, true
	}
	if f.HTTP == nil || f.HTTP.Host == "" && f.HTTP.Path == "" {
		return endKey{}, false
	}
	path, _, _ := strings.Cut(f.HTTP.Path, "?") // what clients add to be told apart changes with each try
	return endKey{f.Client.IP, f.HTTP.Host, path}, true
}

// begun returns the flow that f reconnects after; 0 where there is none.
func (r *reconnects) begun(f *record.Flow) int64 {
	key, ok := keyOf(f)
	if !ok || r.ends[key] == nil {
		return 0
	}
	e := r.ends[key]
	end := e.Value.(*abnormalEnd)
	r.order.Remove(e)
	delete(r.ends, key)
	if f.Start < end.at || f.Start-end.at > reconnectWithin {
		return 0
	}
	if end.idle {
		delete(r.storm, key)
	} else if f.Start-end.at <= record.Time(record.StormWithin) {
		c := r.storm[key]
		if c == nil {
			if r.storm == nil {
				r.storm = map[endKey]*stormCount{}
			}
			if len(r.storm) >= maxEnds {
				return end.flow
			}
			c = &stormCount{first: f.Start}
			r.storm[key] = c
		}
		c.times++
	} else {
		delete(r.storm, key)
	}
	return end.flow
}

// ended records an abnormal end, and reports a storm.
func (r *reconnects) ended(f *record.Flow, n *flow.Ref) {
	if f.Sealed.IsWebSocket() && n.Reconnects == 0 { // what it is was not known when it began
		n.Reconnects = r.begun(f)
		f.Reconnects = n.Reconnects
	}
	key, ok := keyOf(f)
	if !ok || !abnormal(f) {
		return
	}
	if c := r.storm[key]; c != nil && c.times >= record.StormTimes {
		f.Findings = append(f.Findings, record.Finding{
			Rule: record.RuleStorm.ID, Severity: record.RuleStorm.Severity, RFC: record.RuleStorm.RFC, From: "client", Packet: f.Packet, File: f.File,
			Time: f.Start, Count: 1, Detail: fmt.Sprintf("%d times in a row within %.1f s of an abnormal end", c.times, float64(record.StormWithin)/1e9),
		})
	}
	if !n.Reset {
		r.record(key, f)
	}
}

// mayEnd remembers an abnormal end before it is certain.
func (r *reconnects) mayEnd(f *record.Flow, n *flow.Ref) {
	if key, ok := keyOf(f); ok && abnormal(f) {
		n.Reset = true
		r.record(key, f)
	}
}

// goesOn takes back what mayEnd remembered.
func (r *reconnects) goesOn(n *flow.Ref) {
	if !n.Reset {
		return
	}
	n.Reset = false
	for e := r.order.Back(); e != nil; e = e.Prev() {
		if end := e.Value.(*abnormalEnd); end.flow == n.Number() {
			r.order.Remove(e)
			delete(r.ends, end.key)
			return
		}
	}
}

// record takes note of an abnormal end.
func (r *reconnects) record(key endKey, f *record.Flow) {
	if r.ends == nil {
		r.ends = map[endKey]*list.Element{}
	}
	if old := r.ends[key]; old != nil {
		r.order.Remove(old)
	}
	r.ends[key] = r.order.PushBack(&abnormalEnd{key, f.Flow, f.End, wasIdle(f)})
	if r.order.Len() > maxEnds {
		oldest := r.order.Front()
		delete(r.ends, oldest.Value.(*abnormalEnd).key)
		r.order.Remove(oldest)
	}
}

// abnormal reports whether a flow ended otherwise than by a normal closing handshake.
func abnormal(f *record.Flow) bool {
	if f.Handshake != nil && f.Handshake.Result == record.Rejected {
		return f.HTTP != nil && f.HTTP.Status >= 500
	}
	c := f.Close
	if c == nil {
		return f.Handshake != nil && f.Handshake.Result == record.Unanswered
	}
	switch c.How {
	case "fin", "rst":
		return true
	case "none":
		return false
	}
	return c.Code != nil && *c.Code != 1000 && *c.Code != 1001 && *c.Code < 3000
}

// wasIdle reports whether a connection was used, and then ended from the server's side after a silence: its client is a victim.
func wasIdle(f *record.Flow) bool {
	c := f.Close
	return c != nil && c.By != record.Client && (c.How == record.HowFIN || c.How == record.HowRST) && c.Silence != nil && *c.Silence >= record.Seconds(1e9) &&
		f.ClientToServer.Frames+f.ServerToClient.Frames+f.Sealed.Records() > 0
}

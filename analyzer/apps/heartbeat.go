package apps

import "wscope/analyzer/record"

// heartbeat is the heartbeats that one side sends.
type heartbeat struct {
	sent, answered int64
	answerable     bool
	first, last    record.Time
	previous       record.Seconds // the interval before
	wander         record.Seconds // sum of what intervals differ from the one before
	waiting        []record.Time  // those not answered yet, the oldest first
	rtt            record.Sketch
}

func (h *heartbeat) beat(at record.Time) {
	if h.sent == 0 {
		h.first = at
	} else {
		step := record.Seconds(at - h.last)
		if h.sent > 1 {
			h.wander += max(step-h.previous, h.previous-step)
		}
		h.previous = step
	}
	h.sent++
	h.last = at
}

// await keeps a heartbeat until the other side answers it; sure says that the subprotocol knows an answer.
func (h *heartbeat) await(at record.Time, sure bool) {
	h.answerable = h.answerable || sure
	if len(h.waiting) == maxBeats {
		h.waiting = append(h.waiting[:0], h.waiting[1:]...)
	}
	h.waiting = append(h.waiting, at)
}

// answer takes the other side's answer: it is to the oldest heartbeat that waits, since
// what one side sends arrives in order.
func (h *heartbeat) answer(at record.Time) {
	if len(h.waiting) == 0 {
		return
	}
	h.rtt.Add(record.Seconds(at - h.waiting[0]))
	h.answered++
	h.answerable = true
	h.waiting = append(h.waiting[:0], h.waiting[1:]...)
}

func (h *heartbeat) lost() { h.waiting = h.waiting[:0] }

// record is the heartbeats as a record; nil where there were none.
func (h *heartbeat) record() *record.AppHeartbeat {
	if h.sent == 0 {
		return nil
	}
	r := &record.AppHeartbeat{Sent: h.sent}
	if h.answerable {
		n := h.answered
		r.Answered = &n
	}
	if h.sent > 1 {
		mean := record.Seconds(h.last-h.first) / record.Seconds(h.sent-1)
		r.Interval = &mean
	}
	if h.sent > 2 {
		wander := h.wander / record.Seconds(h.sent-2)
		r.Jitter = &wander
	}
	if h.rtt.Count() > 0 {
		q := [...]record.Seconds{h.rtt.Min(), h.rtt.Quantile(0.5), h.rtt.Quantile(0.99), h.rtt.Max()}
		r.RTTMin, r.RTTP50, r.RTTP99, r.RTTMax = &q[0], &q[1], &q[2], &q[3]
	}
	return r
}

package correlate

import (
	"wscope/analyzer/flow"
	"wscope/analyzer/record"
)

// Flows numbers the flows of a capture and links them to each other. Its methods complete the records that they
// are given.
type Flows struct {
	begun      int64
	reconnects reconnects
	hops       hops
	polls      pollings
}

// Begun takes a flow that begins, and gives it its number.
func (c *Flows) Begun(r *record.Flow, ref *flow.Ref) {
	c.begun++
	ref.SetNumber(c.begun)
	ref.Reconnects = c.reconnects.begun(r)
	c.hops.begun(r, ref)
	c.complete(r, ref)
}

// Update takes the record of a flow that goes on.
func (c *Flows) Update(r *record.Flow, ref *flow.Ref) { c.complete(r, ref) }

// Ended takes the finished record of a flow.
func (c *Flows) Ended(r *record.Flow, ref *flow.Ref) {
	c.complete(r, ref)
	c.reconnects.ended(r, ref)
}

// MayEnd takes the record of a flow that has probably ended.
func (c *Flows) MayEnd(r *record.Flow, ref *flow.Ref) {
	links(r, ref)
	c.reconnects.mayEnd(r, ref)
}

// GoesOn takes back what MayEnd said.
func (c *Flows) GoesOn(ref *flow.Ref) { c.reconnects.goesOn(ref) }

// Polled takes a request of an Engine.IO session over plain HTTP.
func (c *Flows) Polled(r *flow.PollRequest) { c.polls.add(r) }

// complete adds to a record what is known of its flow here.
func (c *Flows) complete(r *record.Flow, ref *flow.Ref) {
	links(r, ref)
	r.Polling = c.polls.of(r)
}

// links adds the flow's number and its links to others.
func links(r *record.Flow, ref *flow.Ref) {
	r.Flow, r.Reconnects = ref.Number(), ref.Reconnects
	if s := ref.Seen; s != nil {
		r.Proxied, r.SameAs = s.Proxied, s.SameAs
	}
}

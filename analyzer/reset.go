package analyzer

import "wscope/assembly"

// reset tells the merger of flows whose connection a RST was captured of (on), or whose RST turned
// out to have ended nothing. Their end is told later, when it is certain; a client that reconnects
// does so before.
func (s *shard) reset(c *assembly.Conn, h assembly.Handler, on bool) {
	if w, ok := h.(*wire); ok {
		(*flow)(w).mayEnd(on)
		return
	}
	s.flows.each(func(f *flow) {
		if f.tcp == c {
			f.mayEnd(on)
		}
	})
}

// mayEnd says that the flow was probably ended by a RST, or was not.
func (f *flow) mayEnd(on bool) {
	if f.unwanted || f.closed || f.ended > 0 || f.sealed != nil {
		return
	}
	if !on {
		f.shard.say(item{kind: itemNotReset, flow: &f.number})
		return
	}
	f.wake()
	r := f.record()
	if r.Close == nil {
		r.Close = new(Closing)
	}
	if r.Close.How == "none" || r.Close.How == "" {
		r.Close.How = "rst"
	}
	f.shard.say(item{kind: itemReset, flow: &f.number, body: r})
}

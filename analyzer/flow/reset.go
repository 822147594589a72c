package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
)

// Reset takes a RST of a connection (on), or that an earlier RST turned out to have ended nothing, as an
// assembly.Assembler's Reset. The flows' ends are emitted later, when they are certain; a client that
// reconnects does so before.
func (s *Table) Reset(c *assembly.Conn, h assembly.Handler, on bool) {
	if w, ok := h.(*wire); ok {
		(*flow)(w).mayEnd(on)
		return
	}
	for f := range s.flows.All() {
		if f.tcp == c {
			f.mayEnd(on)
		}
	}
}

// mayEnd says that the flow was probably ended by a RST, or was not.
func (f *flow) mayEnd(on bool) {
	if f.unwanted || f.closed || f.ended > 0 || f.sealed != nil {
		return
	}
	if !on {
		f.table.emit(Item{Kind: ItemNotReset, Flow: &f.ref})
		return
	}
	f.unpack()
	r := f.record()
	if r.Close == nil {
		r.Close = new(record.Closing)
	}
	if r.Close.How == record.HowNone || r.Close.How == "" {
		r.Close.How = "rst"
	}
	f.table.emit(Item{Kind: ItemReset, Flow: &f.ref, Body: r})
}

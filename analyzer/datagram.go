package analyzer

import (
	"wscope/assembly/link"
	"wscope/assembly/quic"
)

// openUDP has the reader look for QUIC among UDP datagrams.
func (r *reader) openUDP() {
	r.router = quic.Router{Shards: shards, Ports: map[uint16]bool{443: true}, Any: !r.opt.Live,
		Midway: func() bool { return r.keys.Version() > 0 || r.opt.waitKeys }, Begun: r.opt.begun}
	for _, p := range r.opt.QUICPorts {
		r.router.Ports[p] = true
	}
	r.link.WantUDP = func(s *link.Segment) (ok bool) {
		r.route, ok = r.router.Route(s)
		return ok
	}
}

// datagram shares out a QUIC datagram, segment n of the work.
func (r *reader) datagram(w *work, s *link.Segment, n int) {
	if r.route != quic.Everyone {
		part := &w.parts[r.route]
		*part = append(*part, uint32(n))
		return
	}
	for p := range w.parts {
		w.parts[p] = append(w.parts[p], uint32(n))
	}
}

package main

import (
	"context"

	"wscope/assembly/link"
)

// joinFn joins the fragments of one datagram, wherever in the capture they stood, and
// gives the segment with the place of the packet that made it whole.
type joinFn struct {
	Checksum, VLANAware bool

	calendar *calendar
}

// ProcessElement takes the fragments that name one datagram: it may be several, one after
// another, for identifications come again.
func (fn *joinFn) ProcessElement(_ context.Context, _ []byte, packets func(*[]byte) bool,
	summaries func() func(*[]byte) bool, segment func([]byte, []byte)) error {
	if fn.calendar == nil {
		c, err := newCalendar(summaries())
		if err != nil {
			return err
		}
		fn.calendar = c
	}
	var order sorter
	defer order.close()
	var b []byte
	for packets(&b) {
		p := parser{b: b}
		at := p.spot()
		if p.bad {
			return errPiece
		}
		place := fn.calendar.place(&at)
		if err := order.add(append(place[:len(place):len(place)], b...)); err != nil {
			return err
		}
	}
	d := link.Decoder{Checksum: fn.Checksum, VLANAware: fn.VLANAware}
	return order.each(func(b []byte) error {
		p := parser{b: b[len(place{}):]}
		at := p.spot()
		packet, err := p.packet()
		if err != nil {
			return err
		}
		packet.Time = at.Time
		var s link.Segment
		if d.Decode(&packet, &s) && !(fn.Checksum && s.BadSum) {
			key, forward := connection(&s.Key, d.TunnelName(s.Key.Tunnel))
			segment(key, appendFrame(nil, appendSegment(nil, &at, &s, forward)))
		}
		return nil
	})
}

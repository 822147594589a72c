package archive

import (
	"cmp"
	"math"
	"slices"

	"wscope/analyzer"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// Plan is what the surveys of all files say together: all that a worker must know of the
// files that it does not read.
type Plan struct {
	Ticks     []Tick                // in order
	Secrets   []Secrets             // in order
	Last      Tick                  // the capture's last packet
	Crossing  map[uint32]struct{}   // Segment.Hash of connections in several files
	Ends      map[link.Key]struct{} // ends of QUIC's paths: datagrams from and to them cross
	Fragments []Fragment            // in order
	Multipath map[uint32]struct{}   // of Crossing, those that use Multipath TCP
	Midway    bool                  // QUIC joined midway may be found: datagrams of its ports cross, too
	Ports     map[uint16]bool       // of UDP, where QUIC is looked for then
}

// Tick is a packet at which all connections are told the time.
type Tick struct {
	Place Place
	Time  int64
}

// Secrets is key log text behind the packet at its place.
type Secrets struct {
	Place Place
	Text  []byte
}

// Fragment is an IP fragment whose datagram is not whole within one file.
type Fragment struct {
	Place  Place
	Packet packet.Packet
}

// NewPlan makes the Plan of files by their surveys. midway says whether QUIC connections whose
// beginning is not in the capture could be opened.
func NewPlan(surveys []*analyzer.Survey, opt *analyzer.Options, midway bool) *Plan {
	p := &Plan{
		Crossing: map[uint32]struct{}{}, Multipath: map[uint32]struct{}{}, Ends: map[link.Key]struct{}{}, Midway: midway, Ports: Ports(opt),
	}
	var due []due
	for _, s := range surveys {
		due = p.add(s, due)
	}
	p.cross(surveys)
	p.clock(due)
	slices.SortStableFunc(p.Secrets, func(a, b Secrets) int { return a.Place.Compare(&b.Place) })
	slices.SortStableFunc(p.Fragments, func(a, b Fragment) int { return a.Place.Compare(&b.Place) })
	p.joined(opt)
	return p
}

// Ports are the UDP ports where QUIC joined midway is looked for.
func Ports(opt *analyzer.Options) map[uint16]bool {
	ports := map[uint16]bool{443: true}
	for _, port := range opt.QUICPorts {
		ports[port] = true
	}
	return ports
}

// due is a packet that may be a tick.
type due struct {
	place  Place
	number int64
	file   int32
	time   int64
}

// add takes what one file has to its places.
func (p *Plan) add(s *analyzer.Survey, list []due) []due {
	for _, t := range s.Ticks {
		list = append(list, due{PlaceOf(t.Latest, s.File, t.Number), t.Number, s.File, t.Time})
	}
	for _, x := range s.Secrets {
		latest := x.Latest
		switch {
		case s.Packets == 0:
			latest = math.MinInt64 // an input without packets comes before all others
		case x.Behind == 0:
			latest = s.First
		}
		p.Secrets = append(p.Secrets, Secrets{PlaceOf(latest, s.File, x.Behind), x.Text})
	}
	for _, end := range s.QUIC {
		p.Ends[end] = struct{}{}
	}
	latest := int64(math.MinInt64)
	for _, f := range s.Fragments {
		latest = max(latest, f.Time) // near enough: fragments of a datagram come together
		p.Fragments = append(p.Fragments, Fragment{PlaceOf(latest, s.File, f.Number), f})
	}
	if s.Packets > 0 {
		if last := PlaceOf(s.End, s.File, s.Packets); p.Last.Place.Before(&last) {
			p.Last = Tick{last, s.Last}
		}
	}
	return list
}

// cross finds the connections that have packets in more than one file.
func (p *Plan) cross(surveys []*analyzer.Survey) {
	if len(surveys) < 2 {
		return
	}
	var all []uint32
	for _, s := range surveys {
		all = append(all, s.Connections...)
		for _, hash := range s.Multipath {
			p.Crossing[hash], p.Multipath[hash] = struct{}{}, struct{}{}
		}
	}
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			p.Crossing[all[i]] = struct{}{}
		}
	}
}

// clock finds the ticks of the whole capture.
func (p *Plan) clock(list []due) {
	slices.SortFunc(list, func(a, b due) int { return a.place.Compare(&b.place) })
	var ticks analyzer.TickClock
	index := int64(0)
	for i := range list {
		d := &list[i]
		// Others came between two packets of one file that are not neighbours.
		if index++; i > 0 && list[i-1].file == d.file && list[i-1].number != d.number-1 {
			index++
		}
		at := d.place.mark(d.time, index)
		if now, ok := ticks.Packet(&at); ok {
			p.Ticks = append(p.Ticks, Tick{d.place, now})
		}
	}
}

// joined has the connections cross of which datagrams in fragments are spread over files.
func (p *Plan) joined(opt *analyzer.Options) {
	d := p.Decoder(opt)
	var s link.Segment
	for i := range p.Fragments {
		if d.Decode(&p.Fragments[i].Packet, &s) {
			p.Crossing[s.Hash] = struct{}{}
		}
	}
}

// Decoder returns the one that joins Fragments.
func (p *Plan) Decoder(opt *analyzer.Options) *link.Decoder {
	d := &link.Decoder{Checksum: opt.Checksum, VLANAware: opt.VLANAware}
	d.WantUDP = p.datagram
	return d
}

// Crosses reports whether a segment is of a connection that crosses a file's border.
func (p *Plan) Crosses(s *link.Segment) bool {
	if s.UDP {
		return p.datagram(s)
	}
	_, ok := p.Crossing[s.Hash]
	return ok
}

func (p *Plan) datagram(s *link.Segment) bool {
	if len(p.Ends) > 0 {
		from, to := analyzer.UDPEnds(s)
		if _, ok := p.Ends[from]; ok {
			return true
		}
		if _, ok := p.Ends[to]; ok {
			return true
		}
	}
	return p.Midway && (p.Ports[s.Key.SrcPort] || p.Ports[s.Key.DstPort])
}

// ticksFrom is the index of the latest tick at or before p, or of the first.
func (p *Plan) ticksFrom(at *Place) int {
	i, found := slices.BinarySearchFunc(p.Ticks, at, func(t Tick, at *Place) int { return cmp.Compare(t.Place.Compare(at), 0) })
	if !found {
		i--
	}
	return max(i, 0)
}

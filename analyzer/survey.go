package analyzer

import (
	"maps"
	"slices"

	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
)

// Survey is what a first pass over one file says of it to those who analyse the files of a
// capture apart from each other: how many packets it has, which connections are in it, and
// which of its packets may be ticks. Its fields are exported so that it can travel.
type Survey struct {
	File        int32
	Packets     int64
	Bytes       int64 // on the wire
	Cut         int64 // packets of which the capture has not all bytes
	First       int64 // time of the first packet; valid where there are packets
	Start, End  int64 // the least and the greatest time
	Last        int64 // time of the last packet
	Ticks       []SurveyTick
	Secrets     []SurveySecrets
	Connections []uint32        // Segment.Hash of the TCP connections in it, rising
	Multipath   []uint32        // of those among them that use Multipath TCP
	QUIC        []link.Key      // ends of QUIC's paths, each as a source
	Fragments   []packet.Packet // IP fragments that were not joined within the file
}

// SurveyTick is a packet that may make Run tell the time.
type SurveyTick struct {
	Number, Time int64
	Latest       int64 // the greatest time in the file up to here
}

// SurveySecrets is key log text behind a packet.
type SurveySecrets struct {
	Behind int64 // number of the packet; 0 is before the first
	Latest int64 // the greatest time in the file up to here
	Text   []byte
}

// Surveyor makes a Survey of the packets that it is given.
type Surveyor struct {
	sum    Survey
	link   link.Decoder
	router quic.Router
	ticks  TickClock
	conns  map[uint32]struct{}
	multi  map[uint32]struct{}
	ends   map[link.Key]struct{}
	parts  map[string][]packet.Packet // by datagram: its fragments
	kept   int                        // bytes of them
	s      link.Segment
}

// maxSurveyFragments is how many bytes of fragments a Surveyor keeps that wait for others.
const maxSurveyFragments = 16 << 20

// NewSurveyor makes a Surveyor of one file.
func NewSurveyor(opt *Options, file int32) *Surveyor {
	v := &Surveyor{conns: map[uint32]struct{}{}, multi: map[uint32]struct{}{}, ends: map[link.Key]struct{}{}, parts: map[string][]packet.Packet{}}
	v.sum.File, v.ticks.part = file, true
	v.link.Checksum, v.link.VLANAware = opt.Checksum, opt.VLANAware
	v.router = quic.Router{Shards: shards}
	v.link.WantUDP = func(s *link.Segment) bool {
		if _, ok := v.router.Route(s); ok && s.Payload[0]&0x80 != 0 {
			v.ends[udpEnd(s.Key)], v.ends[udpEnd(s.Key.Reverse())] = struct{}{}, struct{}{}
		}
		return false
	}
	return v
}

// udpEnd is an end of a path, outside tunnels.
func udpEnd(k link.Key) link.Key { return link.Key{Src: k.Src, SrcPort: k.SrcPort} }

// UDPEnds returns the two ends of a datagram's path as Survey.QUIC has them.
func UDPEnds(s *link.Segment) (from, to link.Key) { return udpEnd(s.Key), udpEnd(s.Key.Reverse()) }

// Packet takes the next packet.
func (v *Surveyor) Packet(p *packet.Packet) {
	p.Time = min(p.Time, latest)
	sum := &v.sum
	if sum.Packets == 0 {
		sum.First, sum.Start, sum.End = p.Time, p.Time, p.Time
	}
	sum.Packets++
	sum.Start, sum.End, sum.Last = min(sum.Start, p.Time), max(sum.End, p.Time), p.Time
	wire := max(p.Length, len(p.Data))
	if sum.Bytes += int64(p.Length); wire > len(p.Data) {
		sum.Cut++
	}
	if v.ticks.due(p.Time) {
		sum.Ticks = append(sum.Ticks, SurveyTick{p.Number, p.Time, sum.End})
		at := p.Mark
		at.Index = p.Number
		v.ticks.Packet(&at)
	}
	fragments := v.link.Stats.Fragments
	ok := v.link.Decode(p, &v.s)
	if v.link.Stats.Fragments > fragments {
		v.fragment(p, ok)
	}
	if !ok || v.s.BadSum && v.link.Checksum {
		return
	}
	v.conns[v.s.Hash] = struct{}{}
	if v.s.Options != nil {
		v.multi[v.s.Hash] = struct{}{}
	}
}

// fragment keeps a fragment until its datagram is whole.
func (v *Surveyor) fragment(p *packet.Packet, whole bool) {
	name := v.link.Datagram()
	if whole {
		v.forget(name)
		return
	}
	kept := *p
	kept.Data = slices.Clone(p.Data)
	v.parts[name] = append(v.parts[name], kept)
	if v.kept += len(p.Data); v.kept > maxSurveyFragments { // the oldest waits in vain
		oldest := ""
		for name, list := range v.parts {
			if oldest == "" || list[0].Number < v.parts[oldest][0].Number {
				oldest = name
			}
		}
		v.forget(oldest)
	}
}

func (v *Surveyor) forget(name string) {
	for i := range v.parts[name] {
		v.kept -= len(v.parts[name][i].Data)
	}
	delete(v.parts, name)
}

// Secrets takes key log text that stands behind the latest packet.
func (v *Surveyor) Secrets(s *packet.Secrets) {
	if s.Type == secretsTLS {
		v.sum.Secrets = append(v.sum.Secrets, SurveySecrets{v.sum.Packets, v.sum.End, s.Data})
	}
}

// Survey returns what was found.
func (v *Surveyor) Survey() *Survey {
	v.sum.Connections = slices.Sorted(maps.Keys(v.conns))
	v.sum.Multipath = slices.Sorted(maps.Keys(v.multi))
	for end := range v.ends {
		v.sum.QUIC = append(v.sum.QUIC, end)
	}
	for _, list := range v.parts {
		v.sum.Fragments = append(v.sum.Fragments, list...)
	}
	slices.SortFunc(v.sum.Fragments, func(a, b packet.Packet) int { return int(a.Number - b.Number) })
	return &v.sum
}

// TickClock says at which packets Run tells its connections the time. The zero value is ready.
type TickClock struct {
	clock clock
	low   int64 // the least time before the first tick
	begun bool
	part  bool // of a part of a capture: it stays behind what the whole would say, never ahead of it
}

// due reports whether a packet of this time can make a difference.
func (t *TickClock) due(time int64) bool { return time >= t.clock.next }

// Packet takes the next packet for which due is true, whose Mark.Index is one higher than that of
// the packet before if no other came between them. It returns the time to be told.
func (t *TickClock) Packet(at *packet.Mark) (now int64, ok bool) {
	if !t.due(at.Time) {
		return 0, false
	}
	first := t.clock.next == 0
	if first && (!t.begun || at.Time < t.low) {
		t.begun, t.low = true, at.Time
	}
	if now, ok = t.clock.reached(at, 0); !ok {
		return 0, false
	}
	if first && t.part {
		now = t.low
	}
	t.clock.next = now - now%tickEvery + tickEvery
	return now, true
}

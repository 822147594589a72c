package shed

import (
	"bytes"

	"wscope/assembly/link"
	"wscope/assembly/packet"
)

const (
	parts      = 16           // connections are given up one part of so many at a time
	maxRefused = 1 << 16      // refused connections that are remembered
	forgetIdle = int64(120e9) // nanoseconds of silence after which one is forgotten
	sweepEvery = int64(30e9)  // how often they are looked through
)

// judge says of each packet whether it is let through.
type judge struct {
	depth    int // batches that may wait
	link     link.Decoder
	refusing bool
	given    uint32 // parts of the connections that are given up, a bit each
	refused  map[link.Key]refusal
	swept    int64
	refusals int64
	givings  int64
}

// refusal is a connection that is refused.
type refusal struct {
	last int64  // time of its last packet
	isn  uint32 // of its SYN, by which a repeated SYN is told from a new connection
}

// pressure takes how many batches wait.
func (j *judge) pressure(waiting int) {
	switch {
	case waiting >= j.depth*7/8: // those under way are given up too
		if next := j.given<<1 | 1; next < 1<<parts {
			j.given = next
			j.givings++
		}
		j.refusing = true
	case waiting >= j.depth/2: // new connections are refused
		j.refusing = true
	case waiting <= j.depth/8: // both ends
		j.refusing, j.given = false, 0
	}
}

// pass reports whether a packet is let through. What is no TCP, or cannot be told, is.
func (j *judge) pass(p *packet.Packet) bool {
	if !j.refusing && len(j.refused) == 0 {
		return true
	}
	var s link.Segment
	if !j.link.Decode(p, &s) {
		return true
	}
	if len(j.refused) > 0 || j.refusing && s.Flags&link.SYN != 0 {
		if j.refuses(&s) {
			return false
		}
	}
	return j.given == 0 || j.given&(1<<(s.Hash>>16%parts)) == 0
}

// refuses reports whether a segment belongs to a connection that was refused, or now is.
func (j *judge) refuses(s *link.Segment) bool {
	key := undirected(&s.Key)
	r, known := j.refused[key]
	if s.Flags&(link.SYN|link.ACK) == link.SYN && (!known || r.isn != s.Seq) {
		if !j.refusing {
			delete(j.refused, key) // the 4-tuple is used again, in better times
			return false
		}
		if !known && len(j.refused) >= maxRefused {
			return false
		}
		if j.refused == nil {
			j.refused = map[link.Key]refusal{}
		}
		j.refusals++
		r.isn, known = s.Seq, true
	}
	if known {
		r.last = s.Mark.Time
		j.refused[key] = r
		j.sweep(s.Mark.Time)
	}
	return known
}

// sweep forgets refused connections that are silent.
func (j *judge) sweep(now int64) {
	if now-j.swept < sweepEvery {
		return
	}
	j.swept = now
	for key, r := range j.refused {
		if now-r.last > forgetIdle {
			delete(j.refused, key)
		}
	}
}

// undirected is the same key for both directions.
func undirected(k *link.Key) link.Key {
	if c := bytes.Compare(k.Src[:], k.Dst[:]); c > 0 || c == 0 && k.SrcPort > k.DstPort {
		return k.Reverse()
	}
	return *k
}

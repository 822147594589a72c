package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"slices"
	"sort"

	"wscope/assembly/packet"
)

// A place is where something stands in the whole capture, in bytes that compare as
// places do: the latest time in its file up to there, the file, the number of the packet
// in it. wscope merges files by time and never reorders one file's packets, and so do places.
type place [20]byte

func placeOf(latest int64, file int32, number int64) (p place) {
	binary.BigEndian.PutUint64(p[:], uint64(latest)^1<<63) // so that negative times come first
	binary.BigEndian.PutUint32(p[8:], uint32(file))
	binary.BigEndian.PutUint64(p[12:], uint64(number))
	return p
}

func (p *place) number() int64 { return int64(binary.BigEndian.Uint64(p[12:])) }
func (p *place) file() int32   { return int32(binary.BigEndian.Uint32(p[8:])) }

// calendar is what the summaries of all parts say together.
type calendar struct {
	parts   map[partName]before
	ticks   []tick   // in order
	secrets []placed // in order
	last    tick     // the capture's last packet
}

// partName names a part of a file by where its restriction begins.
type partName struct {
	file  int32
	start int64
}

// before is what stands before a part in its file.
type before struct {
	count int64 // packets
	max   int64 // the latest time
	any   bool
}

// tick is a packet at which all connections are told the time.
type tick struct {
	place place
	time  int64
}

// placed is key log text, behind the packet at its place.
type placed struct {
	place place
	text  []byte
}

// newCalendar reads the summaries of all parts.
func newCalendar(next func(*[]byte) bool) (*calendar, error) {
	var sums []summary
	var text []byte
	for next(&text) {
		var s summary
		if err := json.Unmarshal(text, &s); err != nil {
			return nil, err
		}
		sums = append(sums, s)
	}
	slices.SortFunc(sums, func(a, b summary) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start))
	})
	c := &calendar{parts: map[partName]before{}}
	var past before
	for i := range sums {
		s := &sums[i]
		if i == 0 || sums[i-1].File != s.File {
			past = before{}
		}
		c.parts[partName{s.File, s.Start}] = past
		c.add(s, past)
		if s.Count > 0 {
			if past.any {
				s.Max = max(s.Max, past.max)
			}
			past = before{past.count + s.Count, s.Max, true}
			if p := placeOf(s.Max, s.File, past.count); c.last.place == (place{}) || bytes.Compare(p[:], c.last.place[:]) > 0 {
				c.last = tick{p, s.Last}
			}
		}
	}
	slices.SortFunc(c.ticks, func(a, b tick) int { return bytes.Compare(a.place[:], b.place[:]) })
	kept := c.ticks[:0]
	for _, t := range c.ticks { // of each second the first
		if len(kept) == 0 || t.time/second > kept[len(kept)-1].time/second {
			kept = append(kept, t)
		}
	}
	c.ticks = kept
	slices.SortStableFunc(c.secrets, func(a, b placed) int { return bytes.Compare(a.place[:], b.place[:]) })
	return c, nil
}

// add takes a part's ticks and secrets to their places.
func (c *calendar) add(s *summary, past before) {
	for _, t := range s.Ticks {
		if !past.any || t.Time > past.max {
			c.ticks = append(c.ticks, tick{placeOf(t.Time, s.File, past.count+t.Count), t.Time})
		}
	}
	for _, x := range s.Secrets {
		latest := x.Max
		switch {
		case past.any && x.Behind == 0:
			latest = past.max
		case past.any:
			latest = max(latest, past.max)
		case s.Count == 0:
			latest = noTime // an input without packets comes before all others
		}
		c.secrets = append(c.secrets, placed{placeOf(latest, s.File, past.count+x.Behind), x.Text})
	}
}

// place is that of a packet.
func (c *calendar) place(s *spot) place {
	past := c.parts[partName{s.File, s.Start}]
	latest := s.Max
	if past.any {
		latest = max(latest, past.max)
	}
	return placeOf(latest, s.File, past.count+s.Count)
}

// ticksFrom is the index of the latest tick at or before p, or of the first.
func (c *calendar) ticksFrom(p *place) int {
	i := sort.Search(len(c.ticks), func(i int) bool { return bytes.Compare(c.ticks[i].place[:], p[:]) > 0 })
	return max(i-1, 0)
}

// mark is the packet at a place.
func (t *tick) mark(index int64) packet.Mark {
	return packet.Mark{Index: index, Time: t.time, Number: t.place.number(), File: t.place.file()}
}

package archive

import (
	"context"
	"io"
	"slices"

	"wscope/analyzer"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// Crossed is a segment of a connection that crosses a file's border.
type Crossed struct {
	Place   Place
	Tunnel  string // name of the tunnel that it came in; "" outside any
	Segment link.Segment
}

// Worker analyses those connections of a file that are in no other.
type Worker struct {
	Plan    *Plan
	Options analyzer.Options
	Wait    bool               // secrets may follow the packets that they open
	Files   func(int32) string // names by number, "" where there is but one
	Steps   func(Step)         // in order, those that are Final last
	// Messages takes a message, which is valid during the call, with its flow's number in this
	// Worker; nil where Options asks for none.
	Messages func(flow int64, m *analyzer.Message) error
	Crossed  func(*Crossed) error // in order; valid during the call
}

// Analyse reads file number file from src, which gives it alone.
func (w *Worker) Analyse(ctx context.Context, src packet.Source, file int32) (*analyzer.PartStats, error) {
	part := analyzer.NewPart(w.Options, w.Wait, w.Files)
	f := &feed{plan: w.Plan, part: part, steps: w.Steps, messages: w.Messages}
	var at Place
	var failed error
	part.Elsewhere = func(s *link.Segment, tunnel string) bool {
		if !w.Plan.Crosses(s) {
			return false
		}
		if err := w.Crossed(&Crossed{at, tunnel, *s}); err != nil {
			failed = err
		}
		return true
	}
	err := eachPacket(ctx, src, func(p *packet.Packet, latest int64) {
		p.File = file
		at = PlaceOf(latest, file, p.Number)
		f.packet(p, &at)
	}, nil, func() error {
		if failed != nil {
			return failed
		}
		return f.take()
	})
	if err == nil && f.begun {
		err = f.finish()
	}
	return part.Stats(), err
}

// Survey surveys file number file, which src gives alone.
func Survey(ctx context.Context, src packet.Source, file int32, opt *analyzer.Options) (*analyzer.Survey, error) {
	v := analyzer.NewSurveyor(opt, file)
	err := eachPacket(ctx, src, func(p *packet.Packet, _ int64) {
		p.File = file
		v.Packet(p)
	}, v.Secrets, func() error { return nil })
	return v.Survey(), err
}

// eachPacket gives the packets of a source with the latest time up to each, and its secrets
// between them; batch is called after each batch, before its bytes are used again.
func eachPacket(ctx context.Context, src packet.Source, do func(p *packet.Packet, latest int64), secrets func(*packet.Secrets), batch func() error) error {
	var b packet.Batch
	latest, any := int64(0), false
	for {
		err := src.Read(&b)
		if err != nil && err != io.EOF {
			return err
		}
		left := b.Secrets
		for i := range b.Packets {
			for ; len(left) > 0 && left[0].Before <= i; left = left[1:] {
				if secrets != nil {
					secrets(&left[0])
				}
			}
			p := &b.Packets[i]
			p.Time = min(p.Time, latestTime)
			if !any || p.Time > latest {
				latest, any = p.Time, true
			}
			do(p, latest)
		}
		for i := range left {
			if secrets != nil {
				secrets(&left[i])
			}
		}
		if err2 := batch(); err2 != nil {
			return err2
		}
		if err == io.EOF {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// latestTime is the last capture time that analyzer believes.
const latestTime = int64(1) << 62

// Finisher analyses the connections that cross a file's border.
type Finisher struct {
	// Own says whether this Finisher takes what a datagram in fragments had; nil is always.
	Own func(s *link.Segment) bool

	feed      feed
	opt       analyzer.Options
	fragments []Fragment // not given yet
	link      *link.Decoder
	tunnels   map[string]uint32
	names     []string
	pending   int
}

// NewFinisher makes the Finisher of a Plan. It hands its steps to steps.
func NewFinisher(p *Plan, opt analyzer.Options, wait bool, files func(int32) string, steps func(Step)) *Finisher {
	f := &Finisher{opt: opt, fragments: p.Fragments, link: p.Decoder(&opt), tunnels: map[string]uint32{}, names: []string{""}}
	part := analyzer.NewPart(opt, wait, files)
	part.TunnelNames(func(i uint32) string { return f.names[i] })
	f.feed = feed{plan: p, part: part, steps: steps}
	return f
}

// Messages has the Finisher hand on messages as a Worker does.
func (f *Finisher) Messages(to func(flow int64, m *analyzer.Message) error) { f.feed.messages = to }

// Take takes the next segment. Its bytes must stay as they are until Flush.
func (f *Finisher) Take(c *Crossed) error {
	if err := f.join(&c.Place); err != nil {
		return err
	}
	return f.segment(&c.Segment, c.Tunnel, &c.Place)
}

func (f *Finisher) segment(s *link.Segment, tunnel string, at *Place) error {
	f.feed.until(at)
	s.Mark.Index = f.feed.mark(at, false)
	s.Key.Tunnel = f.number(tunnel)
	f.feed.part.Segment(s)
	if f.pending++; f.pending >= packet.MaxBatch {
		return f.Flush()
	}
	return nil
}

// number is a tunnel's number here: those of the Decoders that found it differ.
func (f *Finisher) number(tunnel string) uint32 {
	if tunnel == "" {
		return 0
	}
	n, ok := f.tunnels[tunnel]
	if !ok {
		n = uint32(len(f.names))
		f.tunnels[tunnel] = n
		f.names = append(f.names, tunnel)
	}
	return n
}

// join takes the fragments up to a place: what they make whole is a segment of its own.
func (f *Finisher) join(at *Place) error {
	for len(f.fragments) > 0 && f.fragments[0].Place.Before(at) {
		x := &f.fragments[0]
		f.fragments = f.fragments[1:]
		var s link.Segment
		if f.link.Decode(&x.Packet, &s) && !(f.opt.Checksum && s.BadSum) && (f.Own == nil || f.Own(&s)) {
			s.Payload = slices.Clone(s.Payload)
			if err := f.segment(&s, f.link.TunnelName(s.Key.Tunnel), &x.Place); err != nil {
				return err
			}
		}
	}
	return nil
}

// Until goes on to a place: all segments before it were taken.
func (f *Finisher) Until(at *Place) error {
	if err := f.join(at); err != nil || !f.feed.begun {
		return err
	}
	for i := 0; f.feed.tick < len(f.feed.plan.Ticks); i++ {
		t := &f.feed.plan.Ticks[f.feed.tick]
		if !t.Place.Before(at) {
			break
		}
		f.feed.until(&t.Place)
		if i%64 == 63 {
			if err := f.Flush(); err != nil {
				return err
			}
		}
	}
	return f.Flush()
}

// Flush analyses what was taken.
func (f *Finisher) Flush() error {
	f.pending = 0
	return f.feed.take()
}

// Finish ends all connections: the capture is over.
func (f *Finisher) Finish() (*analyzer.PartStats, error) {
	end := PlaceOf(latestTime, 1<<31-1, 0)
	err := f.Until(&end)
	if err == nil && f.feed.begun {
		err = f.feed.finish()
	}
	return f.feed.part.Stats(), err
}

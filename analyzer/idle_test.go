package analyzer_test

import (
	"io"
	"slices"
	"testing"

	"wscope/analyzer"
	"wscope/assembly/packet"
)

// silence is a live source: one packet, and then the time alone.
type silence struct{ reads int }

func (s *silence) Read(b *packet.Batch) error {
	b.Packets, b.Secrets, b.Now = b.Packets[:0], b.Secrets[:0], 0
	switch s.reads++; s.reads {
	case 1:
		b.Packets = append(b.Packets, packet.Packet{Mark: packet.Mark{Time: 100e9, Number: 1}, Data: make([]byte, 60), Length: 60, Link: 1})
	case 2, 3:
		b.Now = 100e9 + int64(s.reads)*1e9
	default:
		return io.EOF
	}
	return nil
}
func (*silence) Files() []string            { return []string{"veth0"} }
func (*silence) Problems() []packet.Problem { return nil }
func (*silence) Close() error               { return nil }

// clock is a Sink that keeps the times it is told.
type clock struct {
	analyzer.NopSink
	times []analyzer.Time
}

func (c *clock) Batch(now analyzer.Time) error { c.times = append(c.times, now); return nil }

// TestTimeGoesOnInSilence holds that a sink is told the time while no packets come: else
// the rates on the screen would stand still at those of the last packet.
func TestTimeGoesOnInSilence(t *testing.T) {
	c := new(clock)
	if _, err := analyzer.Run(t.Context(), new(silence), analyzer.Options{Updates: true}, c); err != nil {
		t.Fatal(err)
	}
	if want := []analyzer.Time{100e9, 102e9, 103e9, 100e9}; !slices.Equal(c.times, want) {
		t.Errorf("told %v, not %v", c.times, want)
	}
}

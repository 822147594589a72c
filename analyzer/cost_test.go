package analyzer_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/assembly/packet"
	"wscope/wsparse"
)

// talk is a Source of Ethernet packets made in memory: conns connections that are upgraded,
// then rounds in which each client says one message and its server answers and acknowledges.
type talk struct {
	conns, rounds int
	round, conn   int // where it is; round 0 is the upgrade
	seq           [][2]uint32
	packets       int64
	batch         []byte                   // of the Batch in hand
	batches       map[*packet.Batch][]byte // the packets of a Batch are its own until it is read into again
	quiet         func()                   // called when all has been given
}

func (s *talk) Files() []string            { return []string{"talk"} }
func (s *talk) Problems() []packet.Problem { return nil }
func (s *talk) Close() error               { return nil }

func (s *talk) Read(b *packet.Batch) error {
	b.Packets, b.Secrets = b.Packets[:0], b.Secrets[:0]
	s.batch = s.batches[b][:0]
	defer func() { s.batches[b] = s.batch }()
	if s.round > s.rounds {
		if s.quiet != nil {
			s.quiet()
		}
		return io.EOF
	}
	if s.seq == nil {
		s.seq = make([][2]uint32, s.conns)
		s.batches = map[*packet.Batch][]byte{}
	}
	if s.batch == nil {
		s.batch = make([]byte, 0, 256<<10)
	}
	for ; s.conn < s.conns && len(s.batch) < 200<<10; s.conn++ {
		if s.round == 0 {
			s.packet(b, s.conn, 0, 2, nil)
			s.packet(b, s.conn, 1, 2|16, nil)
			s.packet(b, s.conn, 0, 16, []byte(request))
			s.packet(b, s.conn, 1, 16, []byte(answer))
			continue
		}
		s.packet(b, s.conn, 0, 16, clientFrame)
		s.packet(b, s.conn, 1, 16, serverFrame)
		s.packet(b, s.conn, 0, 16, nil)
	}
	if s.conn == s.conns {
		s.conn, s.round = 0, s.round+1
	}
	return nil
}

var (
	request = "GET /chat HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + wsparse.AcceptKey("dGhlIHNhbXBsZSBub25jZQ==") + "\r\n\r\n"
	saying      = []byte(strings.Repeat(`{"price":"12.5"}`, 12))
	clientFrame = wsparse.AppendFrame(nil, wsparse.Header{Finished: true, Opcode: wsparse.Text, IsMasked: true, MaskKey: 0x12345678}, saying)
	serverFrame = wsparse.AppendFrame(nil, wsparse.Header{Finished: true, Opcode: wsparse.Text}, saying)
)

// packet appends a packet of connection c from its client (0) or its server (1).
func (s *talk) packet(b *packet.Batch, c, from int, flags byte, payload []byte) {
	start := len(s.batch)
	s.batch = append(s.batch, make([]byte, 54)...)
	s.batch = append(s.batch, payload...)
	p := s.batch[start:len(s.batch):len(s.batch)]
	p[12], p[13] = 8, 0
	ip, tcp := p[14:], p[34:]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(len(p)-14))
	ends := [2][]byte{{10, byte(c >> 16), byte(c >> 8), byte(c)}, {192, 168, 0, 1}}
	ports := [2]uint16{40000, 80}
	copy(ip[12:], ends[from])
	copy(ip[16:], ends[1-from])
	binary.BigEndian.PutUint16(tcp, ports[from])
	binary.BigEndian.PutUint16(tcp[2:], ports[1-from])
	binary.BigEndian.PutUint32(tcp[4:], s.seq[c][from])
	binary.BigEndian.PutUint32(tcp[8:], s.seq[c][1-from])
	tcp[12], tcp[13] = 5<<4, flags
	binary.BigEndian.PutUint16(tcp[14:], 1000)
	s.seq[c][from] += uint32(len(payload)) + uint32(flags>>1&1)
	s.packets++
	b.Packets = append(b.Packets, packet.Packet{
		Mark: packet.Mark{Index: s.packets - 1, Number: s.packets, Time: 1700000000e9 + s.packets*1000},
		Data: p, Length: len(p), Link: 1,
	})
}

// TestSteadyStateAllocatesNothing measures the whole pipeline: what more messages of the
// same connections add to a run. What they do add is memory that grows by doubling.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for name, opt := range map[string]analyzer.Options{
		"summary":  {},
		"messages": {Messages: true, Payload: true, Render: func() analyzer.Renderer { return &report.JSON{} }},
		"csv":      {Messages: true, Payload: true, Render: func() analyzer.Renderer { return &report.CSV{} }},
		"frames":   {Frames: true, Render: func() analyzer.Renderer { return &report.JSON{} }},
	} {
		for _, workers := range []int{0, 2} {
			opt.Workers = workers
			allocs := func(rounds int) float64 {
				return testing.AllocsPerRun(3, func() {
					if _, err := analyzer.Run(context.Background(), &talk{conns: 50, rounds: rounds}, opt, analyzer.NopSink{}); err != nil {
						t.Fatal(err)
					}
				})
			}
			few, many := allocs(50), allocs(450)
			if perMessage := (many - few) / (50 * 400 * 2); perMessage > 0.01 {
				t.Errorf("%s with %d workers: %.3f allocations a message", name, workers, perMessage)
			}
		}
	}
}

// TestFlowIsSmall measures what a connection takes in memory after its first messages,
// everything from TCP to the record.
func TestFlowIsSmall(t *testing.T) {
	const conns = 6000 // as many as may be awake, nearly
	const most = 4608  // bytes
	var before, after runtime.MemStats
	heap := func(m *runtime.MemStats) { runtime.GC(); runtime.GC(); runtime.ReadMemStats(m) }
	heap(&before)
	src := &talk{conns: conns, rounds: 2}
	src.quiet = func() { heap(&after) }
	sum, err := analyzer.Run(context.Background(), src, analyzer.Options{}, analyzer.NopSink{})
	if err != nil || sum.Flows != conns {
		t.Fatal(sum.Flows, err)
	}
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / conns
	t.Logf("%d bytes a connection", each)
	if each > most {
		t.Errorf("%d bytes a connection, more than %d", each, most)
	}
}

// BenchmarkRun is the whole pipeline on packets in memory.
func BenchmarkRun(b *testing.B) {
	for _, conns := range []int{20, 2000} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			b.ReportAllocs()
			src := &talk{conns: conns, rounds: b.N/conns/3 + 1}
			if _, err := analyzer.Run(context.Background(), src, analyzer.Options{}, analyzer.NopSink{}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(src.packets), "ns/packet")
		})
	}
}

package analyzer_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/assembly"
	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// BenchmarkStages runs ever more of the pipeline over one cached file, in one goroutine:
// ns/packet is what all stages so far take, ns/stage what the last one added. The docs'
// table is made by
//
//	go test ./analyzer -run '^$' -bench Stages -benchtime 10x
func BenchmarkStages(b *testing.B) {
	path := filepath.Join(b.TempDir(), "stages.pcapng")
	packets := writeTalk(b, path, &talk{conns: 2000, rounds: 100})
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	stages := []struct {
		name string
		run  func(b *testing.B, src packet.Source)
	}{
		{"1-read", throughTCP(nil)},
		{"2-link", throughTCP(new(assembly.Assembler))},
		{"3-tcp", throughTCP(&assembly.Assembler{New: func(*assembly.Conn) assembly.Handler { return heedless{} }})},
		{"4-upgrade", throughUpgrade(func(*upgrade.WebSocket) upgrade.Receiver { return decoding{} })},
		{"5-frames", throughUpgrade(func(*upgrade.WebSocket) upgrade.Receiver { return newDecoding() })},
		{"6-summary", throughAll(analyzer.Options{})},
		{"7-messages", throughAll(analyzer.Options{Messages: true, Payload: true, Render: func() analyzer.Renderer { return &report.JSON{} }})},
	}
	took := make([]float64, 1+len(stages)) // by the stage before, ns a packet
	for i, stage := range stages {
		b.Run(stage.name, func(b *testing.B) {
			b.SetBytes(info.Size())
			for range b.N {
				src, err := capture.Open([]string{path}, capture.Options{NoLookahead: true})
				if err != nil {
					b.Fatal(err)
				}
				stage.run(b, src)
				src.Close()
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(int64(b.N)*packets)
			b.ReportMetric(each, "ns/packet")
			b.ReportMetric(each-took[i], "ns/stage")
			took[i+1] = each
		})
	}
}

// writeTalk writes a talk's packets to a file, and gives their number.
func writeTalk(b *testing.B, path string, src *talk) int64 {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := capture.NewWriter(f, capture.WriterOptions{})
	var batch packet.Batch
	for src.Read(&batch) == nil {
		for i := range batch.Packets {
			if err := w.Packet(&batch.Packets[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return src.packets
}

// throughTCP reads, and where there is an Assembler finds the segments; where that knows
// what to do with a connection it rebuilds the streams.
func throughTCP(asm *assembly.Assembler) func(*testing.B, packet.Source) {
	return func(b *testing.B, src packet.Source) {
		var batch packet.Batch
		var d link.Decoder
		var s link.Segment
		a := new(assembly.Assembler)
		if asm != nil {
			a.New = asm.New
		}
		for {
			err := src.Read(&batch)
			if err != nil && err != io.EOF {
				b.Fatal(err)
			}
			if asm != nil {
				for i := range batch.Packets {
					s = link.Segment{}
					if d.Decode(&batch.Packets[i], &s) && a.New != nil {
						a.Segment(&s)
					}
				}
			}
			if err == io.EOF {
				return
			}
		}
	}
}

// throughUpgrade finds the WebSockets too.
func throughUpgrade(found func(*upgrade.WebSocket) upgrade.Receiver) func(*testing.B, packet.Source) {
	hooks := &upgrade.Hooks{Found: func(ws *upgrade.WebSocket, _ *assembly.Mark) upgrade.Receiver { return found(ws) }}
	return throughTCP(&assembly.Assembler{New: func(c *assembly.Conn) assembly.Handler { return upgrade.New(c, hooks) }})
}

// throughAll is Run in this goroutine.
func throughAll(opt analyzer.Options) func(*testing.B, packet.Source) {
	return func(b *testing.B, src packet.Source) {
		if _, err := analyzer.Run(context.Background(), src, opt, analyzer.NopSink{}); err != nil {
			b.Fatal(err)
		}
	}
}

// heedless takes a connection's streams and does nothing.
type heedless struct{}

func (heedless) Data(assembly.Side, []byte, *assembly.Mark)               {}
func (heedless) Gap(assembly.Side, int64, assembly.Cause, *assembly.Mark) {}
func (heedless) End(assembly.Side, assembly.Cause, *assembly.Mark)        {}

// decoding takes a WebSocket's directions; where it has streams it decodes them.
type decoding struct {
	streams *[2]wsparse.Stream
	event   *wsparse.Event
}

func newDecoding() decoding {
	d := decoding{new([2]wsparse.Stream), new(wsparse.Event)}
	for i, from := range []wsparse.Role{wsparse.FromClient, wsparse.FromServer} {
		d.streams[i].Init(wsparse.StreamConfig{From: from})
	}
	return d
}

func (d decoding) Answered(*assembly.Mark) {}

func (d decoding) Data(from wsparse.Role, data []byte, _ *assembly.Mark) {
	if d.streams == nil {
		return
	}
	s := &d.streams[0]
	if from == wsparse.FromServer {
		s = &d.streams[1]
	}
	s.Feed(data)
	for s.Next(d.event) {
	}
}

func (d decoding) Gap(wsparse.Role, int64, assembly.Cause, *assembly.Mark)  {}
func (d decoding) End(wsparse.Role, assembly.Cause, uint64, *assembly.Mark) {}

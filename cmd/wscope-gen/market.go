package main

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/klauspost/compress/flate"
)

// marketRuns are messages of a feed, compressed in runs: what is in a run refers to nothing before it, so that a conversation may send
// any run after any other with context takeover (RFC 7692 §7.2.1).
const (
	marketRuns = 48
	runLength  = 96
)

var symbols = []string{"AAPL", "MSFT", "BRK.B", "EURUSD", "BTC-USD", "ETH-USD", "ES=F", "CL=F", "NVDA", "TSLA"}

// makeMarket compresses the runs.
func (g *generator) makeMarket() error {
	var out bytes.Buffer
	for range marketRuns {
		w, err := flate.NewWriter(&out, flate.BestSpeed)
		if err != nil {
			return err
		}
		var run [][]byte
		for range runLength {
			out.Reset()
			if _, err := w.Write(g.quotes()); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
			run = append(run, bytes.Clone(bytes.TrimSuffix(out.Bytes(), []byte{0, 0, 255, 255})))
		}
		g.runs = append(g.runs, run)
	}
	return nil
}

// quotes is a message of the feed in Protocol Buffers: a sequence number, a time, and quotes of a symbol, two prices and two sizes each.
func (g *generator) quotes() []byte {
	g.marketSerial++
	b := append([]byte(nil), 0x08)
	b = binary.AppendUvarint(b, g.marketSerial)
	b = append(b, 0x11)
	b = binary.LittleEndian.AppendUint64(b, uint64(startTime)+g.marketSerial*1e6)
	for range g.length(lognormal{4, 0.9}, 1, 200) {
		symbol := symbols[g.IntN(len(symbols))]
		q := append([]byte{0x0a, byte(len(symbol))}, symbol...)
		for field := range 2 {
			q = append(q, byte(2+field)<<3|1)
			q = binary.LittleEndian.AppendUint64(q, math.Float64bits(math.Round(1e4+100*g.NormFloat64())/100))
		}
		for field := range 2 {
			q = append(q, byte(4+field)<<3)
			q = binary.AppendUvarint(q, uint64(g.IntN(5000)))
		}
		b = append(b, 0x1a, byte(len(q)))
		b = append(b, q...)
	}
	return b
}

// marketTurn is the next message of the run that the server is in, after the client's subscription.
func marketTurn(g *generator, c *conversation) {
	if c.at == runLength || c.serial == 0 {
		c.run, c.at = g.IntN(len(g.runs)), 0
		c.serial++
	}
	g.say(c, server, g.frame(server, 0xc0|opBinary, g.runs[c.run][c.at]), true)
	c.sent++
	c.at++
}

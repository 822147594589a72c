package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
)

// unfinished is n connections that each send one compressed message which inflates without end and never ends.
func unfinished(n int) func(d dir) {
	return func(d dir) {
		bomb := deflated(make([]byte, 17<<20))
		c := newCapture()
		for range n {
			x := c.webSocket("/bomb", deflateOffer)
			x.send(1, frame(0x42, false, bomb)) // RSV1, binary, not FIN
		}
		d.write("in.pcap", c.Bytes())
	}
}

// paced is unfinished with what a message that people send might compress to, so that no ratio tells it.
func paced(n int) func(d dir) {
	return func(d dir) {
		var plain bytes.Buffer
		for i := range 300000 {
			fmt.Fprintf(&plain, `{"id":%d,"text":"the quick brown fox jumps over the lazy dog"},`, i)
		}
		bomb := deflated(plain.Bytes())
		c := newCapture()
		for range n {
			x := c.webSocket("/paced", deflateOffer)
			x.send(1, frame(0x41, false, bomb))
		}
		d.write("in.pcap", c.Bytes())
	}
}

// windows is n connections with compressed messages that fill the windows of both directions.
func windows(n int) func(d dir) {
	return func(d dir) {
		b := make([]byte, 24<<10)
		_, _ = rand.Read(b)
		full := deflated(bytes.Repeat(b, 2))
		c := newCapture()
		for range n {
			x := c.webSocket("/window", deflateOffer)
			x.send(0, frame(0xc2, true, full))
			x.send(1, frame(0xc2, false, full))
		}
		d.write("in.pcap", c.Bytes())
	}
}

// plain is n connections with an unfinished message of a size that is not compressed.
func plain(n, size int) func(d dir) {
	return func(d dir) {
		b := bytes.Repeat([]byte("0123456789abcdef"), size/16)
		c := newCapture()
		for range n {
			x := c.webSocket("/plain", "")
			x.send(1, frame(0x02, false, b))
		}
		d.write("in.pcap", c.Bytes())
	}
}

// holes is n connections with data behind a byte that never comes.
func holes(n, size int) func(d dir) {
	return func(d dir) {
		b := make([]byte, size)
		c := newCapture()
		for range n {
			x := c.webSocket("/hole", "")
			x.seq[1]++
			x.send(1, b)
			x.seq[1] = 6000
		}
		d.write("in.pcap", c.Bytes())
	}
}

// combs is n connections that send every other byte alone.
func combs(n, teeth int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		for range n {
			x := c.webSocket("/comb", "")
			for range teeth {
				x.seq[1]++
				x.segment(1, 0x18, []byte{0x81})
			}
		}
		d.write("in.pcap", c.Bytes())
	}
}

// heads is n connections with heads that never end.
func heads(n, size int, answer bool) func(d dir) {
	return func(d dir) {
		long := []byte("X-Long: " + strings.Repeat("a", size))
		c := newCapture()
		for range n {
			x := c.connect(80)
			if answer {
				x.send(0, upgradeRequest("/h", ""))
				x.send(1, append([]byte("HTTP/1.1 101 Switching Protocols\r\n"), long...))
				continue
			}
			x.send(0, append([]byte("GET /h HTTP/1.1\r\n"), long...))
		}
		d.write("in.pcap", c.Bytes())
	}
}

// early is n connections whose clients send frames before an answer that never comes.
func early(n, size int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		for range n {
			x := c.connect(80)
			x.send(0, upgradeRequest("/early", ""))
			x.send(0, frame(0x82, true, make([]byte, size)))
		}
		d.write("in.pcap", c.Bytes())
	}
}

// midway is n connections without a beginning, in which frames are searched.
func midway(n, size int) func(d dir) {
	return func(d dir) {
		b := make([]byte, size)
		_, _ = rand.Read(b)
		c := newCapture()
		for range n {
			x := c.joined(80)
			f := append(frameHead(0x82, false, 1<<20), b...)
			x.send(1, f)
		}
		d.write("in.pcap", c.Bytes())
	}
}

// syns is n connections that are never more than a SYN.
func syns(n int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		for range n {
			k := c.port
			c.port++
			x := &conn{c: c, addr: [2][4]byte{{10, byte(k >> 20), byte(k >> 12), 9}, {10, 99, 0, 1}}, port: [2]uint16{uint16(k), 80}}
			x.segment(0, 2, nil)
		}
		d.write("in.pcap", c.Bytes())
	}
}

// opened is n WebSockets that say nothing.
func opened(n int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		for i := range n {
			c.webSocket(fmt.Sprintf("/c%d", i), "")
		}
		d.write("in.pcap", c.Bytes())
	}
}

// record is a TLS record of application data.
func record(kind byte, b []byte) []byte {
	return append(append([]byte{kind, 3, 3}, byte(len(b)>>8), byte(len(b))), b...)
}

// clientHello is a ClientHello of TLS 1.3 with a random.
func clientHello(random byte) []byte {
	body := []byte{3, 3}
	body = append(body, bytes.Repeat([]byte{random}, 32)...)
	body = append(body, 0, 0, 2, 0x13, 1, 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4)
	return record(22, append([]byte{1, 0, byte(len(body) >> 8), byte(len(body))}, body...))
}

func serverHello() []byte {
	body := []byte{3, 3}
	body = append(body, bytes.Repeat([]byte{7}, 32)...)
	body = append(body, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4)
	return record(22, append([]byte{2, 0, byte(len(body) >> 8), byte(len(body))}, body...))
}

// sealed is n TLS connections for which keys may come later, with much data.
func sealed(n, size int) func(d dir) {
	return func(d dir) {
		b := make([]byte, 16000)
		_, _ = rand.Read(b)
		c := newCapture()
		for i := range n {
			x := c.connect(443)
			x.send(0, clientHello(byte(i)))
			x.send(1, serverHello())
			for k := 0; k < size; k += len(b) {
				x.send(1, record(23, b))
			}
		}
		d.write("in.pcap", c.Bytes())
		d.write("keys", []byte("CLIENT_TRAFFIC_SECRET_0 "+strings.Repeat("ee", 32)+" "+strings.Repeat("00", 32)+"\n"))
	}
}

// records is n TLS connections whose records never end.
func records(n int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		for i := range n {
			x := c.connect(443)
			x.send(0, clientHello(byte(i)))
			x.send(1, serverHello())
			x.send(1, append([]byte{23, 3, 3, 0x40, 0}, make([]byte, 16000)...))
			x.send(0, append([]byte{23, 3, 3, 0x40, 0}, make([]byte, 16000)...))
		}
		d.write("in.pcap", c.Bytes())
	}
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

func h2(kind, flags byte, stream uint32, b []byte) []byte {
	h := []byte{byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b)), kind, flags}
	return append(binary.BigEndian.AppendUint32(h, stream), b...)
}

// h2Connect is the header block of an extended CONNECT, in literals without indexing.
func h2Connect() []byte {
	var b []byte
	for _, f := range [][2]string{{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "https"}, {":path", "/h2"}, {":authority", "victim.example"},
		{"sec-websocket-version", "13"}, {"sec-websocket-extensions", "permessage-deflate"}} {
		b = append(append(append(append(b, 0, byte(len(f[0]))), f[0]...), byte(len(f[1]))), f[1]...)
	}
	return b
}

// streams is n HTTP/2 connections of many WebSockets, each with an unfinished message that inflates without end.
func streams(n, each int, answered bool) func(d dir) {
	return func(d dir) {
		bomb := deflated(make([]byte, 17<<20))
		c := newCapture()
		for range n {
			x := c.connect(80)
			x.send(0, []byte(preface))
			x.send(0, h2(4, 0, 0, nil))
			x.send(1, h2(4, 0, 0, []byte{0, 8, 0, 0, 0, 1}))
			for i := range each {
				id := uint32(1 + 2*i)
				x.send(0, h2(1, 4, id, h2Connect()))
				from := 0
				if answered {
					b := []byte{0x88, 0, 24}
					b = append(b, "sec-websocket-extensions"...)
					b = append(append(b, 18), "permessage-deflate"...)
					x.send(1, h2(1, 4, id, b))
					from = 1
				}
				f := frame(0x42, from == 0, bomb)
				for len(f) > 0 {
					k := min(len(f), 16384)
					x.send(from, h2(0, 0, id, f[:k]))
					f = f[k:]
				}
			}
		}
		d.write("in.pcap", c.Bytes())
	}
}

// blocks is n HTTP/2 connections whose header blocks never end.
func blocks(n, size int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		for range n {
			x := c.connect(80)
			x.send(0, []byte(preface))
			x.send(0, h2(4, 0, 0, nil))
			x.send(0, h2(1, 0, 1, nil))
			for k := 0; k < size; k += 16000 {
				x.send(0, h2(9, 0, 1, make([]byte, 16000)))
			}
		}
		d.write("in.pcap", c.Bytes())
	}
}

// fragments is n IP packets of which one fragment is missing.
func fragments(n int) func(d dir) {
	return func(d dir) {
		c := newCapture()
		c.greeting()
		for i := range n {
			b := ipv4(6, [4]byte{10, 0, 0, 1}, [4]byte{10, 99, 0, 1}, make([]byte, 1400))
			binary.BigEndian.PutUint16(b[18:], uint16(i))
			binary.BigEndian.PutUint16(b[20:], 0x2000|uint16(i>>16)) // more fragments
			b[29] = byte(i >> 16)
			c.packet(b)
		}
		d.write("in.pcap", c.Bytes())
	}
}

// onMemory are attacks on memory, each on several commands.
func onMemory() (list []attack) {
	inputs := []struct {
		name, what string
		files      func(d dir)
	}{
		{"bombs", "200 unfinished messages that inflate without end", unfinished(200)},
		{"paced bombs", "60 unfinished messages that inflate to 20 MB of JSON", paced(60)},
		{"windows", "3,000 connections with full windows in both directions", windows(3000)},
		{"long messages", "60 unfinished messages of 3 MB", plain(60, 3<<20)},
		{"short messages", "3,000 unfinished messages of 60 kB", plain(3000, 60<<10)},
		{"holes", "60 connections with 2 MB behind a hole", holes(60, 2<<20)},
		{"combs", "400 connections of 500 bytes, each behind a hole of its own", combs(400, 500)},
		{"request heads", "1,000 request heads of 100 kB that do not end", heads(1000, 100<<10, false)},
		{"answer heads", "1,000 answer heads of 100 kB that do not end", heads(1000, 100<<10, true)},
		{"early frames", "1,000 clients that send 100 kB before an answer that never comes", early(1000, 100<<10)},
		{"midway", "200 connections in which frames are searched, 500 kB each", midway(200, 500<<10)},
		{"SYNs", "500,000 SYNs", syns(500000)},
		{"connections", "60,000 WebSockets that say nothing", opened(60000)},
		{"sealed", "600 TLS connections of 256 kB whose keys may come", sealed(600, 256<<10)},
		{"records", "3,000 TLS connections whose records do not end", records(3000)},
		{"HTTP/2 bombs", "20 HTTP/2 connections of 10 WebSockets with a bomb each", streams(20, 10, true)},
		{"HTTP/2 unanswered", "20 HTTP/2 connections of 10 WebSockets that send a bomb before the answer", streams(20, 10, false)},
		{"HTTP/2 blocks", "500 HTTP/2 header blocks of 200 kB that do not end", blocks(500, 200<<10)},
		{"IP fragments", "100,000 IP packets that lack a fragment", fragments(100000)},
	}
	for _, in := range inputs {
		keys := []string{}
		if strings.Contains(in.name, "sealed") {
			keys = []string{"--keylog", "keys"}
		}
		list = append(list,
			attack{name: in.name + ": summary", what: in.what, files: in.files, args: append([]string{"summary", "in.pcap"}, keys...), memory: 256, seconds: 20},
			attack{name: in.name + ": messages", what: in.what, files: in.files, args: append([]string{"messages", "-o", "out", "in.pcap"}, keys...), memory: 256, seconds: 20},
			attack{name: in.name + ": live", what: in.what, files: in.files, live: "in.pcap", args: append([]string{"--messages"}, keys...), memory: 256, seconds: 60},
		)
		if in.name == "bombs" || in.name == "paced bombs" || in.name == "HTTP/2 bombs" {
			list = append(list, attack{name: in.name + ": live in 256 MB", what: in.what, files: in.files, live: "in.pcap", args: []string{"--messages", "--max-memory", "256M"}, memory: 256, seconds: 60})
		}
	}
	return list
}

func attacks() []attack { return onMemory() }

package main

import (
	"encoding/binary"
	"strconv"
)

// bystanders writes connections that carry no WebSocket, up to the share of the capture that was asked for: pages of HTTP,
// sessions of TLS, of SSH and of protocols that nobody knows, as a mirror port has them.
func (g *generator) bystanders() {
	for g.strange*100 < int64(g.other*float64(g.out.written)) && g.out.err == nil {
		before := g.out.written
		if g.strangers == nil {
			g.strangers = make([]conversation, 200)
		}
		c := &g.strangers[g.IntN(len(g.strangers))]
		g.stranger(c)
		g.strange += g.out.written - before
	}
}

// strangerID tells the addresses of other connections from those of WebSockets.
const strangerID = maxConns / 2

// stranger takes a connection that is no WebSocket one step further.
func (g *generator) stranger(c *conversation) {
	switch {
	case c.stage != talking:
		g.strangeIDs++
		*c = conversation{id: strangerID + g.strangeIDs, stage: talking, serial: g.IntN(4), lasts: g.length(lognormal{6, 1.3}, 1, 2000)}
		g.connect(c)
		switch c.serial {
		case 1:
			g.send(c, client, record(handshakeRecord, hello(1, g.random(32), g.random(32))), false)
			g.send(c, server, record(handshakeRecord, hello(2, g.random(32), g.random(32))), false)
		case 2:
			g.send(c, server, []byte("SSH-2.0-OpenSSH_9.6\r\n"), false)
			g.send(c, client, []byte("SSH-2.0-OpenSSH_9.6\r\n"), false)
		}
	case c.sent >= c.lasts:
		g.disconnect(c)
		c.stage = over
	default:
		c.sent++
		g.exchange(c)
	}
}

// exchange is a request of a stranger and its answer.
func (g *generator) exchange(c *conversation) {
	n := g.length(lognormal{3000, 1.5}, 1, 1<<20)
	b := g.scraps.body[:0]
	switch c.serial {
	case 0:
		b = append(b, "GET /page/"...)
		b = g.number(b, 1000)
		b = append(b, " HTTP/1.1\r\nHost: www.example.com\r\nAccept: */*\r\nUser-Agent: Mozilla/5.0\r\n\r\n"...)
		g.send(c, client, b, false)
		b = append(b[:0], "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(n), 10)
		b = append(b, "\r\n\r\n"...)
		b = append(b, g.noise(n)...)
		g.send(c, server, b, false)
	case 1:
		for _, part := range []struct {
			from side
			n    int
		}{{client, 400}, {server, n}} {
			b = b[:0]
			for n := part.n; n > 0; n -= 1 << 14 {
				b = append(b, record(applicationData, g.noise(min(n, 1<<14)+17))...)
			}
			g.send(c, part.from, b, false)
		}
	default:
		for x := range side(2) {
			m := n>>(4*(1-x)) + 12
			b = binary.BigEndian.AppendUint32(b[:0], uint32(m))
			g.send(c, x, append(b, g.noise(m)...), false)
		}
	}
	g.scraps.body = b
}

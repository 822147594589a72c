package main

import "strconv"

// chatTurn is whole JSON of a chat: what is said, that it arrived, who types, who is there, what was said before.
func chatTurn(g *generator, c *conversation) {
	b := g.scraps.text[:0]
	switch dice := g.IntN(100); {
	case dice < 22: // sent, and acknowledged
		c.serial++
		b = append(b, `{"type":"message","id":`...)
		b = strconv.AppendInt(b, int64(c.serial), 10)
		b = g.said(append(b, `,"room":`...))
		g.text(c, client, b)
		b = append(b[:0], `{"type":"ack","id":`...)
		b = strconv.AppendInt(b, int64(c.serial), 10)
		b = append(b, `,"ok":true,"ts":`...)
		b = append(g.clock(b), '}')
		g.text(c, server, b)
	case dice < 62: // from others
		b = append(b, `{"type":"message","id":"`...)
		b = g.identifier(b)
		b = append(b, `","user":{"id":`...)
		b = g.number(b, 100000)
		b = append(b, `,"name":`...)
		b = g.person(b)
		b = append(b, `,"avatar":null,"bot":false},"room":`...)
		b = g.said(b)
		g.text(c, server, b)
	case dice < 78:
		b = append(b, `{"type":"typing","room":"room-`...)
		b = g.number(b, 40)
		b = append(b, `","user":`...)
		b = append(g.person(b), '}')
		g.text(c, side(g.IntN(2)), b)
	case dice < 86:
		b = append(b, `{"type":"presence","users":[`...)
		for i := range g.length(lognormal{4, 1}, 1, 200) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"id":`...)
			b = g.number(b, 100000)
			b = append(b, `,"status":"online","since":`...)
			b = append(g.clock(b), '}')
		}
		g.text(c, server, append(b, `]}`...))
	case dice < 92:
		b = append(b, `{"type":"reaction","message":"`...)
		b = g.identifier(b)
		b = append(b, `","emoji":"👍","count":`...)
		b = append(g.number(b, 20), '}')
		g.text(c, side(g.IntN(2)), b)
	case dice < 94:
		b = append(b, `{"type":"history","room":"room-1","more":true,"messages":[`...)
		for i := range g.length(lognormal{10, 0.8}, 1, 100) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"id":"`...)
			b = g.identifier(b)
			b = append(b, `","user":`...)
			b = g.person(b)
			b = g.said(append(b, `,"room":`...))
		}
		g.text(c, server, append(b, `]}`...))
	default:
		g.text(c, client, append(b, `{"type":"ping"}`...))
		g.text(c, server, append(b[:0], `{"type":"pong"}`...))
	}
}

// said appends a room and a text, whose length is as texts of the recordings are, and closes the object.
func (g *generator) said(b []byte) []byte {
	b = append(b, `"room-`...)
	b = g.number(b, 40)
	b = append(b, `","text":"`...)
	b = g.speech(b, g.length(fitted["text"].length, 1, 8000))
	b = append(b, `","ts":`...)
	return append(g.clock(b), '}')
}

// socketBegin opens Engine.IO 4 and Socket.IO.
func socketBegin(g *generator, c *conversation) {
	b := append(g.scraps.text[:0], `0{"sid":"`...)
	b = g.identifier(b)
	g.text(c, server, append(b, `","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`...))
	g.text(c, client, append(b[:0], "40"...))
	b = append(b[:0], `40{"sid":"`...)
	b = g.identifier(b)
	g.text(c, server, append(b, `"}`...))
}

var socketEvents = []string{"chat message", "typing", "user joined", "position", "notification", "stop typing"}

// socketTurn is an event, an event with its acknowledgement, or a heartbeat.
func socketTurn(g *generator, c *conversation) {
	b := append(g.scraps.text[:0], "42"...)
	switch dice := g.IntN(100); {
	case dice < 10:
		g.text(c, server, append(b[:0], '2'))
		g.text(c, client, append(b[:0], '3'))
	case dice < 35:
		c.serial++
		b = strconv.AppendInt(b, int64(c.serial), 10)
		b = append(b, `["chat message",{"body":"`...)
		b = g.speech(b, g.length(fitted["text"].length, 1, 8000))
		g.text(c, client, append(b, `"}]`...))
		b = strconv.AppendInt(append(b[:0], "43"...), int64(c.serial), 10)
		g.text(c, server, append(b, `[{"status":"ok"}]`...))
	default:
		b = append(b, `["`...)
		b = append(b, socketEvents[g.IntN(len(socketEvents))]...)
		b = append(b, `",{"from":`...)
		b = g.person(b)
		b = append(b, `,"text":"`...)
		b = g.speech(b, g.length(fitted["socket.io"].length, 1, 8000))
		g.text(c, server, append(b, `"}]`...))
	}
}

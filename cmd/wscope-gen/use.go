package main

import (
	"math"
	"strings"
)

// use is a kind of traffic as people have it: messages of many sizes and kinds in random order, with gaps, bursts, few
// conversations that say much and many that say little.
type use struct {
	name        string
	path        string
	subprotocol string
	deflate     bool                                // permessage-deflate, with context takeover
	like        string                              // the fitted row that says how messages follow each other
	begin       func(g *generator, c *conversation) // first messages; nil for none
	speak       func(g *generator, c *conversation) // a turn: one message or several
}

//go:generate go run ./fit ../../testdata

// fit is what the recordings say of a protocol's messages (fit/main.go).
type fit struct {
	length, gap lognormal // bytes; nanoseconds
	client      float64   // share of the messages that the client sends
}

// lognormal is a distribution by its median and the standard deviation of its logarithm.
type lognormal struct{ median, sigma float64 }

// draw draws a value.
func (g *generator) draw(d lognormal) float64 { return d.median * math.Exp(d.sigma*g.NormFloat64()) }

// length draws a length from low to high.
func (g *generator) length(d lognormal, low, high int) int {
	return min(max(int(g.draw(d)), low), high)
}

// uses are the kinds, beside the three of constant size.
var uses = []use{
	{name: "chat", path: "/chat/", like: "json", speak: chatTurn},
	{name: "socketio", path: "/socket.io/?EIO=4&transport=websocket", like: "socket.io", begin: socketBegin, speak: socketTurn},
	{name: "graphql", path: "/graphql", subprotocol: "graphql-transport-ws", like: "graphql-transport-ws", begin: graphqlBegin, speak: graphqlTurn},
	{name: "mqtt", path: "/mqtt", subprotocol: "mqtt", like: "mqtt", begin: mqttBegin, speak: mqttTurn},
	{name: "market", path: "/feed/", deflate: true, like: "json", speak: marketTurn},
	{name: "game", path: "/play/", like: "binary", speak: gameTurn},
	{name: "files", path: "/upload/", like: "binary", speak: fileTurn},
}

// useNamed finds a kind; nil where there is none.
func useNamed(name string) *use {
	for i := range uses {
		if uses[i].name == name {
			return &uses[i]
		}
	}
	return nil
}

// useNames lists the kinds.
func useNames() string {
	var names []string
	for _, u := range uses {
		names = append(names, u.name)
	}
	return strings.Join(names, ", ")
}

// text sends a text message.
func (g *generator) text(c *conversation, x side, b []byte) { g.deliver(c, x, 0x80|opText, b) }

// binary sends a binary message.
func (g *generator) binary(c *conversation, x side, b []byte) { g.deliver(c, x, 0x80|opBinary, b) }

func (g *generator) deliver(c *conversation, x side, first byte, b []byte) {
	c.sent++
	g.say(c, x, g.frame(x, first, b), true)
	if cap(b) > cap(g.scraps.text) && cap(b) < 1<<16 {
		g.scraps.text = b
	}
}

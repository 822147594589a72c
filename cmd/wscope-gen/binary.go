package main

import (
	"encoding/binary"
	"math"
	"strconv"
)

// mqttBegin connects by MQTT 3.1.1 and subscribes.
func mqttBegin(g *generator, c *conversation) {
	id := strconv.AppendInt([]byte("device-"), int64(c.id), 10)
	b := append([]byte{0, 4}, "MQTT\x04\x02\x00\x3c"...)
	b = append(append(b, 0, byte(len(id))), id...)
	g.mqtt(c, client, 0x10, b)
	g.mqtt(c, server, 0x20, []byte{0, 0})
	topic := "home/+/sensors/#"
	b = append([]byte{0, 1, 0, byte(len(topic))}, topic...)
	g.mqtt(c, client, 0x82, append(b, 1))
	g.mqtt(c, server, 0x90, []byte{0, 1, 1})
	c.serial = 1
}

var mqttTopics = []string{"home/kitchen/sensors/temperature", "home/hall/sensors/motion", "home/cellar/sensors/humidity", "home/roof/sensors/wind", "plant/1/line/3/state"}

// mqttTurn publishes, with and without acknowledgement, or pings.
func mqttTurn(g *generator, c *conversation) {
	if g.IntN(100) < 5 {
		g.mqtt(c, client, 0xc0, nil)
		g.mqtt(c, server, 0xd0, nil)
		return
	}
	x := side(g.IntN(2))
	topic := mqttTopics[g.IntN(len(mqttTopics))]
	b := append(append(g.scraps.body[:0], 0, byte(len(topic))), topic...)
	first := byte(0x30)
	sure := g.IntN(3) == 0
	if sure {
		first = 0x32
		c.serial = c.serial%60000 + 1
		b = binary.BigEndian.AppendUint16(b, uint16(c.serial))
	}
	if g.IntN(4) == 0 {
		b = append(b, g.noise(g.length(fitted["binary"].length, 1, 20000))...)
	} else {
		b = append(b, `{"value":`...)
		b = g.price(b)
		b = append(b, `,"ts":`...)
		b = append(g.clock(b), '}')
	}
	g.scraps.body = b
	g.mqtt(c, x, first, b)
	if sure {
		g.mqtt(c, 1-x, 0x40, binary.BigEndian.AppendUint16(nil, uint16(c.serial)))
	}
}

// mqtt sends one control packet in a message.
func (g *generator) mqtt(c *conversation, x side, first byte, body []byte) {
	b := append(g.scraps.text[:0], first)
	b = binary.AppendUvarint(b, uint64(len(body)))
	g.binary(c, x, append(b, body...))
}

// gameTurn is a frame of a game: the server's state and the player's input, some 60 bytes of little numbers.
func gameTurn(g *generator, c *conversation) {
	for x := range side(2) {
		b := append(g.scraps.text[:0], byte(1+g.IntN(4)))
		c.serial++
		b = binary.LittleEndian.AppendUint32(b, uint32(c.serial))
		for len(b) < 53 {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(g.NormFloat64()*100)))
		}
		b = append(b, g.noise(g.IntN(14))...)
		g.binary(c, x, b)
	}
}

// fileTurn is a file of about 1 MB, or a part of one, and an answer.
func fileTurn(g *generator, c *conversation) {
	x := side(g.IntN(2))
	g.binary(c, x, g.noise(g.length(lognormal{1 << 20, 0.5}, 1<<12, noiseLength-1)))
	g.text(c, 1-x, []byte(`{"stored":true}`))
}

const noiseLength = 4 << 20

// makeNoise makes what noise gives parts of.
func (g *generator) makeNoise() {
	g.noises = make([]byte, noiseLength)
	for i := 0; i < len(g.noises); i += 8 {
		binary.LittleEndian.PutUint64(g.noises[i:], g.Uint64())
	}
}

// noise is n bytes that look like a compressed file.
func (g *generator) noise(n int) []byte {
	at := g.IntN(len(g.noises) - n)
	return g.noises[at : at+n]
}

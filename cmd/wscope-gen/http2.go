package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/net/http2/hpack"
)

// HTTP/2's frame types in use (RFC 9113 §6), and END_HEADERS.
const (
	h2Data         = 0
	h2Headers      = 1
	h2Settings     = 4
	h2WindowUpdate = 8
	endStream      = 1
	endHeaders     = 4
	h2Stream       = 1
	h2FrameMost    = 1 << 14
)

// h2Frame appends a frame of HTTP/2.
func h2Frame(b []byte, kind, flags byte, stream uint32, payload []byte) []byte {
	n := len(payload)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), kind, flags)
	b = binary.BigEndian.AppendUint32(b, stream)
	return append(b, payload...)
}

// upgradeHTTP2 does the extended CONNECT of RFC 8441 on the connection's only stream. Windows are as large as can be.
func (g *generator) upgradeHTTP2(c *conversation) {
	window := []byte{0, 4, 0x7f, 0xff, 0xff, 0xff} // SETTINGS_INITIAL_WINDOW_SIZE
	wide := binary.BigEndian.AppendUint32(nil, 1<<31-1-65535)
	b := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	b = h2Frame(b, h2Settings, 0, 0, window)
	g.carry(c, client, h2Frame(b, h2WindowUpdate, 0, 0, wide), false)
	b = h2Frame(nil, h2Settings, 0, 0, append(window, 0, 8, 0, 0, 0, 1)) // SETTINGS_ENABLE_CONNECT_PROTOCOL
	b = h2Frame(b, h2WindowUpdate, 0, 0, wide)
	g.carry(c, server, h2Frame(b, h2Settings, 1, 0, nil), false)

	scheme := "http"
	if g.tls {
		scheme = "https"
	}
	fields, answer := g.connectFields(c, scheme)
	b = h2Frame(nil, h2Settings, 1, 0, nil)
	g.carry(c, client, h2Frame(b, h2Headers, endHeaders, h2Stream, fieldBlock(fields)), false)
	g.carry(c, server, h2Frame(nil, h2Headers, endHeaders, h2Stream, fieldBlock(answer)), false)
}

// connectFields are those of an extended CONNECT, and of its answer.
func (g *generator) connectFields(c *conversation, scheme string) (fields, answer []string) {
	fields = []string{":method", "CONNECT", ":protocol", "websocket", ":scheme", scheme, ":path", g.path(c), ":authority", "ws.example.com", "sec-websocket-version", "13"}
	answer = []string{":status", "200"}
	if protocol := g.subprotocol(); protocol != "" {
		fields = append(fields, "sec-websocket-protocol", protocol)
		answer = append(answer, "sec-websocket-protocol", protocol)
	}
	if g.deflates() {
		fields = append(fields, "sec-websocket-extensions", "permessage-deflate")
		answer = append(answer, "sec-websocket-extensions", "permessage-deflate")
	}
	return fields, answer
}

// fieldBlock encodes names and values (RFC 7541).
func fieldBlock(fields []string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			panic(err) // a buffer takes all
		}
	}
	return b.Bytes()
}

// inData wraps a WebSocket's bytes in DATA frames. It is valid until the next call.
func (g *generator) inData(b []byte) []byte {
	out := g.scraps.data[:0]
	for len(b) > 0 {
		n := min(len(b), h2FrameMost)
		out = h2Frame(out, h2Data, 0, h2Stream, b[:n])
		b = b[n:]
	}
	g.scraps.data = out
	return out
}

// path is what a conversation asks for.
func (g *generator) path(c *conversation) string {
	if g.use == nil {
		return fmt.Sprintf("/bench/%d", c.id%100)
	}
	if p := g.use.path; p[len(p)-1] == '/' {
		return fmt.Sprintf("%s%d", p, c.id%100)
	}
	return g.use.path
}

func (g *generator) subprotocol() string {
	if g.use == nil {
		return ""
	}
	return g.use.subprotocol
}

// deflates reports whether messages are compressed.
func (g *generator) deflates() bool { return g.kind == "deflate" || g.use != nil && g.use.deflate }

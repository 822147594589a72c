package main

// Of HTTP/3 (RFC 9114): the streams' types and frames in use.
const (
	h3Data     = 0
	h3Headers  = 1
	h3Settings = 4
)

// upgradeHTTP3 does the extended CONNECT of RFC 9220 on the client's first stream.
func (g *generator) upgradeHTTP3(c *conversation) {
	g.packet(c, client, control(2, nil))
	g.packet(c, server, control(3, []byte{8, 1})) // SETTINGS_ENABLE_CONNECT_PROTOCOL
	fields, answer := g.connectFields(c, "https")
	g.streamQUIC(c, client, h3Frame(nil, h3Headers, fieldSection(fields)), false)
	g.streamQUIC(c, server, h3Frame(nil, h3Headers, fieldSection(answer)), false)
}

// control is the STREAM frame that begins a side's control stream.
func control(id byte, settings []byte) []byte {
	return append([]byte{0x08, id, 0}, h3Frame(nil, h3Settings, settings)...)
}

// h3Frame appends a frame of HTTP/3.
func h3Frame(b []byte, kind byte, payload []byte) []byte {
	return append(number(append(b, kind), uint64(len(payload))), payload...)
}

// fieldSection encodes names and values without tables (RFC 9204 §4.5.6).
func fieldSection(fields []string) []byte {
	b := []byte{0, 0} // no dynamic table
	for i := 0; i < len(fields); i += 2 {
		b = append(prefixed(b, 0x20, 3, len(fields[i])), fields[i]...)
		b = append(prefixed(b, 0, 7, len(fields[i+1])), fields[i+1]...)
	}
	return b
}

// prefixed appends an integer with a prefix of some bits (RFC 7541 §5.1).
func prefixed(b []byte, first byte, bits, n int) []byte {
	most := 1<<bits - 1
	if n < most {
		return append(b, first|byte(n))
	}
	b = append(b, first|byte(most))
	for n -= most; n >= 128; n >>= 7 {
		b = append(b, byte(n)|128)
	}
	return append(b, byte(n))
}

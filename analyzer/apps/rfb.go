package apps

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"wscope/analyzer/record"
)

// rfb reads the Remote Framebuffer protocol of VNC, RFC 6143, as noVNC and websockify carry it: version, security and
// initialization, then the client's messages one by one. What the server sends from then on is counted by WebSocket message: where one rectangle
// ends its encoding alone knows.
type rfb struct {
	sides [2]packets
	step  rfbStep
	old   bool // version 3.3: the server chooses
}

type rfbStep uint8

const (
	rfbVersion rfbStep = iota
	rfbVersionBack
	rfbSecurity
	rfbChoice
	rfbChallenge
	rfbResponse
	rfbResult
	rfbClientInit
	rfbServerInit
	rfbRunning
	rfbUnknown // a security that is not followed
)

func openRFB() dialect { return new(rfb) }

func rfbSpot(b []byte, from side) bool {
	return from == server && len(b) >= 12 && bytes.HasPrefix(b, []byte("RFB 00")) && b[7] == '.' && b[11] == '\n'
}

func (d *rfb) lost(from side) {
	d.sides[from].reset()
	d.step = rfbRunning
}

func (d *rfb) joined() { d.step = rfbRunning }

// rfbMidway knows the client's messages where a WebSocket message is of these alone: they are short, and their padding is zero.
func rfbMidway(g *glance) (w int) {
	if !g.binary || g.from != client {
		return 0
	}
	for b := g.b; len(b) > 0; {
		n := rfbClientSize(b)
		if n <= 0 || n > len(b) {
			return 0
		}
		switch b[0] {
		case 3: // FramebufferUpdateRequest: whether incremental
			if b[1] > 1 {
				return 0
			}
			w += 40
		case 4: // KeyEvent: down or up, two of padding
			if b[1] > 1 || b[2] != 0 || b[3] != 0 {
				return 0
			}
			w += 30
		case 5:
			w += 5
		case 248, 6: // a fence and a clipboard pad with three
			if b[1] != 0 || b[2] != 0 || b[3] != 0 {
				return 0
			}
			w += 30
		case 150, 251, 255:
			w += 5
		default:
			return 0
		}
		b = b[n:]
	}
	return min(w, certain)
}

func (d *rfb) read(c *conversation, m *record.Message) bool {
	p := &d.sides[c.from]
	if d.step == rfbUnknown || d.step == rfbRunning && c.from == server {
		u := unit{kind: "server data", gist: bytesOf(len(m.Data))}
		if c.from == client {
			u.kind = "client data"
		}
		c.add(u)
		return true
	}
	for b := p.take(m.Data); len(b) > 0; {
		n := 0
		if d.step == rfbRunning {
			if c.from == server {
				c.add(unit{kind: "server data", gist: bytesOf(len(b))})
				p.done()
				return true
			}
			n = rfbClientSize(b)
		} else {
			n = d.shake(c, b)
		}
		if n < 0 {
			p.reset()
			return false
		}
		if n == 0 || n > len(b) {
			if p.keep(b) {
				return true
			}
			p.skip = uint64(n - len(b))
			n = len(b)
		}
		if d.step == rfbRunning && c.from == client && n > 1 {
			c.add(rfbClientUnit(b[:n]))
		}
		b = b[n:]
		if d.step == rfbUnknown {
			break
		}
	}
	p.done()
	return true
}

// shake reads what the side in hand says in the handshake; it returns how many bytes that is, 0 where more are needed.
func (d *rfb) shake(c *conversation, b []byte) int {
	need := func(from side, n int) bool { return c.from == from && len(b) >= n }
	switch {
	case d.step == rfbVersion && need(server, 12), d.step == rfbVersionBack && need(client, 12):
		u := unit{kind: "version", key: "version", part: asks, gist: gist(b[:11])}
		if c.from == client {
			u.part = answers
			c.version = string(bytes.TrimSpace(b[4:11]))
			d.old = bytes.HasSuffix(b[:11], []byte("003"))
		}
		c.add(u)
		d.step++
		return 12
	case d.step == rfbSecurity && d.old && need(server, 4):
		c.add(unit{kind: "security", gist: strconv.Itoa(int(b[3]))})
		return d.chosen(b[3], 4)
	case d.step == rfbSecurity && !d.old && need(server, 1):
		n := int(b[0])
		if n == 0 {
			c.add(unit{kind: "security", err: "refused"})
			d.step = rfbUnknown
			return len(b)
		}
		if len(b) < 1+n {
			return 0
		}
		c.add(unit{kind: "security", part: asks, key: "security", gist: rfbSecurities(b[1 : 1+n])})
		d.step = rfbChoice
		return 1 + n
	case d.step == rfbChoice && need(client, 1):
		c.add(unit{kind: "security choice", part: answers, key: "security", gist: rfbSecurities(b[:1])})
		return d.chosen(b[0], 1)
	case d.step == rfbChallenge && need(server, 16):
		c.add(unit{kind: "challenge", part: asks, key: "challenge"})
		d.step = rfbResponse
		return 16
	case d.step == rfbResponse && need(client, 16):
		c.add(unit{kind: "response", part: answers, key: "challenge"})
		c.credential("VNC password response")
		d.step = rfbResult
		return 16
	case d.step == rfbResult && need(server, 4):
		u := unit{kind: "security result", gist: "ok"}
		if d.step = rfbClientInit; b[3] != 0 {
			u.err, u.gist = "authentication failed", ""
			d.step = rfbUnknown
		}
		c.add(u)
		return 4
	case d.step == rfbClientInit && need(client, 1):
		c.add(unit{kind: "client init", part: asks, key: "init"})
		d.step = rfbServerInit
		return 1
	case d.step == rfbServerInit && need(server, 24):
		n := int(binary.BigEndian.Uint32(b[20:]))
		if n > 1<<16 {
			return -1
		}
		if len(b) < 24+n {
			return 0
		}
		size := strconv.Itoa(int(binary.BigEndian.Uint16(b))) + "x" + strconv.Itoa(int(binary.BigEndian.Uint16(b[2:])))
		c.session = short(b[24 : 24+n])
		c.add(unit{kind: "server init", part: answers, key: "init", name: c.session, gist: size})
		d.step = rfbRunning
		return 24 + n
	}
	if len(b) > 64 {
		return -1
	}
	return 0
}

// chosen goes on by the security that was chosen; n is passed through.
func (d *rfb) chosen(security byte, n int) int {
	switch security {
	case 1:
		if d.step = rfbResult; d.old {
			d.step = rfbClientInit
		}
	case 2:
		d.step = rfbChallenge
	default:
		d.step = rfbUnknown
	}
	return n
}

func rfbSecurities(b []byte) string {
	names := map[byte]string{1: "None", 2: "VNC Authentication", 5: "RA2", 16: "Tight", 18: "TLS", 19: "VeNCrypt", 30: "Apple DH"}
	var list []string
	for _, s := range b {
		if names[s] != "" {
			list = append(list, names[s])
		} else {
			list = append(list, strconv.Itoa(int(s)))
		}
	}
	return join(list...)
}

// rfbClientSize is a client's message's size, RFC 6143 §7.5; 0 where more bytes are needed to know, -1 where it is none.
func rfbClientSize(b []byte) int {
	switch b[0] {
	case 0:
		return 20
	case 2:
		if len(b) < 4 {
			return 0
		}
		return 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
	case 3, 150: // 150: EnableContinuousUpdates
		return 10
	case 4:
		return 8
	case 5:
		if len(b) < 2 {
			return 0
		}
		return 6 + int(b[1]>>7) // where the mask's last bit is set, more buttons follow
	case 6:
		if len(b) < 8 {
			return 0
		}
		n := int(int32(binary.BigEndian.Uint32(b[4:])))
		if n < 0 { // the extended clipboard counts below zero
			n = -n
		}
		return 8 + n
	case 248: // fence
		if len(b) < 9 {
			return 0
		}
		return 9 + int(b[8])
	case 251: // SetDesktopSize
		if len(b) < 8 {
			return 0
		}
		return 8 + 16*int(b[6])
	case 255: // QEMU's extended key event
		return 12
	}
	return -1
}

func rfbClientUnit(b []byte) unit {
	names := map[byte]string{
		0: "SetPixelFormat", 2: "SetEncodings", 3: "FramebufferUpdateRequest", 4: "KeyEvent", 5: "PointerEvent", 6: "ClientCutText",
		150: "EnableContinuousUpdates", 248: "Fence", 251: "SetDesktopSize", 255: "QEMU",
	}
	return unit{kind: names[b[0]], gist: bytesOf(len(b))}
}

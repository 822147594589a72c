package apps

import (
	"encoding/binary"
	"unicode/utf8"
)

// fields reads the parts of an MQTT packet one after the other. Once one is not there,
// short is set and all that follow are empty.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) next(n int) []byte {
	if n > len(f.b) {
		f.short, f.b = true, nil
		return nil
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}

func (f *fields) byte() byte {
	if b := f.next(1); b != nil {
		return b[0]
	}
	return 0
}

func (f *fields) uint16() uint16 {
	if b := f.next(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// text reads a UTF-8 Encoded String, MQTT 5 §1.5.4.
func (f *fields) text() []byte { return f.next(int(f.uint16())) }

// mqttProperties is what is looked at of a packet's properties, §2.2.2.
type mqttProperties struct {
	alias    uint16
	clientID string // that the server assigned
	known    bool   // all of them are properties that there are
}

// properties passes over a packet's properties, and reads those that are wanted.
func (f *fields) properties(into *mqttProperties) {
	n, size := mqttLength(f.b)
	if size <= 0 || n > uint64(len(f.b)-size) {
		f.short, f.b = true, nil
		return
	}
	f.next(size)
	p := fields{b: f.next(int(n))}
	if into == nil {
		return
	}
	for len(p.b) > 0 {
		switch id := p.byte(); id {
		case 0x23:
			into.alias = p.uint16()
		case 0x12:
			into.clientID = short(p.text())
		case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a: // a byte each
			p.byte()
		case 0x13, 0x21, 0x22: // two
			p.next(2)
		case 0x02, 0x11, 0x18, 0x27: // four
			p.next(4)
		case 0x03, 0x08, 0x09, 0x15, 0x16, 0x1a, 0x1c, 0x1f: // a text or bytes with their length
			p.text()
		case 0x26: // User Property
			p.text()
			p.text()
		case 0x0b: // Subscription Identifier
			_, size := mqttLength(p.b)
			if size <= 0 {
				return
			}
			p.next(size)
		default:
			return
		}
	}
	into.known = !p.short
}

// payloadGist is a payload as text, or its size where it is none.
func payloadGist(b []byte) string {
	if !printable(b) || len(b) <= 4*maxGist && !utf8.Valid(b) {
		return bytesOf(len(b))
	}
	return gist(b)
}

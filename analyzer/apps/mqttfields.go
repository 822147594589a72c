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

// properties passes over a packet's properties, §2.2.2, and reads the Topic Alias where
// it is wanted.
func (f *fields) properties(alias *uint16) {
	n, size := mqttLength(f.b)
	if size <= 0 || n > uint64(len(f.b)) {
		f.short, f.b = true, nil
		return
	}
	f.next(size)
	p := fields{b: f.next(int(n))}
	for len(p.b) > 0 && alias != nil {
		switch id := p.byte(); id {
		case 0x23:
			*alias = p.uint16()
		case 0x01: // Payload Format Indicator
			p.byte()
		case 0x02: // Message Expiry Interval
			p.next(4)
		case 0x03, 0x08, 0x09: // Content Type, Response Topic, Correlation Data
			p.text()
		case 0x26: // User Property
			p.text()
			p.text()
		case 0x0b: // Subscription Identifier
			if _, size := mqttLength(p.b); size > 0 {
				p.next(size)
				continue
			}
			return
		default:
			return // none of PUBLISH's
		}
	}
}

// payloadGist is a payload as text, or its size where it is none.
func payloadGist(b []byte) string {
	if !printable(b) || len(b) <= 4*maxGist && !utf8.Valid(b) {
		return bytesOf(len(b))
	}
	return gist(b)
}

package engineio

import "bytes"

// body counts the messages in a body of Engine.IO's polling, as it comes. Packets stand
// one after another: in version 4 with a 0x1e between them; in version 3 each behind its
// length, in characters of JavaScript and a colon, or, where one is binary, in bytes that are
// the digits themselves, from 0 or 1 (text or binary) to 255.
type body struct {
	version  byte // '3' or '4'
	place    place
	binary   bool  // version 3: this packet's length is in bytes
	left     int64 // of the packet, in what its length counts
	digits   int   // of the length
	messages int64
	first    [96]byte // of the body: an open packet begins with the session
	kept     int
}

type place uint8

const (
	pollStart  place = iota // between packets
	pollLength              // version 3: in a length
	pollType                // at a packet's first byte
	pollInside
	pollAstray // it is something else
)

func (k *body) take(b []byte) {
	k.kept += copy(k.first[k.kept:], b)
	switch k.version {
	case '4':
		k.take4(b)
	case '3':
		for _, c := range b {
			k.take3(c)
		}
	default:
		if len(b) > 0 {
			k.place = pollAstray
		}
	}
}

func (k *body) take4(b []byte) {
	for len(b) > 0 && k.place != pollAstray {
		if k.place == pollStart {
			k.kind(b[0])
			continue
		}
		i := bytes.IndexByte(b, 0x1e)
		if i < 0 {
			return
		}
		b, k.place = b[i+1:], pollStart
	}
}

func (k *body) take3(c byte) {
	switch k.place {
	case pollStart:
		k.left, k.digits, k.binary = 0, 0, c <= 1
		k.place = pollLength
		if !k.binary {
			k.take3(c)
		}
	case pollLength:
		digit, end := c-'0', byte(':')
		if k.binary {
			digit, end = c, 0xff
		}
		switch {
		case c == end && k.left > 0:
			k.place = pollType
		case digit > 9 || k.digits == 12:
			k.place = pollAstray
		default:
			k.left = k.left*10 + int64(digit)
			k.digits++
		}
	case pollType:
		if k.binary && c <= 6 { // a binary packet's type is the number itself
			c += '0'
		}
		k.kind(c)
		k.count(1)
	case pollInside:
		if k.left == 0 { // of a character that was counted
			if c&0xc0 == 0x80 && !k.binary {
				return
			}
			k.place = pollStart
			k.take3(c)
			return
		}
		k.count(c)
	}
}

// count takes a byte of a packet from its length: of a character's bytes the first, which
// stands for two where the character is beyond JavaScript's 16 bits.
func (k *body) count(c byte) {
	switch {
	case k.place != pollInside:
	case !k.binary && c&0xc0 == 0x80:
	case !k.binary && c >= 0xf0:
		k.left = max(k.left-2, 0)
	default:
		k.left--
	}
}

// kind takes a packet's type. A message is a 4, and b where it is in base64.
func (k *body) kind(c byte) {
	k.place = pollInside
	switch {
	case c == '4' || c == 'b':
		k.messages++
	case c < '0' || c > '6':
		k.place = pollAstray
	}
}

// broken reports whether the body was none of the forms, or ended within a packet.
func (k *body) broken() bool {
	return k.place == pollAstray || k.place == pollLength || k.place == pollType || k.version == '3' && k.left > 0
}

// session is what an open packet at the body's beginning calls the session; else empty.
func (k *body) session() string {
	_, rest, ok := bytes.Cut(k.first[:k.kept], []byte(`0{"sid":"`))
	sid, _, whole := bytes.Cut(rest, []byte{'"'})
	if !ok || !whole {
		return ""
	}
	return string(sid)
}

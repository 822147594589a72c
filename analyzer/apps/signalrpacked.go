package apps

import (
	"bytes"
	"strings"

	"github.com/tinylib/msgp/msgp"
)

// readPacked reads records with their length in front, as a VarInt of at most 5 bytes.
func (d *signalR) readPacked(c *conversation, b []byte) bool {
	for len(b) > 0 {
		n, size := uint64(0), 0
		for i := range min(len(b), 5) {
			n |= uint64(b[i]&0x7f) << (7 * i)
			if b[i] < 0x80 {
				size = i + 1
				break
			}
		}
		if size == 0 || n > uint64(len(b)-size) {
			return false
		}
		var h hubMessage
		if !h.unpack(b[size : uint64(size)+n]) {
			return false
		}
		c.add(h.unit())
		b = b[uint64(size)+n:]
	}
	return true
}

// unpack reads a MessagePack array: the type, for types 1 to 5 headers and an invocation,
// and what the type has besides.
func (h *hubMessage) unpack(b []byte) bool {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil || n == 0 || n > 16 {
		return false
	}
	kind, b, err := msgp.ReadIntBytes(b)
	if err != nil || kind < 1 || kind >= len(signalrKinds) {
		return false
	}
	var parts [8][]byte // what follows the type
	for i := range min(int(n)-1, len(parts)) {
		rest, err := msgp.Skip(b)
		if err != nil {
			return false
		}
		parts[i], b = b[:len(b)-len(rest)], rest
	}
	h.kind = kind
	if kind <= 5 {
		h.invocation = packedText(parts[1])
	}
	switch kind {
	case 1, 4:
		h.target, h.gist = packedText(parts[2]), packedJSON(parts[3])
	case 2:
		h.gist = packedJSON(parts[2])
	case 3:
		// ResultKind: 1 an error, 2 nothing, 3 a result.
		switch result, _, _ := msgp.ReadIntBytes(parts[2]); result {
		case 1:
			h.err = packedText(parts[3])
		case 3:
			h.gist = packedJSON(parts[3])
		}
	case 7:
		h.err = packedText(parts[0])
	}
	return true
}

// packedJSON is a MessagePack value as a line of JSON; its size where it is too large for one.
func packedJSON(b []byte) string {
	if len(b) > 8*maxGist {
		return bytesOf(len(b))
	}
	var out bytes.Buffer
	if _, err := msgp.UnmarshalAsJSON(&out, b); err != nil {
		return bytesOf(len(b))
	}
	return gist(strings.TrimSpace(out.String()))
}

package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
)

// search looks for the next frame of a side after bytes of its stream were lost between two.
// HTTP/3 marks no boundary, so it goes by what WebSocket peers send: a DATA frame that one
// WebSocket frame fills.
func (r *h3Request) search(x assembly.Side, b []byte, at *assembly.Mark) {
	d := &r.sides[x]
	if r.stream == nil && !r.join() || r.stream.state != openStream && r.stream.layer == nil {
		return
	}
	if d.since == nil {
		d.since = new(replayBuffer)
	}
	d.since.Data(x, b, at)
	t := d.since
	if i := dataBoundary(t.bytes[x], x == assembly.A); i >= 0 {
		d.since, d.lost = nil, false
		r.unplaced(x, int64(i))
		t.skip(x, i)
		replay(t, r)
		return
	}
	if t.size() > maxTape {
		r.unplaced(x, int64(len(t.bytes[x])-maxDataHead))
		t.skip(x, len(t.bytes[x])-maxDataHead)
	}
}

// searched is how many bytes are held in which a frame is looked for.
func (d *requestSide) searched(x assembly.Side) int64 {
	if d.since == nil {
		return 0
	}
	return int64(len(d.since.bytes[x]))
}

// unplaced counts bytes of a side's stream of which it is not known what they carried.
func (r *h3Request) unplaced(x assembly.Side, n int64) {
	if r.stream == nil {
		return
	}
	if ws := r.stream.webSocket(); ws != nil {
		ws.Unplaced[x] += n
	}
}

// maxDataHead is how long the head of a DATA frame and of the WebSocket frame in it are at most.
const maxDataHead = 1 + 8 + 14

// dataBoundary looks for a DATA frame that a WebSocket frame fills; -1 where b has none.
func dataBoundary(b []byte, masked bool) int {
	for i := 0; i+4 <= len(b); i++ {
		if b[i] != h3.FrameData {
			continue
		}
		length, n := quic.Varint(b[i+1:])
		if n == 0 || length < 2 || !shortest(length, n) {
			continue
		}
		if total, ok := frameLength(b[i+1+n:], masked); ok && total == length {
			return i
		}
	}
	return -1
}

// shortest reports whether a variable-length integer is as short as it can be, as senders make it.
func shortest(v uint64, n int) bool {
	switch n {
	case 1:
		return true
	case 2:
		return v >= 1<<6
	case 4:
		return v >= 1<<14
	}
	return v >= 1<<30
}

// frameLength is the length of the WebSocket frame at the front of b, where it can be one that
// a peer sends unfragmented: RFC 6455 §5.2.
func frameLength(b []byte, masked bool) (uint64, bool) {
	if len(b) < 2 || b[0]&0x80 == 0 || b[0]&0x30 != 0 || b[1]&0x80 != 0 != masked {
		return 0, false
	}
	switch b[0] & 15 {
	case 1, 2, 8, 9, 10:
	default:
		return 0, false
	}
	head, n := uint64(2), uint64(b[1]&0x7f)
	switch n {
	case 126, 127:
		size := 2
		if n == 127 {
			size = 8
		}
		if len(b) < 2+size || b[0]&8 != 0 {
			return 0, false
		}
		n = 0
		for _, c := range b[2 : 2+size] {
			n = n<<8 | uint64(c)
		}
		if n < 126 || size == 8 && n < 1<<16 || n > 1<<40 {
			return 0, false
		}
		head += uint64(size)
	}
	if masked {
		head += 4
	}
	return head + n, true
}

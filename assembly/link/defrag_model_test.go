package link

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// model joins one datagram the plain way: a byte at a time, the first to come stays.
type model struct {
	bytes [maxDatagram + 1]int // -1 not come, -2 cut by the capture
	total int
}

func newModel() *model {
	m := &model{total: -1}
	for i := range m.bytes {
		m.bytes[i] = -1
	}
	return m
}

func (m *model) add(offset int, more bool, body cursor) (payload []byte, whole bool) {
	end := offset + body.wire
	if body.wire == 0 || end > maxDatagram || more && body.wire%8 != 0 || m.total >= 0 && (end > m.total || !more && end != m.total) {
		return nil, false
	}
	if !more {
		for _, b := range m.bytes[end:] {
			if b != -1 {
				return nil, false
			}
		}
		m.total = end
	}
	for i := range body.wire {
		if m.bytes[offset+i] == -1 {
			m.bytes[offset+i] = -2
			if i < len(body.data) {
				m.bytes[offset+i] = int(body.data[i])
			}
		}
	}
	if m.total < 0 {
		return nil, false
	}
	cut := false
	for _, b := range m.bytes[:m.total] {
		if b == -1 {
			return nil, false
		}
		cut = cut || b == -2
		if !cut {
			payload = append(payload, byte(b))
		}
	}
	return payload, true
}

// againstModel joins the fragments that script tells of, four bytes each: offset, length,
// captured part, and whether more follow.
func againstModel(t *testing.T, script []byte) {
	var d Decoder
	m := newModel()
	k := fragmentKey{id: 1}
	data := make([]byte, 2048)
	for n := 0; len(script) >= 4; n, script = n+1, script[4:] {
		for i := range data {
			data[i] = byte(n + i)
		}
		length := int(script[1])
		if script[3]&2 == 0 {
			length = length &^ 7
		}
		offset := int(script[0]) * 8
		if script[3]&0x40 != 0 {
			offset += 65536 - 256*8
		}
		body := cursor{data[:max(0, length-int(script[2]>>5))], length}
		more := script[3]&1 == 0
		want, whole := m.add(offset, more, body)
		got, _, ok := d.fragment(k, 6, offset, more, body)
		if ok != whole || ok && (!bytes.Equal(got.data, want) || got.wire != m.total) {
			t.Fatalf("fragment %d at %d, %d bytes, more %v: %v, want %v\n%x\n%x", n, offset, length, more, ok, whole, got.data, want)
		}
		if p := d.defrag.waiting[k]; p != nil && d.defrag.bytes != p.cost() {
			t.Fatalf("counts %d bytes for %d", d.defrag.bytes, p.cost())
		}
		if whole {
			return
		}
	}
}

func TestDefragAgainstModel(t *testing.T) {
	joined := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		script := make([]byte, 4*40)
		for i := 0; i < len(script); i += 4 {
			script[i] = byte(joined.IntN(12))
			script[i+1] = byte(joined.IntN(64))
			script[i+2] = byte(joined.IntN(40))
			if joined.IntN(8) == 0 {
				script[i+3] = 3
			}
		}
		againstModel(t, script)
	}
}

func FuzzDefrag(f *testing.F) {
	f.Add([]byte{0, 8, 0, 0, 1, 16, 0, 0, 3, 5, 0, 3})
	f.Add([]byte{3, 5, 0, 3, 1, 32, 0, 0, 0, 16, 255, 0})
	f.Add([]byte{255, 255, 0, 0x43, 255, 8, 0, 0x40})
	f.Fuzz(againstModel)
}

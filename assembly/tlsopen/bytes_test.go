package tlsopen

import (
	"bytes"
	"strings"
	"testing"

	"wscope/assembly"
)

// Every byte of plaintext has the mark of the packet that held its own ciphertext.
func TestMarksMapByteByByte(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		// One packet a byte, so that a mark is a place in the conversation.
		o := open(keysOf(c.keys), false)
		for _, p := range packets(c, 1) {
			o.data(p.side, p.b)
		}
		o.end()
		for s := range o.marks {
			for i := 1; i < len(o.marks[s]); i++ {
				if o.marks[s][i] <= o.marks[s][i-1] {
					t.Fatalf("%s: side %d: byte %d is of packet %d, the one before it of %d", c.name, s, i, o.marks[s][i], o.marks[s][i-1])
				}
			}
		}
		if len(o.marks[0]) != len(c.plain[0]) {
			t.Errorf("%s: %d marks for %d bytes", c.name, len(o.marks[0]), len(c.plain[0]))
		}
	}
}

// After every prefix of a conversation, what was shown is a prefix of what was said.
func TestEveryPrefix(t *testing.T) {
	for _, c := range golden(t) {
		all := packets(c, 1)
		for n := 0; n <= len(all); n += 7 {
			o := open(keysOf(c.keys), n%2 == 0)
			for rest := all[:n]; len(rest) > 0; { // runs of one side as one packet
				k := 1
				for k < len(rest) && rest[k].side == rest[0].side {
					k++
				}
				var b []byte
				for _, p := range rest[:k] {
					b = append(b, p.b...)
				}
				o.data(rest[0].side, b)
				rest = rest[k:]
			}
			o.end()
			for s := range o.plain {
				if !strings.HasPrefix(c.plain[s]+"|", string(bytes.TrimSuffix(o.plain[s], []byte("|")))) {
					t.Fatalf("%s: after %d bytes side %d shows %.60q", c.name, n, s, o.plain[s])
				}
			}
		}
	}
}

// silent takes data and keeps nothing.
type silent struct{ bytes int }

func (h *silent) Data(_ assembly.Side, b []byte, _ *assembly.Mark)         { h.bytes += len(b) }
func (h *silent) Gap(assembly.Side, int64, assembly.Cause, *assembly.Mark) {}
func (h *silent) End(assembly.Side, assembly.Cause, *assembly.Mark)        {}

// bulk is the steady state of a suite: a stream and records for it, numbered from 0.
func bulk(t testing.TB, id uint16, size, n int) (*conn, *silent, [][]byte) {
	h := &silent{}
	c := newConn(&assembly.Conn{}, assembly.A, h, Options{})
	c.neg.haveClient, c.neg.haveServer, c.neg.version, c.neg.suite = true, true, tls13, suiteOf(id)
	op := newOpener13(c.neg.suite, make([]byte, c.neg.suite.hash.Size()))
	st := &c.sides[0]
	st.hello, st.sealed, st.epoch, st.op = true, true, epochApp, op
	records := make([][]byte, n)
	var w scratch
	for i := range records {
		total := size + 1 + op.suite.tagLen
		rec := []byte{typeData, 3, 3, byte(total >> 8), byte(total)}
		op.mixNonce(&w, uint64(i))
		records[i] = op.aead.Seal(rec, w.nonce[:], append(bytes.Repeat([]byte("x"), size), typeData), rec)
	}
	return c, h, records
}

// No record costs an allocation, in one packet or over several.
func TestNoAllocations(t *testing.T) {
	for _, id := range []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0x1305} {
		for _, cut := range []int{1 << 20, 1460} {
			c, h, records := bulk(t, id, 2000, 110)
			at, i := &assembly.Mark{}, 0
			got := testing.AllocsPerRun(100, func() {
				for b := records[i]; len(b) > 0; {
					n := min(cut, len(b))
					at.Index++
					c.Data(assembly.A, b[:n], at)
					b = b[n:]
				}
				i++
			})
			if got != 0 || h.bytes != 2000*i {
				t.Errorf("%s cut at %d: %v allocations a record, %d bytes of %d", suiteName(id), cut, got, h.bytes, 2000*i)
			}
		}
	}
}

func BenchmarkRecords(b *testing.B) {
	for _, id := range []uint16{0x1301, 0x1302, 0x1303, 0x1304} {
		for _, size := range []int{100, 16384} {
			b.Run(suiteName(id)+"/"+map[int]string{100: "100", 16384: "16384"}[size], func(b *testing.B) {
				c, _, records := bulk(b, id, size, 256)
				at := &assembly.Mark{}
				b.SetBytes(int64(size))
				for i := 0; b.Loop(); i++ {
					c.sides[0].seq = uint64(i % 256)
					c.Data(assembly.A, records[i%256], at)
				}
			})
		}
	}
}

package flow

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	"wscope/assembly"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// stringTable packs the handshakes of idle flows. Strings that many handshakes share (names of header fields,
// hosts, user agents) are kept once.
type stringTable struct {
	list   []string
	number map[string]int64
	once   [4096]uint32 // by hash: of strings that were seen once
}

const (
	maxStrings    = 4096 // kept once
	longestString = 512  // bytes of one that is
)

// pack puts a WebSocket and its answered handshake, which is not inside anything, into a string.
func (w *stringTable) pack(ws *upgrade.WebSocket) string {
	b := make([]byte, 0, 512)
	b = appendInts(b, int64(ws.Pickup))
	for _, m := range []*assembly.Mark{&ws.Begin, &ws.Asked, &ws.Answered} {
		b = appendInts(b, m.Index, m.Time, m.Number, int64(m.File))
	}
	q, a := ws.Handshake.Request, ws.Handshake.Response
	for _, s := range []string{ws.HTTP, ws.RealIP, ws.BodyLine, q.Method, q.Target, q.Version, q.Host, q.Scheme, q.Protocol, a.Version, a.Reason} {
		b = w.append(b, s)
	}
	b = appendInts(b, int64(a.Status))
	for _, fields := range [][]wsparse.Field{q.Fields, a.Fields} {
		b = appendInts(b, int64(len(fields)))
		for _, f := range fields {
			b = w.append(w.append(b, f.Name), f.Value)
		}
	}
	return string(b)
}

// unpack returns the WebSocket that was packed. Its handshake is judged again.
func (w *stringTable) unpack(s string) *upgrade.WebSocket {
	ws := new(upgrade.WebSocket)
	r := packedReader{w, s}
	ws.Pickup = upgrade.Pickup(r.int())
	for _, m := range []*assembly.Mark{&ws.Begin, &ws.Asked, &ws.Answered} {
		*m = assembly.Mark{Index: r.int(), Time: r.int(), Number: r.int(), File: int32(r.int())}
	}
	q, a := new(wsparse.Request), new(wsparse.Response)
	for _, p := range []*string{&ws.HTTP, &ws.RealIP, &ws.BodyLine, &q.Method, &q.Target, &q.Version, &q.Host, &q.Scheme, &q.Protocol, &a.Version, &a.Reason} {
		*p = r.string()
	}
	a.Status = int(r.int())
	for _, fields := range []*[]wsparse.Field{&q.Fields, &a.Fields} {
		*fields = make([]wsparse.Field, r.int())
		for i := range *fields {
			(*fields)[i] = wsparse.Field{Name: r.string(), Value: r.string()}
		}
	}
	ws.Handshake = wsparse.JudgeRequest(q)
	ws.Handshake.Answer(a)
	return ws
}

// One seed for the process: hashes are only compared with each other.
var stringSeed = maphash.MakeSeed()

// append appends a string: its number where the table has it, itself where it has not.
func (w *stringTable) append(b []byte, s string) []byte {
	if n, ok := w.number[s]; ok {
		return appendInts(b, -1-n)
	}
	if 4 <= len(s) && len(s) <= longestString && len(w.list) < maxStrings {
		// What comes a second time is likely to come again.
		h := maphash.String(stringSeed, s)
		once := &w.once[h%uint64(len(w.once))]
		if *once == uint32(h>>32) {
			if w.number == nil {
				w.number = map[string]int64{}
			}
			n := int64(len(w.list))
			s = strings.Clone(s) // it may be part of a whole head
			w.list = append(w.list, s)
			w.number[s] = n
			return appendInts(b, -1-n)
		}
		*once = uint32(h >> 32)
	}
	return append(appendInts(b, int64(len(s))), s...)
}

// packedReader reads what stringTable.pack made.
type packedReader struct {
	strings *stringTable
	rest    string
}

func (r *packedReader) int() int64 {
	var b [binary.MaxVarintLen64]byte
	n, size := binary.Varint(b[:copy(b[:], r.rest)])
	r.rest = r.rest[size:]
	return n
}

func (r *packedReader) string() string {
	n := r.int()
	if n < 0 {
		return r.strings.list[-1-n]
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

// socket returns the flow's WebSocket, unpacked where it was packed; nil for an encrypted one.
func (f *flow) socket() *upgrade.WebSocket {
	if f.ws == nil && f.handshake != "" {
		ws := f.table.idle.strings.unpack(f.handshake)
		ws.Conn, ws.Stream, ws.Client = f.tcp, f.quic, f.clientSide
		f.ws = ws
	}
	return f.ws
}

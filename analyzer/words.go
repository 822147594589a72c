package analyzer

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	"wscope/assembly"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// words packs the handshakes of flows that sleep. What many handshakes say (names of
// header fields, hosts, user agents) is kept once.
type words struct {
	list   []string
	number map[string]int64
	once   [4096]uint32 // by hash: of words that were seen once
}

const (
	maxWords    = 4096 // kept once
	longestWord = 512  // bytes of one that is
)

// pack puts a WebSocket and its answered handshake, which is not inside anything, into a string.
func (w *words) pack(ws *upgrade.WebSocket) string {
	b := make([]byte, 0, 512)
	b = appendInts(b, int64(ws.Pickup))
	for _, m := range []*assembly.Mark{&ws.Begin, &ws.Asked, &ws.Answered} {
		b = appendInts(b, m.Index, m.Time, m.Number, int64(m.File))
	}
	q, a := ws.Handshake.Request, ws.Handshake.Response
	for _, s := range []string{ws.HTTP, ws.RealIP, ws.BodyLine, q.Method, q.Target, q.Version, q.Host, q.Scheme, q.Protocol, a.Version, a.Reason} {
		b = w.word(b, s)
	}
	b = appendInts(b, int64(a.Status))
	for _, fields := range [][]wsparse.Field{q.Fields, a.Fields} {
		b = appendInts(b, int64(len(fields)))
		for _, f := range fields {
			b = w.word(w.word(b, f.Name), f.Value)
		}
	}
	return string(b)
}

// unpack is the WebSocket that was packed, its handshake judged again.
func (w *words) unpack(s string) *upgrade.WebSocket {
	ws := new(upgrade.WebSocket)
	r := unpacking{w, s}
	ws.Pickup = upgrade.Pickup(r.int())
	for _, m := range []*assembly.Mark{&ws.Begin, &ws.Asked, &ws.Answered} {
		*m = assembly.Mark{Index: r.int(), Time: r.int(), Number: r.int(), File: int32(r.int())}
	}
	q, a := new(wsparse.Request), new(wsparse.Response)
	for _, p := range []*string{&ws.HTTP, &ws.RealIP, &ws.BodyLine, &q.Method, &q.Target, &q.Version, &q.Host, &q.Scheme, &q.Protocol, &a.Version, &a.Reason} {
		*p = r.word()
	}
	a.Status = int(r.int())
	for _, fields := range []*[]wsparse.Field{&q.Fields, &a.Fields} {
		*fields = make([]wsparse.Field, r.int())
		for i := range *fields {
			(*fields)[i] = wsparse.Field{Name: r.word(), Value: r.word()}
		}
	}
	ws.Handshake = wsparse.JudgeRequest(q)
	ws.Handshake.Answer(a)
	return ws
}

// One seed for the process: hashes are only compared with each other.
var wordSeed = maphash.MakeSeed()

// word appends a word: its number where it is kept, itself where it is not.
func (w *words) word(b []byte, s string) []byte {
	if n, ok := w.number[s]; ok {
		return appendInts(b, -1-n)
	}
	if 4 <= len(s) && len(s) <= longestWord && len(w.list) < maxWords {
		// What is said a second time is likely to be said again.
		h := maphash.String(wordSeed, s)
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

// unpacking is what is still to be unpacked.
type unpacking struct {
	words *words
	left  string
}

func (r *unpacking) int() int64 {
	var b [binary.MaxVarintLen64]byte
	n, size := binary.Varint(b[:copy(b[:], r.left)])
	r.left = r.left[size:]
	return n
}

func (r *unpacking) word() string {
	n := r.int()
	if n < 0 {
		return r.words.list[-1-n]
	}
	s := r.left[:n]
	r.left = r.left[n:]
	return s
}

// socket is the flow's WebSocket; nil for an encrypted one.
func (f *flow) socket() *upgrade.WebSocket {
	if f.ws == nil && f.asked != "" {
		ws := f.shard.sleepers.words.unpack(f.asked)
		ws.Conn, ws.Stream, ws.Client = f.tcp, f.quic, f.clientSide
		f.ws = ws
	}
	return f.ws
}

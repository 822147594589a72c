package sealed

import "encoding/binary"

// Content types of a record (RFC 8446 §5.1).
const (
	typeChangeCipher = 20
	typeAlert        = 21
	typeHandshake    = 22
	typeData         = 23
)

const (
	headerLen = 5
	maxBody   = 1<<14 + 2048 // RFC 5246 §6.2.3
)

// header is a record's header, and what is known of the record besides.
type header struct {
	kind    byte
	length  int32  // of the body
	at      int64  // capture time of the record's last byte
	packet  int64  // index of the packet with that byte
	nonce   uint64 // first 8 bytes of the body; valid with hasNonce
	nonced  bool
	damaged bool // the capture lacks bytes of it
}

// reader turns one side's bytes into record headers. It keeps at most a header.
type reader struct {
	buf       [headerLen]byte
	n         int // bytes in buf
	left      int // bytes of the body that are still to come
	rec       header
	taken     int // bytes of the body that went into rec.nonce
	inBody    bool
	searching bool  // where the next record begins is not known
	lost      int64 // bytes that the capture lacks, as far as that is known
	holes     int64 // places at which an unknown number of records is missing
}

// valid reports whether b can begin a record.
func valid(b []byte) bool {
	n := int(binary.BigEndian.Uint16(b[3:]))
	return b[0] >= typeChangeCipher && b[0] <= typeData && b[1] == 3 && b[2] <= 4 && n > 0 && n <= maxBody
}

// data takes the next bytes of the stream and calls emit for each record that they complete.
func (r *reader) data(b []byte, at, packet int64, emit func(*header)) {
	for len(b) > 0 {
		if r.searching {
			if b = r.search(b); len(b) == 0 {
				return
			}
		}
		if !r.inBody {
			k := copy(r.buf[r.n:], b)
			r.n += k
			if b = b[k:]; r.n < headerLen {
				return
			}
			r.n = 0
			if !valid(r.buf[:]) {
				r.searching = true
				r.holes++
				continue
			}
			r.rec = header{kind: r.buf[0], length: int32(binary.BigEndian.Uint16(r.buf[3:]))}
			r.left, r.taken, r.inBody = int(r.rec.length), 0, true
		}
		k := min(r.left, len(b))
		if r.taken < 8 && !r.rec.damaged {
			for _, c := range b[:min(k, 8-r.taken)] {
				r.rec.nonce = r.rec.nonce<<8 | uint64(c)
				r.taken++
			}
			r.rec.nonced = r.taken == 8
		}
		b = b[k:]
		if r.left -= k; r.left == 0 {
			r.complete(at, packet, emit)
		}
	}
}

func (r *reader) complete(at, packet int64, emit func(*header)) {
	r.inBody = false
	r.rec.at, r.rec.packet = at, packet
	emit(&r.rec)
}

// search returns b from where a record of application data seems to begin. After a hole that is
// mostly at the beginning of a segment; the header that follows shows whether it was right.
func (r *reader) search(b []byte) []byte {
	for i := 0; i+headerLen <= len(b); i++ {
		if b[i] != typeData || b[i+1] != 3 || b[i+2] != 3 || !valid(b[i:]) {
			continue
		}
		n := headerLen + int(binary.BigEndian.Uint16(b[i+3:]))
		if next := i + n; next+headerLen <= len(b) && !valid(b[next:]) {
			continue
		}
		r.searching = false
		return b[i:]
	}
	return nil
}

// gap takes a hole of n bytes, or of unknown length where n is negative. A record whose header
// was seen keeps its length though bytes of its body are missing.
func (r *reader) gap(n, at, packet int64, emit func(*header)) {
	if n > 0 {
		r.lost += n
	}
	if r.inBody && n >= 0 && n <= int64(r.left) {
		r.rec.damaged = true
		if r.left -= int(n); r.left == 0 {
			r.complete(at, packet, emit)
		}
		return
	}
	if r.inBody && n > int64(r.left) {
		r.rec.damaged = true
		r.complete(at, packet, emit)
	}
	r.inBody, r.n = false, 0
	if !r.searching {
		r.holes++
	}
	r.searching = true
}

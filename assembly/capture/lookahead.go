package capture

import (
	"io"

	"wscope/assembly/packet"
)

// lookAhead collects the secrets of a whole pcapng file, and returns up to which offset it
// looked; all reports whether no readable block stands behind that.
// Only the headers of blocks are looked at. It ends at the first damage: what follows
// that, or more than maxAhead, is found in its place.
func lookAhead(r io.ReaderAt) (list []packet.Secrets, ahead int64, all bool) {
	w := window{r: r, buf: make([]byte, 256<<10)}
	var f pcapng
	total := 0
	for off := int64(0); ; {
		h := w.at(off, 12)
		if h == nil || off >= maxAhead {
			return list, off, h == nil
		}
		kind := f.u32(h)
		if kind == blockSection && !f.section(h) {
			return list, off, false
		}
		n := int64(f.u32(h[4:]))
		if n < 12 || n%4 != 0 || n > maxRecord {
			return list, off, false
		}
		if kind == blockSection {
			// A section of another version is skipped, its secrets too.
			if head := w.at(off, 16); head == nil || f.u16(head[12:]) != 1 {
				return list, off, false
			}
		}
		if kind == blockSecrets {
			if total+int(n) > maxSecrets {
				return list, off, false
			}
			body := w.at(off, int(n))
			if body == nil {
				return list, off, true
			}
			sec, ok := f.secrets(body[8 : n-4])
			if !ok || int64(f.u32(body[n-4:])) != n {
				return list, off, false
			}
			list = append(list, sec)
			total += int(n)
		} else if behind := w.at(off+n-4, 4); behind == nil || int64(f.u32(behind)) != n {
			return list, off, false // damage, or the end cuts the block; a reader may find more behind a wrong length
		}
		off += n
	}
}

// window gives parts of a file, rising, reading it in large pieces.
type window struct {
	r     io.ReaderAt
	buf   []byte
	start int64 // offset in the file of buf
	n     int   // bytes of buf that are read
}

// at gives the n bytes at off, valid until the next call; nil where the file ends before.
func (w *window) at(off int64, n int) []byte {
	if off < w.start || off+int64(n) > w.start+int64(w.n) {
		if n > len(w.buf) {
			w.buf = make([]byte, n)
		}
		w.start = off
		w.n, _ = w.r.ReadAt(w.buf, off)
		if w.n < n {
			return nil
		}
	}
	i := int(off - w.start)
	return w.buf[i : i+n]
}

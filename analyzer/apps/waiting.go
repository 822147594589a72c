package apps

import (
	"hash/maphash"

	"wscope/analyzer/record"
)

// waiting is the requests whose answers are awaited, in the order asked. Of each a hash of its side and key
// lies in a list of its own, so that a thousand are looked through in no time; one that is answered leaves a hole.
type waiting struct {
	list   []pending
	hashes []uint32 // 0 is a hole
	head   int      // all before it are holes
	count  int
}

// pending is a request that waits.
type pending struct {
	from     side
	beat     bool
	soft     bool
	key, id  string
	name, op string
	at       record.Time
	packet   int64
	message  int64
}

var pendingSeed = maphash.MakeSeed()

// pendingHash is never 0. What it is says nothing that a record shows.
func pendingHash(from side, key string) uint32 {
	return uint32(maphash.String(pendingSeed, key))<<2 | uint32(from)<<1 | 1
}

// add appends a request. It reports whether the oldest had to make room.
func (w *waiting) add(p pending) bool {
	full := w.count >= maxPending
	if full {
		w.drop(w.head)
	}
	if w.head > 32 && w.head > len(w.list)/2 || len(w.list) >= 2*maxPending {
		w.compact()
	}
	w.list = append(w.list, p)
	w.hashes = append(w.hashes, pendingHash(p.from, p.key))
	w.count++
	return full
}

// find is the index of a side's first request of a key; -1 where there is none.
func (w *waiting) find(from side, key string) int {
	if w.count == 0 {
		return -1
	}
	h := pendingHash(from, key)
	for i := w.head; i < len(w.hashes); i++ {
		if w.hashes[i] == h && w.list[i].from == from && w.list[i].key == key {
			return i
		}
	}
	return -1
}

func (w *waiting) drop(i int) {
	w.list[i], w.hashes[i] = pending{}, 0
	w.count--
	for w.head < len(w.hashes) && w.hashes[w.head] == 0 {
		w.head++
	}
	if w.head == len(w.hashes) {
		w.list, w.hashes, w.head = w.list[:0], w.hashes[:0], 0
	}
}

// dropAll lets go of all that yes says so of, and returns how many that were.
func (w *waiting) dropAll(yes func(p *pending) bool) (n int64) {
	for i := w.head; i < len(w.hashes); i++ {
		if w.hashes[i] != 0 && yes(&w.list[i]) {
			w.list[i], w.hashes[i] = pending{}, 0
			w.count--
			n++
		}
	}
	w.compact()
	return n
}

func (w *waiting) compact() {
	n := 0
	for i := w.head; i < len(w.hashes); i++ {
		if w.hashes[i] != 0 {
			w.list[n], w.hashes[n] = w.list[i], w.hashes[i]
			n++
		}
	}
	clear(w.list[n:])
	w.list, w.hashes, w.head = w.list[:n], w.hashes[:n], 0
}

// each calls do for all that wait, in the order asked.
func (w *waiting) each(do func(p *pending)) {
	for i := w.head; i < len(w.hashes); i++ {
		if w.hashes[i] != 0 {
			do(&w.list[i])
		}
	}
}

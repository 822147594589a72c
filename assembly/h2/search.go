package h2

// Search looks for a frame's boundary in bytes that grow: as many frames in a row as wanted, all plain, the last
// perhaps cut off. It looks at each place once, but for those where a chain goes on behind the bytes that are there.
// The zero value is ready for use.
type Search struct {
	next int   // places before this one were looked at
	open []int // of them those that may be boundaries
}

// Look returns the first boundary at from or behind it, -1 where b has none. b and from only grow between calls.
func (w *Search) Look(b []byte, from, frames int) int {
	w.next = max(w.next, from)
	found := -1
	kept := w.open[:0]
	for _, i := range w.open {
		if i < from {
			continue
		}
		state := chain(b[i:], frames)
		if state == chainHolds && found < 0 {
			found = i
		}
		if state != chainBroken {
			kept = append(kept, i)
		}
	}
	w.open = kept
	for ; found < 0 && w.next+frames*HeaderLen <= len(b); w.next++ {
		if i := w.next; b[i] == 0 && b[i+3] <= FrameContinuation {
			state := chain(b[i:], frames)
			if state == chainHolds {
				found = i
			}
			if state != chainBroken {
				w.open = append(w.open, i)
			}
		}
	}
	return found
}

type chainState uint8

const (
	chainBroken chainState = iota
	chainHolds
	chainOpen // more bytes are needed to know
)

func chain(b []byte, frames int) chainState {
	for ; frames > 0; frames-- {
		if len(b) < HeaderLen {
			return chainOpen
		}
		f := readHead(b)
		if !f.plain() {
			return chainBroken
		}
		b = b[min(HeaderLen+f.Length, len(b)):]
	}
	return chainHolds
}

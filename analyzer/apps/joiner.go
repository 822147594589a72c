package apps

// joiner finds where packets begin in the messages of one side that was joined in its middle, where packets are cut over
// messages: it keeps the latest of them, and tries to read from the beginning of each.
type joiner struct {
	buf    []byte
	starts []int
}

const (
	maxJoined  = 4 << 10
	maxJoinedN = 24
)

// add takes a message; one that is too long to be joined is forgotten at once.
func (j *joiner) add(b []byte) {
	if len(b) > maxJoined {
		j.reset()
		return
	}
	for len(j.starts) > 0 && (len(j.starts) == maxJoinedN || len(j.buf)+len(b) > maxJoined) {
		cut := len(j.buf)
		if len(j.starts) > 1 {
			cut = j.starts[1]
		}
		j.buf = append(j.buf[:0], j.buf[cut:]...)
		j.starts = append(j.starts[:0], j.starts[1:]...)
		for i := range j.starts {
			j.starts[i] -= cut
		}
	}
	j.starts = append(j.starts, len(j.buf))
	j.buf = append(j.buf, b...)
}

// find returns all from the first message on from which everything is packets by what weigh says; nil while there is none.
func (j *joiner) find(weigh func(b []byte) int, enough int) []byte {
	for _, at := range j.starts {
		if weigh(j.buf[at:]) >= enough {
			return j.buf[at:]
		}
	}
	return nil
}

func (j *joiner) reset() { *j = joiner{} }

package sealed

// longPairs finds long messages that answer each other, by their length in all their records.
type longPairs struct {
	recent     [2][4]int64
	turn       [2]uint8
	seen, hits int64
}

// add takes the bytes of a message of a side.
func (l *longPairs) add(s Side, n int64) {
	if n <= mostSmall {
		return
	}
	l.seen++
	for i, o := range l.recent[1-s] {
		if o > 0 && (s == Client && n-o == 4 || s == Server && o-n == 4) {
			l.hits++
			l.recent[1-s][i] = 0
			return
		}
	}
	l.recent[s][l.turn[s]&3] = n
	l.turn[s]++
}

package main

import "io"

// lastWriter passes on the first thing that is written, and of what follows the last n; end passes those on.
type lastWriter struct {
	w     io.Writer
	n     int
	begun bool
	ended bool
	kept  [][]byte
	next  int // the oldest of kept, once there are n
}

func (l *lastWriter) Write(b []byte) (int, error) {
	switch {
	case !l.begun || l.ended:
		l.begun = true
		return l.w.Write(b)
	case len(l.kept) < l.n:
		l.kept = append(l.kept, append([]byte(nil), b...))
	default:
		l.kept[l.next] = append(l.kept[l.next][:0], b...)
		l.next = (l.next + 1) % l.n
	}
	return len(b), nil
}

// end writes what was kept.
func (l *lastWriter) end() error {
	l.ended = true
	for i := range l.kept {
		if _, err := l.w.Write(l.kept[(l.next+i)%len(l.kept)]); err != nil {
			return err
		}
	}
	l.kept = nil
	return nil
}

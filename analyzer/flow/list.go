package flow

// flowList holds the living flows of a shard in the order in which they began.
type flowList struct{ first, last *flow }

func (l *flowList) add(f *flow) {
	f.before = l.last
	if l.last != nil {
		l.last.after = f
	} else {
		l.first = f
	}
	l.last = f
}

func (l *flowList) remove(f *flow) {
	if f.before != nil {
		f.before.after = f.after
	} else {
		l.first = f.after
	}
	if f.after != nil {
		f.after.before = f.before
	} else {
		l.last = f.before
	}
	f.before, f.after = nil, nil
}

func (l *flowList) each(do func(*flow)) {
	for f := l.first; f != nil; {
		next := f.after
		do(f)
		f = next
	}
}

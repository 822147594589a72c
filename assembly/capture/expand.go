package capture

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"sort"
)

// expand finds the inputs that paths name and puts them in order.
func (f *files) expand(paths []string) error {
	seen := map[string]bool{}
	for _, p := range paths {
		if err := f.find(p, seen); err != nil {
			f.probs.add(p, -1, "%s", reason(err))
		}
	}
	if len(f.inputs) == 0 {
		if len(paths) == 0 {
			return errors.New("no capture named")
		}
		list := f.probs.all()
		return errors.New(list[0].String())
	}
	if len(f.inputs) > 1 {
		for _, in := range f.inputs {
			f.sniff(in)
		}
		sort.SliceStable(f.inputs, func(i, j int) bool { return f.inputs[i].first < f.inputs[j].first })
	}
	if f.opts.Tail {
		f.tailNewest()
	}
	for i, in := range f.inputs {
		in.file = int32(i)
		if in.member != nil {
			in.member.file = in.file
			for j := range in.member.batch.Packets {
				in.member.batch.Packets[j].File = in.file
			}
		}
		f.names = append(f.names, in.name)
	}
	return nil
}

// find appends the inputs that one path names: itself, or the captures in a folder.
func (f *files) find(path string, seen map[string]bool) error {
	in := &input{name: path, first: noTime}
	if path == "-" || isTCP(path) {
		if seen[path] {
			return nil
		}
		seen[path] = true
		if isTCP(path) {
			c, err := dial(f.opts.context(), path)
			if err != nil {
				return err
			}
			in.conn = c
		}
		f.inputs = append(f.inputs, in)
		return nil
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return f.folder(path, seen)
	}
	if st.Mode().IsRegular() { // opening a named pipe waits for its writer
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		file.Close()
	}
	if !twice(path, seen) {
		f.inputs = append(f.inputs, in)
	}
	return nil
}

// folder appends the captures in a folder.
func (f *files) folder(path string, seen map[string]bool) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	found := 0
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		if st, err := os.Stat(name); err != nil || !st.Mode().IsRegular() {
			continue
		}
		if isCapture(name) {
			found++
			if !twice(name, seen) {
				f.inputs = append(f.inputs, &input{name: name, first: noTime})
			}
		}
	}
	if found == 0 {
		return errors.New("no capture in the folder")
	}
	return nil
}

// twice reports whether a file was named before, and notes it.
func twice(path string, seen map[string]bool) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	was := seen[path]
	seen[path] = true
	return was
}

// isCapture reports whether a file's content, decompressed, begins as a capture does. A file
// that cannot be read counts as one, so that it is reported.
func isCapture(path string) bool {
	head, compressed, err := unpackedHead(path)
	if err != nil {
		return !compressed
	}
	return isPcap(head) || isPcapng(head) || isSnoop(head) || isNetmon(head)
}

// sniff reads on to the first packet of an input, for its time. One that can be opened
// only once stays open.
func (f *files) sniff(in *input) {
	o, probs := f.opts, &problems{}
	once := in.once()
	if once {
		probs = &f.probs
	} else {
		o.Read, o.NoLookahead = nil, true
	}
	s, c, err := in.openStream(o, probs, once)
	if err != nil {
		if once {
			f.probs.add(in.name, -1, "%s", reason(err))
		}
		return // else told when it is read
	}
	m := &member{stream: s, in: in, close: c}
	s.size = mergeBuffer
	if err := s.fill(&m.batch); err == nil {
		in.first = m.batch.Packets[0].Time
	}
	if once {
		in.member = m
		return
	}
	c.Close()
}

// tailNewest makes the file that was written last the last one, to be waited on for more.
func (f *files) tailNewest() {
	newest, at := int64(0), -1
	for i, in := range f.inputs {
		if st, err := os.Stat(in.name); err == nil && st.Mode().IsRegular() {
			if t := st.ModTime().UnixNano(); at < 0 || t >= newest {
				newest, at = t, i
			}
		}
	}
	if at < 0 {
		return
	}
	in := f.inputs[at]
	in.tail = true
	if in.first == noTime { // nothing in it yet: it is not to hold the others back
		in.first = math.MaxInt64
	}
	f.inputs = append(append(f.inputs[:at], f.inputs[at+1:]...), in)
}

// follow puts the file that has taken the place of in next in turn.
func (f *files) follow(in *input) {
	f.mu.Lock()
	f.names = append(f.names, in.name)
	again := &input{name: in.name, file: int32(len(f.names) - 1), first: noTime, tail: true}
	f.mu.Unlock()
	f.inputs = append(f.inputs, again)
}

package capture

import (
	"fmt"
	"io"
	"os"
)

// files reads several inputs as one.
type files struct {
	opts  Options
	probs problems
	names []string
	at    int     // the input to be read now
	cur   *stream // it, open
	close io.Closer
	index int64 // packets given in all
}

func (f *files) Read(b *Batch) error {
	for {
		if f.cur == nil {
			if f.at == len(f.names) {
				b.reset()
				return io.EOF
			}
			f.open()
			continue
		}
		err := f.cur.fill(b)
		for i := range b.Packets {
			b.Packets[i].Index = f.index + int64(i)
		}
		f.index += int64(len(b.Packets))
		if err == nil {
			return nil
		}
		f.close.Close()
		f.cur = nil
		f.at++
	}
}

// open opens the input f.at.
func (f *files) open() {
	name := f.names[f.at]
	r, err := openInput(name, f.opts)
	if err != nil {
		f.probs.add(name, -1, "%s", reason(err))
		f.at++
		return
	}
	f.close = r
	f.cur = &stream{name: name, file: int32(f.at), r: r, probs: &f.probs, read: f.opts.Read}
}

func openInput(name string, o Options) (io.ReadCloser, error) {
	if name == "-" {
		if o.Stdin != nil {
			return io.NopCloser(o.Stdin), nil
		}
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(name)
}

func (f *files) Files() []string     { return f.names }
func (f *files) Problems() []Problem { return f.probs.all() }

func (f *files) Close() error {
	if f.cur != nil {
		f.cur = nil
		f.at = len(f.names)
		return f.close.Close()
	}
	return nil
}

func openFiles(paths []string, o Options) (Source, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("no capture named")
	}
	f := &files{opts: o, names: paths}
	for _, p := range paths {
		if p == "-" {
			return f, nil
		}
		if _, err := os.Stat(p); err == nil {
			return f, nil
		}
	}
	_, err := os.Stat(paths[0])
	return nil, err
}

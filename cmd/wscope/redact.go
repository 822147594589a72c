package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"slices"

	"wscope/analyzer"
	"wscope/analyzer/redact"
)

// seedBytes is how much of an input its redactor's key is drawn from. It has the first
// packets' times, ports and sequence numbers in it, which nobody guesses who has not the capture.
const seedBytes = 64 << 10

// redactor makes the redactor for some inputs. Its key is drawn from the inputs
// themselves, so that the same capture gives the same output; for what cannot be looked into
// beforehand (an interface, a server, a file being written) it is random.
func (in *input) redactor(paths []string) (*redact.Redactor, error) {
	var seed []byte
	for _, path := range paths {
		head, err := in.head(path)
		if err != nil {
			return nil, err
		}
		seed = append(seed, head...)
	}
	if len(seed) < 64 || in.tail {
		seed = make([]byte, 32)
		rand.Read(seed)
	}
	return redact.New(seed), nil
}

// head is the beginning of an input. What is read of standard input is put back.
func (in *input) head(path string) ([]byte, error) {
	if path == "-" {
		if in.tail {
			return nil, nil
		}
		head, err := io.ReadAll(io.LimitReader(in.env.stdin, seedBytes))
		in.env.stdin = io.MultiReader(bytes.NewReader(head), in.env.stdin)
		return head, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, nil // whoever opens it tells of it
	}
	if st.IsDir() {
		return in.folder(path)
	}
	if !st.Mode().IsRegular() {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, seedBytes))
}

// folder is the beginnings of a folder's first files by name.
func (in *input) folder(path string) ([]byte, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !e.Type().IsRegular() })
	var seed []byte
	for _, e := range entries[:min(len(entries), 16)] {
		head, err := in.head(filepath.Join(path, e.Name()))
		if err != nil {
			return nil, err
		}
		seed = append(seed, head...)
	}
	return seed, nil
}

// redacted makes options and sink that give nothing away.
func redacted(r *redact.Redactor, opt analyzer.Options, sink analyzer.Sink) (analyzer.Options, analyzer.Sink) {
	if render := opt.Render; render != nil {
		opt.Render = func() analyzer.Renderer { return r.Renderer(render()) }
	}
	return opt, r.Sink(sink)
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// input is one capture. Inputs are numbered by the time of their first packet, as wscope numbers
// them, and where that is the same in the order in which they were named.
type input struct {
	Path  int    // which of the command's arguments named it
	Order int    // among those that it names
	Name  string // as records tell it
}

// deadLetter is a damaged or unreadable part of an input.
type deadLetter struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"` // in bytes of the decompressed input; -1 where there is none
	Reason string `json:"reason"`
}

// listFn lists the captures that an argument names: a file, a folder, a pattern of a remote filesystem.
type listFn struct{ letters beam.Counter }

// Setup makes the counter.
func (fn *listFn) Setup() { fn.letters = beam.NewCounter("wscope", "dead_letters") }

// ProcessElement lists one argument.
func (fn *listFn) ProcessElement(ctx context.Context, argument []byte, inputs, dead func([]byte)) error {
	var in input
	if err := json.Unmarshal(argument, &in); err != nil {
		return err
	}
	names, err := expand(ctx, in.Name)
	if err != nil {
		fn.letters.Inc(ctx, 1)
		return give(dead, deadLetter{in.Name, -1, reason(err)})
	}
	for i, name := range names {
		if err := give(inputs, input{in.Path, i, name}); err != nil {
			return err
		}
	}
	return nil
}

// give gives a value as JSON.
func give(to func([]byte), v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		to(b)
	}
	return err
}

func remote(name string) bool { return strings.Contains(name, "://") }

// expand lists what a path names.
func expand(ctx context.Context, path string) ([]string, error) {
	if !remote(path) {
		src, err := capture.Open([]string{path}, capture.Options{NoLookahead: true})
		if err != nil {
			return nil, err
		}
		defer src.Close()
		names := slices.Clone(src.Files())
		slices.Sort(names)
		return names, nil
	}
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	if strings.HasSuffix(path, "/") {
		path += "*"
	}
	names, err := fs.List(ctx, path)
	if err == nil && len(names) == 0 {
		err = errors.New("nothing there")
	}
	slices.Sort(names)
	return names, err
}

// identity is the same for two names of one file.
func identity(name string) string {
	if remote(name) {
		return name
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return name
}

// opened is a capture on any of Beam's filesystems.
type opened struct {
	packet.Source
	under   io.Closer
	Wait    bool     // secrets may follow the packets that they open
	Secrets [][]byte // that were found before any packet
}

// Close closes what it reads, too.
func (o *opened) Close() error { return errors.Join(o.Source.Close(), o.under.Close()) }

// open opens an input. Secrets are looked for ahead of the packets where early is set.
func open(ctx context.Context, name string, early bool) (*opened, error) {
	if !remote(name) {
		src, err := capture.Open([]string{name}, capture.Options{NoLookahead: !early})
		if err != nil {
			return nil, err
		}
		o := &opened{Source: src, under: io.NopCloser(nil), Wait: packet.SecretsMayFollow(src)}
		if early {
			_, list := capture.Inputs(src)
			for _, s := range list {
				if s.Type == secretsTLS {
					o.Secrets = append(o.Secrets, s.Data)
				}
			}
		}
		return o, nil
	}
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return nil, err
	}
	r, err := fs.OpenRead(ctx, name)
	if err != nil {
		return nil, errors.Join(err, fs.Close())
	}
	under := &remoteFile{r, fs}
	src, err := capture.Open([]string{"-"}, capture.Options{Stdin: r})
	if err != nil {
		return nil, errors.Join(err, under.Close())
	}
	return &opened{Source: src, under: under, Wait: true}, nil
}

// secretsTLS is the secrets type of an NSS key log.
const secretsTLS = 0x544c534b

// remoteFile closes its filesystem too.
type remoteFile struct {
	io.ReadCloser
	fs filesystem.Interface
}

func (f *remoteFile) Close() error { return errors.Join(f.ReadCloser.Close(), f.fs.Close()) }

// reason is an error's text without the path, which is told already.
func reason(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

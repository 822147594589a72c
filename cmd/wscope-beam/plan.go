package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// input is one capture. Inputs are numbered as wscope numbers them: by the time of their
// first packet, and as they were named where that is the same.
type input struct {
	File  int32  // its number
	Name  string // as records tell it
	First int64  // time of the first packet; noTime where there is none
	Local bool   // it can be read from any place, and capture.Open can open it
}

const noTime = math.MinInt64

// plan finds the captures that paths name (files, folders, and patterns where the
// filesystem is a remote one) and numbers them. What cannot be opened is a dead letter.
func plan(ctx context.Context, paths []string) ([]input, []deadLetter, error) {
	var inputs []input
	var dead []deadLetter
	seen := map[string]bool{}
	for _, p := range paths {
		names, err := expand(ctx, p)
		if err != nil {
			dead = append(dead, deadLetter{File: p, Offset: -1, Reason: reason(err)})
			continue
		}
		for _, name := range names {
			if id := identity(name); !seen[id] {
				seen[id] = true
				inputs = append(inputs, input{Name: name, Local: !remote(name)})
			}
		}
	}
	if len(inputs) == 0 {
		return nil, dead, errors.New("no capture to read")
	}
	if len(inputs) > 1 {
		for i := range inputs {
			inputs[i].First = first(ctx, &inputs[i])
		}
	}
	slices.SortStableFunc(inputs, func(a, b input) int { return cmp.Compare(a.First, b.First) })
	for i := range inputs {
		inputs[i].File = int32(i)
	}
	return inputs, dead, nil
}

func remote(name string) bool { return strings.Contains(name, "://") }

// expand lists what a path names.
func expand(ctx context.Context, path string) ([]string, error) {
	if !remote(path) {
		src, err := capture.Open([]string{path}, capture.Options{})
		if err != nil {
			return nil, err
		}
		defer src.Close()
		return src.Files(), nil
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

// first is the time of an input's first packet.
func first(ctx context.Context, in *input) int64 {
	r, err := open(ctx, in.Name)
	if err != nil {
		return noTime // told when it is read
	}
	defer r.Close()
	src, err := stream(r)
	if err != nil {
		return noTime
	}
	defer src.Close()
	var b packet.Batch
	if src.Read(&b) != nil || len(b.Packets) == 0 {
		return noTime
	}
	return b.Packets[0].Time
}

// stream reads a capture that is no file of its own.
func stream(r io.Reader) (packet.Source, error) {
	return capture.Open([]string{"-"}, capture.Options{Stdin: r})
}

// open opens an input on any of Beam's filesystems.
func open(ctx context.Context, name string) (io.ReadCloser, error) {
	if !remote(name) {
		return os.Open(name)
	}
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return nil, err
	}
	r, err := fs.OpenRead(ctx, name)
	if err != nil {
		fs.Close()
		return nil, err
	}
	return &remoteFile{r, fs}, nil
}

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

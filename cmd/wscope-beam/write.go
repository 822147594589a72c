package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"wscope/analyzer/report/export"
)

// writeFn writes shards: one file each, its lines in order. A shard has the same content
// at each attempt, and appears under its name only when it is whole; so an attempt that is
// repeated, or that another worker makes too, changes nothing.
type writeFn struct {
	Folder string
	Kind   string // flows, messages, findings, dead-letters
	Shards int
	Format string

	written beam.Counter
}

// Setup makes the counter.
func (fn *writeFn) Setup() { fn.written = beam.NewCounter("wscope", "written_bytes") }

// ProcessElement writes one shard.
func (fn *writeFn) ProcessElement(ctx context.Context, shard int, lines func(*[]byte) bool) error {
	var order sorter
	defer order.close()
	var b []byte
	for lines(&b) {
		if err := eachFrame(b, order.add); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("%s-%05d-of-%05d.%s", fn.Kind, shard, fn.Shards, fn.Format)
	n, err := put(ctx, fn.Folder, name, func(w io.Writer) error {
		if fn.Format == formatParquet {
			return fn.table(w, &order)
		}
		return order.each(func(b []byte) error { _, err := w.Write(b[lineOrder:]); return err })
	})
	fn.written.Inc(ctx, n)
	return err
}

// Formats of shards. Dead letters are always lines.
const (
	formatNDJSON  = "ndjson"
	formatParquet = "parquet"
)

// table writes a shard as Parquet, with the columns of wscope export --to parquet.
func (fn *writeFn) table(w io.Writer, order *sorter) error {
	l, err := export.NewLines(w, fn.Kind, false, "beam")
	if err != nil {
		return err
	}
	return errors.Join(order.each(func(b []byte) error { return l.Write(b[lineOrder:]) }), l.Close())
}

// put writes a file beside its name and renames it.
func put(ctx context.Context, folder, name string, fill func(io.Writer) error) (n int64, err error) {
	attempt := name + "." + rand.Text() + ".tmp"
	if !remote(folder) {
		path := filepath.Join(folder, attempt)
		f, err := os.Create(path)
		if err != nil {
			return 0, err
		}
		n, err = buffered(f, fill)
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			os.Remove(path)
			return 0, err
		}
		return n, os.Rename(path, filepath.Join(folder, name))
	}
	fs, err := filesystem.New(ctx, folder)
	if err != nil {
		return 0, err
	}
	defer fs.Close()
	folder = strings.TrimSuffix(folder, "/") + "/"
	w, err := fs.OpenWrite(ctx, folder+attempt)
	if err != nil {
		return 0, err
	}
	n, err = buffered(w, fill)
	if err := errors.Join(err, w.Close()); err != nil {
		return 0, err
	}
	return n, filesystem.Rename(ctx, fs, folder+attempt, folder+name)
}

func buffered(w io.Writer, fill func(io.Writer) error) (int64, error) {
	c := &counted{w: w}
	b := bufio.NewWriterSize(c, 1<<20)
	err := fill(b)
	return c.n, errors.Join(err, b.Flush())
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

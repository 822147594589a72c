package main

import (
	"context"
	"io"
	"os"
)

// readerAt reads a file from any place.
type readerAt interface {
	io.ReaderAt
	io.Closer
}

// openAt opens an input to be read from any place; nil where its filesystem cannot.
func openAt(ctx context.Context, name string) (readerAt, int64, error) {
	if remote(name) {
		return openObject(ctx, name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		f.Close()
		return nil, 0, err
	}
	return f, st.Size(), nil
}

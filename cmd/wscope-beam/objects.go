package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/gcsx"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Beam's filesystems read a file from its beginning only. The object stores themselves
// read any range, and that is what a part of a capture needs.

// openers open objects by the scheme of their names, to be read from any place.
var openers = map[string]func(ctx context.Context, name string) (readerAt, int64, error){"gs": openGCS, "s3": openS3}

// openObject opens an object; nil where its filesystem reads from the beginning only.
func openObject(ctx context.Context, name string) (readerAt, int64, error) {
	scheme, _, _ := strings.Cut(name, "://")
	if open := openers[scheme]; open != nil {
		return open(ctx, name)
	}
	return nil, 0, nil
}

// object is an object of a store. Each ReadAt is one request, so it is called for much at once.
type object struct {
	get   func(off, n int64) (io.ReadCloser, error)
	close func() error
}

func (o *object) ReadAt(b []byte, off int64) (int, error) {
	r, err := o.get(off, int64(len(b)))
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.ReadFull(r, b)
}

func (o *object) Close() error { return o.close() }

func openGCS(ctx context.Context, name string) (readerAt, int64, error) {
	bucket, key, err := gcsx.ParseObject(name)
	if err != nil {
		return nil, 0, err
	}
	client, err := gcsx.NewClient(ctx, storage.ScopeReadOnly)
	if err != nil { // as Beam's own filesystem does
		if client, err = gcsx.NewUnauthenticatedClient(ctx); err != nil {
			return nil, 0, err
		}
	}
	h := client.Bucket(bucket).Object(key)
	attrs, err := h.Attrs(ctx)
	if err != nil {
		return nil, 0, errors.Join(err, client.Close())
	}
	h = h.Generation(attrs.Generation) // the same bytes to the end
	get := func(off, n int64) (io.ReadCloser, error) { return h.NewRangeReader(ctx, off, n) }
	// Compressed on the way, it has no ranges.
	if attrs.ContentEncoding != "" {
		return nil, 0, client.Close()
	}
	return &object{get, client.Close}, attrs.Size, nil
}

func openS3(ctx context.Context, name string) (readerAt, int64, error) {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(name, "s3://"), "/")
	if !ok || bucket == "" || key == "" {
		return nil, 0, fmt.Errorf("%s names no object", name)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, 0, err
	}
	client := s3.NewFromConfig(cfg)
	at, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, 0, err
	}
	get := func(off, n int64) (io.ReadCloser, error) {
		out, err := client.GetObject(ctx, &s3.GetObjectInput{
			Bucket: &bucket, Key: &key, IfMatch: at.ETag, Range: aws.String(fmt.Sprintf("bytes=%d-%d", off, off+n-1)),
		})
		if err != nil {
			return nil, err
		}
		return out.Body, nil
	}
	return &object{get, func() error { return nil }}, aws.ToInt64(at.ContentLength), nil
}

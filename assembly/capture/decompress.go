package capture

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// compression names the format that compressed data begins with, or is "".
func compression(head []byte) string {
	for _, c := range []struct{ magic, name string }{
		{"\x1f\x8b\x08", "gzip"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"\x04\x22\x4d\x18", "lz4"},
		{"\x02\x21\x4c\x18", "lz4"}, // the Linux kernel's old frames
		{"\xfd7zXZ\x00", "xz"},
		{"BZh", "bzip2"},
	} {
		if bytes.HasPrefix(head, []byte(c.magic)) {
			return c.name
		}
	}
	// A skippable frame, 0x184d2a50 to 0x184d2a5f, is shared by zstd and lz4; zstd's tools begin files with one.
	if len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18" {
		return "zstd"
	}
	return ""
}

// decompressor decompresses r, which is of the named format. Several compressed files one after
// another in r give their contents one after another.
func decompressor(kind string, r io.Reader) (*decompressed, error) {
	d := &decompressed{kind: kind}
	var err error
	switch kind {
	case "gzip":
		d.r, err = gzip.NewReader(r)
	case "zstd":
		var z *zstd.Decoder
		z, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(4*maxWindow))
		d.r, d.close = z, z.Close
	case "lz4":
		d.r = lz4.NewReader(r)
	case "bzip2":
		d.r = bzip2.NewReader(r)
	case "xz":
		var first []byte
		if first, r, err = xzHead(r); err != nil {
			break
		}
		if n := xzDictionary(first); n > maxWindow {
			err = fmt.Errorf("asks for %d bytes of memory, more than %d", n, maxWindow)
			break
		}
		d.r, err = xz.NewReader(r)
	}
	if err != nil {
		return nil, d.wrap(err)
	}
	return d, nil
}

// decompressed says in its errors that it is the compressed data that is broken.
type decompressed struct {
	kind  string
	r     io.Reader
	close func()
}

func (d *decompressed) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && err != io.EOF {
		err = d.wrap(err)
	}
	return n, err
}

func (d *decompressed) Close() {
	if d.close != nil {
		d.close()
	}
}

func (d *decompressed) wrap(err error) error {
	switch {
	case errors.Is(err, errStopped):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s data cut short", d.kind)
	}
	return fmt.Errorf("damaged %s data: %w", d.kind, err)
}

// xzHead reads as much of r as holds the stream's header and its first block's.
func xzHead(r io.Reader) (head []byte, all io.Reader, err error) {
	head = make([]byte, 12+1024)
	n, err := io.ReadFull(r, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:n], &prefixed{head[:n], r}, err
}

// xzDictionary is the size of the dictionary that the first block of an xz file asks for,
// 0 where it has none: the decompressor would take that much at once, up to 4 GiB.
// https://tukaani.org/xz/xz-file-format.txt, 3.1 and 5.3.1
func xzDictionary(head []byte) int64 {
	if len(head) < 16 || head[12] == 0 {
		return 0
	}
	h := head[13:min(12+4*(int(head[12])+1), len(head))]
	flags := h[0]
	h = h[1:]
	number := func() (v uint64) { // a multibyte integer
		for shift := 0; len(h) > 0 && shift < 63; shift += 7 {
			c := h[0]
			h = h[1:]
			v |= uint64(c&0x7f) << shift
			if c < 0x80 {
				break
			}
		}
		return v
	}
	if flags&0x40 != 0 {
		number() // compressed size
	}
	if flags&0x80 != 0 {
		number() // uncompressed size
	}
	for range flags&3 + 1 {
		id, size := number(), number()
		if size > uint64(len(h)) {
			return 0
		}
		if id == 0x21 && size == 1 {
			if n := h[0] & 0x3f; n < 40 {
				return int64(2|n&1) << (n/2 + 11)
			}
			return 1<<32 - 1
		}
		h = h[size:]
	}
	return 0
}

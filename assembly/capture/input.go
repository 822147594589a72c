package capture

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"strings"
)

// input is one thing to be read: a file, standard input, a PCAP-over-IP server.
type input struct {
	name       string // as the user gave it, or the folder's name and the file's
	file       int32  // index in Source.Files
	first      int64  // time of the first packet; noTime where there is none
	compressed bool
	tail       bool          // wait for more at its end
	scanned    bool          // its secrets were collected before any packet; see gather
	ahead      int64         // up to this offset
	rotated    bool          // another file has taken the place of the one that tail read
	conn       io.ReadCloser // the server of a tcp:// input
	member     *member       // the input, opened already; nil while it is not
}

// noTime stands for the time of an input with no packets: it sorts before all others,
// since it may hold secrets.
const noTime = math.MinInt64

// errStopped ends a read because the run's Context is done. It is no damage.
var errStopped = errors.New("stopped")

// once reports whether the input can be opened only once, so that there is no looking into
// it before it is read.
func (in *input) once() bool {
	if in.name == "-" || isTCP(in.name) {
		return true
	}
	st, err := os.Stat(in.name)
	return err == nil && !st.Mode().IsRegular()
}

// closers closes a decompressor and what it reads.
type closers struct {
	d   *decompressed
	raw io.Closer
}

func (c closers) Close() error {
	c.d.Close()
	return c.raw.Close()
}

func isTCP(name string) bool { return strings.HasPrefix(name, "tcp://") }

// openStream opens the input and gives a stream of its bytes, decompressed; ahead lets the
// decompressor run ahead of the reader.
func (in *input) openStream(o Options, p *problems, ahead bool) (*stream, io.Closer, error) {
	raw, err := in.openRaw(o)
	if err != nil {
		return nil, nil, err
	}
	s := &stream{name: in.name, probs: p, size: bufferSize}
	var r io.Reader = raw
	if o.Read != nil {
		r = &counter{raw, o.Read}
	}
	head, r, err := peek(raw, r)
	if err != nil && !errors.Is(err, errStopped) {
		raw.Close()
		return nil, nil, err
	}
	if kind := compression(head); kind != "" {
		in.compressed = true
		d, err := decompressor(kind, r)
		if err != nil {
			raw.Close()
			return nil, nil, err
		}
		if !ahead {
			s.r = d
			return s, closers{d, raw}, nil
		}
		q := newPump(context.Background(), d, d.Close, func() { raw.Close() })
		s.r = q
		return s, q, nil
	}
	switch f, ok := raw.(*os.File); {
	case in.scanned:
		s.ahead = in.ahead
	case ok && !in.tail && !in.once() && !o.NoLookahead && isPcapng(head):
		s.early, s.ahead, _ = lookAhead(f)
	}
	s.r = r
	return s, raw, nil
}

// openRaw opens the input as it is stored.
func (in *input) openRaw(o Options) (io.ReadCloser, error) {
	ctx := o.context()
	switch {
	case in.name == "-":
		r := o.stdin()
		if ctx.Done() == nil {
			return io.NopCloser(r), nil
		}
		return newPump(ctx, r, nil, nil), nil // nothing else interrupts a read from a terminal or pipe
	case isTCP(in.name):
		return in.conn, nil
	}
	st, err := os.Stat(in.name)
	if err != nil {
		return nil, err
	}
	if st.IsDir() {
		return nil, errors.New("is a folder")
	}
	f, err := os.Open(in.name)
	if err != nil {
		return nil, err
	}
	if in.tail {
		return &tail{File: f, path: in.name, ctx: ctx, rotated: &in.rotated}, nil
	}
	return f, nil
}

// peek gives the first bytes of a file, and a reader of all of it. raw is the file that r reads.
func peek(raw io.ReadCloser, r io.Reader) (head []byte, all io.Reader, err error) {
	head = make([]byte, sniffLength)
	if f, ok := raw.(*os.File); ok {
		if n, err := f.ReadAt(head, 0); err == nil || err == io.EOF {
			return head[:n], r, nil
		}
	}
	n, err := io.ReadAtLeast(r, head, 12)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:n], &prefixed{head[:n], r}, err
}

// prefixed reads some bytes that were read before, then the rest.
type prefixed struct {
	head []byte
	r    io.Reader
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.r.Read(b)
}

// counter tells how many bytes were read.
type counter struct {
	r    io.Reader
	tell func(n int64)
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.tell(int64(n))
	return n, err
}

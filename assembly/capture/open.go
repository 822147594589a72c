package capture

import (
	"context"
	"io"
	"os"

	"wscope/assembly/packet"
)

// Options of Open.
type Options struct {
	Tail        bool            // the newest file is waited on for more when it ends, until Context is done
	Context     context.Context // ends waiting reads; nil is context.Background()
	Read        func(n int64)   // told the bytes read from the inputs as stored (compressed), for a progress bar; may be nil, and is called from several goroutines
	Stdin       io.Reader       // what "-" reads; nil is os.Stdin
	NoLookahead bool            // do not look for secrets behind the packets before giving the packets; see Open
}

func (o Options) context() context.Context {
	if o.Context == nil {
		return context.Background()
	}
	return o.Context
}

func (o Options) stdin() io.Reader {
	if o.Stdin == nil {
		return os.Stdin
	}
	return o.Stdin
}

// Open opens captures to be read as one, in time order: paths of files, folders, "-" for
// standard input, tcp://host:port for PCAP-over-IP. An input that cannot be opened is a
// Problem, and an error only if none could be.
//
// Of a folder its captures are read, told by their content; other files in it are passed
// over in silence, and so are folders within it. A file that is named twice is read once.
// Files compressed with gzip, zstd, lz4 or xz are recognised by their content too.
//
// Inputs are read oldest first, by the time of their first packet. Where one begins
// before another ends they are merged packet by packet, the earlier input first where
// times are equal; the packets of one input are never put in another order. So an input
// that waits for its writer (a pipe, a server) holds back those that it overlaps.
//
// Secrets in pcapng files are given before all packets, wherever they stand, if the files
// can be looked through first: they are neither compressed, pipes, nor being written. After
// a GiB of them, each is looked through when its turn comes; what stands behind the first
// GiB of a file is given in its place. The source's SecretsMayFollow reports whether secrets
// may still come after the packets that they open.
func Open(paths []string, o Options) (packet.Source, error) {
	f := &files{opts: o}
	if err := f.expand(paths); err != nil {
		return nil, err
	}
	f.gather()
	return f, nil
}

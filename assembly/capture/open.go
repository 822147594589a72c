package capture

import "context"

// Options of Open.
type Options struct {
	Tail    bool                                   // a file that ends is waited on for more, until Context is done
	Context context.Context                        // ends waiting reads; nil is context.Background()
	Read    func(n int64)                          // told the bytes read from the inputs as stored (compressed), for a progress bar; may be nil
	Stdin   interface{ Read([]byte) (int, error) } // what "-" reads; nil is os.Stdin
}

// Open opens captures to be read as one, in time order: paths of files, folders, "-" for
// standard input, tcp://host:port for PCAP-over-IP. An input that cannot be opened is a
// Problem, and an error only if none could be.
func Open(paths []string, o Options) (Source, error) { return openFiles(paths, o) }

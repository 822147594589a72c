package capture

import (
	"io"
	"os"
	"sync"

	"wscope/assembly/packet"
)

// files reads several inputs as one. It is the Source that Open gives.
//
// Inputs wait in order of their first packet's time. While one alone is open, its batches
// are passed on as they are. When its time reaches the first packet of the next, that is
// opened too, and packets are copied out one by one, the earliest first, until one is
// left again.
type files struct {
	opts   Options
	probs  problems
	inputs []*input // in order of their first packet
	next   int      // inputs from here on are not open
	active []*member
	index  int64            // packets given
	held   []packet.Secrets // of inputs that ended before they could be given, and those that gather found
	later  bool             // secrets may follow the packets that they open

	mu    sync.Mutex // for names, which others may ask for while Read goes on
	names []string
}

// member is an input being read, with a batch of its packets that are not given yet. It
// stays empty while the member is read alone.
type member struct {
	*stream
	in     *input
	close  io.Closer
	batch  packet.Batch
	at     int // packets of batch that were given
	secret int // secrets of batch that were given
}

func (m *member) empty() bool          { return m.at == len(m.batch.Packets) }
func (m *member) head() *packet.Packet { return &m.batch.Packets[m.at] }

func (f *files) Files() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.names[:len(f.names):len(f.names)]
}

func (f *files) Problems() []packet.Problem { return f.probs.all() }

func (f *files) Close() error {
	for _, m := range f.active {
		m.close.Close()
	}
	for _, in := range f.inputs[f.next:] {
		if in.member != nil {
			in.member.close.Close()
		}
	}
	f.active, f.inputs, f.next = nil, nil, 0
	return nil
}

// Size is how many bytes the inputs have in all, as stored; what is not a regular file
// counts as nothing.
func (f *files) Size() int64 {
	var n int64
	for _, name := range f.Files() {
		if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() {
			n += st.Size()
		}
	}
	return n
}

// Waits is for the function of that name.
func (f *files) Waits() bool {
	for _, in := range f.inputs {
		if in.tail || in.once() {
			return true
		}
	}
	return false
}

package capture

import (
	"io"
	"os"
)

// gather collects the secrets of the files that can be looked through, to be given before the
// first packet of any, and finds out whether more may follow.
func (f *files) gather() {
	left := int64(maxAhead)
	for _, in := range f.inputs {
		read, follow := f.scan(in, left)
		left -= read
		f.later = f.later || follow
	}
}

// scan collects the secrets of one input, if it has no more than left bytes. It returns how
// many bytes it looked through, and whether secrets may follow packets that were given.
func (f *files) scan(in *input, left int64) (read int64, follow bool) {
	if in.tail || in.once() {
		return 0, true
	}
	file, err := os.Open(in.name)
	if err != nil {
		return 0, false // reported when its turn comes
	}
	defer file.Close()
	head, _, err := peek(file, file)
	switch {
	case err != nil:
		return 0, false
	case compression(head) != "":
		return 0, !startsAsPcap(in.name)
	case !isPcapng(head):
		return 0, false
	}
	st, err := file.Stat()
	if f.opts.NoLookahead || err != nil || st.Size() > left {
		return 0, true
	}
	list, ahead, all := lookAhead(file)
	f.hold(list)
	in.scanned, in.ahead = true, ahead
	return st.Size(), !all
}

// startsAsPcap reports whether a file, decompressed, is of the format that has no secrets.
func startsAsPcap(path string) bool {
	head, _, err := unpackedHead(path)
	return err == nil && isPcap(head)
}

// unpackedHead returns the first bytes of a file, decompressed, and whether it is compressed.
func unpackedHead(path string) (head []byte, compressed bool, err error) {
	in := &input{name: path}
	s, c, err := in.openStream(Options{NoLookahead: true}, &problems{}, false)
	if err != nil {
		return nil, in.compressed, err
	}
	defer c.Close()
	head = make([]byte, sniffLength)
	n, _ := io.ReadFull(s.r, head) // what is shorter, or damaged, is told when it is read
	return head[:n], in.compressed, nil
}

// SecretsMayFollow is for the function of that name in package packet.
func (f *files) SecretsMayFollow() bool { return f.later }

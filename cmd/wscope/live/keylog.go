package live

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"wscope/assembly/packet"
)

// KeyFollower reads key logs that grow while TLS is captured. It returns their new lines as secrets of the
// capture, so they are analysed and saved in their place among the packets.
type KeyFollower struct {
	files  []*keyFile
	polled time.Time
	more   func() []byte                 // whole lines that come from elsewhere; may be nil
	notice func(format string, a ...any) // of a log that cannot be read
}

// keyFile is one key log, followed by name: it may not be there yet, be cut or replaced.
type keyFile struct {
	name string
	file *os.File
	at   int64  // bytes read
	rest []byte // of an unfinished line
	bad  bool   // it cannot be read, and that was noticed
}

// KeyPoll is how often the logs are read.
const KeyPoll = 100 * time.Millisecond

const (
	keyChunk   = 64 << 10 // bytes read at a time
	keyLine    = 8 << 10  // a longer line is none of a key log
	keyBatch   = 1 << 20  // bytes taken at one poll: a large log must not hold up the packets
	keyRest    = 64       // polls at the end of a capture: a log that is written without end must not hold it up
	secretsTLS = 0x544c534b
)

// NewKeyFollower follows the key logs of these names. more, unless nil, gives whole lines that come from elsewhere.
// notice is told of a log that cannot be read.
func NewKeyFollower(names []string, more func() []byte, notice func(format string, a ...any)) *KeyFollower {
	k := &KeyFollower{more: more, notice: notice}
	for _, name := range names {
		k.files = append(k.files, &keyFile{name: name})
	}
	return k
}

// Into adds the new lines to a batch, before its packets.
func (k *KeyFollower) Into(b *packet.Batch, now time.Time) {
	if len(k.files) == 0 && k.more == nil || now.Sub(k.polled) < KeyPoll {
		return
	}
	k.polled = now
	var fresh []packet.Secrets
	for _, f := range k.files {
		lines, err := f.read()
		if err != nil && !f.bad {
			f.bad = true
			k.notice("key log: %v", err)
		}
		if len(lines) > 0 {
			fresh = append(fresh, packet.Secrets{Type: secretsTLS, Data: lines})
		}
	}
	if k.more != nil {
		if lines := k.more(); len(lines) > 0 {
			fresh = append(fresh, packet.Secrets{Type: secretsTLS, Data: lines})
		}
	}
	if len(fresh) > 0 {
		b.Secrets = append(fresh, b.Secrets...)
	}
}

// Rest adds all that the logs hold by now. It is called when the capture is over.
func (k *KeyFollower) Rest(b *packet.Batch) {
	for range keyRest {
		had := len(b.Secrets)
		k.polled = time.Time{}
		if k.Into(b, time.Now()); len(b.Secrets) == had {
			return
		}
	}
}

// read returns the whole lines that were added. A file that is not there is no error.
func (f *keyFile) read() (lines []byte, err error) {
	if err := f.reopen(); f.file == nil {
		return nil, err
	}
	chunk := make([]byte, keyChunk)
	for len(lines) < keyBatch {
		n, err := f.file.ReadAt(chunk, f.at)
		f.at += int64(n)
		f.rest = append(f.rest, chunk[:n]...)
		if end := bytes.LastIndexByte(f.rest, '\n') + 1; end > 0 {
			lines = append(lines, f.rest[:end]...)
			f.rest = append(f.rest[:0], f.rest[end:]...)
		}
		if len(f.rest) > keyLine {
			f.rest = f.rest[:0]
		}
		if err != nil && err != io.EOF {
			return lines, err
		}
		if n == 0 {
			break
		}
	}
	return lines, nil
}

// reopen opens the file that is at the name now, if it is another one or was cut.
func (f *keyFile) reopen() error {
	there, err := os.Stat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it may come; what is open may still grow
	case err != nil:
		return err
	}
	if f.file != nil {
		ours, err := f.file.Stat()
		if err == nil && os.SameFile(there, ours) {
			if ours.Size() < f.at {
				f.at, f.rest = 0, nil
			}
			return nil
		}
		f.file.Close()
	}
	f.file, f.at, f.rest = nil, 0, nil
	file, err := os.Open(f.name)
	if err != nil {
		return err
	}
	f.file = file
	return nil
}

// Close closes the logs.
func (k *KeyFollower) Close() {
	for _, f := range k.files {
		if f.file != nil {
			f.file.Close()
		}
	}
}

package capture

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wscope/assembly/packet"
)

// RingOptions say where a Ring writes, and when it goes on to the next file.
type RingOptions struct {
	Path    string        // of the file; with rotation, NAME_00001.EXT and so on beside it
	MaxSize int64         // bytes of a file; 0 is any number
	MaxAge  time.Duration // capture time that a file spans; 0 is any
	Files   int           // files kept: the oldest is removed before another is begun; 0 is all
	Writer  WriterOptions
}

// keptSecrets is how many bytes of the latest secrets each file of a Ring begins with.
const keptSecrets = 1 << 20

// Ring writes a capture to a file, or to several in turn of limited size or age. Each can
// be read alone: it begins with the secrets that came last before it, up to 1 MiB.
//
// With MaxSize and Files it never takes more than MaxSize×Files bytes of disk, together with
// what an earlier Ring of the same Path left there: files are numbered on from the last, and
// the oldest ones go first. A packet that fits in no file of MaxSize is dropped and counted. After an error the file at hand
// ends with the last block that was written whole.
type Ring struct {
	Dropped int64 // packets that were longer than MaxSize allows

	o       RingOptions
	file    *os.File
	w       *Writer
	number  int
	names   []string // of the files that are there, oldest first
	first   int64    // time of the file's first packet
	packets int64    // in the file
	secrets []packet.Secrets
	err     error
}

// NewRing makes the first file.
func NewRing(o RingOptions) (*Ring, error) {
	r := &Ring{o: o}
	if err := r.goOn(); err != nil {
		return nil, err
	}
	if err := r.next(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Ring) rotates() bool { return r.o.MaxSize > 0 || r.o.MaxAge > 0 }

// name is the name of file number n, from 1.
func (r *Ring) name(n int) string {
	if !r.rotates() {
		return r.o.Path
	}
	ext := filepath.Ext(r.o.Path)
	return fmt.Sprintf("%s_%05d%s", strings.TrimSuffix(r.o.Path, ext), n, ext)
}

// goOn finds the files of an earlier Ring, so that none is written over, and takes away
// those that leave no room for a new file.
func (r *Ring) goOn() error {
	if !r.rotates() {
		return nil
	}
	entries, err := os.ReadDir(filepath.Dir(r.o.Path))
	if err != nil {
		return err
	}
	ext := filepath.Ext(r.o.Path)
	stem := strings.TrimSuffix(filepath.Base(r.o.Path), ext) + "_"
	var numbers []int
	sizes, total := map[int]int64{}, int64(0)
	for _, e := range entries {
		digits, ours := strings.CutPrefix(strings.TrimSuffix(e.Name(), ext), stem)
		n, err := strconv.Atoi(digits)
		if !ours || err != nil || n < 1 || filepath.Base(r.name(n)) != e.Name() || !e.Type().IsRegular() {
			continue
		}
		numbers = append(numbers, n)
		if info, err := e.Info(); err == nil {
			sizes[n] = info.Size()
			total += info.Size()
		}
	}
	slices.Sort(numbers)
	if len(numbers) > 0 {
		r.number = numbers[len(numbers)-1]
	}
	if r.o.Files == 0 {
		return nil
	}
	for _, n := range numbers {
		r.names = append(r.names, r.name(n))
	}
	for _, n := range numbers {
		fits := r.o.MaxSize == 0 || total <= r.o.MaxSize*int64(r.o.Files-1)
		if fits && len(r.names) < r.o.Files {
			break
		}
		total -= sizes[n]
		if err := r.removeOldest(); err != nil {
			return err
		}
	}
	return nil
}

// removeOldest takes away the oldest file.
func (r *Ring) removeOldest() error {
	if err := os.Remove(r.names[0]); err != nil && !os.IsNotExist(err) {
		return err
	}
	r.names = r.names[1:]
	return nil
}

// next begins the next file, in place of the oldest.
func (r *Ring) next() error {
	if err := r.closeFile(); err != nil {
		return err
	}
	for r.o.Files > 0 && len(r.names) >= r.o.Files {
		if err := r.removeOldest(); err != nil {
			return err
		}
	}
	r.number++
	f, err := os.OpenFile(r.name(r.number), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600) // it holds what people said
	if err != nil {
		return err
	}
	r.names = append(r.names, f.Name())
	r.file, r.w, r.packets = f, NewWriter(f, r.o.Writer), 0
	for _, s := range r.secrets {
		if size := int64(len(s.Data)) + secretsOverhead; r.o.MaxSize == 0 || r.w.Size()+size <= r.o.MaxSize/2 {
			r.w.Secrets(s)
		}
	}
	return r.Flush()
}

// What a block needs besides its data, at most; a packet's counts the description of its interface.
const (
	secretsOverhead = 24
	packetOverhead  = 36 + 40 + maxName
)

// Packet writes a packet, to the next file where this one is full or old enough.
func (r *Ring) Packet(p *packet.Packet, comments ...string) error {
	if r.err != nil {
		return r.err
	}
	size := int64(len(p.Data)) + packetOverhead
	for _, c := range comments {
		size += int64(min(len(c), maxOption)) + 8
	}
	full := r.o.MaxSize > 0 && r.w.Size()+size > r.o.MaxSize
	old := r.o.MaxAge > 0 && p.Time-r.first >= int64(r.o.MaxAge)
	if r.packets > 0 && (full || old) {
		if r.err = r.next(); r.err != nil {
			return r.err
		}
		full = r.o.MaxSize > 0 && r.w.Size()+size > r.o.MaxSize
	}
	if full {
		r.Dropped++
		return nil
	}
	if r.packets == 0 {
		r.first = p.Time
	}
	r.packets++
	return r.check(r.w.Packet(p, comments...))
}

// Secrets writes secrets, and keeps them for the files to come.
func (r *Ring) Secrets(s packet.Secrets) error {
	if r.err != nil {
		return r.err
	}
	r.secrets = append(r.secrets, s)
	total := 0
	for i := len(r.secrets) - 1; i >= 0; i-- {
		if total += len(r.secrets[i].Data) + secretsOverhead; total > keptSecrets {
			r.secrets = append([]packet.Secrets(nil), r.secrets[i+1:]...)
			break
		}
	}
	if size := int64(len(s.Data)) + secretsOverhead; r.o.MaxSize > 0 && r.w.Size()+size > r.o.MaxSize {
		if size > r.o.MaxSize/2 {
			return nil
		}
		r.err = r.next() // which begins with them
		return r.err
	}
	return r.check(r.w.Secrets(s))
}

// Flush writes what is buffered.
func (r *Ring) Flush() error {
	if r.err != nil {
		return r.err
	}
	return r.check(r.w.Flush())
}

// Reopen goes on in a new file: with rotation the next one, else Path again if another
// program moved it away or removed it, or an error ended it. The error is forgotten.
func (r *Ring) Reopen() error {
	if !r.rotates() && r.err == nil && r.inPlace() {
		return r.Flush()
	}
	r.closeFile()
	r.err = nil
	if !r.rotates() {
		r.names = nil
	}
	r.err = r.next()
	return r.err
}

// inPlace reports whether the file at hand is still the one at its name.
func (r *Ring) inPlace() bool {
	if r.file == nil {
		return false
	}
	there, err := os.Stat(r.file.Name())
	ours, err2 := r.file.Stat()
	return err == nil && err2 == nil && os.SameFile(there, ours)
}

// check remembers a failed write and cuts off the part of a block that it left.
func (r *Ring) check(err error) error {
	if err != nil {
		r.err = err
		r.file.Truncate(r.w.written)
	}
	return err
}

// Files lists the files that are there, oldest first.
func (r *Ring) Files() []string { return append([]string(nil), r.names...) }

// Close writes what is buffered and closes the file.
func (r *Ring) Close() error {
	err := r.closeFile()
	if r.err == nil {
		r.err = os.ErrClosed
	}
	return err
}

func (r *Ring) closeFile() error {
	if r.file == nil {
		return nil
	}
	err := r.Flush()
	if e := r.file.Close(); err == nil {
		err = e
	}
	r.file = nil
	return err
}

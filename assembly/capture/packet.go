package capture

// Mark says where in the capture something is: the packet that held a byte, or at
// which an event happened. It is a small value and is copied freely.
type Mark struct {
	Index  int64 // position among all packets of the run, from 0: a total order over all files
	Time   int64 // nanoseconds since 1970-01-01T00:00:00Z, by the capture's clock
	Number int64 // number of the packet in its file, from 1, as other tools count
	File   int32 // index into the run's list of files, see Source.Files
}

// Packet is one captured packet.
type Packet struct {
	Mark
	Data      []byte   // the captured bytes; they belong to the Batch and are valid until its next Read
	Length    int      // bytes the packet had on the wire; more than len(Data) where the capture cut it
	Link      LinkType // what Data begins with
	Interface int32    // index of the interface within the file's section; 0 where the format has none
}

// LinkType is a link type as registered with tcpdump.org (LINKTYPE_…), 16 bits wide
// in the files, which gopacket's 8-bit layers.LinkType cannot hold.
type LinkType uint16

// Secrets is key material that stood in the capture itself (a pcapng Decryption
// Secrets Block), in its place among the packets.
type Secrets struct {
	Before int    // the secrets stand before Batch.Packets[Before]
	Type   uint32 // secrets type, 0x544c534b for an NSS TLS key log
	Data   []byte // belongs to whoever receives it
}

// Batch is some packets in a row together with the buffer that their bytes are in.
// A Source fills it anew at each Read and reuses its memory.
type Batch struct {
	Packets []Packet
	Secrets []Secrets
	Now     int64  // capture time that was reached though no packet says so, for live use; 0 is not known
	buf     []byte // the bytes of Packets, reused by each Read
	used    int    // bytes of buf taken, where packets are copied into it one by one
}

// reset makes b empty and its buffer of the given size again, should one long record have grown it.
func (b *Batch) reset(size int) {
	b.Packets = b.Packets[:0]
	b.Secrets = b.Secrets[:0]
	b.Now = 0
	if cap(b.buf) < size || cap(b.buf) > 2*size {
		b.buf = make([]byte, size)
	}
	b.buf = b.buf[:cap(b.buf)]
	b.used = 0
}

// Join copies what other holds into b, which is empty or has packets that were copied into
// it, as those of an interface are. It returns false, and does nothing, where b has no room.
func (b *Batch) Join(other *Batch) bool {
	if len(b.Packets)+len(b.Secrets) == 0 {
		b.reset(liveBuffer)
	} else if b.used == 0 {
		return false
	}
	need := 0
	for i := range other.Packets {
		need += len(other.Packets[i].Data)
	}
	if need > len(b.buf)-b.used || len(b.Packets)+len(other.Packets) > batchLimit || b.Now != 0 || other.Now != 0 {
		return false
	}
	for _, s := range other.Secrets {
		s.Before += len(b.Packets)
		b.Secrets = append(b.Secrets, s)
	}
	for i := range other.Packets {
		p := b.next()
		*p = other.Packets[i]
		begin := b.used
		b.used += copy(b.buf[begin:], p.Data)
		p.Data = b.buf[begin:b.used:b.used]
	}
	return true
}

// next gives the slot of one more packet. It may hold an older one: every field is to be set.
func (b *Batch) next() *Packet {
	n := len(b.Packets)
	if n < cap(b.Packets) {
		b.Packets = b.Packets[:n+1]
	} else {
		b.Packets = append(b.Packets, Packet{})
	}
	return &b.Packets[n]
}

// Problem is something in an input that could not be read, in one line.
type Problem struct {
	File   string // the input's name as the user gave it; "-" for standard input
	Offset int64  // byte offset in the (decompressed) input; -1 where there is none
	Reason string // lower case, no full stop
}

// Source gives packets in capture order.
type Source interface {
	// Read fills b with the next packets, at least one unless it returns an error; a live
	// source may give secrets or the time alone.
	// It returns io.EOF after the last packet; b may then hold nothing.
	// Damage in an input is no error: it is told as a Problem and reading goes on
	// with what is readable.
	Read(b *Batch) error

	// Files lists the inputs, in the order of Mark.File. It grows as files are opened.
	Files() []string

	// Problems lists what could not be read so far.
	Problems() []Problem

	// Close gives back what the source holds. It is not called while Read runs; a Read
	// that waits is ended by Options.Context.
	Close() error
}

// Waits says whether reading src may wait for what has not been written yet, as that of an
// interface, a pipe or a growing file does, rather than for the disk alone. It is so of a
// Source that has no method Waits of its own to say otherwise.
func Waits(src Source) bool {
	w, ok := src.(interface{ Waits() bool })
	return !ok || w.Waits()
}

package packet

const (
	// MaxBatch is the number of packets in a Batch at most.
	MaxBatch = 2048

	// CopyBuffer is the size in bytes of the buffer of a Batch that packets are copied into
	// one by one, such as an interface's. Any captured packet fits an empty one.
	CopyBuffer = 512 << 10
)

// Batch is some packets in a row together with the buffer that their bytes are in.
// A Source fills it anew at each Read and reuses its memory.
type Batch struct {
	Packets []Packet
	Secrets []Secrets
	Now     int64 // capture time that was reached though no packet says so, for live use; 0 is not known

	// Buf holds the bytes of Packets. A Source reads into it and makes packets of its parts,
	// or lets Add copy them into it.
	Buf []byte

	used int // bytes of Buf that Add has filled
}

// Reset makes b empty, and its buffer of the given size again, should one long record have
// grown it.
func (b *Batch) Reset(size int) {
	b.Packets = b.Packets[:0]
	b.Secrets = b.Secrets[:0]
	b.Now = 0
	if cap(b.Buf) < size || cap(b.Buf) > 2*size {
		b.Buf = make([]byte, size)
	}
	b.Buf = b.Buf[:cap(b.Buf)]
	b.used = 0
}

// Next returns the slot of one more packet. It may hold an older one: set every field.
func (b *Batch) Next() *Packet {
	n := len(b.Packets)
	if n < cap(b.Packets) {
		b.Packets = b.Packets[:n+1]
	} else {
		b.Packets = append(b.Packets, Packet{})
	}
	return &b.Packets[n]
}

// Fits reports whether Add has room for one more packet of n bytes.
func (b *Batch) Fits(n int) bool {
	return len(b.Packets) < MaxBatch && (b.used == 0 || b.used+n <= len(b.Buf))
}

// Add copies p into b, its bytes too, and returns the copy. The caller has asked Fits.
func (b *Batch) Add(p *Packet) *Packet {
	if b.used == 0 && len(p.Data) > len(b.Buf) {
		b.Buf = make([]byte, len(p.Data))
	}
	to := b.Next()
	*to = *p
	begin := b.used
	b.used += copy(b.Buf[begin:], p.Data)
	to.Data = b.Buf[begin:b.used:b.used]
	return to
}

// Join copies what other holds into b, which is empty or has packets that Add copied into it.
// Where b has no room it does nothing and returns false.
func (b *Batch) Join(other *Batch) bool {
	if len(b.Packets)+len(b.Secrets) == 0 {
		b.Reset(CopyBuffer)
	} else if b.used == 0 {
		return false
	}
	need := 0
	for i := range other.Packets {
		need += len(other.Packets[i].Data)
	}
	if need > len(b.Buf)-b.used || len(b.Packets)+len(other.Packets) > MaxBatch || b.Now != 0 || other.Now != 0 {
		return false
	}
	for _, s := range other.Secrets {
		s.Before += len(b.Packets)
		b.Secrets = append(b.Secrets, s)
	}
	for i := range other.Packets {
		b.Add(&other.Packets[i])
	}
	return true
}

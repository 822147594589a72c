package capture

import (
	"encoding/binary"
	"io"

	"wscope/assembly/packet"
)

// Writer writes packets as a pcapng file of one section, little-endian, with times in
// nanoseconds. Interfaces are described as their first packets come: one for each
// interface and link type of each input. It buffers; Flush writes what is left. After an
// error it writes no more, and gives that error each time.
//
// A time before 1970, which the format cannot hold so, is written as 1970.
type Writer struct {
	w       io.Writer
	buf     []byte // whole blocks
	ifaces  map[writerIface]uint32
	name    func(file, iface int32) string
	snaplen uint32
	written int64 // bytes given to w
	err     error
}

// writerIface tells interfaces apart.
type writerIface struct {
	file, iface int32
	link        packet.LinkType
}

// WriterOptions describe what a Writer writes.
type WriterOptions struct {
	Application string                         // written as the program that made the file; may be ""
	Comment     string                         // on the whole section; may be ""
	Snaplen     uint32                         // what each packet was cut to when captured; 0 is not told
	Name        func(file, iface int32) string // names an interface of Mark.File and Packet.Interface; may be nil or give ""
}

// Option codes of pcapng, and the most that an option holds.
const (
	optEnd         = 0
	optComment     = 1
	optName        = 2 // if_name
	optApplication = 4 // shb_userappl
	optResolution  = 9 // if_tsresol
	maxOption      = 65535
	maxName        = 256 // bytes of an interface name that are written

	writerBuffer = 256 << 10
)

// NewWriter begins a file. Nothing reaches w before Flush or much was written.
func NewWriter(w io.Writer, o WriterOptions) *Writer {
	e := &Writer{w: w, ifaces: map[writerIface]uint32{}, name: o.Name, snaplen: o.Snaplen}
	at := e.begin(blockSection)
	e.u32(byteOrderMagic)
	e.u32(1) // version 1.0
	e.u32(0xffffffff)
	e.u32(0xffffffff) // the section's length is not told
	e.option(optComment, o.Comment)
	e.option(optApplication, o.Application)
	e.endOptions(o.Comment != "" || o.Application != "")
	e.end(at)
	return e
}

// Packet writes a packet, with comments on it that other tools show.
func (e *Writer) Packet(p *packet.Packet, comments ...string) error {
	if e.err != nil {
		return e.err
	}
	id := e.iface(writerIface{p.File, p.Interface, p.Link})
	t := uint64(max(p.Time, 0))
	at := e.begin(blockEnhanced)
	e.u32(id)
	e.u32(uint32(t >> 32))
	e.u32(uint32(t))
	e.u32(uint32(len(p.Data)))
	e.u32(uint32(max(p.Length, len(p.Data))))
	e.bytes(p.Data)
	options := false
	for _, c := range comments {
		e.option(optComment, c)
		options = options || c != ""
	}
	e.endOptions(options)
	e.end(at)
	return e.spill()
}

// Secrets writes a decryption secrets block. It belongs before the packets it opens.
func (e *Writer) Secrets(s packet.Secrets) error {
	if e.err != nil {
		return e.err
	}
	at := e.begin(blockSecrets)
	e.u32(s.Type)
	e.u32(uint32(len(s.Data)))
	e.bytes(s.Data)
	e.end(at)
	return e.spill()
}

// Size is how long the file will be when all that was given is written.
func (e *Writer) Size() int64 { return e.written + int64(len(e.buf)) }

// Flush writes what is buffered: whole blocks.
func (e *Writer) Flush() error {
	if e.err != nil || len(e.buf) == 0 {
		return e.err
	}
	n, err := e.w.Write(e.buf)
	if err == nil && n < len(e.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		e.err = err
		return err
	}
	e.written += int64(n)
	e.buf = e.buf[:0]
	return nil
}

// spill flushes when much is buffered.
func (e *Writer) spill() error {
	if len(e.buf) < writerBuffer {
		return nil
	}
	return e.Flush()
}

// iface gives the number of an interface, describing it at first.
func (e *Writer) iface(k writerIface) uint32 {
	id, ok := e.ifaces[k]
	if ok {
		return id
	}
	id = uint32(len(e.ifaces))
	e.ifaces[k] = id
	at := e.begin(blockInterface)
	e.u32(uint32(k.link)) // and 16 bits reserved
	e.u32(e.snaplen)
	if e.name != nil {
		name := e.name(k.file, k.iface)
		e.option(optName, name[:min(len(name), maxName)])
	}
	e.option(optResolution, "\x09")
	e.endOptions(true)
	e.end(at)
	return id
}

func (e *Writer) u32(v uint32) { e.buf = binary.LittleEndian.AppendUint32(e.buf, v) }

// bytes appends b and pads to a multiple of 4.
func (e *Writer) bytes(b []byte) {
	e.buf = append(e.buf, b...)
	e.pad(len(b))
}

func (e *Writer) pad(n int) {
	for ; n%4 != 0; n++ {
		e.buf = append(e.buf, 0)
	}
}

// option appends an option unless it is empty.
func (e *Writer) option(code uint16, value string) {
	if value == "" {
		return
	}
	value = value[:min(len(value), maxOption)]
	e.buf = binary.LittleEndian.AppendUint16(e.buf, code)
	e.buf = binary.LittleEndian.AppendUint16(e.buf, uint16(len(value)))
	e.buf = append(e.buf, value...)
	e.pad(len(value))
}

// endOptions ends a list of options, if there were any.
func (e *Writer) endOptions(any bool) {
	if any {
		e.u32(optEnd)
	}
}

// begin begins a block, and says where in buf, for end.
func (e *Writer) begin(kind uint32) int {
	e.u32(kind)
	e.u32(0)
	return len(e.buf) - 8
}

// end writes the block's length before and behind it.
func (e *Writer) end(at int) {
	n := uint32(len(e.buf) - at + 4)
	binary.LittleEndian.PutUint32(e.buf[at+4:], n)
	e.u32(n)
}

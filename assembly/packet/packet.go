package packet

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

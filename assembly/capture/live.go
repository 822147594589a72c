package capture

import "wscope/assembly/packet"

// LiveOptions says what to capture.
type LiveOptions struct {
	Interfaces  []string // names as Interfaces gives them; "any" is all of them on Linux
	BPF         string   // a filter in pcap-filter(7)'s language, run by the kernel; "" is every packet
	Snaplen     int      // bytes kept of each packet; 0 is 262144
	Buffer      int      // bytes of the kernel's buffer of each interface; 0 is 32 MiB
	Promiscuous bool     // take packets that are for other machines
	Immediate   bool     // give each packet as it comes, instead of by the kernel's blocks

	// Fallback gives the filter where BPF cannot be run on an interface's link type, such as
	// one that asks for VLAN tags where there are none; nil, or "", is none.
	Fallback func(packet.LinkType) string

	// Wait makes an interface that goes down or vanishes be opened again when it is back, and
	// one that is not there yet when it comes. Tell is given a line about both, or about the end,
	// from any goroutine; it may be nil.
	Wait bool
	Tell func(line string)
}

// LiveSource is a Source that reads interfaces. Mark.File counts the interfaces in the
// order of LiveOptions.Interfaces, and Files gives their names. Packets of one interface
// come in its order, those of several as they arrive.
//
// Read returns what is there within about 50 ms of a packet's arrival. It returns io.EOF
// after Close, and when every interface has gone; that one went is a Problem. Stats, Stop
// and Close may be called while a Read waits.
type LiveSource interface {
	packet.Source

	// Stop ends the capture: Read gives what the kernel had captured by then, and io.EOF.
	Stop()

	// Stats gives the kernel's counts of each interface so far, in the order of Files;
	// the last ones of an interface that has gone.
	Stats() []LiveStats
}

// LiveStats are the kernel's counts of one interface.
type LiveStats struct {
	Interface string
	Received  int64 // packets that passed the filter
	Dropped   int64 // packets lost because the buffer was full
	IfDropped int64 // packets lost by the interface or its driver, where it counts them
}

// InterfaceInfo is what is known of an interface that can be captured on.
type InterfaceInfo struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Addresses   []string `json:"addresses"`
	Loopback    bool     `json:"loopback"`
	Up          bool     `json:"up"`
	Running     bool     `json:"running"`
}

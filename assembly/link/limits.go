package link

// maxDepth is how many headers that can hold one another (tags, labels, tunnels, IP
// in IP) one packet may nest. Real networks stay under ten. A deeper packet is counted
// as unsupported.
const maxDepth = 32

// maxTunnels is how many tunnels have a number of their own; those beyond it share one.
const maxTunnels = 1 << 16

// maxNames bounds each map of Stats: what a hostile capture can name beyond it is
// counted under "more".
const maxNames = 256

// Limits of defragmentation. The oldest datagrams are let go first; Stats.FragmentsLost tells.
const (
	fragmentTimeout  = 30e9    // nanoseconds of capture time from a datagram's first fragment (Linux's; RFC 8200 §4.5 says 60 s)
	duplicateTimeout = 100e6   // nanoseconds for which a whole datagram's fragments count as captured twice
	maxDatagrams     = 4096    // datagrams waited for at once
	maxFragmentBytes = 8 << 20 // bytes kept of all of them, bookkeeping included
	maxDatagram      = 65535   // bytes that a datagram may have (RFC 791, RFC 8200 §4.5)
	pieceCost        = 64      // bytes that a fragment counts besides its own
)

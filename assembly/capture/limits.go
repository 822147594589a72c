package capture

// The limits of this package, all in one place.
const (
	bufferSize  = 1 << 20    // bytes read at a time; a Batch's buffer
	batchLimit  = 8192       // packets in a Batch at most
	maxRecord   = 16 << 20   // bytes of the longest packet record or block that is kept; longer ones are damage, or skipped where they hold no packet
	usualRecord = 256 << 10  // bytes of the longest packet that other tools believe (their MAXIMUM_SNAPLEN)
	maxIfaces   = 1 << 16    // interfaces described in one pcapng section
	maxProblems = 20         // problems told of one input; damage beyond is summed up in one line
	resyncSpan  = 86400 * 30 // seconds that a packet after damage may lie from the last one before it
)

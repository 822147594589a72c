package capture

// The limits of this package, all in one place.
const (
	bufferSize  = 128 << 10  // bytes read at a time; a Batch's buffer, small enough that what is made of it stays in the processor's cache. With packet.MaxBatch it holds packets of 48 bytes and more without a rest
	mergeBuffer = 64 << 10   // the same for each of several files that are merged by time
	maxRecord   = 16 << 20   // bytes of the longest record or block; longer ones are damage, as to Wireshark
	usualRecord = 256 << 10  // bytes of the longest packet that other tools believe (their MAXIMUM_SNAPLEN)
	maxIfaces   = 1 << 16    // interfaces described in one pcapng section
	maxProblems = 20         // problems told of one input; damage beyond is summed up in one line
	resyncSpan  = 30 * 86400 // seconds that a packet after damage may lie from the last one before it
	maxOpen     = 128        // files open at once because they overlap in time; the next waits for one to end
	prefetch    = 2          // compressed files that are decompressed ahead of the one being read
	maxAhead    = 1 << 30    // bytes of a file that are looked through for secrets before its packets are given
	maxSecrets  = 64 << 20   // bytes of secrets that looking ahead in one file collects
	maxWindow   = 128 << 20  // bytes of history that a compressed file may ask for, as the tools' own default
)

package quic

const (
	// maxStreams bounds the streams of one connection that are followed at once.
	maxStreams = 1 << 14
	// maxHeldPackets and maxHeldBytes bound the packets of one connection that wait for keys.
	maxHeldPackets = 1024
	maxHeldBytes   = 256 << 10
	// maxCrypto is how far a CRYPTO stream is buffered out of order.
	maxCrypto = 64 << 10
	// maxIDs is how many connection IDs of one side are remembered, maxPaths how many paths.
	maxIDs   = 64
	maxPaths = 64
	// maxOffers is how many Version Negotiation packets are remembered whose client is not known yet.
	maxOffers = 1 << 10
	// maxTokens is how many stateless reset tokens of one side are remembered.
	maxTokens = 64
	// maxGenerations is how many key updates may have been missed in a row.
	maxGenerations = 4
	// maxFailures bounds the packets of a connection for which other keys than the expected
	// ones, or other sizes, are tried.
	maxFailures = 1024
	// maxSegment is the largest packet that is looked for in a datagram of several; splitCost is what a search in vain
	// counts against maxFailures.
	maxSegment = 1500
	splitCost  = 32
	// maxClosed is how many closed connections are remembered to swallow their late packets.
	maxClosed = 1 << 12
	// pieceCost is the least that a waiting piece counts against the buffer limits.
	pieceCost = 256

	// A byte is lost when the peer acknowledged every packet that could have held it, unless
	// the capture only disordered the two: it is waited for this long.
	lossGrace   = int64(10e6)
	lossPackets = 256
	// Where the sender may still send it again, a missing byte is waited for this long.
	sendGrace = int64(3e9)

	// idle is how long a connection may be silent, closedIdle how long a closed one is kept.
	idle       = int64(3600e9)
	halfIdle   = int64(120e9)
	closedIdle = int64(15e9)
)

package apps

// Limits of what one conversation remembers and tells. What comes beyond is counted:
// names and operations as "(others)", requests as untracked, units by their kind alone.
const (
	maxNames      = 48  // kinds and names counted apart
	maxOperations = 24  // operations with latencies of their own
	maxPending    = 96  // requests whose answer is awaited
	maxUnits      = 256 // units of one message that are told
	maxWaiting    = 10  // examples of unanswered requests
	maxFailures   = 5   // examples of errors
	maxListed     = 40  // names in a flow's summary
	maxBeats      = 16  // heartbeats of a side whose answer is awaited

	maxText  = 100      // bytes of a name, id, topic or session
	maxGist  = 120      // runes of a gist
	maxDepth = 100      // nesting of JSON, MessagePack and CBOR
	maxHeld  = 16 << 10 // bytes that are held of a packet in parts
	maxIdle  = 1 << 10  // bytes of a buffer that are kept while nothing is held in it
	maxSpare = 16       // units for which room is kept between messages
	trials   = 8        // messages after which a dialect is no longer looked for
)

package apps

// Limits of what one conversation remembers and tells. What comes beyond is counted:
// names and operations as "(others)", requests as untracked, units by their kind alone.
const (
	maxNames      = 48   // kinds and names counted apart
	maxOperations = 24   // operations with latencies of their own
	maxPending    = 1024 // requests whose answer is awaited
	maxUnits      = 256  // units of one message that are held until all of it is read; those beyond are counted at once
	maxWaiting    = 10   // examples of unanswered requests
	maxFailures   = 5    // examples of errors
	maxListed     = 40   // names in a flow's summary
	maxBeats      = 16   // heartbeats of a side whose answer is awaited

	maxText   = 100      // bytes of a name, id, topic or session
	maxGist   = 120      // runes of a gist
	maxDepth  = 100      // nesting of JSON, MessagePack and CBOR
	maxHeld   = 16 << 10 // bytes that are held of a packet in parts
	maxIdle   = 1 << 10  // bytes of a buffer that are kept while nothing is held in it
	maxSpare  = 16       // units for which room is kept between messages
	trials    = 8        // messages that say nothing of any dialect, after which none is looked for
	maxSought = 64       // messages in which a dialect is looked for while only a format is known

	maxReplay      = 16      // messages that are held while a dialect is looked for
	maxReplayBytes = 8 << 10 // of their payload
)

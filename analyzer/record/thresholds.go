package record

// The thresholds of the rules in rules.go. Durations are nanoseconds of capture time.
const (
	FailsWithin     = int64(1e9)  // a client that fails a connection for its answer leaves so soon
	PongWithin      = int64(10e9) // a ping may be unanswered for so long while its receiver goes on sending
	StallLeast      = int64(50e6) // TCP must have waited for a lost segment for so long
	SecretLeast     = 8           // bytes below which a text is repeated by chance
	BeaconMessages  = 30          // messages at least
	BeaconSize      = 256         // bytes of a message at most
	BeaconInterval  = int64(1e9)  // between two messages, at least
	BeaconDeviation = 0.005       // mean deviation as a share of the interval, at most
	StormTimes      = 5           // quick returns in a row
	StormWithin     = int64(2e9)  // RFC 6455 §7.2.3: a first delay of 0 to 5 s is reasonable, then longer ones
	InspectedFirst  = 2           // data messages of each direction whose content is looked at
)

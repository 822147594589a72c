package record

// How is how a flow ended, or how connections that are described together did.
type How string

const (
	HowHandshake How = "handshake" // a Close frame and its reply
	HowHalf      How = "half"      // a Close frame without reply
	HowFIN       How = "fin"       // no Close frame
	HowRST       How = "rst"       // no Close frame
	HowCapsule   How = "capsule"   // WebTransport's CLOSE_WEBTRANSPORT_SESSION
	HowNone      How = "none"      // it was open when the capture ended

	// Of endings over several flows.
	HowRefused       How = "refused"    // a status other than 101
	HowUnanswered    How = "unanswered" // the request has no answer
	HowSilence       How = "silence"
	HowGone          How = "gone" // one side no longer answered anything
	HowFull          How = "full" // of one side's receive window
	HowSeveral       How = "several"
	HowSYNRefused    How = "syn refused"
	HowSYNUnanswered How = "syn unanswered"
	HowDropped       How = "dropped" // a TCP connection that was closed before a byte passed
)

package sealed

import "slices"

// QUIC returns what a QUIC connection is likely to be that could not be opened, of which the client offered some ALPN
// protocols; the server's choice is encrypted (RFC 9001 §5). Where streams and frames begin does not show in its packets,
// and their lengths are padded and shared by streams: nothing is estimated by them.
func QUIC(offered []string) (likely string, confidence float64, why string) {
	const hidden = "; which streams its packets carry, and how much of each, does not show"
	switch {
	case len(offered) == 0:
		return Unknown, 0, "no ALPN protocol was offered in the clear" + hidden
	case !slices.ContainsFunc(offered, func(s string) bool { return s != "h3" }):
		return HTTP3, 0.9, "QUIC, and the client offered h3 alone: a WebSocket may be one of its streams" + hidden
	case slices.Contains(offered, "h3"):
		return HTTP3, 0.7, "QUIC, and the client offered h3 among others: a WebSocket may be one of its streams" + hidden
	}
	return Other, 0.9, "QUIC, and the client did not offer h3" + hidden
}

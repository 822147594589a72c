package export

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"wscope/analyzer/record"
)

// zeekUID is a connection's identifier in the form that Zeek gives it: C and the two
// halves of a 96-bit number in base 62, least digit first. Zeek's number is random unless it
// is seeded; ours is a hash of the addresses and the connection's start, so that the same
// capture has the same identifiers.
func zeekUID(f *record.Flow) string {
	stream, proto := uint64(0), "tcp"
	if f.QUIC != nil {
		proto = "udp"
	}
	if f.HTTP != nil {
		stream = f.HTTP.StreamID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %d %s %s %d %d",
		f.Client.IP, f.Client.Port, f.Server.IP, f.Server.Port, proto, f.Tunnel, stream, int64(f.Start)))
	uid := append(make([]byte, 0, 18), 'C')
	uid = appendBase62(uid, uint64(binary.BigEndian.Uint32(sum[:])))
	return string(appendBase62(uid, binary.BigEndian.Uint64(sum[4:])))
}

const base62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func appendBase62(dst []byte, n uint64) []byte {
	for {
		dst = append(dst, base62[n%62])
		if n /= 62; n == 0 {
			return dst
		}
	}
}

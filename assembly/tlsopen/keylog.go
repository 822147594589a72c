package tlsopen

import (
	"bytes"
	"encoding/hex"
)

// Add reads key-log text (the format of NSS's SSLKEYLOGFILE): whole lines, the last of
// which may lack its end; whoever follows a growing file keeps an unfinished line back.
// It returns how many secrets it took and the number of lines that were none (empty
// lines, comments and labels of secrets that no record needs, apart). A damaged line
// costs that line alone.
func (k *Keys) Add(text []byte) (secrets, bad int) {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))) // CR too; editors put a byte order mark in front
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		switch k.addLine(line) {
		case took:
			secrets++
		case garbage:
			bad++
		}
	}
	return secrets, bad
}

// taken is what became of a key-log line.
type taken uint8

const (
	garbage taken = iota
	took
	passed // well-formed, but nothing that we need
)

// addLine reads "LABEL name secret", the latter two in hex.
func (k *Keys) addLine(line []byte) taken {
	line = line[:min(len(line), 4096)]
	first, rest := field(line)
	second, rest := field(rest)
	third, _ := field(rest) // what stands behind it is somebody's note
	if len(third) == 0 {
		return garbage
	}
	if string(first) == "RSA" {
		return k.addRSA(second, third)
	}
	l, known := labelOf(first)
	var random [32]byte
	if !known || len(second) != hex.EncodedLen(len(random)) {
		return garbage
	}
	if _, err := hex.Decode(random[:], second); err != nil {
		return garbage
	}
	secret := unhex(third)
	switch {
	case secret == nil:
		return garbage
	case l == labels:
		return passed
	case l == masterSecret && len(secret) != 48:
		return garbage
	case l == premasterSecret && len(secret) > 512:
		return garbage
	case l > premasterSecret && len(secret) != 32 && len(secret) != 48: // SHA-256 or SHA-384
		return garbage
	}
	k.setSecret(l, &random, secret)
	return took
}

// field splits the first word of b off, which does not begin with white space, and the
// white space behind it.
func field(b []byte) (word, rest []byte) {
	for i, c := range b {
		if c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' {
			return b[:i], bytes.TrimLeft(b[i:], " \t\v\f\r")
		}
	}
	return b, nil
}

// addRSA reads "RSA <first 8 bytes of the encrypted premaster secret> <premaster secret>"
// and OpenSSL's "RSA Session-ID:<id> Master-Key:<master secret>".
func (k *Keys) addRSA(name, secret []byte) taken {
	if id, ok := bytes.CutPrefix(name, []byte("Session-ID:")); ok {
		key, ok := bytes.CutPrefix(secret, []byte("Master-Key:"))
		i, m := unhex(id), unhex(key)
		if !ok || len(i) == 0 || len(i) > 32 || len(m) != 48 {
			return garbage
		}
		k.remember(i, m)
		return took
	}
	encrypted, premaster := unhex(name), unhex(secret)
	if len(encrypted) != 8 || len(premaster) != 48 {
		return garbage
	}
	k.setPremaster([8]byte(encrypted), premaster)
	return took
}

// labelOf reads a label. It gives labels for those that are known and not needed.
// SERVER_TRAFFIC_SECRET_1 and so on follow from number 0.
func labelOf(s []byte) (l label, known bool) {
	switch string(s) {
	case "CLIENT_RANDOM":
		return masterSecret, true
	case "PMS_CLIENT_RANDOM":
		return premasterSecret, true
	case "CLIENT_EARLY_TRAFFIC_SECRET":
		return earlySecret, true
	case "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "QUIC_CLIENT_HANDSHAKE_TRAFFIC_SECRET":
		return clientHandshake, true
	case "SERVER_HANDSHAKE_TRAFFIC_SECRET", "QUIC_SERVER_HANDSHAKE_TRAFFIC_SECRET":
		return serverHandshake, true
	case "CLIENT_TRAFFIC_SECRET_0", "QUIC_CLIENT_TRAFFIC_SECRET_0":
		return clientTraffic, true
	case "SERVER_TRAFFIC_SECRET_0", "QUIC_SERVER_TRAFFIC_SECRET_0":
		return serverTraffic, true
	case "EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "EARLY_EXPORTER_MASTER_SECRET",
		"ECH_SECRET", "ECH_CONFIG", "CLIENT_TRAFFIC_SECRET_N", "SERVER_TRAFFIC_SECRET_N":
		return labels, true
	}
	for _, side := range []string{"CLIENT_TRAFFIC_SECRET_", "SERVER_TRAFFIC_SECRET_"} {
		if n, ok := bytes.CutPrefix(s, []byte(side)); ok && len(n) > 0 && len(bytes.Trim(n, "0123456789")) == 0 {
			return labels, true
		}
	}
	return labels, false
}

// unhex is nil for what is no hex, or nothing.
func unhex(b []byte) []byte {
	out := make([]byte, hex.DecodedLen(len(b)))
	if n, err := hex.Decode(out, b); err != nil || n == 0 {
		return nil
	}
	return out
}

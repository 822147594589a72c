package tlsopen

import (
	"bytes"
	"encoding/hex"
)

// Add reads key-log text (the format of NSS's SSLKEYLOGFILE): whole lines, the last of
// which may lack its end; a caller that follows a growing file keeps an unfinished line back.
// It returns how many secrets it took and the number of lines that were none (empty
// lines, comments and labels of secrets that no record needs, apart). A damaged line
// costs that line alone.
func (k *Keys) Add(text []byte) (secrets, bad int) {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		switch k.addLine(trimLine(line)) {
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
	passed  // well-formed, but nothing that we need
	tookRSA // parseLine only: a line of another form, for addRSA
)

// addLine keeps what a line says.
func (k *Keys) addLine(line []byte) taken {
	p := parseLine(line)
	switch p.is {
	case took:
		k.setSecret(p.label, &p.random, p.secret)
	case tookRSA:
		return k.addRSA(p.rsaName, p.rsaSecret)
	}
	return p.is
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
		k.recordSession(i, m)
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

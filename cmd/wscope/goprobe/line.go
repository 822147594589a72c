package goprobe

import (
	"encoding/hex"
	"strings"
)

// The largest parts of an event: labels are at most 31 letters long, secrets 48 bytes (SHA-384).
const (
	maxLabel  = 48
	maxSecret = 48
	randomLen = 32
)

// line is a secret as a line of a key log. It is empty for what is no secret: a probe reads the
// memory of another program, which may not be what it seems.
func line(label, random, secret []byte) string {
	if len(label) == 0 || len(random) != randomLen || len(secret) == 0 {
		return ""
	}
	for _, c := range label {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return ""
		}
	}
	var b strings.Builder
	b.Grow(len(label) + 2*len(random) + 2*len(secret) + 3)
	b.Write(label)
	b.WriteByte(' ')
	b.WriteString(hex.EncodeToString(random))
	b.WriteByte(' ')
	b.WriteString(hex.EncodeToString(secret))
	b.WriteByte('\n')
	return b.String()
}

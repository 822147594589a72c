package tlsopen

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// TestCamellia holds the cipher to RFC 3713's vectors, and to what OpenSSL makes of a block that
// it encrypts a thousand times.
func TestCamellia(t *testing.T) {
	for _, c := range []struct {
		name, key, plain, want string
		times                  int
	}{
		{"RFC 3713, 128 bits", "0123456789abcdeffedcba9876543210", "0123456789abcdeffedcba9876543210", "67673138549669730857065648eabe43", 1},
		{"RFC 3713, 256 bits", "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff", "0123456789abcdeffedcba9876543210", "9acc237dff16d76c20ef7c919e3a7509", 1},
		{"OpenSSL, 128 bits", "0123456789abcdeffedcba9876543210", "000102030405060708090a0b0c0d0e0f", "263eb51d1b52fb1c9067202a625cb9bd", 1000},
		{"OpenSSL, 256 bits", "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff", "000102030405060708090a0b0c0d0e0f", "00cb944fc9fc14b40a7eee8958062f9d", 1000},
	} {
		bytesOf := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
		block, err := newCamellia(bytesOf(c.key))
		if err != nil {
			t.Fatal(err)
		}
		b := bytesOf(c.plain)
		for range c.times {
			block.Encrypt(b, b)
		}
		if !bytes.Equal(b, bytesOf(c.want)) {
			t.Errorf("%s: %x, want %s", c.name, b, c.want)
		}
		for range c.times {
			block.Decrypt(b, b)
		}
		if !bytes.Equal(b, bytesOf(c.plain)) {
			t.Errorf("%s: back to %x", c.name, b)
		}
	}
	if _, err := newCamellia(make([]byte, 17)); err == nil {
		t.Error("a key of 17 bytes is taken")
	}
}

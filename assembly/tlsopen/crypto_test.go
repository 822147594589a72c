package tlsopen

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/hkdf"
	"encoding/hex"
	"strings"
	"testing"
)

func unhexed(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// NIST SP 800-38C's example with a nonce of 12 bytes.
func TestCCMVectors(t *testing.T) {
	for _, v := range []struct {
		shows                          string
		key, nonce, aad, plain, sealed string
		tag                            int
	}{
		{"SP 800-38C, example 3", "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
			"202122232425262728292a2b2c2d2e2f3031323334353637",
			"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8},
	} {
		b, err := aes.NewCipher(unhexed(t, v.key))
		if err != nil {
			t.Fatal(err)
		}
		c := newCCM(b, v.tag)
		nonce, aad, plain := unhexed(t, v.nonce), unhexed(t, v.aad), unhexed(t, v.plain)
		sealed := c.Seal(nil, nonce, plain, aad)
		if hex.EncodeToString(sealed) != v.sealed {
			t.Errorf("%s: sealed %x", v.shows, sealed)
		}
		if got, err := c.Open(nil, nonce, sealed, aad); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: opened %x, %v", v.shows, got, err)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, err := c.Open(nil, nonce, sealed, aad); err == nil {
				t.Errorf("%s: byte %d changed and it opens", v.shows, i)
			}
			sealed[i] ^= 1
		}
	}
}

// Every length that a label is asked for, compared with the standard library's HKDF.
func TestExpandLabelAgrees(t *testing.T) {
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384} {
		secret := bytes.Repeat([]byte{0x5a, 0xc3}, h.Size()/2)
		for _, label := range []string{"key", "iv", "traffic upd"} {
			for n := 1; n <= h.Size(); n++ {
				info := append([]byte{0, byte(n), byte(6 + len(label))}, "tls13 "+label+"\x00"...)
				want, err := hkdf.Expand(h.New, secret, string(info), n)
				if err != nil {
					t.Fatal(err)
				}
				if got := expandLabel(h, secret, label, n); !bytes.Equal(got, want) {
					t.Errorf("%v %q %d: %x, want %x", h, label, n, got, want)
				}
			}
		}
	}
}

// RFC 8448 §3: the server's handshake keys.
func TestExpandLabel(t *testing.T) {
	secret := unhexed(t, "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
	if got := hex.EncodeToString(expandLabel(crypto.SHA256, secret, "key", 16)); got != "3fce516009c21727d0f2e4e86ee403bc" {
		t.Error("key", got)
	}
	if got := hex.EncodeToString(expandLabel(crypto.SHA256, secret, "iv", 12)); got != "5d313eb2671276ee13000b30" {
		t.Error("iv", got)
	}
}

// A vector that has gone round among implementers since RFC 5246 gave none.
func TestPRFSHA256(t *testing.T) {
	got := prf(tls12, crypto.SHA256, unhexed(t, "9bbe436ba940f017b17652849a71db35"), "test label", unhexed(t, "a0ba9f936cda311827a6f796ffd5198c"), 100)
	if want := "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"; hex.EncodeToString(got) != want {
		t.Errorf("%x", got)
	}
}

func TestSuites(t *testing.T) {
	for id, want := range map[uint16]suite{
		0x1301: {aesGCM, aesBlock, 16, 16, crypto.SHA256, 0},
		0x1302: {aesGCM, aesBlock, 32, 16, crypto.SHA384, 0},
		0x1303: {chacha20, aesBlock, 32, 16, crypto.SHA256, 0},
		0x1304: {aesCCM, aesBlock, 16, 16, crypto.SHA256, 0},
		0x1305: {aesCCM, aesBlock, 16, 8, crypto.SHA256, 0},
		0x002F: {blockCBC, aesBlock, 16, 16, crypto.SHA256, crypto.SHA1},
		0xC028: {blockCBC, aesBlock, 32, 16, crypto.SHA384, crypto.SHA384},
		0xC0AD: {aesCCM, aesBlock, 32, 16, crypto.SHA256, 0},
		0xC0AF: {aesCCM, aesBlock, 32, 8, crypto.SHA256, 0},
		0xCCA8: {chacha20, aesBlock, 32, 16, crypto.SHA256, 0},
		0x000A: {blockCBC, tripleDES, 24, 16, crypto.SHA256, crypto.SHA1},
		0x0041: {blockCBC, camelliaBlock, 16, 16, crypto.SHA256, crypto.SHA1},
		0xC073: {blockCBC, camelliaBlock, 32, 16, crypto.SHA384, crypto.SHA384},
		0xC07A: {aesGCM, camelliaBlock, 16, 16, crypto.SHA256, 0},
		0x0005: {}, // RC4
		0x1234: {},
	} {
		if got := suiteOf(id); got != want {
			t.Errorf("%s: %+v, want %+v", suiteName(id), got, want)
		}
	}
}

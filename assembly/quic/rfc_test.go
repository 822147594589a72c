package quic

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"wscope/assembly"
)

type sample struct {
	version                                           uint32
	plain, client, serverPlain, server, retry, chacha string
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer("\n", "", "\t", "", " ", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var sampleCID = []byte{0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08}

// TestSamplePackets opens the packets that RFC 9001 Appendix A and RFC 9369 Appendix A show.
func TestSamplePackets(t *testing.T) {
	for _, s := range samples {
		keys := initialKeys(s.version, sampleCID)
		for side, p := range [2]struct {
			packet, plain string
			pn            uint64
		}{{s.client, s.plain, 2}, {s.server, s.serverPlain, 1}} {
			b, want := unhex(t, p.packet), unhex(t, p.plain)
			h, ok := parseLong(b, len(b))
			if !ok || h.kind != initialPacket || h.end != len(b) || h.cut {
				t.Fatalf("version %x, side %d: header %+v, %v", s.version, side, h, ok)
			}
			var w scratch
			first, truncated, n := keys[side].unmask(&w, b, h.pnAt)
			pn := decodePN(-1, truncated, n)
			plain, ok := keys[side].open(&w, b, h.pnAt, first, pn, n)
			if !ok || pn != p.pn || !bytes.HasPrefix(plain, want) || len(bytes.Trim(plain[len(want):], "\x00")) > 0 {
				t.Errorf("version %x, side %d: number %d, opened %v, %x", s.version, side, pn, ok, plain)
			}
		}
		b := unhex(t, s.retry)
		h, ok := parseLong(b, len(b))
		if !ok || h.kind != retryPacket || string(h.token) != "token" || !isRetryOf(b, &h, sampleCID) {
			t.Errorf("version %x: Retry %+v, %v", s.version, h, ok)
		}
		b[len(b)-1] ^= 1
		if isRetryOf(b, &h, sampleCID) {
			t.Errorf("version %x: a forged Retry is believed", s.version)
		}
		b = unhex(t, s.chacha)
		secret := unhex(t, "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b")
		p := newProtection(suiteChaCha20, secret, labelsOf(s.version))
		var w scratch
		first, truncated, n := p.unmask(&w, b, 1)
		plain, ok := p.open(&w, b, 1, first, decodePN(654360563, truncated, n), n)
		if !ok || string(plain) != "\x01" || n != 3 || truncated != 49140 {
			t.Errorf("version %x: ChaCha20 opened %v %x, number %d of %d bytes", s.version, ok, plain, truncated, n)
		}
	}
	next2 := newProtection(suiteChaCha20, unhex(t, "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"), &labels2).next()
	if hex.EncodeToString(next2.secret) != "c69374c49e3d2a9466fa689e49d476db5d0dfbc87d32ceeaa6343fd0ae4c7d88" {
		t.Errorf("version 2: the secret after an update is %x", next2.secret)
	}
	next := newProtection(suiteChaCha20, unhex(t, "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"), &labels1).next()
	if hex.EncodeToString(next.secret) != "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9" {
		t.Errorf("the secret after an update is %x", next.secret)
	}
}

// TestClientHelloWithoutKeys reads a ClientHello out of its Initial packet, no log given.
func TestClientHelloWithoutKeys(t *testing.T) {
	for _, s := range samples {
		var conn *Conn
		a := &Assembler{Over: func(c *Conn, _ *Mark) { conn = c }}
		a.Datagram(segment(assembly.A, unhex(t, s.client), 1))
		a.Datagram(segment(assembly.B, unhex(t, s.server), 2))
		a.Finish(&Mark{Index: 3})
		if conn == nil || conn.Version != s.version || conn.TLS.Info().SNI != "example.com" || conn.TLS.Info().Cipher != "TLS_AES_128_GCM_SHA256" {
			t.Fatalf("version %x: %+v", s.version, conn)
		}
		if got := conn.TLS.Info().ALPNOffered; len(got) != 1 || got[0] != "alpn" {
			t.Errorf("version %x: ALPN %q", s.version, got)
		}
	}
}

// TestPacketNumbers is RFC 9000 Appendix A.3's example and the edges of the window.
func TestPacketNumbers(t *testing.T) {
	for _, c := range []struct {
		largest   int64
		truncated uint64
		n         int
		want      uint64
	}{
		{0xa82f30ea, 0x9b32, 2, 0xa82f9b32},
		{-1, 0, 1, 0}, {-1, 255, 1, 255}, {255, 0, 1, 256}, {254, 0, 1, 256}, {300, 200, 1, 200}, {127, 0, 1, 256}, {128, 0, 1, 256},
	} {
		if got := decodePN(c.largest, c.truncated, c.n); got != c.want {
			t.Errorf("decodePN(%d, %d, %d) = %d, want %d", c.largest, c.truncated, c.n, got, c.want)
		}
	}
}

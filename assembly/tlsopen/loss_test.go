package tlsopen

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"wscope/assembly"
)

// packets cuts a conversation into packets of at most n bytes.
func packets(c *conversation, n int) (out []sent) {
	for _, s := range c.sent {
		for b := s.b; len(b) > 0; {
			k := min(n, len(b))
			out = append(out, sent{s.side, b[:k]})
			b = b[k:]
		}
	}
	return out
}

// honest fails the test where a side shows anything but the plaintext with runs cut out,
// each told as a gap ('|' in heard.plain).
func (o *tapOpen) honest(t *testing.T, c *conversation) {
	t.Helper()
	for s := range o.plain {
		rest := c.plain[s]
		for i, run := range bytes.Split(o.plain[s], []byte("|")) {
			at := strings.Index(rest, string(run))
			if at < 0 || i == 0 && at > 0 {
				t.Fatalf("%s: side %d: shows %.60q, which was not said there (%v)", c.name, s, run, o.events)
			}
			rest = rest[at+len(run):]
		}
		if gaps := bytes.Count(o.plain[s], []byte("|")); gaps == 0 && o.info.Decrypted && !o.tcp.Ignored && rest != "" {
			t.Fatalf("%s: side %d: %d bytes are missing in silence", c.name, s, len(rest))
		}
	}
}

// script contains no "|", so that heard.plain is plain.
func lossy(t *testing.T, c *conversation, all []sent, lost func(i int) bool, known bool) *tapOpen {
	o := open(keysOf(c.keys), false)
	for i, p := range all {
		if !lost(i) {
			o.data(p.side, p.b)
			continue
		}
		n := int64(-1)
		if known {
			n = int64(len(p.b))
		}
		o.gap(p.side, n)
	}
	o.end()
	o.honest(t, c)
	for s := range o.plain {
		missing := int64(len(c.plain[s]) - len(bytes.ReplaceAll(o.plain[s], []byte("|"), nil)))
		if known && o.limits[s] == 0 && o.info.Decrypted && !o.tcp.Ignored && missing > o.told[s]+o.info.Lost[s] {
			t.Errorf("%s: side %d: %d bytes are missing, told were %d and at most %d", c.name, s, missing, o.told[s], o.info.Lost[s])
		}
	}
	return o
}

// Each packet alone is lost: what is shown is true, and nothing is missing in silence.
func TestEveryPacketLost(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		all := packets(c, 1400)
		for i := range all {
			if i > 12 && i%4 != 0 {
				continue // amid the long messages they are all alike
			}
			for _, known := range []bool{true, false} {
				lossy(t, c, all, func(k int) bool { return k == i }, known)
			}
		}
	}
}

// Behind the handshake a lost packet costs the record that it was in, and no other.
func TestLossCostsOneRecord(t *testing.T) {
	for _, c := range conversations(t) {
		if strings.Contains(c.name, "1.0") {
			continue // with a chained IV it costs the next one too
		}
		all := packets(c, 1400)
		seen := 0
		for i, p := range all {
			if i == 0 || len(p.b) < 1400 || p.side != assembly.A || all[i-1].side != assembly.A || all[i+1].side != assembly.A {
				continue // not amid the long message
			}
			if seen++; seen > 5 {
				break
			}
			o := lossy(t, c, all, func(k int) bool { return k == i }, true)
			if missing := len(c.plain[0]) - len(o.plain[0]); missing > 2*16384 {
				t.Errorf("%s: packet %d lost: %d bytes missing, %v, why %q", c.name, i, missing, o.events, o.info.Why)
			}
			if string(o.plain[1]) != c.plain[1] {
				t.Errorf("%s: packet %d lost: the other side suffers: %v", c.name, i, o.events)
			}
		}
		if seen == 0 {
			t.Errorf("%s: no packet tried", c.name)
		}
	}
}

// The length of what TLS 1.2's AEAD records lost is exact.
func TestGapLengthExact(t *testing.T) {
	c := conversationNamed(t, "1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
	all := packets(c, 1400)
	big := 0
	for i, p := range all {
		if len(p.b) == 1400 && p.side == assembly.A && all[i+1].side == assembly.A && all[i-1].side == assembly.A {
			big = i // inside a record, not the packet with its header
			break
		}
	}
	o := lossy(t, c, all, func(k int) bool { return k == big+1 }, true)
	missing := len(c.plain[0]) - (len(o.plain[0]) - 1)
	if want := fmt.Sprintf("gap 0 %d", missing); o.events[0] != want || missing != 16384 {
		t.Errorf("events %v, want %s", o.events, want)
	}
}

// A capture that cuts its packets shows the records that it holds whole.
func TestSnaplen(t *testing.T) {
	for _, c := range golden(t) {
		if strings.HasPrefix(c.name, "10") {
			continue
		}
		o := open(keysOf(c.keys), false)
		for i, p := range packets(c, 1400) {
			// The handshake is whole; then 120 bytes of a packet are.
			n := len(p.b)
			if i > 5 {
				n = min(n, 120)
			}
			o.data(p.side, p.b[:n])
			if n < len(p.b) {
				o.gap(p.side, int64(len(p.b)-n))
			}
		}
		o.end()
		o.honest(t, c)
	}
}

// With damage in place of loss nothing false is shown either.
func TestFlippedBits(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		all := packets(c, 1400)
		for i := range all {
			if i > 12 && i%4 != 0 {
				continue
			}
			o := open(keysOf(c.keys), false)
			for k, p := range all {
				b := p.b
				if k == i {
					b = bytes.Clone(b)
					b[len(b)/2] ^= 4
				}
				o.data(p.side, b)
			}
			o.end()
			o.honest(t, c)
		}
	}
}

// KeyUpdates that are lost are found out, however many: the records behind them open under the keys that they led to.
func TestLostKeyUpdate(t *testing.T) {
	c := readTalk(t, "testdata/13-key-update.talk")
	updates, data := 0, 0
	for side := range assembly.Side(2) {
		var after []int // what the side sent behind the handshake
		for i, s := range c.sent {
			if i >= 5 && s.side == side {
				after = append(after, i)
			}
		}
		for lost := range 1 << len(after) {
			isLost := map[int]bool{}
			want := 0
			for k, i := range after {
				isLost[i] = lost>>k&1 != 0
				switch n := len(c.sent[i].b) - headerLen - 1 - 16; {
				case n == 5 && isLost[i]: // a KeyUpdate
					updates++
				case n > 5 && !isLost[i]:
					want += n
					data++
				}
			}
			o := lossy(t, c, c.sent, func(k int) bool { return isLost[k] }, true)
			if shown := len(bytes.ReplaceAll(o.plain[side], []byte("|"), nil)); shown != want {
				t.Errorf("side %d without %b: %d bytes of %d: %q", side, lost, shown, want, o.plain[side])
			}
		}
	}
	if updates == 0 || data == 0 {
		t.Errorf("%d updates lost, %d records kept", updates, data)
	}
}

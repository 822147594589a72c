package tlsopen

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wscope/assembly"
)

// feed gives a whole conversation.
func (o *tapOpen) feed(c *conversation) {
	for _, s := range c.sent {
		o.data(s.side, s.b)
	}
	o.end()
}

// closed fails the test where anything was shown of a connection that has no fitting key.
func (o *tapOpen) closed(t *testing.T, c *conversation, why string) {
	t.Helper()
	if o.encrypted != 1 || o.info.Decrypted || !o.tcp.Ignored || len(o.plain[0])+len(o.plain[1]) != 0 {
		t.Errorf("%s: Encrypted called %d times, decrypted %v, ignored %v, %d bytes shown", c.name, o.encrypted,
			o.info.Decrypted, o.tcp.Ignored, len(o.plain[0])+len(o.plain[1]))
	}
	if !strings.HasPrefix(o.info.Why, why) {
		t.Errorf("%s: why %q, want %q", c.name, o.info.Why, why)
	}
	if len(o.events) != 2 {
		t.Errorf("%s: events %v", c.name, o.events)
	}
}

// Without keys everything that stands in the clear is known, and which secret is missing.
func TestNoKeys(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		for _, wait := range []bool{false, true} {
			o := open(nil, wait)
			o.feed(c)
			want := "no CLIENT_RANDOM for client random "
			if o.info.Version == "1.3" {
				want = "no CLIENT_TRAFFIC_SECRET_0 for client random "
			}
			if wait && o.info.Version == "1.3" {
				want = "no " // whichever side waited first
			}
			o.closed(t, c, want)
			if !strings.HasSuffix(o.info.Why, fmt.Sprintf(" %x", o.info.ClientRandom)) || len(o.info.ClientRandom) != 32 {
				t.Errorf("%s: why %q", c.name, o.info.Why)
			}
			if o.info.SNI != "chat.example.com" || o.info.Cipher == "" || o.info.Hello == 0 || o.info.Finished == 0 && !strings.Contains(c.name, "early") {
				t.Errorf("%s: info %+v", c.name, *o.info)
			}
		}
	}
}

// Secrets of the right name that are wrong open nothing.
func TestWrongKeys(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		var wrong strings.Builder
		for line := range strings.Lines(c.keys) {
			f := strings.Fields(line)
			if len(f) == 3 {
				fmt.Fprintln(&wrong, f[0], f[1], strings.Repeat("5a", len(f[2])/2))
			}
		}
		o := open(keysOf(wrong.String()), false)
		o.feed(c)
		if o.info.Decrypted || len(o.plain[0])+len(o.plain[1]) != 0 {
			t.Errorf("%s: wrong keys show something", c.name)
		}
		if !strings.HasPrefix(o.info.Why, "the secrets for client random ") {
			t.Errorf("%s: why %q", c.name, o.info.Why)
		}
	}
}

// half of a key log: each line alone left out, and each alone there. Nothing false is shown.
func TestHalfAKeyLog(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		lines := strings.SplitAfter(strings.TrimSpace(c.keys), "\n")
		for i := range lines {
			for _, keys := range []string{lines[i], strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")} {
				o := open(keysOf(keys), i%2 == 0)
				o.feed(c)
				o.honest(t, c)
				if strings.Count(fmt.Sprint(o.events), "end") != 2 {
					t.Errorf("%s: events %v", c.name, o.events)
				}
			}
		}
	}
}

// With the application's secrets alone, and no handshake's, all is opened but early data.
func TestTrafficSecretsAlone(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		if !strings.Contains(c.keys, "CLIENT_TRAFFIC_SECRET_0") || c.name == "13-early-data" {
			continue
		}
		var keys strings.Builder
		for line := range strings.Lines(c.keys) {
			if !strings.Contains(line, "HANDSHAKE") {
				keys.WriteString(line)
			}
		}
		o := open(keysOf(keys.String()), false)
		o.feed(c)
		o.whole(t, c)
	}
}

// With Wait a secret that comes late opens what came before it, at its own marks.
func TestKeysComeLate(t *testing.T) {
	for _, c := range append(conversations(t), golden(t)...) {
		for at := range c.sent {
			now, late := open(keysOf(c.keys), false), open(NewKeys(), true)
			for i, s := range c.sent {
				if i == at {
					late.h.(*conn).keys.Add([]byte(c.keys))
				}
				now.data(s.side, s.b)
				late.data(s.side, s.b)
			}
			now.end()
			late.end()
			if late.tcp.Ignored && late.encrypted == 1 {
				t.Fatalf("%s: gave up: %s", c.name, late.info.Why)
			}
			late.whole(t, c)
			if !slices.Equal(now.marks[0], late.marks[0]) || !slices.Equal(now.marks[1], late.marks[1]) {
				t.Errorf("%s: other marks when keys come at %d", c.name, at)
			}
			if held := late.h.(*conn).keys.held.Load(); held != 0 {
				t.Errorf("%s: %d bytes are still held", c.name, held)
			}
		}
	}
}

// What waits is bounded.
func TestWaitingIsBounded(t *testing.T) {
	c := conversationNamed(t, "1.3")
	keys := NewKeys()
	o := open(keys, true)
	for _, s := range c.sent {
		o.data(s.side, s.b)
	}
	record := append([]byte{typeData, 3, 3, 0x40, 0}, make([]byte, 1<<14)...)
	for range 100 {
		o.data(assembly.B, record)
	}
	if !o.tcp.Ignored || o.encrypted != 1 || keys.held.Load() != 0 {
		t.Errorf("ignored %v, encrypted %d, held %d", o.tcp.Ignored, o.encrypted, keys.held.Load())
	}
	o.end()
	o.closed(t, c, "no ")
}

// A connection that the capture joins midway is reported as such.
func TestMidstream(t *testing.T) {
	for _, c := range conversations(t) {
		last := c.sent[len(c.sent)/2:]
		o := open(keysOf(c.keys), false)
		for _, s := range last {
			o.data(s.side, s.b)
		}
		o.end()
		o.closed(t, c, noHandshake.text)
	}
}

package tlsopen

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestKeyLogLines(t *testing.T) {
	random, s32, s48 := strings.Repeat("0a", 32), strings.Repeat("5f", 32), strings.Repeat("C1", 48)
	for _, c := range []struct {
		shows        string
		text         string
		secrets, bad int
	}{
		{"nothing", "", 0, 0},
		{"comments and empty lines", "# SSL/TLS secrets log file\n\n  \r\n", 0, 0},
		{"a master secret", "CLIENT_RANDOM " + random + " " + s48 + "\n", 1, 0},
		{"a last line without its end", "CLIENT_RANDOM " + random + " " + s48, 1, 0},
		{"CRLF", "CLIENT_RANDOM " + random + " " + s48 + "\r\n# x\r\n", 1, 0},
		{"upper-case hex", "CLIENT_RANDOM " + strings.ToUpper(random) + " " + s48, 1, 0},
		{"TLS 1.3's five", "CLIENT_EARLY_TRAFFIC_SECRET " + random + " " + s32 + "\n" +
			"CLIENT_HANDSHAKE_TRAFFIC_SECRET " + random + " " + s32 + "\nSERVER_HANDSHAKE_TRAFFIC_SECRET " + random + " " + s32 + "\n" +
			"CLIENT_TRAFFIC_SECRET_0 " + random + " " + s48 + "\nSERVER_TRAFFIC_SECRET_0 " + random + " " + s48 + "\n", 5, 0},
		{"secrets that no record needs", "EXPORTER_SECRET " + random + " " + s32 + "\nSERVER_TRAFFIC_SECRET_12 " + random + " " + s32, 0, 0},
		{"an RSA premaster", "RSA 0011223344556677 " + s48, 1, 0},
		{"an OpenSSL session", "RSA Session-ID:" + random + " Master-Key:" + s48, 1, 0},
		{"garbage", "hello\nCLIENT_RANDOM\nCLIENT_RANDOM x y\nNEW_LABEL " + random + " " + s32 + "\n\x00\xff\n", 0, 5},
		{"lengths that cannot be", "CLIENT_RANDOM " + random + " " + s32 + "\nCLIENT_RANDOM 00 " + s48 +
			"\nCLIENT_TRAFFIC_SECRET_0 " + random + " 00\nRSA 00 " + s48, 0, 4},
		{"half a line", "CLIENT_RANDOM " + random + " " + s48[:50], 0, 1},
		{"garbage between", "xx\nCLIENT_RANDOM " + random + " " + s48 + "\nyy\n", 1, 2},
	} {
		k := NewKeys()
		if secrets, bad := k.Add([]byte(c.text)); secrets != c.secrets || bad != c.bad {
			t.Errorf("%s: %d secrets and %d bad, want %d and %d", c.shows, secrets, bad, c.secrets, c.bad)
		}
	}
}

// The version changes with a new secret and only then.
func TestKeysVersion(t *testing.T) {
	k := NewKeys()
	line := []byte("CLIENT_RANDOM " + strings.Repeat("0a", 32) + " " + strings.Repeat("01", 48))
	k.Add(line)
	v := k.Version()
	if k.Add(line); v == 0 || k.Version() != v {
		t.Error("the same line again changed the version")
	}
	if k.Add(bytes.ReplaceAll(line, []byte("01"), []byte("02"))); k.Version() == v {
		t.Error("another secret did not")
	}
}

// The oldest secrets go when there are too many.
func TestKeysBounded(t *testing.T) {
	b := newBounded[int, int](3)
	for i := range 10 {
		b.set(i, i)
		b.set(i, i)
	}
	if fmt.Sprint(b.of) != "map[7:7 8:8 9:9]" || len(b.order) != 3 {
		t.Error(b.of, b.order)
	}
}

func TestKeysConcurrent(t *testing.T) {
	k := NewKeys()
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 200 {
				random := [32]byte{byte(g), byte(i)}
				k.Add(fmt.Appendf(nil, "CLIENT_RANDOM %x %x\n", random, bytes.Repeat([]byte{1}, 48)))
				if k.secret(masterSecret, &random) == nil {
					t.Error("lost")
				}
			}
		})
	}
	all.Wait()
}

// TLS 1.2 sessions that are resumed by their ticket open where the log has the first
// connection's secret alone, also when that is read later.
func TestResumedByTicket(t *testing.T) {
	first, resumed := conversationNamed(t, "first of TLS 1.2"), conversationNamed(t, "resumed TLS 1.2")
	k := keysOf(first.keys)
	o := open(k, false)
	o.feed(first)
	again := open(k, false)
	again.feed(resumed)
	again.whole(t, resumed)
	if o.info.Resumed || !again.info.Resumed {
		t.Error("Resumed is not told")
	}

	k = keysOf(first.keys)
	early := open(k, true)
	for _, s := range resumed.sent {
		early.data(s.side, s.b)
	}
	open(k, false).feed(first)
	early.end()
	early.whole(t, resumed)
}

// A session is resumed by a master secret that OpenSSL printed for its ID.
func TestSessionIDLine(t *testing.T) {
	c := conversationNamed(t, "resumed TLS 1.2")
	k := NewKeys()
	hello, ok := parseClientHello(c.sent[0].b[headerLen+4:])
	master := strings.Fields(c.keys)[2]
	if k.Add(fmt.Appendf(nil, "RSA Session-ID:%X Master-Key:%s\n", hello.session, master)); !ok {
		t.Fatal("no ClientHello")
	}
	o := open(k, false)
	o.feed(c)
	o.whole(t, c)
}

// The premaster secret opens too, by the start of the encrypted one or by client random.
func TestPremasterSecret(t *testing.T) {
	for _, name := range []string{"12-rsa-no-ems", "10-rsa-no-ems"} {
		c := readTalk(t, "testdata/"+name+".talk")
		var rsa, random string // OpenSSL logs both
		for line := range strings.Lines(c.keys) {
			if strings.HasPrefix(line, "RSA ") {
				rsa = line
			} else {
				random = strings.Fields(line)[1]
			}
		}
		o := open(keysOf(rsa), false)
		o.feed(c)
		o.whole(t, c)

		o = open(keysOf("PMS_CLIENT_RANDOM "+random+" "+strings.Fields(rsa)[2]), false)
		o.feed(c)
		o.whole(t, c)
	}
}

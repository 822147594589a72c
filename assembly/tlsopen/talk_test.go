package tlsopen

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"wscope/assembly"
)

// sent is bytes that one side wrote, in the order of the conversation.
type sent struct {
	side assembly.Side
	b    []byte
}

// conversation is one TLS connection as a capture without loss would hold it.
type conversation struct {
	name   string
	sent   []sent
	keys   string    // key log
	plain  [2]string // what the peers' applications sent
	alpn   string
	cipher string
}

// tap records what both ends of a pipe write.
type tap struct {
	mu   sync.Mutex
	sent []sent
}

type tapped struct {
	net.Conn
	tap  *tap
	side assembly.Side
}

func (c *tapped) Write(b []byte) (int, error) {
	c.tap.mu.Lock()
	c.tap.sent = append(c.tap.sent, sent{c.side, append([]byte(nil), b...)})
	c.tap.mu.Unlock()
	return c.Conn.Write(b)
}

// certificates are made once: an RSA one and an ECDSA one.
var certificates = sync.OnceValue(func() []tls.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "chat.example.com"},
		DNSNames:  []string{"chat.example.com"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	ek, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rk, err2 := rsa.GenerateKey(rand.Reader, 2048)
	e, err3 := x509.CreateCertificate(rand.Reader, template, template, &ek.PublicKey, ek)
	r, err4 := x509.CreateCertificate(rand.Reader, template, template, &rk.PublicKey, rk)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			panic(err)
		}
	}
	return []tls.Certificate{{Certificate: [][]byte{e}, PrivateKey: ek}, {Certificate: [][]byte{r}, PrivateKey: rk}}
})

// script is what the peers say after the handshake, in turn: the client first.
var script = []string{
	"GET /chat HTTP/1.1\r\nHost: chat.example.com\r\n\r\n",
	"HTTP/1.1 101 Switching Protocols\r\n\r\n",
	strings.Repeat("a message that fills several records, ", 1200), // 45,600 bytes
	"short",
	"x",
	strings.Repeat("the server can do that too. ", 900),
}

// loopback is a TCP connection's two ends. (Both peers of a net.Pipe may wait in Write for each other.)
func loopback(t testing.TB) (a, b net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback: ", err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err == nil {
		b, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second) // so that a mistake ends the test and not the day
	a.SetDeadline(deadline)
	b.SetDeadline(deadline)
	return a, b
}

// talk holds a conversation between two crypto/tls peers.
func talk(t testing.TB, name string, client, server *tls.Config) *conversation {
	t.Helper()
	a, b := loopback(t)
	rec := &tap{}
	var log strings.Builder
	client, server = client.Clone(), server.Clone()
	client.KeyLogWriter = &log
	client.ServerName = "chat.example.com"
	client.InsecureSkipVerify = true
	client.DynamicRecordSizingDisabled, server.DynamicRecordSizingDisabled = true, false
	client.NextProtos, server.NextProtos = []string{"h2", "http/1.1"}, []string{"http/1.1"}
	if server.Certificates == nil {
		server.Certificates = certificates()
	}
	c := tls.Client(&tapped{a, rec, assembly.A}, client)
	s := tls.Server(&tapped{b, rec, assembly.B}, server)
	out := &conversation{name: name}
	done := make(chan error, 1)
	go func() {
		buf := make([]byte, 64<<10)
		for i, line := range script {
			var err error
			if i%2 == 0 {
				_, err = io.ReadFull(s, buf[:len(line)])
			} else {
				_, err = io.WriteString(s, line)
			}
			if err != nil {
				done <- fmt.Errorf("server: %w", err)
				a.Close()
				return
			}
		}
		done <- nil
	}()
	buf := make([]byte, 64<<10)
	for i, line := range script {
		var err error
		if i%2 == 0 {
			_, err = io.WriteString(c, line)
		} else {
			_, err = io.ReadFull(c, buf[:len(line)])
		}
		if err != nil {
			b.Close()
			t.Fatalf("%s: client: %v, %v", name, err, <-done)
		}
		out.plain[i%2] += line
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	state := c.ConnectionState()
	if state.DidResume != strings.HasPrefix(name, "resumed") {
		t.Fatalf("%s: resumed: %v", name, state.DidResume)
	}
	out.cipher, out.alpn = tls.CipherSuiteName(state.CipherSuite), state.NegotiatedProtocol
	rec.mu.Lock()
	defer rec.mu.Unlock()
	out.sent, out.keys = append([]sent(nil), rec.sent...), log.String()
	a.Close()
	b.Close()
	return out
}

// conversations are all that crypto/tls can be made to hold.
func conversations(t testing.TB) []*conversation {
	t.Helper()
	made.Do(func() { talks = converse(t) })
	return talks
}

var (
	made  sync.Once
	talks []*conversation
)

func converse(t testing.TB) []*conversation {
	var all []*conversation
	for _, id := range []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
	} {
		only := &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{id}}
		all = append(all, talk(t, "1.2 "+tls.CipherSuiteName(id), only, only))
	}
	for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		old := &tls.Config{MinVersion: v, MaxVersion: v, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}}
		all = append(all, talk(t, tls.VersionName(v), old, old))
	}
	v13 := &tls.Config{MinVersion: tls.VersionTLS13}
	all = append(all, talk(t, "1.3", v13, v13))
	retry := &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.CurveP256}}
	offers := &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256}}
	all = append(all, talk(t, "1.3 HelloRetryRequest", offers, retry))
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		server := &tls.Config{MaxVersion: v, Certificates: certificates()}
		server.SetSessionTicketKeys([][32]byte{{1}})
		client := &tls.Config{MaxVersion: v, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
		first := talk(t, "first of "+tls.VersionName(v), client, server)
		resumed := talk(t, "resumed "+tls.VersionName(v), client, server)
		if v == tls.VersionTLS12 { // crypto/tls logs nothing for it
			hello, _ := parseClientHello(resumed.sent[0].b[headerLen+4:])
			resumed.keys = fmt.Sprintf("CLIENT_RANDOM %x %s\n", hello.random, strings.Fields(first.keys)[2])
		}
		all = append(all, first, resumed)
	}
	mutual := &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	all = append(all, talk(t, "1.3 with a client certificate", &tls.Config{Certificates: certificates()}, mutual))
	return all
}

func conversationNamed(t testing.TB, name string) *conversation {
	for _, c := range conversations(t) {
		if c.name == name {
			return c
		}
	}
	t.Fatal("no conversation " + name)
	return nil
}

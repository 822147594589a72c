// Command quicpeer records conversations between a client and a server of quic-go and
// webtransport-go over a relay on loopback. The relay writes what it forwards to a capture
// file, and does to packets what networks and captures do to them. Beside NAME.pcap stand
// NAME.keys, the client's key log, and NAME.truth.json, what both ends sent and received: the
// recording fails where they do not agree.
package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"
)

// scenario is one recording.
type scenario struct {
	name, shows string
	version     quic.Version
	retry       bool
	messages    int
	size        int
	session     bool            // WebTransport
	network     func(n int) int // datagrams forwarded: 0 is lost on the way, 2 is repeated
	captured    func(n int) int // the same of what is written to the file
	early       bool            // the WebSocket is on a second connection, whose request comes in 0-RTT packets
	newTickets  bool            // the server forgets the keys of its tickets between the two
	older       bool            // the server knows version 1 alone
	migrate     int             // the client goes to another socket behind this message
	reset       int             // the client resets its stream behind this message; 0 is never
	crash       bool            // the server forgets its state and answers by stateless reset
	refuse      bool            // the server has no WebSocket
	glue        bool            // the capture has what the kernel made of several datagrams
	disorder    bool            // neighbours change places in the file
	rebind      int             // the client's address changes before this datagram
	foreign     *foreign        // a client that is another program; nil is quic-go
	plain       *plain          // a client that has no WebSocket
}

var scenarios = []scenario{
	{name: "v1", shows: "a WebSocket over QUIC version 1", version: quic.Version1, messages: 12, size: 900},
	{name: "v2", shows: "the same over version 2", version: quic.Version2, messages: 12, size: 900},
	{name: "retry", shows: "Retry before it", version: quic.Version1, retry: true, messages: 5, size: 300},
	{name: "large", shows: "messages of many packets, and a key update after a hundred", version: quic.Version1, messages: 12, size: 15000},
	{name: "lossy", shows: "every ninth datagram is lost on the way behind the tap, and some come twice", version: quic.Version1, messages: 20, size: 5000,
		network: func(n int) int { return [...]int{1, 1, 1, 1, 2, 1, 1, 1, 0}[n%9] }},
	{name: "disorder", shows: "neighbours change places in the capture, and some are there twice", version: quic.Version2, messages: 20, size: 5000,
		captured: func(n int) int { return 1 + n%5/4 }, disorder: true},
	{name: "captureloss", shows: "the capture lacks datagrams that arrived", version: quic.Version1, messages: 40, size: 2500,
		captured: func(n int) int {
			if n > 12 && n%17 == 0 {
				return 0
			}
			return 1
		}},
	{name: "rebind", shows: "the client's address changes as a NAT does it", version: quic.Version1, messages: 30, size: 500, rebind: 30},
	{name: "early", shows: "a request in 0-RTT packets, on a connection that resumes", version: quic.Version1, messages: 6, size: 700, early: true},
	{name: "earlyrefused", shows: "0-RTT packets that the server refuses, since it has changed its ticket keys", version: quic.Version2, messages: 6, size: 700, early: true, newTickets: true},
	{name: "negotiation", shows: "version 2, which the server does not know, and version 1 after its Version Negotiation", version: quic.Version1, messages: 6, size: 700, older: true},
	{name: "migration", shows: "the client goes to another socket", version: quic.Version1, messages: 20, size: 700, migrate: 8},
	{name: "reset", shows: "the client resets its stream and stops the server's", version: quic.Version1, messages: 6, size: 700, reset: 4},
	{name: "crash", shows: "a server that has lost its state answers by stateless reset", version: quic.Version1, messages: 6, size: 700, crash: true},
	{name: "refused", shows: "a server that has no WebSocket there", version: quic.Version1, messages: 6, size: 700, refuse: true},
	{name: "offload", shows: "datagrams of several packets, as the receiving kernel makes them", version: quic.Version1, messages: 6, size: 9000, glue: true},
	{name: "midway", shows: "a capture that begins behind the handshake", version: quic.Version1, messages: 20, size: 700,
		captured: func(n int) int { return min(n/26, 1) }},
	{name: "chromium", shows: "Chromium: a WebSocket (RFC 9220) that compresses, on the connection that its page came by", version: quic.Version1,
		foreign: &foreign{command: chromium, secure: true}},
	{name: "chromium-webtransport", shows: "Chromium: a WebTransport session", version: quic.Version1, session: true, foreign: &foreign{command: chromium}},
	{name: "firefox-webtransport", shows: "Firefox: a WebTransport session", version: quic.Version1, session: true, foreign: &foreign{command: firefox, prefs: firefoxPrefs}},
	{name: "deno-webtransport", shows: "Deno (quinn): a WebTransport session of datagrams", version: quic.Version1, session: true, foreign: &foreign{command: deno}},
	{name: "../ngtcp2/basic", shows: "ngtcp2's client: HTTP/3 without a WebSocket", version: quic.Version1, plain: &plain{size: 9000, args: [][]string{{}}}},
	{name: "../ngtcp2/aes256", shows: "the same with AES-256", version: quic.Version1, plain: &plain{size: 9000, args: [][]string{{suite + "AES-256-GCM"}}}},
	{name: "../ngtcp2/chacha", shows: "the same with ChaCha20, and no connection ID of the client", version: quic.Version1,
		plain: &plain{size: 9000, args: [][]string{{suite + "CHACHA20-POLY1305", "--scid="}}}},
	{name: "../ngtcp2/retry", shows: "Retry before it", version: quic.Version1, retry: true, plain: &plain{size: 3000, args: [][]string{{}}}},
	{name: "../ngtcp2/early", shows: "a second connection whose request is in 0-RTT packets, with their secret", version: quic.Version1, early: true,
		plain: &plain{size: 5000, args: [][]string{resumed, resumed}}},
	{name: "../ngtcp2/keyupdate", shows: "a key update amid a body", version: quic.Version1, plain: &plain{size: 60000, args: [][]string{{"--key-update=1ms", "--delay-stream=20ms"}}}},
	{name: "../ngtcp2/migration", shows: "the client goes to another address, with a connection ID of its own", version: quic.Version1,
		plain: &plain{size: 30000, args: [][]string{{"--change-local-addr=1ms", "--delay-stream=20ms"}}}},
	{name: "../ngtcp2/rebinding", shows: "its address changes as a NAT does it", version: quic.Version1,
		plain: &plain{size: 30000, args: [][]string{{"--change-local-addr=1ms", "--nat-rebinding", "--delay-stream=20ms"}}}},
	{name: "../ngtcp2/negotiation", shows: "a version that nobody knows, and version 1 from another port after the Version Negotiation", version: quic.Version1,
		plain: &plain{size: 3000, args: [][]string{{"--version=0x1a2a3a4a", "--preferred-versions=v1"}}}},
	{name: "../ngtcp2/lossy", shows: "loss on the way behind the tap, and repetition", version: quic.Version1, plain: &plain{size: 60000, args: [][]string{{}}},
		network: func(n int) int { return [...]int{1, 1, 1, 1, 2, 1, 1, 1, 0}[n%9] }},
	{name: "webtransport", shows: "a WebTransport session: streams of both kinds and sides, datagrams", version: quic.Version1, session: true, size: 3000},
}

const suite = "--ciphers=NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+"

type message struct {
	Flow   string `json:"flow"` // websocket, webtransport
	From   string `json:"from"`
	Type   string `json:"type"`
	Length int    `json:"length"`
	SHA256 string `json:"sha256"`
}

type journal struct {
	Shows    string    `json:"shows"`
	Path     string    `json:"path"`
	Code     int       `json:"code"`
	Reason   string    `json:"reason"`
	Messages []message `json:"messages"`
}

func main() {
	log.SetFlags(0)
	if err := os.Chdir(".."); err != nil { // recordings stand beside src
		log.Fatal(err)
	}
	for _, s := range scenarios {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], s.name) {
			continue
		}
		if err := record(&s); err != nil {
			log.Fatalf("%s: %v", s.name, err)
		}
		log.Print(s.name)
	}
}

func record(s *scenario) error {
	keys, err := os.Create(s.name + ".keys")
	if err != nil {
		return err
	}
	defer keys.Close()
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	r, err := newRelay(s, server.LocalAddr().(*net.UDPAddr))
	if err != nil {
		return err
	}
	client, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer client.Close()
	config := &quic.Config{Versions: []quic.Version{s.version}, Allow0RTT: s.early, EnableDatagrams: true, EnableStreamResetPartialDelivery: true, DisablePathMTUDiscovery: true}
	tlsServer, pool := certificate()
	if s.foreign != nil {
		tlsServer.KeyLogWriter = keys
	}
	mux := http.NewServeMux()
	browser := &page{report: make(chan []byte, 1)}
	mux.Handle("/", browser)
	mux.HandleFunc("/body/", echoBody)
	h3s := &http3.Server{TLSConfig: http3.ConfigureTLSConfig(tlsServer), Handler: mux, QUICConfig: config, EnableDatagrams: true}
	wt := &webtransport.Server{H3: h3s, CheckOrigin: func(*http.Request) bool { return true }, ApplicationProtocols: []string{"chat"}}
	webtransport.ConfigureHTTP3Server(h3s)
	heard := make(chan []message, 1)
	mux.HandleFunc("/ws", func(w http.ResponseWriter, q *http.Request) {
		if s.refuse {
			w.WriteHeader(403)
			heard <- nil
			return
		}
		heard <- echo(w, q)
	})
	mux.HandleFunc("/wt", func(w http.ResponseWriter, q *http.Request) {
		session, err := wt.Upgrade(w, q)
		if err != nil {
			log.Print("upgrade: ", err)
			return
		}
		heard <- echoSession(session)
	})
	wire := &deafConn{PacketConn: server}
	key := &quic.StatelessResetKey{1}
	st := &quic.Transport{Conn: server, StatelessResetKey: key, VerifySourceAddress: func(net.Addr) bool { return s.retry }}
	if s.crash {
		st.Conn = wire
	}
	crash := func() {
		wire.deaf.Store(true)
		again := &quic.Transport{Conn: server, StatelessResetKey: key}
		if _, err := again.ListenEarly(h3s.TLSConfig, config); err != nil {
			log.Fatal(err)
		}
	}
	listener, err := st.ListenEarly(h3s.TLSConfig, config)
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := listener.Accept(context.Background())
			if err != nil {
				return
			}
			go wt.ServeQUICConn(c)
		}
	}()
	ct := &quic.Transport{Conn: client}
	tlsClient := &tls.Config{RootCAs: pool, ServerName: "localhost", NextProtos: []string{"h3"}, KeyLogWriter: keys, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	dial := func(ctx context.Context, _ string, t *tls.Config, c *quic.Config) (*quic.Conn, error) {
		if s.older {
			c = c.Clone()
			c.Versions = []quic.Version{quic.Version2, quic.Version1}
		}
		return ct.DialEarly(ctx, r.front.LocalAddr(), t, c)
	}
	j := &journal{Shows: s.shows, Path: "/ws", Code: 1000, Reason: "bye"}
	if s.session {
		j.Path, j.Code, j.Reason = "/wt", 7, "enough"
	}
	switch kind := map[bool]string{false: "websocket", true: "webtransport"}[s.session]; {
	case s.foreign != nil:
		leaf := tlsServer.Certificates[0].Certificate[0]
		c, _ := x509.ParseCertificate(leaf)
		hash, spki := sha256.Sum256(leaf), sha256.Sum256(c.RawSubjectPublicKeyInfo)
		j.Messages, err = s.foreign.run(ctx, browser, kind, hex.EncodeToString(hash[:]), base64.StdEncoding.EncodeToString(spki[:]), r.front.LocalAddr().(*net.UDPAddr))
	case s.plain != nil:
		j.Path, j.Code, j.Reason = "/body", 0, ""
		err = s.plain.run(ctx, s, r.front.LocalAddr().(*net.UDPAddr).Port, j)
	case s.session:
		err = talkSession(ctx, s, &webtransport.Transport{TLSClientConfig: tlsClient, QUICConfig: config, DialAddr: dial, ApplicationProtocols: []string{"chat"}}, j)
	default:
		if s.early {
			if err := ticket(ctx, dial, tlsClient, config); err != nil {
				return err
			}
		}
		if s.newTickets {
			h3s.TLSConfig.SetSessionTicketKeys([][32]byte{{1}})
			tlsServer.SetSessionTicketKeys([][32]byte{{1}})
		}
		err = talk(ctx, s, dial, tlsClient, config, j, crash)
	}
	if err != nil {
		r.write() // to see why
		return err
	}
	var theirs []message
	if ours := j.Messages; s.crash || s.plain != nil {
		theirs = ours // nobody asks it any more
	} else {
		theirs = <-heard
	}
	ours := j.Messages
	if !s.session && len(ours) != len(theirs) {
		return fmt.Errorf("the client knows of %d messages, the server of %d", len(ours), len(theirs))
	}
	for _, m := range theirs {
		if !slices.Contains(ours, m) {
			return fmt.Errorf("the client does not know of %+v", m)
		}
	}
	time.Sleep(300 * time.Millisecond)
	if !s.crash { // its socket is deaf
		wt.Close()
		st.Close()
	}
	b, _ := json.MarshalIndent(j, "", " ")
	if err := os.WriteFile(s.name+".truth.json", append(b, '\n'), 0o666); err != nil {
		return err
	}
	return r.write()
}

func note(from, kind string, flow string, b []byte) message {
	sum := sha256.Sum256(b)
	return message{flow, from, kind, len(b), hex.EncodeToString(sum[:])}
}

// frame is a WebSocket frame, masked where it is the client's.
func frame(op byte, b []byte, masked bool) []byte {
	f := []byte{0x80 | op}
	m := byte(0)
	if masked {
		m = 0x80
	}
	switch {
	case len(b) < 126:
		f = append(f, m|byte(len(b)))
	case len(b) < 1<<16:
		f = binary.BigEndian.AppendUint16(append(f, m|126), uint16(len(b)))
	default:
		f = binary.BigEndian.AppendUint64(append(f, m|127), uint64(len(b)))
	}
	if !masked {
		return append(f, b...)
	}
	key := []byte{1, 2, 3, 4}
	rand.Read(key)
	f = append(f, key...)
	for i, c := range b {
		f = append(f, c^key[i%4])
	}
	return f
}

func readFrame(r io.Reader) (op byte, b []byte, err error) {
	h := make([]byte, 2)
	if _, err = io.ReadFull(r, h); err != nil {
		return 0, nil, err
	}
	n := uint64(h[1] & 0x7f)
	if n >= 126 {
		x := make([]byte, map[uint64]int{126: 2, 127: 8}[n])
		if _, err = io.ReadFull(r, x); err != nil {
			return 0, nil, err
		}
		n = 0
		for _, c := range x {
			n = n<<8 | uint64(c)
		}
	}
	key := make([]byte, 4)
	if h[1]&0x80 != 0 {
		if _, err = io.ReadFull(r, key); err != nil {
			return 0, nil, err
		}
	}
	b = make([]byte, n)
	if _, err = io.ReadFull(r, b); err != nil {
		return 0, nil, err
	}
	for i := range b {
		b[i] ^= key[i%4]
	}
	return h[0] &^ 0x80, b, nil // with RSV1
}

// echo answers each message with itself, and a Close with a Close. It inflates where its client offers to deflate.
func echo(w http.ResponseWriter, q *http.Request) (list []message) {
	if strings.Contains(q.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate") {
		w.Header().Set("Sec-WebSocket-Extensions", "permessage-deflate; client_no_context_takeover; server_no_context_takeover")
	}
	w.WriteHeader(200)
	w.(http.Flusher).Flush()
	stream := w.(http3.HTTPStreamer).HTTPStream()
	defer stream.Close()
	for {
		op, b, err := readFrame(stream)
		if err != nil {
			return list
		}
		if op == 8 {
			stream.Write(frame(8, b, false))
			return list
		}
		if op&0x40 != 0 {
			if b, err = inflate(b); err != nil {
				log.Print("inflate: ", err)
				return list
			}
			op &^= 0x40
		}
		kind := map[byte]string{1: "text", 2: "binary"}[op]
		list = append(list, note("client", kind, "websocket", b), note("server", kind, "websocket", b))
		stream.Write(frame(op, b, false))
	}
}

type dialer func(context.Context, string, *tls.Config, *quic.Config) (*quic.Conn, error)

// ticket makes a connection for its session ticket alone.
func ticket(ctx context.Context, dial dialer, t *tls.Config, c *quic.Config) error {
	conn, err := dial(ctx, "", t, c)
	if err != nil {
		return err
	}
	<-(&http3.Transport{EnableDatagrams: true}).NewClientConn(conn).ReceivedSettings()
	time.Sleep(100 * time.Millisecond)
	return conn.CloseWithError(0x100, "")
}

func talk(ctx context.Context, s *scenario, dial dialer, t *tls.Config, c *quic.Config, j *journal, crash func()) error {
	conn, err := dial(ctx, "", t, c)
	if err != nil {
		return err
	}
	stream, err := request(ctx, conn, !s.early)
	if errors.Is(err, quic.Err0RTTRejected) {
		if conn, err = conn.NextConnection(ctx); err == nil {
			stream, err = request(ctx, conn, true)
		}
	}
	if err != nil {
		return err
	}
	a, err := stream.ReadResponse()
	if err != nil {
		return err
	}
	if s.refuse {
		j.Code, j.Reason = a.StatusCode, ""
		return conn.CloseWithError(0x10c, "not here")
	}
	if a.StatusCode != 200 {
		return fmt.Errorf("answer %v", a)
	}
	for i := range s.messages {
		b := make([]byte, s.size*(1+i%3)/2)
		op, kind := byte(2), "binary"
		for k := range b {
			b[k] = byte(i*31 + k*7)
		}
		if i%2 == 0 {
			op, kind = 1, "text"
			for k := range b {
				b[k] = 'a' + b[k]%26
			}
		}
		stream.Write(frame(op, b, true))
		op2, back, err := readFrame(stream)
		if err != nil || op2 != op || string(back) != string(b) {
			return fmt.Errorf("message %d came back as %d bytes, %v", i, len(back), err)
		}
		j.Messages = append(j.Messages, note("client", kind, "websocket", b), note("server", kind, "websocket", b))
		switch {
		case i+1 == s.migrate:
			if err := move(ctx, conn); err != nil {
				return err
			}
		case i+1 == s.reset:
			j.Code, j.Reason = 0x10c, ""
			stream.CancelWrite(0x10c)
			stream.CancelRead(0x10c)
			time.Sleep(100 * time.Millisecond)
			return conn.CloseWithError(0x101, "that is enough")
		}
	}
	if s.crash {
		crash()
		j.Code, j.Reason = 0, ""
		for i := 0; ctx.Err() == nil; i++ {
			b := bytes.Repeat([]byte{'a' + byte(i%26)}, 300)
			stream.Write(frame(1, b, true))
			j.Messages = append(j.Messages, note("client", "text", "websocket", b))
			time.Sleep(50 * time.Millisecond)
			if reset := new(quic.StatelessResetError); errors.As(context.Cause(conn.Context()), &reset) {
				return nil
			}
		}
		return ctx.Err()
	}
	stream.Write(frame(8, append([]byte{3, 0xe8}, "bye"...), true))
	if op, _, err := readFrame(stream); err != nil || op != 8 {
		return fmt.Errorf("no Close: %v", err)
	}
	stream.Close()
	io.Copy(io.Discard, stream)
	time.Sleep(200 * time.Millisecond)
	return conn.CloseWithError(0x100, "")
}

// request asks for the WebSocket, before the server's SETTINGS have come where it may not wait.
func request(ctx context.Context, conn *quic.Conn, wait bool) (*http3.RequestStream, error) {
	h3c := (&http3.Transport{EnableDatagrams: true}).NewClientConn(conn)
	if wait {
		<-h3c.ReceivedSettings()
	}
	stream, err := h3c.OpenRequestStream(ctx)
	if err != nil {
		return nil, err
	}
	q := &http.Request{Method: http.MethodConnect, Proto: "websocket", Host: "localhost", URL: &url.URL{Scheme: "https", Host: "localhost", Path: "/ws"},
		Header: http.Header{"Sec-Websocket-Version": {"13"}, "Origin": {"https://localhost"}, "User-Agent": {"quicpeer"}}}
	if err := stream.SendRequestHeader(q); err != nil {
		return nil, err
	}
	select {
	case <-conn.HandshakeComplete():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !wait && !conn.ConnectionState().Used0RTT {
		return nil, quic.Err0RTTRejected
	}
	return stream, nil
}

// move has a connection go to another socket (RFC 9000 §9).
func move(ctx context.Context, conn *quic.Conn) error {
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	p, err := conn.AddPath(&quic.Transport{Conn: u})
	if err != nil {
		return err
	}
	if err := p.Probe(ctx); err != nil {
		return err
	}
	return p.Switch()
}

// deafConn is a socket that hears and says nothing once it is deaf.
type deafConn struct {
	net.PacketConn
	deaf atomic.Bool
}

func (d *deafConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := d.PacketConn.ReadFrom(b)
	if d.deaf.Load() {
		select {}
	}
	return n, from, err
}

func (d *deafConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if d.deaf.Load() {
		return len(b), nil
	}
	return d.PacketConn.WriteTo(b, to)
}

func echoSession(s *webtransport.Session) (list []message) {
	ctx := context.Background()
	var wait sync.WaitGroup
	var mu sync.Mutex
	add := func(m ...message) {
		mu.Lock()
		list = append(list, m...)
		mu.Unlock()
	}
	wait.Go(func() {
		for {
			b, err := s.ReceiveDatagram(ctx)
			if err != nil {
				return
			}
			add(note("client", "datagram", "webtransport", b))
			s.SendDatagram(b)
		}
	})
	wait.Go(func() {
		for {
			x, err := s.AcceptStream(ctx)
			if err != nil {
				return
			}
			b, _ := io.ReadAll(x)
			x.Write(b)
			x.Close()
			add(note("client", "stream", "webtransport", b), note("server", "stream", "webtransport", b))
		}
	})
	wait.Go(func() {
		for {
			x, err := s.AcceptUniStream(ctx)
			if err != nil {
				return
			}
			b, _ := io.ReadAll(x)
			y, err := s.OpenUniStream()
			if err != nil {
				return
			}
			y.Write(b)
			y.Close()
			add(note("client", "stream", "webtransport", b), note("server", "stream", "webtransport", b))
		}
	})
	wait.Wait()
	return list
}

func talkSession(ctx context.Context, s *scenario, t *webtransport.Transport, j *journal) error {
	conn, err := t.DialAddr(ctx, "", t.TLSClientConfig, t.QUICConfig)
	if err != nil {
		return err
	}
	client, err := t.NewClientConn(conn)
	if err != nil {
		return err
	}
	_, session, err := client.Dial(ctx, "https://localhost/wt", http.Header{"Origin": {"https://localhost"}})
	if err != nil {
		return err
	}
	for i := range 6 {
		b := []byte(fmt.Sprintf("datagram %d", i))
		if err := session.SendDatagram(b); err != nil {
			return err
		}
		back, err := session.ReceiveDatagram(ctx)
		if err != nil {
			return err
		}
		j.Messages = append(j.Messages, note("client", "datagram", "webtransport", b), note("server", "datagram", "webtransport", back))
	}
	for i := range 5 {
		b := make([]byte, s.size*(i+1))
		for k := range b {
			b[k] = byte(i + k)
		}
		var back []byte
		if i%2 == 0 {
			x, err := session.OpenStreamSync(ctx)
			if err != nil {
				return err
			}
			x.Write(b)
			x.Close()
			back, _ = io.ReadAll(x)
		} else {
			x, err := session.OpenUniStreamSync(ctx)
			if err != nil {
				return err
			}
			x.Write(b)
			x.Close()
			y, err := session.AcceptUniStream(ctx)
			if err != nil {
				return err
			}
			back, _ = io.ReadAll(y)
		}
		if string(back) != string(b) {
			return fmt.Errorf("stream %d came back as %d bytes", i, len(back))
		}
		j.Messages = append(j.Messages, note("client", "stream", "webtransport", b), note("server", "stream", "webtransport", back))
	}
	if err := session.CloseWithError(7, "enough"); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond)
	return conn.CloseWithError(0x100, "")
}

func certificate() (*tls.Config, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	c, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

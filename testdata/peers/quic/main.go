// Command quicpeer records conversations between a client and a server of quic-go and
// webtransport-go over a relay on loopback. The relay writes what it forwards to a capture
// file, and does to packets what networks and captures do to them. Beside NAME.pcap stand
// NAME.keys, the client's key log, and NAME.truth.json, what both ends sent and received: the
// recording fails where they do not agree.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
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
	disorder    bool            // neighbours change places in the file
	rebind      int             // the client's address changes before this datagram
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
	{name: "webtransport", shows: "a WebTransport session: streams of both kinds and sides, datagrams", version: quic.Version1, session: true, size: 3000},
}

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
	config := &quic.Config{Versions: []quic.Version{s.version}, EnableDatagrams: true, EnableStreamResetPartialDelivery: true, DisablePathMTUDiscovery: true}
	tlsServer, pool := certificate()
	mux := http.NewServeMux()
	h3s := &http3.Server{TLSConfig: http3.ConfigureTLSConfig(tlsServer), Handler: mux, QUICConfig: config, EnableDatagrams: true}
	wt := &webtransport.Server{H3: h3s, CheckOrigin: func(*http.Request) bool { return true }, ApplicationProtocols: []string{"chat"}}
	webtransport.ConfigureHTTP3Server(h3s)
	heard := make(chan []message, 1)
	mux.HandleFunc("/ws", func(w http.ResponseWriter, _ *http.Request) { heard <- echo(w) })
	mux.HandleFunc("/wt", func(w http.ResponseWriter, q *http.Request) {
		session, err := wt.Upgrade(w, q)
		if err != nil {
			log.Print("upgrade: ", err)
			return
		}
		heard <- echoSession(session)
	})
	st := &quic.Transport{Conn: server, VerifySourceAddress: func(net.Addr) bool { return s.retry }}
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
	tlsClient := &tls.Config{RootCAs: pool, ServerName: "localhost", NextProtos: []string{"h3"}, KeyLogWriter: keys}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	dial := func(ctx context.Context, _ string, t *tls.Config, c *quic.Config) (*quic.Conn, error) {
		return ct.DialEarly(ctx, r.front.LocalAddr(), t, c)
	}
	j := &journal{Shows: s.shows, Path: "/ws", Code: 1000, Reason: "bye"}
	if s.session {
		j.Path, j.Code, j.Reason = "/wt", 7, "enough"
		err = talkSession(ctx, s, &webtransport.Transport{TLSClientConfig: tlsClient, QUICConfig: config, DialAddr: dial, ApplicationProtocols: []string{"chat"}}, j)
	} else {
		err = talk(ctx, s, dial, tlsClient, config, j)
	}
	if err != nil {
		return err
	}
	theirs := <-heard
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
	wt.Close()
	st.Close()
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
	return h[0] & 15, b, nil
}

// echo answers each message with itself, and a Close with a Close.
func echo(w http.ResponseWriter) (list []message) {
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
		kind := map[byte]string{1: "text", 2: "binary"}[op]
		list = append(list, note("client", kind, "websocket", b), note("server", kind, "websocket", b))
		stream.Write(frame(op, b, false))
	}
}

type dialer func(context.Context, string, *tls.Config, *quic.Config) (*quic.Conn, error)

func talk(ctx context.Context, s *scenario, dial dialer, t *tls.Config, c *quic.Config, j *journal) error {
	conn, err := dial(ctx, "", t, c)
	if err != nil {
		return err
	}
	h3c := (&http3.Transport{EnableDatagrams: true}).NewClientConn(conn)
	<-h3c.ReceivedSettings()
	stream, err := h3c.OpenRequestStream(ctx)
	if err != nil {
		return err
	}
	q := &http.Request{Method: http.MethodConnect, Proto: "websocket", Host: "localhost", URL: &url.URL{Scheme: "https", Host: "localhost", Path: "/ws"},
		Header: http.Header{"Sec-Websocket-Version": {"13"}, "Origin": {"https://localhost"}, "User-Agent": {"quicpeer"}}}
	if err := stream.SendRequestHeader(q); err != nil {
		return err
	}
	a, err := stream.ReadResponse()
	if err != nil || a.StatusCode != 200 {
		return fmt.Errorf("answer %v, %v", a, err)
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

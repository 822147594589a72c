//go:build linux && libpcap

package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The endpoints of the end-to-end tests: this test's own program, run again in a network
// namespace with WSCOPE_PEER set. Each keeps a journal of what it did, a line of JSON a
// connection, to which the analysis is held.

// peerPlan is what WSCOPE_PEER says.
type peerPlan struct {
	Server   bool
	Addr     string
	TLS      bool
	Keylog   string // of the clients
	Journal  string
	Conns    int // clients: connections in all
	AtOnce   int
	Messages int           // of a connection
	Until    string        // clients: talk until there is a file of this name, instead
	Size     int           // bytes of a message
	Pause    time.Duration // between messages
}

// entry is a journal's line.
type entry struct {
	Client   string `json:"client"` // address
	Sent     int64  `json:"sent"`   // text messages
	Received int64  `json:"received"`
	Bytes    int64  `json:"bytes"` // of text and Close that was sent
	Closed   bool   `json:"closed"`
}

func TestMain(m *testing.M) {
	text := os.Getenv("WSCOPE_PEER")
	if text == "" {
		status := m.Run()
		if program != "" {
			os.RemoveAll(filepath.Dir(program))
		}
		os.Exit(status)
	}
	var p peerPlan
	err := json.Unmarshal([]byte(text), &p)
	if err == nil {
		err = p.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func (p *peerPlan) run() error {
	file, err := os.Create(p.Journal)
	if err != nil {
		return err
	}
	j := &journal{w: file}
	if p.Server {
		err = p.serve(j)
	} else {
		err = p.clients(j)
	}
	if e := file.Close(); err == nil {
		err = e
	}
	return err
}

type journal struct {
	mu sync.Mutex
	w  io.Writer
}

func (j *journal) add(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	json.NewEncoder(j.w).Encode(e)
}

// serve echoes until it is killed.
func (p *peerPlan) serve(j *journal) error {
	l, err := net.Listen("tcp", p.Addr)
	if err != nil {
		return err
	}
	if p.TLS {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate()}})
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			e := entry{Client: c.RemoteAddr().String()}
			r := bufio.NewReader(c)
			if request, err := http.ReadRequest(r); err == nil {
				fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
					accept(request.Header.Get("Sec-WebSocket-Key")))
				for !e.Closed {
					opcode, payload, err := readFrame(r)
					if err != nil {
						break
					}
					e.Closed = opcode == 8
					e.Bytes += int64(len(payload))
					if opcode == 1 {
						e.Received++
						e.Sent++
					}
					if _, err := c.Write(frame(opcode, payload, false)); err != nil {
						break
					}
				}
			}
			j.add(e)
		}()
	}
}

// clients makes the connections, so many at once.
func (p *peerPlan) clients(j *journal) error {
	config := &tls.Config{InsecureSkipVerify: true, ServerName: "chat.example.com"}
	if p.Keylog != "" {
		keys, err := os.OpenFile(p.Keylog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer keys.Close()
		config.KeyLogWriter = keys
	}
	var group sync.WaitGroup
	slots := make(chan struct{}, p.AtOnce)
	for range p.Conns {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			j.add(p.client(config))
		})
	}
	group.Wait()
	return nil
}

// goesOn reports whether there is another message after n of them.
func (p *peerPlan) goesOn(n int) bool {
	if p.Until == "" {
		return n < p.Messages
	}
	_, err := os.Stat(p.Until)
	return err != nil
}

// client is one conversation; what fails ends it.
func (p *peerPlan) client(config *tls.Config) (e entry) {
	c, err := net.DialTimeout("tcp", p.Addr, time.Minute)
	if err != nil {
		return e
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Minute))
	e.Client = c.LocalAddr().String()
	if p.TLS {
		c = tls.Client(c, config)
	}
	key := make([]byte, 16)
	rand.Read(key)
	fmt.Fprintf(c, "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n", base64.StdEncoding.EncodeToString(key))
	r := bufio.NewReader(c)
	if response, err := http.ReadResponse(r, nil); err != nil || response.StatusCode != 101 {
		return e
	}
	text := []byte(strings.Repeat("wscope ", p.Size/7+1)[:p.Size])
	for n := 0; p.goesOn(n); n++ {
		if _, err := c.Write(frame(1, text, true)); err != nil {
			return e
		}
		e.Sent++
		e.Bytes += int64(len(text))
		if _, _, err := readFrame(r); err != nil {
			return e
		}
		e.Received++
		time.Sleep(p.Pause)
	}
	if _, err := c.Write(frame(8, []byte{3, 232}, true)); err != nil {
		return e
	}
	e.Bytes += 2
	opcode, _, err := readFrame(r)
	e.Closed = err == nil && opcode == 8
	return e
}

func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func frame(opcode byte, payload []byte, masked bool) []byte {
	b := []byte{0x80 | opcode}
	mask := byte(0)
	if masked {
		mask = 0x80
	}
	if len(payload) < 126 {
		b = append(b, mask|byte(len(payload)))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(len(payload)))
	}
	if !masked {
		return append(b, payload...)
	}
	key := [4]byte{}
	rand.Read(key[:])
	b = append(b, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

func readFrame(r *bufio.Reader) (opcode byte, payload []byte, err error) {
	var h [2]byte
	if _, err = io.ReadFull(r, h[:]); err != nil {
		return 0, nil, err
	}
	n := int(h[1] & 127)
	if n == 126 {
		var long [2]byte
		if _, err = io.ReadFull(r, long[:]); err != nil {
			return 0, nil, err
		}
		n = int(binary.BigEndian.Uint16(long[:]))
	}
	var key [4]byte
	if h[1]&0x80 != 0 {
		if _, err = io.ReadFull(r, key[:]); err != nil {
			return 0, nil, err
		}
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(r, payload)
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	return h[0] & 15, payload, err
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"chat.example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Command gopeer is a WebSocket endpoint built on gorilla/websocket or coder/websocket. It takes the steps and paths of
// the node endpoints beside it, and keeps a journal of what it sends and receives.
//
//	gopeer gorilla|coder client|server SPEC
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

type spec struct {
	Host        string
	Port        int
	Log         string
	Deflate     *struct{}
	TLS         *tlsSpec
	Connections []connection
}

type tlsSpec struct {
	CA, Keylog string
	Cert, Key  []string
	Version    uint16 // 0x0303 or 0x0304
	Cipher     string // of TLS 1.2; Go chooses those of 1.3 itself
	cache      tls.ClientSessionCache
}

type connection struct {
	Path         string
	Subprotocols []string
	Cipher       string
	Steps        [][]any
}

// endpoint is one open WebSocket of either library.
type endpoint interface {
	port() int // the client's
	say(kind string, data []byte)
	fragments(kind string, parts []int, pings bool)
	ping(data []byte)
	close(code int, reason string)
	received() <-chan string // the kind of each message and pong; closed when the connection is over
}

func main() {
	library, role := os.Args[1], os.Args[2]
	var s spec
	if err := json.Unmarshal([]byte(os.Args[3]), &s); err != nil {
		log.Fatal(err)
	}
	j := newJournal(s.Log, role)
	dial, accept := dialGorilla, acceptGorilla
	if library == "coder" {
		dial, accept = dialCoder, acceptCoder
	}
	if role == "client" {
		if s.TLS != nil {
			s.TLS.cache = tls.NewLRUClientSessionCache(1)
		}
		for _, c := range s.Connections {
			if s.TLS != nil {
				s.TLS.Cipher = c.Cipher
			}
			run(dial(s, j, c), j, c)
		}
		return
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, p, _ := net.SplitHostPort(r.RemoteAddr)
		port, _ := strconv.Atoi(p)
		if r.URL.Path == "/refuse" {
			status, _ := strconv.Atoi(r.URL.Query().Get("status"))
			j.write(port, "refused", event{"path": r.URL.String(), "status": status})
			w.WriteHeader(status)
			return
		}
		if e := accept(s, j, w, r, port); e != nil {
			serve(e, r)
		}
	})
	ln, err := net.Listen("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		log.Fatal(err)
	}
	if s.TLS != nil {
		ln = tls.NewListener(ln, s.TLS.config())
	}
	fmt.Println("ready")
	log.Fatal(http.Serve(ln, handler))
}

// serve does what the path says until the connection is over. The echo itself is the library's read loop's work.
func serve(e endpoint, r *http.Request) {
	if r.URL.Path == "/push" {
		e.fragments("text", []int{100, 150, 50}, false)
	}
	for range e.received() {
		if r.URL.Path != "/close" {
			continue
		}
		code, err := strconv.Atoi(r.URL.Query().Get("code"))
		if err != nil {
			code = 1005
		}
		e.close(code, r.URL.Query().Get("reason"))
	}
}

func run(e endpoint, j *journal, c connection) {
	n := func(v any) int { return int(v.(float64)) }
	for _, step := range c.Steps {
		switch step[0] {
		case "send":
			e.say(step[1].(string), payload(step[1].(string), n(step[2])))
			<-e.received()
		case "tell":
			e.say(step[1].(string), payload(step[1].(string), n(step[2])))
		case "fragments":
			var parts []int
			for _, p := range step[2].([]any) {
				parts = append(parts, n(p))
			}
			e.fragments(step[1].(string), parts, step[3].(bool))
			for kind := range e.received() {
				if kind != "pong" {
					break
				}
			}
		case "ping":
			start := time.Now()
			e.ping(payload("text", n(step[1])))
			for kind := range e.received() {
				if kind == "pong" {
					break
				}
			}
			j.write(e.port(), "rtt", event{"ms": float64(time.Since(start).Nanoseconds()) / 1e6})
		case "close":
			code, reason := 1005, ""
			if len(step) > 1 {
				code, reason = n(step[1]), step[2].(string)
			}
			e.close(code, reason)
			for range e.received() {
			}
		case "pause":
			time.Sleep(time.Duration(n(step[1])) * time.Millisecond)
		case "wait":
			for range e.received() {
			}
		default:
			log.Fatalf("no such step: %v", step[0])
		}
	}
}

func (t *tlsSpec) config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS10, ServerName: "localhost", ClientSessionCache: t.cache}
	if t.Version != 0 {
		c.MinVersion, c.MaxVersion = t.Version, t.Version
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if suite.Name == t.Cipher {
			c.CipherSuites = []uint16{suite.ID}
		}
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			log.Fatal(err)
		}
		c.RootCAs = x509.NewCertPool()
		c.RootCAs.AppendCertsFromPEM(pem)
	}
	for i := range t.Cert {
		cert, err := tls.LoadX509KeyPair(t.Cert[i], t.Key[i])
		if err != nil {
			log.Fatal(err)
		}
		c.Certificates = append(c.Certificates, cert)
	}
	if t.Cert != nil && t.Cipher == "all" {
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			c.CipherSuites = append(c.CipherSuites, suite.ID)
		}
	}
	if t.Keylog != "" {
		f, err := os.OpenFile(t.Keylog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			log.Fatal(err)
		}
		c.KeyLogWriter = f
	}
	return c
}

func (s spec) url(path string) string {
	scheme := "ws"
	if s.TLS != nil {
		scheme = "wss"
	}
	return scheme + "://" + net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) + path
}

// opened journals what the client's handshake gave.
func opened(j *journal, port int, path string, res *http.Response, state *tls.ConnectionState) {
	e := event{"path": path, "status": res.StatusCode, "subprotocol": res.Header.Get("Sec-WebSocket-Protocol"),
		"extensions": res.Header.Get("Sec-WebSocket-Extensions")}
	if state != nil {
		e["tls"], e["cipher"] = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
		e["resumed"] = state.DidResume
	}
	j.write(port, "open", e)
}

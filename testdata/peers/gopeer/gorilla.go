package main

import (
	"crypto/tls"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// gorilla is an endpoint on gorilla/websocket. Its mutex keeps the journal in the order of the wire.
type gorilla struct {
	c    *websocket.Conn
	j    *journal
	p    int
	mu   sync.Mutex
	shut bool
	in   chan string
}

var gorillaKinds = map[string]int{"text": websocket.TextMessage, "binary": websocket.BinaryMessage}

func dialGorilla(s spec, j *journal, c connection) endpoint {
	d := websocket.Dialer{Subprotocols: c.Subprotocols, EnableCompression: s.Deflate != nil, WriteBufferSize: 1024}
	if s.TLS != nil {
		d.TLSClientConfig = s.TLS.config()
	}
	conn, res, err := d.Dial(s.url(c.Path), nil)
	if err != nil {
		log.Fatal(err)
	}
	port := conn.LocalAddr().(*net.TCPAddr).Port
	var state *tls.ConnectionState
	if secure, ok := conn.NetConn().(*tls.Conn); ok {
		s := secure.ConnectionState()
		state = &s
	}
	opened(j, port, c.Path, res, state)
	return newGorilla(conn, j, port, false)
}

func acceptGorilla(s spec, j *journal, w http.ResponseWriter, r *http.Request, port int) endpoint {
	u := websocket.Upgrader{Subprotocols: []string{"chat.v2"}, EnableCompression: s.Deflate != nil}
	conn, err := u.Upgrade(w, r, nil)
	if err != nil {
		j.write(port, "refused", event{"path": r.URL.String(), "detail": err.Error()})
		return nil
	}
	j.write(port, "open", event{"path": r.URL.String(), "status": 101, "subprotocol": conn.Subprotocol()})
	return newGorilla(conn, j, port, echoes(r.URL))
}

func echoes(u *url.URL) bool { return u.Path != "/close" }

func newGorilla(conn *websocket.Conn, j *journal, port int, echo bool) endpoint {
	g := &gorilla{c: conn, j: j, p: port, in: make(chan string, 16)}
	conn.SetPingHandler(func(data string) error {
		j.write(port, "received", message("ping", []byte(data)))
		return g.control(websocket.PongMessage, []byte(data), message("pong", []byte(data)))
	})
	conn.SetPongHandler(func(data string) error {
		j.write(port, "received", message("pong", []byte(data)))
		g.in <- "pong"
		return nil
	})
	conn.SetCloseHandler(func(code int, reason string) error {
		j.write(port, "received", closing(code, reason))
		g.close(code, reason)
		return nil
	})
	go func() {
		defer close(g.in)
		for {
			n, data, err := conn.ReadMessage()
			if err != nil {
				conn.Close()
				return
			}
			kind := map[int]string{websocket.TextMessage: "text", websocket.BinaryMessage: "binary"}[n]
			j.write(port, "received", message(kind, data))
			if echo {
				g.say(kind, data)
			}
			g.in <- kind
		}
	}()
	return g
}

func (g *gorilla) port() int               { return g.p }
func (g *gorilla) received() <-chan string { return g.in }

func (g *gorilla) control(kind int, data []byte, e event) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.j.write(g.p, "sent", e)
	return g.c.WriteControl(kind, data, time.Now().Add(time.Second))
}

func (g *gorilla) ping(data []byte) { g.control(websocket.PingMessage, data, message("ping", data)) }

func (g *gorilla) say(kind string, data []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.j.write(g.p, "sent", message(kind, data))
	if err := g.c.WriteMessage(gorillaKinds[kind], data); err != nil {
		log.Print(err)
	}
}

// fragments writes the parts to one message; the library cuts it into frames where its buffer is full.
func (g *gorilla) fragments(kind string, parts []int, pings bool) {
	whole, at := 0, 0
	for _, n := range parts {
		whole += n
	}
	data := payload(kind, whole)
	w, err := g.c.NextWriter(gorillaKinds[kind])
	if err != nil {
		log.Fatal(err)
	}
	for i, n := range parts {
		w.Write(data[at : at+n])
		at += n
		if pings && i < len(parts)-1 {
			g.ping([]byte("between"))
		}
	}
	g.j.write(g.p, "sent", message(kind, data))
	w.Close()
}

func (g *gorilla) close(code int, reason string) {
	g.mu.Lock()
	done := g.shut
	g.shut = true
	g.mu.Unlock()
	if !done {
		g.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), closing(code, reason))
	}
}

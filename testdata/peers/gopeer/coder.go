package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"

	"github.com/coder/websocket"
)

// coder is an endpoint on coder/websocket, which answers pings and Closes itself.
type coder struct {
	c    *websocket.Conn
	j    *journal
	p    int
	mu   sync.Mutex
	shut bool
	in   chan string

	pings int
}

var (
	background = context.Background()
	coderKinds = map[string]websocket.MessageType{"text": websocket.MessageText, "binary": websocket.MessageBinary}
)

func (g *coder) gotPing(_ context.Context, data []byte) bool {
	g.j.write(g.p, "received", message("ping", data))
	g.j.write(g.p, "sent", message("pong", data))
	return true
}

func (g *coder) gotPong(_ context.Context, data []byte) {
	g.j.write(g.p, "received", message("pong", data))
}

func (s spec) coderMode() websocket.CompressionMode {
	if s.Deflate != nil {
		return websocket.CompressionContextTakeover
	}
	return websocket.CompressionDisabled
}

func dialCoder(s spec, j *journal, c connection) endpoint {
	g := &coder{j: j, in: make(chan string, 16)}
	transport := &http.Transport{}
	if s.TLS != nil {
		transport.TLSClientConfig = s.TLS.config()
	}
	ctx := httptrace.WithClientTrace(background, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) { g.p = i.Conn.LocalAddr().(*net.TCPAddr).Port },
	})
	conn, res, err := websocket.Dial(ctx, s.url(c.Path), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, Subprotocols: c.Subprotocols,
		CompressionMode: s.coderMode(), CompressionThreshold: 1,
		OnPingReceived: g.gotPing, OnPongReceived: g.gotPong,
	})
	if err != nil {
		log.Fatal(err)
	}
	opened(j, g.p, c.Path, res, res.TLS)
	return g.start(conn, false)
}

func acceptCoder(s spec, j *journal, w http.ResponseWriter, r *http.Request, port int) endpoint {
	g := &coder{j: j, p: port, in: make(chan string, 16)}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{"chat.v2"}, CompressionMode: s.coderMode(), CompressionThreshold: 1,
		OnPingReceived: g.gotPing, OnPongReceived: g.gotPong,
	})
	if err != nil {
		j.write(port, "refused", event{"path": r.URL.String(), "detail": err.Error()})
		return nil
	}
	j.write(port, "open", event{"path": r.URL.String(), "status": 101, "subprotocol": conn.Subprotocol()})
	return g.start(conn, echoes(r.URL))
}

func (g *coder) start(conn *websocket.Conn, echo bool) endpoint {
	g.c = conn
	conn.SetReadLimit(-1)
	go func() {
		defer close(g.in)
		for {
			n, data, err := conn.Read(background)
			if err != nil {
				g.over(err)
				return
			}
			kind := map[websocket.MessageType]string{websocket.MessageText: "text", websocket.MessageBinary: "binary"}[n]
			g.j.write(g.p, "received", message(kind, data))
			if echo {
				g.say(kind, data)
			}
			g.in <- kind
		}
	}()
	return g
}

// over journals the Close that ended the reading, and the library's answer to it.
func (g *coder) over(err error) {
	var e websocket.CloseError
	if !errors.As(err, &e) {
		return
	}
	g.j.write(g.p, "received", closing(int(e.Code), e.Reason))
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		g.shut = true
		g.j.write(g.p, "sent", closing(int(e.Code), e.Reason))
	}
}

func (g *coder) port() int               { return g.p }
func (g *coder) received() <-chan string { return g.in }

// ping waits for the pong, of which it then tells the reader of received. The payload is the library's own choice: the
// count of its pings.
func (g *coder) ping([]byte) {
	g.pings++
	g.j.write(g.p, "sent", message("ping", []byte(strconv.Itoa(g.pings))))
	if err := g.c.Ping(background); err != nil {
		log.Print(err)
	}
	g.in <- "pong"
}

func (g *coder) say(kind string, data []byte) {
	g.j.write(g.p, "sent", message(kind, data))
	if err := g.c.Write(background, coderKinds[kind], data); err != nil {
		log.Print(err)
	}
}

// fragments sends a frame a part, and the library's empty last one.
func (g *coder) fragments(kind string, parts []int, _ bool) {
	whole, at := 0, 0
	for _, n := range parts {
		whole += n
	}
	data := payload(kind, whole)
	w, err := g.c.Writer(background, coderKinds[kind])
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range parts {
		w.Write(data[at : at+n])
		at += n
	}
	g.j.write(g.p, "sent", message(kind, data))
	w.Close()
}

func (g *coder) close(code int, reason string) {
	g.mu.Lock()
	g.shut = true
	g.mu.Unlock()
	g.j.write(g.p, "sent", closing(code, reason))
	g.c.Close(websocket.StatusCode(code), reason)
}

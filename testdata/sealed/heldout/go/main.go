// Command go is WebSocket servers and clients over TLS by Go's libraries: go server LIBRARY PORT KEYS, go client LIBRARY BASE COUNT, for
// gorilla, coder, gobwas and xnet. The paths are those of server.js.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	xnet "golang.org/x/net/websocket"
)

// conn is a WebSocket of any library. ping may be nil.
type conn struct {
	send  func(string) error
	read  func() (string, error)
	ping  func() error
	close func()
}

func text(n int) string { return strings.Repeat("x", 1+rand.IntN(n)) }

// serve is the server's half of a conversation.
func serve(path string, c conn) {
	done := make(chan struct{})
	defer close(done)
	every := func(d time.Duration, f func() error) {
		go func() {
			t := time.NewTicker(d)
			defer t.Stop()
			for {
				select {
				case <-done:
					return
				case <-t.C:
					if f() != nil {
						return
					}
				}
			}
		}()
	}
	if path == "/push" {
		every(time.Duration(60+rand.IntN(100))*time.Millisecond, func() error { return c.send(text(220)) })
	}
	if path == "/beat" && c.ping != nil {
		every(500*time.Millisecond, c.ping)
	}
	streams := false
	for {
		m, err := c.read()
		if err != nil {
			return
		}
		switch {
		case path == "/rpc":
			c.send(`{"id":1,"result":"` + text(300) + `"}`)
		case path == "/echo":
			c.send(m)
		case path == "/ticker" && !streams:
			streams = true
			every(50*time.Millisecond, func() error { return c.send(fmt.Sprintf(`{"s":"EURUSD","p":%f}`, rand.Float64())) })
		}
	}
}

// talk is the client's.
func talk(path string, c conn) {
	go func() {
		for {
			if _, err := c.read(); err != nil {
				return
			}
		}
	}()
	pause := func(ms int) { time.Sleep(time.Duration(1+rand.IntN(ms)) * time.Millisecond) }
	switch path {
	case "/echo":
		for i := range 10 + rand.IntN(10) {
			if i%5 == 4 {
				c.send(strings.Repeat("y", 1000*(1+rand.IntN(9))))
			} else {
				c.send(text(150))
			}
			pause(120)
		}
	case "/push":
		time.Sleep(1500 * time.Millisecond)
		c.send("thanks")
		pause(400)
	case "/rpc":
		for i := range 8 + rand.IntN(10) {
			c.send(fmt.Sprintf(`{"id":%d,"method":"%s"}`, i, text(80)))
			pause(150)
		}
	case "/beat":
		c.send(`{"hello":1}`)
		time.Sleep(4 * time.Second)
	case "/ticker":
		c.send(`{"op":"subscribe"}`)
		time.Sleep(1200 * time.Millisecond)
	}
	c.close()
	time.Sleep(150 * time.Millisecond)
}

// locked lets several send.
func locked(c conn) conn {
	var m sync.Mutex
	send, ping := c.send, c.ping
	c.send = func(s string) error { m.Lock(); defer m.Unlock(); return send(s) }
	if ping != nil {
		c.ping = func() error { m.Lock(); defer m.Unlock(); return ping() }
	}
	return c
}

func ofGorilla(w *gorilla.Conn) conn {
	return locked(conn{
		send: func(s string) error { return w.WriteMessage(gorilla.TextMessage, []byte(s)) },
		read: func() (string, error) { _, b, err := w.ReadMessage(); return string(b), err },
		ping: func() error { return w.WriteControl(gorilla.PingMessage, []byte("p"), time.Now().Add(time.Second)) },
		close: func() {
			w.WriteControl(gorilla.CloseMessage, gorilla.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
			time.Sleep(20 * time.Millisecond)
			w.Close()
		},
	})
}

func ofCoder(w *coder.Conn) conn {
	ctx := context.Background()
	return conn{
		send:  func(s string) error { return w.Write(ctx, coder.MessageText, []byte(s)) },
		read:  func() (string, error) { _, b, err := w.Read(ctx); return string(b), err },
		ping:  func() error { go w.Ping(ctx); return nil },
		close: func() { w.Close(coder.StatusNormalClosure, "") },
	}
}

func ofGobwas(w net.Conn, client bool) conn {
	side := ws.StateServerSide
	if client {
		side = ws.StateClientSide
	}
	return locked(conn{
		send: func(s string) error { return wsutil.WriteMessage(w, side, ws.OpText, []byte(s)) },
		read: func() (string, error) { b, _, err := wsutil.ReadData(w, side); return string(b), err },
		ping: func() error { return wsutil.WriteMessage(w, side, ws.OpPing, []byte("p")) },
		close: func() {
			wsutil.WriteMessage(w, side, ws.OpClose, ws.NewCloseFrameBody(1000, ""))
			time.Sleep(20 * time.Millisecond)
			w.Close()
		},
	})
}

func ofXnet(w *xnet.Conn) conn {
	return locked(conn{
		send:  func(s string) error { return xnet.Message.Send(w, s) },
		read:  func() (s string, err error) { err = xnet.Message.Receive(w, &s); return },
		close: func() { w.Close() },
	})
}

func handler(library string) http.Handler {
	if library == "xnet" {
		return xnet.Server{Handler: func(w *xnet.Conn) { serve(w.Request().URL.Path, ofXnet(w)) }}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch library {
		case "gorilla":
			if c, err := (&gorilla.Upgrader{}).Upgrade(w, r, nil); err == nil {
				serve(r.URL.Path, ofGorilla(c))
				c.Close()
			}
		case "coder":
			if c, err := coder.Accept(w, r, nil); err == nil {
				serve(r.URL.Path, ofCoder(c))
				c.CloseNow()
			}
		case "gobwas":
			if c, _, _, err := ws.UpgradeHTTP(r, w); err == nil {
				serve(r.URL.Path, ofGobwas(c, false))
				c.Close()
			}
		}
	})
}

func dial(library, url string) (conn, error) {
	t := &tls.Config{InsecureSkipVerify: true}
	switch library {
	case "gorilla":
		w, _, err := (&gorilla.Dialer{TLSClientConfig: t}).Dial(url, nil)
		return ofGorilla(w), err
	case "coder":
		w, _, err := coder.Dial(context.Background(), url, &coder.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: t}}})
		return ofCoder(w), err
	case "gobwas":
		w, _, _, err := (ws.Dialer{TLSConfig: t}).Dial(context.Background(), url)
		return ofGobwas(w, true), err
	}
	c, err := xnet.NewConfig(url, "https://localhost/")
	if err != nil {
		return conn{}, err
	}
	c.TlsConfig = t
	w, err := xnet.DialConfig(c)
	return ofXnet(w), err
}

func main() {
	library := os.Args[2]
	if os.Args[1] == "server" {
		keys, err := os.OpenFile(os.Args[4], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			log.Fatal(err)
		}
		s := http.Server{Addr: "127.0.0.1:" + os.Args[3], Handler: handler(library), TLSConfig: &tls.Config{KeyLogWriter: keys, NextProtos: []string{"http/1.1"}}}
		log.Fatal(s.ListenAndServeTLS(os.Getenv("WORK")+"/c.pem", os.Getenv("WORK")+"/k.pem"))
	}
	count, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	var wait sync.WaitGroup
	for _, path := range []string{"/echo", "/push", "/rpc", "/beat", "/ticker"} {
		for range count {
			wait.Add(1)
			go func() {
				defer wait.Done()
				time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
				c, err := dial(library, os.Args[3]+path)
				if err != nil {
					fmt.Fprintln(os.Stderr, library, path, err)
					return
				}
				talk(path, c)
			}()
		}
	}
	wait.Wait()
}

// Command gopeer is a server on gorilla/websocket or coder/websocket: gopeer server SPEC, with lib, host, port, max (the largest
// message that it reads, in bytes) and idle (seconds that it waits for a message).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

type spec struct {
	Lib, Host string
	Port      int
	Max       int64
	Idle      float64
}

func main() {
	var o spec
	if err := json.Unmarshal([]byte(os.Args[2]), &o); err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", o.Host, o.Port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	log.Fatal(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.Lib == "coder" {
			o.coder(w, r)
		} else {
			o.gorilla(w, r)
		}
	})))
}

func (o *spec) wait() time.Duration {
	if o.Idle == 0 {
		return time.Hour
	}
	return time.Duration(o.Idle * 1e9)
}

func (o *spec) gorilla(w http.ResponseWriter, r *http.Request) {
	u := gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	c, err := u.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	c.SetReadLimit(o.Max)
	for {
		c.SetReadDeadline(time.Now().Add(o.wait()))
		kind, b, err := c.ReadMessage()
		if err != nil || c.WriteMessage(kind, b) != nil {
			return
		}
	}
}

func (o *spec) coder(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer c.CloseNow()
	if o.Max > 0 {
		c.SetReadLimit(o.Max)
	}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), o.wait())
		kind, b, err := c.Read(ctx)
		cancel()
		if err != nil || c.Write(context.Background(), kind, b) != nil {
			return
		}
	}
}

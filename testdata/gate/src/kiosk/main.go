// Command kiosk is a board of departures: a server on Centrifuge's library, and a suite of tests with its client. Commands are
// numbered and may come several in a message, as lines; the server pings with an empty object.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge"
	sdk "github.com/centrifugal/centrifuge-go"
)

var changes = map[string][2]any{
	"reply-lost": {[]string{"unanswered", "count", "message"}, "rpc|reserve"}, "error-reply": {[]string{"message", "value", "field"}, "error"}, "field-dropped": {[]string{"field"}, "track"},
	"type-changed": {[]string{"field"}, "delay"}, "event-lost": {[]string{"count", "message", "value"}, "push|departure"}, "slower": {[]string{"latency"}, "search|rpc"},
	"duplicate": {[]string{"repeated", "count", "sequence"}, "push|departure"}, "state-changed": {[]string{"value"}, "status"}, "new-message": {[]string{"message", "field", "value"}, "strike|message|push"},
	"heartbeat-lost": {[]string{"heartbeat", "pings", "message", "count"}, ""}, "header-lost": {[]string{"request", "finding"}, "X-Kiosk"}, "token-lost": {[]string{"field"}, "connect"},
}

type object = map[string]any

func is(change string) bool { return len(os.Args) > 3 && os.Args[3] == change }

func id(n int) string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}

func pick(list ...string) string { return list[rand.IntN(len(list))] }

func text(o object) []byte { b, _ := json.Marshal(o); return b }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func serve(port string) {
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelNone})
	must(err)
	ping := centrifuge.PingPongConfig{PingInterval: time.Second, PongTimeout: 800 * time.Millisecond}
	if is("heartbeat-lost") {
		ping = centrifuge.PingPongConfig{PingInterval: time.Hour, PongTimeout: time.Minute}
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: id(8)}, Data: text(object{"zone": pick("north", "south")})}, nil
	})
	node.OnConnect(func(c *centrifuge.Client) {
		c.OnSubscribe(func(e centrifuge.SubscribeEvent, reply centrifuge.SubscribeCallback) {
			reply(centrifuge.SubscribeReply{Options: centrifuge.SubscribeOptions{EmitJoinLeave: true, PushJoinLeave: true}}, nil)
			done := make(chan struct{})
			c.OnDisconnect(func(centrifuge.DisconnectEvent) { close(done) })
			go departures(node, e.Channel, done)
		})
		c.OnPublish(func(e centrifuge.PublishEvent, reply centrifuge.PublishCallback) {
			reply(centrifuge.PublishReply{}, nil)
		})
		c.OnRPC(func(e centrifuge.RPCEvent, reply centrifuge.RPCCallback) {
			go answer(c, e.Method, reply)
		})
	})
	must(node.Run())
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{PingPongConfig: ping, CheckOrigin: func(*http.Request) bool { return true }}))
	go func() {
		time.Sleep(100 * time.Millisecond)
		fmt.Println("ready")
	}()
	panic(http.ListenAndServe("127.0.0.1:"+port, nil))
}

// departures are told while somebody looks.
func departures(node *centrifuge.Node, channel string, done chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(time.Duration(40+rand.IntN(160)) * time.Millisecond):
		}
		delay := rand.IntN(40)
		p := object{"kind": "departure", "train": "T" + strconv.Itoa(100+rand.IntN(900)), "track": rand.IntN(20), "delay": delay, "status": pick("ontime", "boarding")}
		if is("field-dropped") {
			delete(p, "track")
		}
		if is("type-changed") {
			p["delay"] = fmt.Sprint("+", delay, "m")
		}
		if is("state-changed") {
			p["status"] = "diverted"
		}
		if is("event-lost") {
			continue
		}
		for range map[bool]int{true: 2, false: 1}[is("duplicate")] {
			_, _ = node.Publish(channel, text(p))
		}
	}
}

func answer(c *centrifuge.Client, method string, reply centrifuge.RPCCallback) {
	switch method {
	case "search":
		if time.Sleep(4 * time.Millisecond); is("slower") {
			time.Sleep(90 * time.Millisecond)
		}
		var trips []object
		for range 1 + rand.IntN(4) {
			trips = append(trips, object{"trip": id(10), "price": 5 + rand.IntN(90), "class": pick("first", "second")})
		}
		reply(centrifuge.RPCReply{Data: text(object{"trips": trips})}, nil)
	case "reserve":
		switch {
		case is("reply-lost"):
			return
		case is("error-reply"):
			reply(centrifuge.RPCReply{}, &centrifuge.Error{Code: 1409, Message: "sold out"})
		default:
			reply(centrifuge.RPCReply{Data: text(object{"seat": fmt.Sprint(1+rand.IntN(60), pick("A", "B")), "code": id(6)})}, nil)
		}
		if is("new-message") {
			_ = c.Send(text(object{"strike": id(5), "until": time.Now().Format(time.RFC3339)}))
		}
	}
}

type client struct{ c *sdk.Client }

func open(at string) *client {
	h := http.Header{"Origin": {"https://kiosk.example.org"}}
	if !is("header-lost") {
		h.Set("X-Kiosk", "k-"+id(7))
	}
	config := sdk.Config{Header: h, Name: "kiosk", Version: "3." + strconv.Itoa(rand.IntN(9))}
	if !is("token-lost") {
		config.Data = text(object{"token": id(26)})
	}
	c := &client{sdk.NewJsonClient("ws://"+at+"/connection/websocket", config)}
	up := make(chan struct{})
	var once sync.Once
	c.c.OnConnected(func(sdk.ConnectedEvent) { once.Do(func() { close(up) }) })
	must(c.c.Connect())
	<-up
	return c
}

func (c *client) ask(method string, o object) {
	ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
	defer cancel()
	_, _ = c.c.RPC(ctx, method, text(o)) // what is lost is what is to be found
}

func (c *client) watch(channel string) *sdk.Subscription {
	s, err := c.c.NewSubscription(channel)
	must(err)
	up := make(chan struct{})
	var once sync.Once
	s.OnSubscribed(func(sdk.SubscribedEvent) { once.Do(func() { close(up) }) })
	must(s.Subscribe())
	<-up
	return s
}

func (c *client) bye() {
	_ = c.c.Disconnect()
	time.Sleep(20 * time.Millisecond)
}

func main() {
	log.SetOutput(io.Discard)
	switch os.Args[1] {
	case "changes":
		must(json.NewEncoder(os.Stdout).Encode(changes))
		return
	case "server":
		serve(os.Args[2])
	}
	at := "127.0.0.1:" + os.Args[2]
	station := func() string { return "station:" + id(8) }
	pause := func(from, to int) { time.Sleep(time.Duration(from+rand.IntN(to-from)) * time.Millisecond) }
	search := func() object { return object{"from": id(3), "to": id(3), "day": time.Now().Format(time.DateOnly)} }
	tests := []func(){
		func() { c := open(at); c.ask("search", search()); c.bye() },
		func() {
			c := open(at)
			for range 4 {
				c.ask("search", search())
			}
			c.bye()
		},
		func() { c := open(at); c.watch(station()); pause(500, 900); c.bye() },
		func() { c := open(at); c.ask("search", search()); c.ask("reserve", object{"trip": id(10)}); c.bye() },
		func() {
			a, b, s := open(at), open(at), station()
			a.watch(s)
			b.watch(s)
			a.ask("reserve", object{"trip": id(10)})
			pause(300, 500)
			b.bye()
			a.bye()
		},
		func() { c := open(at); pause(2300, 2600); c.bye() },
		func() {
			c := open(at)
			s := c.watch(station())
			_, _ = s.Publish(context.Background(), text(object{"kind": "note", "text": pick("amber", "birch") + " " + id(4)}))
			c.ask("reserve", object{"trip": id(10)})
			pause(100, 300)
			must(s.Unsubscribe())
			c.ask("search", search())
			c.bye()
		},
	}
	rand.Shuffle(len(tests), func(i, j int) { tests[i], tests[j] = tests[j], tests[i] })
	for _, test := range tests {
		test()
	}
	time.Sleep(50 * time.Millisecond)
}

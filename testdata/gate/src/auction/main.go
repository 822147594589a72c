// Command auction is an auction: a server on gorilla/websocket, and a suite of tests with coder/websocket as its client. Messages are
// envelopes {"k": kind, "n": number, "p": payload}; calls are numbered, answers name the number.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

var changes = map[string][2]any{
	"reply-lost": {[]string{"unanswered", "count", "message"}, "bid|ok"}, "error-reply": {[]string{"message", "value", "field"}, "err|bid"}, "field-dropped": {[]string{"field"}, "reserve"},
	"type-changed": {[]string{"field"}, "amount"}, "kind-renamed": {[]string{"message"}, "outbid|overbid"}, "order-broken": {[]string{"order"}, "catalog|terms"}, "slower": {[]string{"latency"}, "lots"},
	"duplicate": {[]string{"repeated", "count"}, "price"}, "pings-lost": {[]string{"heartbeat", "pings", "count", "message"}, ""}, "deflate-lost": {[]string{"extensions"}, ""},
	"close-code": {[]string{"close"}, ""}, "auth-lost": {[]string{"request", "finding"}, "Authorization|credentials"}, "phase-changed": {[]string{"value"}, "phase"}, "new-message": {[]string{"message"}, "hammer"},
}

type object = map[string]any

type envelope struct {
	Kind    string `json:"k"`
	Number  int    `json:"n,omitempty"`
	Payload object `json:"p,omitempty"`
}

func is(change string) bool { return len(os.Args) > 3 && os.Args[3] == change }

func id(n int) string {
	const letters = "23456789abcdefghijkmnpqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}

func pick(list ...string) string { return list[rand.IntN(len(list))] }

func serve(w http.ResponseWriter, r *http.Request) {
	up := gorilla.Upgrader{EnableCompression: !is("deflate-lost"), CheckOrigin: func(*http.Request) bool { return true }}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	var lock sync.Mutex
	send := func(e envelope) {
		lock.Lock()
		defer lock.Unlock()
		_ = c.WriteJSON(e) // who is gone reads nothing
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		pings, prices := time.NewTicker(280*time.Millisecond), time.NewTimer(90*time.Millisecond)
		for {
			select {
			case <-done:
				return
			case <-pings.C:
				if !is("pings-lost") {
					lock.Lock()
					_ = c.WriteControl(gorilla.PingMessage, nil, time.Now().Add(time.Second))
					lock.Unlock()
				}
			case <-prices.C:
				p := object{"lot": "LOT-" + strconv.Itoa(100+rand.IntN(900)), "amount": 1 + rand.IntN(9999), "bidders": rand.IntN(9), "phase": pick("open", "closing")}
				if is("type-changed") {
					p["amount"] = fmt.Sprint(p["amount"], ".00")
				}
				if is("phase-changed") {
					p["phase"] = "suspended"
				}
				send(envelope{Kind: "price", Payload: p})
				if is("duplicate") {
					send(envelope{Kind: "price", Payload: p})
				}
				if is("new-message") && rand.IntN(2) == 0 {
					send(envelope{Kind: "hammer", Payload: object{"lot": p["lot"]}})
				}
				prices.Reset(time.Duration(30+rand.IntN(170)) * time.Millisecond)
			}
		}
	}()
	terms := envelope{Kind: "terms", Payload: object{"premium": 0.15, "currency": pick("EUR", "GBP"), "session": id(16)}}
	catalog := envelope{Kind: "catalog", Payload: object{"lots": []string{id(8), id(8)}, "house": pick("north", "south")}}
	if is("order-broken") {
		terms, catalog = catalog, terms
	}
	send(terms)
	send(catalog)
	for {
		var e envelope
		if c.ReadJSON(&e) != nil {
			return
		}
		switch e.Kind {
		case "lots":
			if time.Sleep(5 * time.Millisecond); is("slower") {
				time.Sleep(85 * time.Millisecond)
			}
			lots := []object{}
			for range 1 + rand.IntN(5) {
				lot := object{"id": id(8), "title": pick("amber", "birch") + " " + pick("chair", "clock"), "reserve": 10 + rand.IntN(500)}
				if is("field-dropped") {
					delete(lot, "reserve")
				}
				lots = append(lots, lot)
			}
			send(envelope{"lots.ok", e.Number, object{"lots": lots}})
		case "bid":
			switch {
			case is("reply-lost"):
			case is("error-reply"):
				send(envelope{"err", e.Number, object{"code": 409, "why": "the lot is closed"}})
			default:
				send(envelope{"bid.ok", e.Number, object{"bid": id(12), "rank": 1 + rand.IntN(4)}})
				kind := "outbid"
				if is("kind-renamed") {
					kind = "overbid"
				}
				time.Sleep(time.Duration(5+rand.IntN(30)) * time.Millisecond)
				send(envelope{Kind: kind, Payload: object{"lot": e.Payload["lot"], "by": id(6), "step": 5 * (1 + rand.IntN(9))}})
			}
		case "watch":
			send(envelope{"watch.ok", e.Number, object{"watching": 1 + rand.IntN(9)}})
		}
	}
}

type client struct {
	c       *coder.Conn
	n       int
	answers sync.Map
	over    chan struct{}
}

func open(at string) *client {
	h := http.Header{"User-Agent": {"bidder/2." + strconv.Itoa(rand.IntN(9))}}
	if !is("auth-lost") {
		h.Set("Authorization", "Bearer "+id(30))
	}
	c, _, err := coder.Dial(context.Background(), "ws://"+at+"/auctions/"+id(10)+"/live?lang="+pick("en", "de"), &coder.DialOptions{HTTPHeader: h, CompressionMode: coder.CompressionContextTakeover})
	if err != nil {
		panic(err)
	}
	b := &client{c: c, over: make(chan struct{})}
	go func() {
		defer close(b.over)
		for {
			_, text, err := c.Read(context.Background())
			var e envelope
			if err != nil || json.Unmarshal(text, &e) != nil {
				return
			}
			if wait, ok := b.answers.Load(e.Number); ok && e.Number > 0 {
				wait.(chan envelope) <- e
			}
		}
	}()
	return b
}

func (b *client) ask(kind string, p object) {
	b.n++
	wait := make(chan envelope, 4)
	b.answers.Store(b.n, wait)
	text, _ := json.Marshal(envelope{kind, b.n, p})
	if b.c.Write(context.Background(), coder.MessageText, text) != nil {
		return
	}
	select {
	case <-wait:
	case <-time.After(700 * time.Millisecond):
	}
}

func (b *client) bye() {
	code := coder.StatusNormalClosure
	if is("close-code") {
		code = 4321
	}
	_ = b.c.Close(code, "")
	<-b.over
}

func main() {
	half := os.Args[1]
	if half == "changes" {
		_ = json.NewEncoder(os.Stdout).Encode(changes)
		return
	}
	if half == "server" {
		l, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
		if err != nil {
			panic(err)
		}
		fmt.Println("ready")
		panic(http.Serve(l, http.HandlerFunc(serve)))
	}
	at := "127.0.0.1:" + os.Args[2]
	lot := func() object { return object{"lot": id(8), "max": 10 + rand.IntN(900)} }
	pause := func(from, to int) { time.Sleep(time.Duration(from+rand.IntN(to-from)) * time.Millisecond) }
	tests := []func(){
		func() { b := open(at); b.ask("lots", object{"page": 1}); b.bye() },
		func() { b := open(at); b.ask("watch", lot()); pause(600, 900); b.bye() },
		func() {
			b := open(at)
			b.ask("bid", lot())
			pause(50, 90)
			b.ask("bid", lot())
			pause(50, 90)
			b.bye()
		},
		func() {
			b := open(at)
			for i := range 4 {
				b.ask("lots", object{"page": i})
			}
			pause(30, 60)
			b.bye()
		},
		func() {
			a, b := open(at), open(at)
			a.ask("bid", lot())
			b.ask("bid", lot())
			pause(200, 400)
			a.bye()
			b.bye()
		},
		func() { b := open(at); pause(900, 1200); b.bye() },
		func() {
			b := open(at)
			b.ask("watch", lot())
			b.ask("lots", object{"page": 2})
			b.ask("bid", lot())
			pause(50, 300)
			b.bye()
		},
	}
	rand.Shuffle(len(tests), func(i, j int) { tests[i], tests[j] = tests[j], tests[i] })
	for _, test := range tests {
		test()
	}
	time.Sleep(50 * time.Millisecond)
}

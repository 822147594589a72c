package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/centrifugal/centrifuge"
)

// centrifugeServer is a node with a channel that publishes, calls, one that fails, and pings.
func centrifugeServer(port string, j *journal) error {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return err
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		j.heard("connect", "")
		return centrifuge.ConnectReply{
			Credentials: &centrifuge.Credentials{UserID: "7"}, PingPongConfig: &centrifuge.PingPongConfig{PingInterval: 300 * time.Millisecond, PongTimeout: 200 * time.Millisecond},
		}, nil
	})
	node.OnConnect(func(c *centrifuge.Client) {
		c.OnSubscribe(func(e centrifuge.SubscribeEvent, done centrifuge.SubscribeCallback) {
			j.heard("subscribe", "")
			done(centrifuge.SubscribeReply{}, nil)
			go func() {
				for i := range 3 {
					time.Sleep(30 * time.Millisecond)
					j.said("push", "pub")
					node.Publish(e.Channel, fmt.Appendf(nil, `{"n":%d}`, i))
				}
			}()
		})
		c.OnRPC(func(e centrifuge.RPCEvent, done centrifuge.RPCCallback) {
			j.heard("rpc", e.Method)
			if e.Method == "boom" {
				done(centrifuge.RPCReply{}, centrifuge.ErrorMethodNotFound)
				return
			}
			done(centrifuge.RPCReply{Data: []byte(`{"ok":true}`)}, nil)
		})
		c.OnPublish(func(e centrifuge.PublishEvent, done centrifuge.PublishCallback) {
			j.heard("publish", "")
			j.said("push", "pub")
			done(centrifuge.PublishReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		return err
	}
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{}))
	return serve(port, http.DefaultServeMux)
}

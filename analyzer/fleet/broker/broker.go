// Package broker is a NATS server with JetStream in this process, for a fleet of one
// machine: wscope collect --serve. Clusters, accounts and TLS are nats-server's own
// business: run that where they are wanted.
package broker

import (
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Start starts a broker at an address, which keeps its streams in a folder. It returns the
// URL to connect to and what stops it.
func Start(addr, folder string) (url string, stop func(), err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", nil, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", nil, errors.New("no port: " + addr)
	}
	if host == "" {
		host = "127.0.0.1" // it asks nobody who they are
	}
	o := &server.Options{Host: host, Port: int(port), JetStream: true, StoreDir: folder, NoSigs: true, NoLog: true, ServerName: "wscope"}
	if port == 0 {
		o.Port = server.RANDOM_PORT
	}
	s, err := server.NewServer(o)
	if err != nil {
		return "", nil, err
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return "", nil, errors.New("the broker does not start: is the address in use?")
	}
	return s.ClientURL(), func() { s.Shutdown(); s.WaitForShutdown() }, nil
}

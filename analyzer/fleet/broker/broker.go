// Package broker is a NATS server with JetStream, for a fleet of one machine: the program
// wscope-broker, which wscope collect --serve starts. Clusters, accounts and TLS are nats-server's own
// business: run that where they are wanted.
package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Run starts a broker as Start does, writes its URL to out as a line, and serves until in ends or ctx is done.
func Run(ctx context.Context, addr, folder string, in io.Reader, out io.Writer) error {
	url, stop, err := Start(addr, folder)
	if err != nil {
		return err
	}
	defer stop()
	if _, err := fmt.Fprintln(out, url); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in) // an error ends it as its end does
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return nil
}

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

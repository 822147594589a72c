package capture

import (
	"context"
	"io"
	"net"
	"strings"
)

// dial connects to a PCAP-over-IP server: it sends a capture file as long as it runs.
func dial(ctx context.Context, name string) (io.ReadCloser, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(name, "tcp://"))
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	return &connection{c, ctx, stop}, nil
}

// connection is a PCAP-over-IP server's; it ends when ctx is done.
type connection struct {
	net.Conn
	ctx  context.Context
	stop func() bool
}

func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && c.ctx.Err() != nil {
		err = errStopped
	}
	return n, err
}

func (c *connection) Close() error {
	c.stop()
	return c.Conn.Close()
}

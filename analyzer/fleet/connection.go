package fleet

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// connection is a client's connection to its brokers for as long as the client lives. NATS's own
// connection may end for good (a broker that closes it with an error that the client does not know,
// credentials that cannot be read): then a new one is made. Whatever goes wrong is reported.
type connection struct {
	url, name string
	more      []nats.Option
	report    *Reporter

	mu     sync.Mutex
	conn   *nats.Conn
	js     jetstream.JetStream
	closed bool // by us
}

// connect connects to the brokers at url. One that is not there, or that refuses, is tried
// again for ever; only what no waiting would mend is an error.
func connect(url, name string, more []nats.Option, report *Reporter) (*connection, error) {
	c := &connection{url: url, name: name, more: more, report: report}
	if err := c.dial(); err != nil {
		return nil, err
	}
	return c, nil
}

// dial makes a new connection, which may be waiting for a broker yet.
func (c *connection) dial() error {
	options := append([]nats.Option{
		nats.Name(c.name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.RetryOnFailedConnect(true),
		// By default NATS gives a broker up that refuses the same credentials twice: they may be
		// restored, or renewed in their file, which is read at each attempt.
		nats.IgnoreAuthErrorAbort(),
		nats.ReconnectBufSize(-1),                                        // nothing is sent later than we know of
		nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2), // a broker whose machine is gone says nothing
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				c.report.Failed("broker lost: " + err.Error())
			}
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { c.report.Failed("no broker: " + err.Error()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.report.Failed("no broker: " + err.Error()) }),
		nats.ConnectHandler(func(n *nats.Conn) { c.report.Mended("broker found: " + n.ConnectedUrlRedacted()) }),
		nats.ReconnectHandler(func(n *nats.Conn) { c.report.Mended("broker found again: " + n.ConnectedUrlRedacted()) }),
	}, c.more...)
	conn, err := nats.Connect(c.url, options...)
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return err
	}
	if err := conn.LastError(); err != nil && !conn.IsConnected() {
		c.report.Failed("no broker: " + err.Error())
	}
	c.conn, c.js = conn, js
	return nil
}

// stream returns what speaks to JetStream, over a new connection where the last one ended for good.
func (c *connection) stream() (jetstream.JetStream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// Some failures reach no handler: a certificate that nobody signed, a broker that speaks no NATS.
	if err := c.conn.LastError(); err != nil && !c.closed && !c.conn.IsConnected() {
		c.report.Failed("no broker: " + err.Error())
	}
	if c.closed || !c.conn.IsClosed() {
		return c.js, nil
	}
	if err := c.dial(); err != nil {
		c.report.Failed("no broker: " + err.Error())
		return nil, err
	}
	return c.js, nil
}

// connected reports whether a broker is there.
func (c *connection) connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.IsConnected()
}

func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.conn.Close()
}

// ensure makes the stream where it is not there.
func ensure(ctx context.Context, js jetstream.JetStream, name string, replicas int) error {
	_, err := js.CreateStream(ctx, jetstream.StreamConfig{
		Name: name, Subjects: []string{name + ".batches.*"}, Storage: jetstream.FileStorage,
		Replicas: max(replicas, 1), Duplicates: idsFor, MaxAge: keepFor,
	})
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return nil
	}
	return err
}

// replicate gives the stream more replicas, where a sensor that came first made it with fewer.
func replicate(ctx context.Context, js jetstream.JetStream, name string, replicas int) error {
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	if config.Replicas >= replicas {
		return nil
	}
	config.Replicas = replicas
	_, err = js.UpdateStream(ctx, config)
	return err
}

package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// CollectorOptions of Collect. Folder must be set.
type CollectorOptions struct {
	Folder   string        // where the files go
	Stream   string        // name of the JetStream stream; "" is WSCOPE
	Replicas int           // of the stream, where it is made; 0 is 1
	Every    time.Duration // a commit; 0 is 10 s
	NATS     []nats.Option
	Tell     func(line string) // told of brokers that come and go, and of what is no record; may be nil
	Counts   *Counts           // may be nil
}

// Counts is what a Collector has done so far. Any goroutine may read it.
type Counts struct {
	Batches, Repeated, Records, Bytes, Bad, Commits atomic.Int64
}

// WriteTo writes the counts as Prometheus reads them.
func (c *Counts) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	for _, m := range []struct {
		name, help string
		n          *atomic.Int64
	}{
		{"batches", "Batches taken.", &c.Batches}, {"repeated_batches", "Batches that came again and were known.", &c.Repeated},
		{"records", "Records taken.", &c.Records}, {"bytes", "Bytes of records.", &c.Bytes},
		{"bad_records", "Lines that are no record.", &c.Bad}, {"commits", "Commits.", &c.Commits},
	} {
		fmt.Fprintf(&b, "# HELP wscope_collector_%[1]s_total %[2]s\n# TYPE wscope_collector_%[1]s_total counter\nwscope_collector_%[1]s_total %[3]d\n",
			m.name, m.help, m.n.Load())
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// commitBytes is how much a commit holds at most, in memory until then, and commitBatches
// how many batches; the stream is told to expect no acknowledgement sooner.
const (
	commitBytes   = 64 << 20
	commitBatches = 1000
	ackWait       = time.Minute
)

// Collect takes the batches of all sensors into files until ctx is done; what it took last
// is committed then.
func Collect(ctx context.Context, url string, opt CollectorOptions) error {
	if opt.Stream == "" {
		opt.Stream = "WSCOPE"
	}
	if opt.Every <= 0 {
		opt.Every = 10 * time.Second
	}
	if opt.Tell == nil {
		opt.Tell = func(string) {}
	}
	if opt.Counts == nil {
		opt.Counts = new(Counts)
	}
	st, err := openStore(opt.Folder)
	if err != nil {
		return err
	}
	conn, js, err := connect(url, "wscope collector", opt.NATS, opt.Tell)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &collecting{opt: &opt, js: js, store: st}
	return c.run(ctx)
}

// collecting is a Collector at work.
type collecting struct {
	opt     *CollectorOptions
	js      jetstream.JetStream
	store   *store
	pending []jetstream.Msg // to be acknowledged with the commit
	since   time.Time       // when the first of them came
}

func (c *collecting) run(ctx context.Context) error {
	var consumer jetstream.Consumer
	for ctx.Err() == nil {
		var err error
		if consumer == nil {
			if consumer, err = c.consumer(ctx); err != nil {
				pause(ctx)
				continue
			}
		}
		if err = c.fetch(ctx, consumer); err != nil {
			consumer = nil // it may have gone with its broker
			pause(ctx)
		}
		if len(c.pending) > 0 && (c.store.bytes > commitBytes || len(c.pending) >= commitBatches || time.Since(c.since) > c.opt.Every) {
			if err := c.commit(); err != nil {
				return err
			}
		}
	}
	if len(c.pending) > 0 {
		return c.commit()
	}
	return nil
}

func pause(ctx context.Context) {
	select {
	case <-time.After(200 * time.Millisecond):
	case <-ctx.Done():
	}
}

func (c *collecting) consumer(ctx context.Context) (jetstream.Consumer, error) {
	wait, cancel := context.WithTimeout(ctx, sendWait)
	defer cancel()
	if err := ensure(wait, c.js, c.opt.Stream, c.opt.Replicas); err != nil {
		return nil, err
	}
	return c.js.CreateOrUpdateConsumer(wait, c.opt.Stream, jetstream.ConsumerConfig{
		Durable: "collector", AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait + c.opt.Every, MaxAckPending: 2 * commitBatches,
	})
}

func (c *collecting) fetch(ctx context.Context, consumer jetstream.Consumer) error {
	list, err := consumer.Fetch(64, jetstream.FetchMaxWait(500*time.Millisecond))
	if err != nil {
		return err
	}
	for m := range list.Messages() {
		c.take(m)
	}
	if err := list.Error(); err != nil && !errors.Is(err, nats.ErrTimeout) && ctx.Err() == nil {
		return err
	}
	return nil
}

// take adds a batch to the commit at hand. One that is known is acknowledged with it too,
// for it may be in it.
func (c *collecting) take(m jetstream.Msg) {
	if len(c.pending) == 0 {
		c.since = time.Now()
	}
	c.pending = append(c.pending, m)
	sensor := m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
	seq, err := strconv.ParseUint(m.Headers().Get(headerSeq), 10, 64)
	if err != nil {
		c.opt.Counts.Bad.Add(1)
		c.opt.Tell("a message without a batch's number on " + m.Subject())
		return
	}
	before := c.store.bytes
	taken, bad := c.store.add(sensor+"."+m.Headers().Get(headerRun), seq, m.Data())
	if !taken {
		c.opt.Counts.Repeated.Add(1)
		return
	}
	c.opt.Counts.Batches.Add(1)
	c.opt.Counts.Bad.Add(int64(bad))
	c.opt.Counts.Bytes.Add(int64(c.store.bytes - before))
	c.opt.Counts.Records.Add(int64(strings.Count(string(m.Data()), "\n") - bad))
}

func (c *collecting) commit() error {
	if err := c.store.commit(); err != nil {
		return err
	}
	c.opt.Counts.Commits.Add(1)
	for _, m := range c.pending {
		m.Ack() // one that does not arrive brings the batch again, which is known
	}
	c.pending = c.pending[:0]
	return nil
}

package fleet

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// CollectorOptions of Collect. Folder must be set.
type CollectorOptions struct {
	Folder   string        // where the files go
	Format   string        // Parquet or NDJSON; "" is Parquet
	Settle   time.Duration // an hour becomes a file when nothing came for so long; 0 is 5 min
	Stream   string        // name of the JetStream stream; "" is WSCOPE
	Name     string        // of the durable consumer; "" is collector. Each name is given every batch
	Replicas int           // of the stream, at least; 0 is 1
	Every    time.Duration // a commit; 0 is 10 s
	Version  string        // of wscope, told in Parquet files
	NATS     []nats.Option
	Tell     func(line string) // told of brokers that come and go, and of what is no record; may be nil
	Counts   *Counts           // may be nil
	Keep     time.Duration     // hours that ended longer ago are removed; 0 keeps all
	KeepMost int64             // bytes of files; the oldest hours beyond are removed; 0 keeps all
	GiveUp   time.Duration     // end with an error when nothing but failures came for so long; 0 is never

	again time.Duration // a batch that is not acknowledged comes again after Every and this; 0 is ackWait
}

// commitBytes is how much a commit holds at most, in memory until then, and commitBatches
// how many batches. ackWait is for how long a killed collector's last batches stay away; one
// that comes again while it is only slow to be committed is known.
const (
	commitBytes   = 64 << 20
	commitBatches = 1000
	ackWait       = 20 * time.Second
)

// Collect takes the batches of all sensors into files until ctx is done; what it took last
// is committed then, and all that waits becomes files.
func Collect(ctx context.Context, url string, opt CollectorOptions) error {
	if opt.Stream == "" {
		opt.Stream = "WSCOPE"
	}
	if opt.Name == "" {
		opt.Name = "collector"
	}
	if opt.Format == "" {
		opt.Format = Parquet
	}
	if opt.Format != Parquet && opt.Format != NDJSON {
		return fmt.Errorf("format %q: %s or %s", opt.Format, Parquet, NDJSON)
	}
	if opt.Settle <= 0 {
		opt.Settle = 5 * time.Minute
	}
	if opt.again <= 0 {
		opt.again = ackWait
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
	st, err := openStore(opt.Folder, packing{opt.Format, opt.Settle, packBytes, opt.Version, opt.Keep, opt.KeepMost})
	if err != nil {
		return err
	}
	conn, err := connect(url, "wscope collector", opt.NATS, NewReporter(opt.Tell))
	if err != nil {
		return err
	}
	defer conn.close()
	c := &collecting{opt: &opt, conn: conn, store: st}
	return c.run(ctx)
}

// collecting is a Collector at work.
type collecting struct {
	opt     *CollectorOptions
	conn    *connection
	store   *store
	pending []jetstream.Msg // to be acknowledged with the commit
	since   time.Time       // when the first of them came
	looked  time.Time       // when it was last looked for hours to be removed
}

func (c *collecting) run(ctx context.Context) error {
	var consumer jetstream.Consumer
	var gaveUp error
	for ctx.Err() == nil {
		var err error
		if consumer == nil {
			if consumer, err = c.consumer(ctx); err != nil {
				c.failed(ctx, "no batches: ", err)
			}
		}
		if consumer != nil {
			if err = c.fetch(ctx, consumer); err != nil {
				consumer = nil // it may have gone with its broker
				c.failed(ctx, "no batches: ", err)
			} else {
				c.conn.report.Mended("")
			}
		}
		c.opt.Counts.Connected.Store(c.conn.connected())
		c.opt.Counts.Failures.Store(c.conn.report.Failures())
		if since, why := c.conn.report.failing(); c.opt.GiveUp > 0 && since >= c.opt.GiveUp && ctx.Err() == nil {
			gaveUp = fmt.Errorf("nothing could be collected for %s: %s", since.Round(time.Second), why)
			break
		}
		if len(c.pending) > 0 && (c.store.bytes > commitBytes || len(c.pending) >= commitBatches || time.Since(c.since) > c.opt.Every) {
			if err := c.commit(); err != nil {
				return err
			}
		}
		if err := c.store.settle(time.Now(), false); err != nil {
			return err
		}
		if err := c.retain(); err != nil {
			return err
		}
	}
	if len(c.pending) > 0 {
		if err := c.commit(); err != nil {
			return err
		}
	}
	return errors.Join(c.store.settle(time.Now(), true), gaveUp)
}

// retain removes what is kept no longer, every minute.
func (c *collecting) retain() error {
	if time.Since(c.looked) < time.Minute {
		return nil
	}
	c.looked = time.Now()
	removed, err := c.store.retain(c.looked)
	if len(removed) > 0 {
		c.opt.Tell("removed, as --keep and --keep-size ask: " + strings.Join(removed, ", "))
	}
	return err
}

// failed reports a failure of what should work where a broker is there, and waits a little.
func (c *collecting) failed(ctx context.Context, what string, err error) {
	if ctx.Err() == nil && c.conn.connected() {
		c.conn.report.Failed(what + err.Error())
	}
	pause(ctx)
}

func pause(ctx context.Context) {
	select {
	case <-time.After(200 * time.Millisecond):
	case <-ctx.Done():
	}
}

func (c *collecting) consumer(ctx context.Context) (jetstream.Consumer, error) {
	js, err := c.conn.stream()
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, sendWait)
	defer cancel()
	if err := ensure(wait, js, c.opt.Stream, c.opt.Replicas); err != nil {
		return nil, err
	}
	if err := replicate(wait, js, c.opt.Stream, c.opt.Replicas); err != nil {
		return nil, fmt.Errorf("the stream cannot have %d replicas: %w", c.opt.Replicas, err)
	}
	return js.CreateOrUpdateConsumer(wait, c.opt.Stream, jetstream.ConsumerConfig{
		Durable: c.opt.Name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.opt.again + c.opt.Every, MaxAckPending: 2 * commitBatches,
	})
}

func (c *collecting) fetch(ctx context.Context, consumer jetstream.Consumer) error {
	list, err := consumer.Fetch(64, jetstream.FetchMaxWait(500*time.Millisecond))
	if err != nil {
		return err
	}
	any := false
	for m := range list.Messages() {
		c.take(m)
		any = true
	}
	if !any {
		c.opt.Counts.Waiting.Store(0)
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
	if at, err := m.Metadata(); err == nil {
		c.opt.Counts.Waiting.Store(int64(at.NumPending))
	}
	isNew, held := c.store.add(sensor+"."+m.Headers().Get(headerRun), seq, m.Data())
	if !isNew {
		c.opt.Counts.Repeated.Add(1)
		return
	}
	held.batches = 1
	c.opt.Counts.add(sensor, held)
}

func (c *collecting) commit() error {
	if err := c.store.commit(time.Now()); err != nil {
		return err
	}
	c.opt.Counts.Commits.Add(1)
	for _, m := range c.pending {
		m.Ack() // one that does not arrive brings the batch again, which is known
	}
	c.pending = c.pending[:0]
	return nil
}

package fleet

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// NATSOptions of NATS.
type NATSOptions struct {
	Stream   string // name of the JetStream stream; "" is WSCOPE
	Replicas int    // of the stream, where it is made; 0 is 1
	Client   []nats.Option
}

const (
	// keepFor is how long the stream keeps batches for a collector that is away.
	keepFor = 7 * 24 * time.Hour
	// idsFor is how long the stream remembers message IDs. A batch that is sent again later is
	// on the stream twice; the collector knows it.
	idsFor = 10 * time.Minute
)

// Headers of a batch.
const (
	headerRun = "Wscope-Run"
	headerSeq = "Wscope-Seq"
)

// subject is where a sensor's batches go.
func subject(stream, sensor string) string { return stream + ".batches." + sensor }

// NATS sends to the JetStream of the brokers at url (several with commas, as NATS has it): one message a batch.
func NATS(url string, opt NATSOptions) Opener {
	if opt.Stream == "" {
		opt.Stream = "WSCOPE"
	}
	return func(sensor string, report *Reporter) (Transport, error) {
		conn, err := connect(url, "wscope sensor "+sensor, opt.Client, report)
		if err != nil {
			return nil, err
		}
		return &jetStream{conn: conn, opt: opt}, nil
	}
}

// jetStream is a Transport.
type jetStream struct {
	conn *connection
	opt  NATSOptions
	made bool // the stream is there
}

func (t *jetStream) Connected() bool { return t.conn.connected() }

func (t *jetStream) Close() { t.conn.close() }

func (t *jetStream) Send(ctx context.Context, b Batch) error {
	js, err := t.conn.stream()
	if err != nil {
		return err
	}
	if !t.made {
		if err := ensure(ctx, js, t.opt.Stream, t.opt.Replicas); err != nil {
			return err
		}
		t.made = true
	}
	m := nats.NewMsg(subject(t.opt.Stream, b.Sensor))
	m.Data = b.Lines
	m.Header.Set(headerRun, b.Run)
	m.Header.Set(headerSeq, strconv.FormatUint(b.Seq, 10))
	_, err = js.PublishMsg(ctx, m, jetstream.WithMsgID(b.ID()))
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrNoStreamResponse) {
		t.made = false // it was removed, or its brokers lost it
	}
	return err
}

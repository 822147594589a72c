package kafka

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"wscope/analyzer/fleet"
)

// Headers of a record.
const (
	headerID   = "wscope-id"
	headerKind = "wscope-kind"
)

// Open opens the way to the topic that the URL names. config is for kafkas://; nil is the system's authorities.
func Open(url string, config *tls.Config) fleet.Opener {
	return func(sensor string, report *fleet.Reporter) (fleet.Transport, error) {
		a, err := parse(url)
		if err != nil {
			return nil, err
		}
		t := &transport{report: report}
		options := append(a.options(config),
			kgo.ClientID("wscope-"+sensor), kgo.AllowAutoTopicCreation(), kgo.WithHooks((*connections)(t)),
			// A record's outcome is waited for as long as it takes: what is given up could be there twice.
			kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerLinger(0), kgo.ProducerBatchCompression(kgo.Lz4Compression(), kgo.NoCompression()),
			kgo.MaxBufferedRecords(1<<20), kgo.MetadataMinAge(500*time.Millisecond),
			kgo.RetryBackoffFn(func(tries int) time.Duration { return min(time.Duration(tries)*100*time.Millisecond, 2*time.Second) }),
		)
		if t.client, err = kgo.NewClient(options...); err != nil {
			return nil, err
		}
		return t, nil
	}
}

// transport is a fleet.Transport.
type transport struct {
	client  *kgo.Client
	report  *fleet.Reporter
	open    atomic.Int64 // connections to brokers
	current *sending     // the batch that Send was called with last, until all of it is known to be there
}

// sending is a batch of which records are on the way.
type sending struct {
	id   string
	done chan struct{} // closed when the outcome of all is known

	mu      sync.Mutex
	waiting int
	again   []*kgo.Record // that failed, and may be taken another time
	err     error         // why, of one of them
	refused *fleet.Refused
}

// Connected reports whether a broker is there.
func (t *transport) Connected() bool { return t.open.Load() > 0 }

// Close gives up what is on the way.
func (t *transport) Close() { t.client.Close() }

// Send produces the records of a batch. Called again with the same batch it goes on: what is on the way is waited for, and only
// what is known not to be there is produced again.
func (t *transport) Send(ctx context.Context, b fleet.Batch) error {
	s := t.current
	if s == nil || s.id != b.ID() {
		s = &sending{id: b.ID()}
		t.current = s
		t.produce(s, records(&b))
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if len(s.again) > 0 {
		err, list := s.err, s.again
		s.again, s.err = nil, nil
		t.produce(s, list)
		return err
	}
	t.current = nil
	if s.refused != nil {
		return s.refused
	}
	return nil
}

// records makes Kafka's records of a batch's.
func records(b *fleet.Batch) []*kgo.Record {
	var list []*kgo.Record
	b.Each(func(l fleet.Line) bool {
		list = append(list, &kgo.Record{
			Key: []byte(l.Key(b)), Value: bytes.TrimSuffix(l.Whole, []byte("\n")), Timestamp: l.At.Time(),
			Headers: []kgo.RecordHeader{{Key: headerID, Value: []byte(l.ID)}, {Key: headerKind, Value: []byte(l.Kind)}},
		})
		return true
	})
	return list
}

// produce sends records on their way.
func (t *transport) produce(s *sending, list []*kgo.Record) {
	s.done, s.waiting = make(chan struct{}), len(list)
	if len(list) == 0 {
		close(s.done)
		return
	}
	for _, r := range list {
		t.client.Produce(context.Background(), r, s.ended)
	}
}

// ended takes the outcome of a record.
func (s *sending) ended(r *kgo.Record, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
	case never(err):
		if s.refused == nil {
			s.refused = &fleet.Refused{Records: map[string]int64{}, Why: err.Error()}
		}
		s.refused.Records[string(r.Headers[1].Value)]++
	default:
		// A record that was produced is the client's no more; its copy has no partition yet.
		s.again = append(s.again, &kgo.Record{Key: r.Key, Value: r.Value, Timestamp: r.Timestamp, Headers: r.Headers})
		s.err = err
	}
	if s.waiting--; s.waiting == 0 {
		close(s.done)
	}
}

// never reports whether no broker of this configuration will take the record, as it is too long or its time is refused.
func never(err error) bool {
	return errors.Is(err, kerr.MessageTooLarge) || errors.Is(err, kerr.RecordListTooLarge) || errors.Is(err, kerr.InvalidRecord) ||
		errors.Is(err, kerr.InvalidTimestamp)
}

// connections is told by the client of connections to brokers.
type connections transport

// OnBrokerConnect is told of each attempt to connect.
func (c *connections) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, conn net.Conn, err error) {
	if err != nil {
		c.report.Failed("no broker: " + err.Error())
		return
	}
	c.open.Add(1)
	c.report.Mended("broker found: " + conn.RemoteAddr().String())
}

// OnBrokerDisconnect is told of each connection that ends.
func (c *connections) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { c.open.Add(-1) }

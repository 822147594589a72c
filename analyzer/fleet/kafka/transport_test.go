package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"wscope/analyzer/fleet"
	"wscope/analyzer/record"
)

const topic = "records"

// brokers is a cluster that can be stopped and started again with what it had stored.
type brokers struct {
	port    int
	options []kfake.Opt
	cluster *kfake.Cluster
}

func start(t *testing.T, options ...kfake.Opt) *brokers {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &brokers{port: l.Addr().(*net.TCPAddr).Port}
	l.Close()
	b.options = append([]kfake.Opt{kfake.NumBrokers(1), kfake.Ports(b.port), kfake.SeedTopics(4, topic), kfake.DataDir(t.TempDir())}, options...)
	b.start(t)
	t.Cleanup(func() { b.cluster.Close() })
	return b
}

func (b *brokers) start(t *testing.T) {
	t.Helper()
	for range 100 { // the port may be in use for a moment yet
		c, err := kfake.NewCluster(b.options...)
		if err == nil {
			b.cluster = c
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the brokers do not start")
}

func (b *brokers) url(user string) string {
	return "kafka://" + user + "127.0.0.1:" + strconv.Itoa(b.port) + "/" + topic
}

// said is what a publisher told.
type said struct {
	mu   sync.Mutex
	list []string
}

func (s *said) tell(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, line)
}

func (s *said) has(part string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.list, func(line string) bool { return strings.Contains(line, part) })
}

func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 1000 {
		if so() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("not " + what)
}

func publisher(t *testing.T, open fleet.Opener, spool string, told *said) *fleet.Publisher {
	t.Helper()
	p, err := fleet.NewPublisher(open, fleet.PublisherOptions{
		Origin: fleet.Origin{Sensor: "a", Interface: "eth0"}, Spool: spool, Messages: true, Tell: told.tell,
	}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// say publishes a message and the flow that it is of.
func say(p *fleet.Publisher, n int64) []string {
	p.Message(&record.Message{Flow: n, Message: 1, Time: record.Time(n * 1e9), Type: "text", IsText: true, Data: []byte("hello"), Complete: true})
	p.FlowEnded(&record.Flow{Flow: n, End: record.Time(n*1e9 + 1)})
	return []string{fmt.Sprintf("flows %d", n), fmt.Sprintf("messages %d", n)}
}

func finish(t *testing.T, p *fleet.Publisher) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Error(err)
	}
}

// held reads the topic until it has so many records: each as kind and flow, and its header wscope-id.
func (b *brokers) held(t *testing.T, records int, more ...kgo.Opt) (list, ids []string, all []*kgo.Record) {
	t.Helper()
	c, err := kgo.NewClient(append(more, kgo.SeedBrokers("127.0.0.1:"+strconv.Itoa(b.port)), kgo.ConsumeTopics(topic))...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for quiet := false; len(list) < records || !quiet; { // once it has all: what may be there twice
		wait := 20 * time.Second
		if len(list) >= records {
			wait = 300 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		got := c.PollFetches(ctx)
		cancel()
		if quiet = got.NumRecords() == 0; quiet && len(list) < records {
			t.Fatalf("the topic has %d records, want %d", len(list), records)
		}
		got.EachRecord(func(r *kgo.Record) {
			id, kind := string(r.Headers[0].Value), string(r.Headers[1].Value)
			_, rest, _ := strings.Cut(string(r.Value), `"flow":`)
			flow, _, _ := strings.Cut(rest, ",")
			list, ids, all = append(list, kind+" "+flow), append(ids, id), append(all, r)
		})
	}
	slices.Sort(list)
	return list, ids, all
}

// TestNothingLostNothingTwice: answers are lost of what brokers stored, leaders change, all brokers stop and come back with what they stored.
func TestNothingLostNothingTwice(t *testing.T) {
	b := start(t)
	var told said
	p := publisher(t, Open(b.url(""), nil), t.TempDir(), &told)
	b.cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicasAfterAppend, Count: 3},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 2},
	)
	var want []string
	for n := range int64(400) {
		want = append(want, say(p, n)...)
		switch n {
		case 100:
			flush(p)
			soon(t, "sent", func() bool { return p.State().Batches == 0 })
		case 200:
			b.cluster.Close()
		case 300:
			flush(p)
			soon(t, "told", func() bool { return told.has("no broker") })
			if p.State().Batches == 0 {
				t.Error("nothing waits while no broker is there")
			}
			b.start(t)
		}
	}
	finish(t, p)
	slices.Sort(want)
	got, ids, all := b.held(t, len(want))
	if !slices.Equal(got, want) {
		t.Errorf("the topic has %d records, the sensor %d; twice: %v", len(got), len(want), twice(ids))
	}
	partition := map[string]int32{}
	for _, r := range all {
		key := string(r.Key)
		if at, known := partition[key]; known && at != r.Partition {
			t.Errorf("connection %s is in two partitions", key)
		}
		partition[key] = r.Partition
		if r.Timestamp.Unix() >= 400 {
			t.Errorf("its time is %s, not the capture's", r.Timestamp)
		}
	}
	if len(partition) != 400 {
		t.Errorf("%d keys of 400 connections", len(partition))
	}
	if !told.has("broker found") {
		t.Errorf("told %q", told.list)
	}
	if s := p.State(); s.Sent == 0 || s.Refused != 0 || len(s.Dropped) > 0 {
		t.Errorf("%+v", s)
	}
}

// flush lets the batch at hand go.
func flush(p *fleet.Publisher) {
	time.Sleep(600 * time.Millisecond)
	p.Batch(0)
}

func twice(ids []string) (list []string) {
	n := map[string]int{}
	for _, id := range ids {
		n[id]++
	}
	maps.DeleteFunc(n, func(_ string, n int) bool { return n == 1 })
	return slices.Sorted(maps.Keys(n))
}

// interrupted is a Transport of a sensor that is killed when its batch has been taken.
type interrupted struct{ fleet.Transport }

func (i interrupted) Send(ctx context.Context, b fleet.Batch) error {
	if err := i.Transport.Send(ctx, b); err != nil {
		return err
	}
	<-ctx.Done()
	return errors.New("killed")
}

// TestBatchOfAKilledSensorHasTheSameNames when the next run sends it again.
func TestBatchOfAKilledSensorHasTheSameNames(t *testing.T) {
	b := start(t)
	spool := t.TempDir()
	var told said
	p := publisher(t, func(sensor string, r *fleet.Reporter) (fleet.Transport, error) {
		x, err := Open(b.url(""), nil)(sensor, r)
		return interrupted{x}, err
	}, spool, &told)
	want := append(say(p, 1), say(p, 2)...)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := p.Close(ctx); err == nil {
		t.Fatal("the batch left the spool")
	}
	p = publisher(t, Open(b.url(""), nil), spool, &told)
	finish(t, p)
	_, ids, all := b.held(t, 8)
	known := map[string]bool{}
	var got []string
	for i, r := range all {
		if !known[ids[i]] {
			got = append(got, string(r.Headers[1].Value)+" "+strings.Split(string(r.Key), ".")[2])
		}
		known[ids[i]] = true
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(all) != 8 {
		t.Errorf("%d records; with the known ones dropped %v, want %v", len(all), got, want)
	}
}

// TestRefusedSensorSendsWhenItIsLetInAgain, and says meanwhile why it does not.
func TestRefusedSensorSendsWhenItIsLetInAgain(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			b := start(t, kfake.EnableSASL(), kfake.Superuser(mechanism, "a", "another"))
			spool := t.TempDir()
			var told said
			url := b.url("a:right@") + "?sasl=" + strings.ToLower(mechanism)
			p := publisher(t, Open(url, nil), spool, &told)
			want := say(p, 1)
			flush(p)
			soon(t, "refused", func() bool { return told.has("no broker") }) // the fake cluster hangs up; a real one says why
			if p.State().Connected || p.State().Failures == 0 || p.State().Batches != 1 {
				t.Errorf("%+v", p.State())
			}
			b.cluster.Close()
			b.options = append(b.options[:3:3], kfake.DataDir(t.TempDir()), kfake.EnableSASL(), kfake.Superuser(mechanism, "a", "right"))
			b.start(t)
			finish(t, p)
			address, err := parse(url)
			if err != nil {
				t.Fatal(err)
			}
			if got, _, _ := b.held(t, 2, address.options(nil)...); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			if len(told.list) > 6 {
				t.Errorf("it says it again and again: %q", told.list)
			}
		})
	}
}

// TestRecordThatNoBrokerTakesIsDroppedAndTold, and those beside it arrive.
func TestRecordThatNoBrokerTakesIsDroppedAndTold(t *testing.T) {
	b := start(t)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.MessageTooLarge, Count: 1, When: func(r kmsg.Request) bool { return true }})
	var told said
	p := publisher(t, Open(b.url(""), nil), t.TempDir(), &told)
	say(p, 1)
	flush(p)
	soon(t, "told", func() bool { return told.has("refused: ") })
	want := say(p, 2)
	finish(t, p)
	got, _, all := b.held(t, 3)
	if !slices.Contains(got, want[0]) || !slices.Contains(got, want[1]) {
		t.Errorf("%v lacks %v", got, want)
	}
	if !slices.ContainsFunc(all, func(r *kgo.Record) bool {
		return string(r.Headers[1].Value) == fleet.Dropped && strings.Contains(string(r.Value), `"records":{"flows":1,"messages":1}`)
	}) {
		t.Errorf("the topic is not told of the drop: %v", got)
	}
	if s := p.State(); s.Refused != 2 || s.Dropped[fleet.Flows] != 1 {
		t.Errorf("%+v", s)
	}
}

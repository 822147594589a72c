package fleet

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// TestBatchSentAgainTooLateForTheStreamIsKnown: the stream remembers message IDs for 100 ms
// here, and its answers are lost for longer than that. So batches are on it twice; they
// are in the collector's files once.
func TestBatchSentAgainTooLateForTheStreamIsKnown(t *testing.T) {
	n := cluster(t, 1)[0]
	conn, err := connect(n.client, "test", nil, NewReporter(func(string) {}))
	if err != nil {
		t.Fatal(err)
	}
	js := conn.js
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	stream, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "WSCOPE", Subjects: []string{"WSCOPE.batches.*"}, Duplicates: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	way := newWay(t, strings.TrimPrefix(n.client, "nats://"))
	p, err := NewPublisher(NATS("nats://"+way.addr, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: t.TempDir(), Messages: true}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	own := say(p, "a", 1)
	p.flush()
	for waiting := 1; waiting > 0; waiting, _ = p.spool.waiting() { // the broker can answer, and does
		time.Sleep(10 * time.Millisecond)
	}
	way.mute.Store(true)
	own = append(own, say(p, "a", 2)...)
	p.flush()
	wait(t, stream, 1) // it is there, but nobody is told
	time.Sleep(150 * time.Millisecond)
	way.cut()
	way.mute.Store(false)
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	info, err := stream.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if info.State.Msgs <= 2 {
		t.Fatalf("%d batches on the stream: none is there twice, so this shows nothing", info.State.Msgs)
	}
	folder := t.TempDir()
	until(t, n.client, folder, 0)
	slices.Sort(own)
	if got := held(t, folder); !slices.Equal(got, own) {
		t.Errorf("%d batches on the stream; held %v, want %v", info.State.Msgs, got, own)
	}
}

// wait waits until the stream has more than so many messages.
func wait(t *testing.T, s jetstream.Stream, more uint64) {
	t.Helper()
	for range 200 {
		info, err := s.Info(context.Background())
		if err == nil && info.State.Msgs > more {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the batch does not arrive")
}

// way is a way to a broker on which answers may be lost.
type way struct {
	addr  string
	mute  atomic.Bool
	conns chan net.Conn
}

func newWay(t *testing.T, to string) *way {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	w := &way{addr: l.Addr().String(), conns: make(chan net.Conn, 100)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", to)
			if err != nil {
				c.Close()
				continue
			}
			w.conns <- c
			go func() { io.Copy(s, c); s.Close() }()
			go func() {
				b := make([]byte, 4096)
				for {
					n, err := s.Read(b)
					if err != nil {
						c.Close()
						return
					}
					if !w.mute.Load() {
						c.Write(b[:n])
					}
				}
			}()
		}
	}()
	return w
}

// cut ends all connections.
func (w *way) cut() {
	for {
		select {
		case c := <-w.conns:
			c.Close()
		default:
			return
		}
	}
}

// TestSensorBeforeItsBroker: it speaks to nobody first, for longer than a batch waits.
func TestSensorBeforeItsBroker(t *testing.T) {
	n := cluster(t, 1)[0]
	n.stop()
	p, err := NewPublisher(NATS(n.client, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: t.TempDir(), Messages: true}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for i := range int64(60) {
		own = append(own, say(p, "a", i+1)...)
		time.Sleep(10 * time.Millisecond)
	}
	n.start(t)
	own = append(own, say(p, "a", 1000)...)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	until(t, n.client, folder, len(own))
	slices.Sort(own)
	if got := held(t, folder); !slices.Equal(got, own) {
		t.Errorf("held %d records, want %d", len(got), len(own))
	}
}

// TestMessageTooLongForABrokerIsCut, and a flow too long is dropped and told: neither stops
// what comes behind it.
func TestMessageTooLongForABrokerIsCut(t *testing.T) {
	n := cluster(t, 1)[0]
	var told []string
	p, err := NewPublisher(NATS(n.client, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: t.TempDir(), Messages: true, Tell: func(s string) { told = append(told, s) }}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	long := bytes.Repeat([]byte("\x01"), 2<<20)
	p.Message(&record.Message{Flow: 1, Message: 1, Type: "text", IsText: true, Data: long})
	p.Rendered(2, p.Renderer(&report.JSON{}).Message(nil, &record.Message{Message: 1, Type: "text", IsText: true, Data: bytes.Repeat([]byte("x"), 2<<20)}))
	p.FlowEnded(&record.Flow{Flow: 3, HTTP: &record.HTTP{Path: strings.Repeat("x", 2<<20)}})
	p.Message(&record.Message{Flow: 4, Message: 1, Type: "text", IsText: true, Data: []byte("x")})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if p.Dropped()[Flows] != 1 || len(told) == 0 {
		t.Errorf("dropped %v, told %q", p.Dropped(), told)
	}
	folder := t.TempDir()
	until(t, n.client, folder, 0)
	got := held(t, folder)
	if want := []string{"a messages 1", "a messages 2", "a messages 4"}; !slices.Equal(slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, "dropped") }), want) {
		t.Errorf("held %v", got)
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*", "messages-*.parquet"))
	for _, name := range files {
		for _, r := range rowsOf(t, name) {
			if r["flow"] != int64(4) && (r["cut"] != true || len(r["text"].(string)) != cutTo) {
				t.Errorf("flow %v: cut %v, %d bytes", r["flow"], r["cut"], len(r["text"].(string)))
			}
		}
	}
}

// TestPackingBrokenOffIsDoneOnce at each of its steps.
func TestPackingBrokenOffIsDoneOnce(t *testing.T) {
	fill := func(s *store) {
		o := origin("a")
		for i := range uint64(3) {
			s.add("a.1", i+1, o.line(nil, Flows, 0, []byte(`{"flow":`+string(rune('1'+i))+"}\n")))
			if err := s.commit(time.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, broken := range map[string]func(folder string, journal []string, packed string){
		"before the file has its name": func(folder string, journal []string, packed string) {
			os.Rename(packed, packed+".tmp")
			for _, name := range journal {
				os.WriteFile(name, fromJournal[name], 0o666)
			}
		},
		"before the journal is gone": func(folder string, journal []string, packed string) {
			for _, name := range journal[1:] {
				os.WriteFile(name, fromJournal[name], 0o666)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			s, err := openStore(folder, packing{format: Parquet})
			if err != nil {
				t.Fatal(err)
			}
			fill(s)
			journal, _ := filepath.Glob(filepath.Join(folder, journalName, "*", "*"))
			fromJournal = map[string][]byte{}
			for _, name := range journal {
				fromJournal[name], _ = os.ReadFile(name)
			}
			if err := s.settle(time.Now(), true); err != nil {
				t.Fatal(err)
			}
			packed, _ := filepath.Glob(filepath.Join(folder, "*", "*.parquet"))
			if len(journal) != 3 || len(packed) != 1 {
				t.Fatalf("%d files of the journal, %d packed", len(journal), len(packed))
			}
			os.MkdirAll(filepath.Dir(journal[0]), 0o755)
			broken(folder, journal, packed[0])
			if s, err = openStore(folder, packing{format: Parquet}); err != nil {
				t.Fatal(err)
			}
			if err := s.settle(time.Now(), true); err != nil {
				t.Fatal(err)
			}
			if got := held(t, folder); !slices.Equal(got, []string{"a flows 1", "a flows 2", "a flows 3"}) {
				t.Errorf("holds %v", got)
			}
		})
	}
}

var fromJournal map[string][]byte

// TestRecordOfNoKnownShapeIsKeptBeside, and stops nothing.
func TestRecordOfNoKnownShapeIsKeptBeside(t *testing.T) {
	folder := t.TempDir()
	s, err := openStore(folder, packing{format: Parquet})
	if err != nil {
		t.Fatal(err)
	}
	o := origin("a")
	lines := o.line(nil, Flows, 0, []byte("{\"flow\":1}\n"))
	lines = o.line(lines, Flows, 0, []byte("{\"flow\":\"one\"}\n"))
	if _, c := s.add("a.1", 1, append(lines, "nothing\n"...)); c.bad != 1 || c.total() != 2 {
		t.Errorf("%+v", c)
	}
	if err := s.commit(time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.settle(time.Now(), true); err != nil {
		t.Fatal(err)
	}
	rejected, _ := filepath.Glob(filepath.Join(folder, "*", "*.rejected"))
	if len(rejected) != 1 {
		t.Fatalf("%v", rejected)
	}
	if b, err := os.ReadFile(rejected[0]); err != nil || strings.Count(string(b), "\n") != 1 || !strings.Contains(string(b), `"one"`) {
		t.Errorf("%q, %v", b, err)
	}
}

// TestMetricsAreThoseOfEachSensor, in Prometheus' format.
func TestMetricsAreThoseOfEachSensor(t *testing.T) {
	c := new(Counts)
	for _, sensor := range []string{"b", "a", "a"} {
		var x contents
		x.count(head{Kind: Flows, At: 5e9}, 10)
		x.count(head{Kind: Findings, Severity: "error", At: 4e9}, 10)
		x.count(head{Kind: Dropped, Records: map[string]int64{Messages: 7}}, 10)
		x.batches = 1
		c.add(sensor, x)
	}
	var b bytes.Buffer
	c.WriteTo(&b)
	for _, line := range []string{
		"wscope_collector_batches_total 3", "wscope_collector_records_total 9", `wscope_sensor_records_total{sensor="a",kind="flows"} 2`,
		`wscope_sensor_findings_total{sensor="b",severity="error"} 1`, `wscope_sensor_dropped_records_total{sensor="a",kind="messages"} 14`,
		`wscope_sensor_latest_record_seconds{sensor="a"} 5`,
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %s in\n%s", line, &b)
		}
	}
	problems, err := promlint.New(&b).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/parquet-go/parquet-go"

	"wscope/analyzer/record"
)

// long is how long the sensors of TestClusterLosesNothing speak; the fleet's own ten
// minutes are -fleet.long=10m.
var long = flag.Duration("fleet.long", 6*time.Second, "how long the fleet test loads the cluster")

// TestClusterLosesNothing: two sensors speak to three brokers, of which one is killed
// and comes back, then another is cut off by closing its listeners; then the collector is
// stopped and started again. What it holds are the sensors' own records: none lost, none twice.
func TestClusterLosesNothing(t *testing.T) {
	nodes := cluster(t, 3)
	var urls []string
	for _, n := range nodes {
		urls = append(urls, n.client)
	}
	all := strings.Join(urls, ",")
	folder := t.TempDir()
	counts := new(Counts)
	collect := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() {
			done <- Collect(ctx, all, CollectorOptions{Folder: folder, Replicas: 3, Every: 300 * time.Millisecond, Counts: counts})
		}()
		return done
	}
	ctx, stop := context.WithCancel(context.Background())
	collector := collect(ctx)

	own := make(chan []string, 2)
	for i := range 2 {
		go func() { own <- sensor(t, fmt.Sprintf("sensor-%d", i), all, *long) }()
	}
	time.Sleep(*long / 6)
	nodes[1].stop()
	time.Sleep(*long / 6)
	nodes[1].start(t)
	time.Sleep(*long / 6)
	stop()
	if err := <-collector; err != nil {
		t.Fatal(err)
	}
	ctx, stop = context.WithCancel(context.Background())
	collector = collect(ctx)
	nodes[2].stop()
	time.Sleep(*long / 6)
	nodes[2].start(t)

	want := append(<-own, <-own...)
	slices.Sort(want)
	for deadline := time.Now().Add(30 * time.Second); counts.Records.Load() < int64(len(want)) && time.Now().Before(deadline); {
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(time.Second) // for what may come twice
	stop()
	if err := <-collector; err != nil {
		t.Fatal(err)
	}
	got := held(t, folder)
	t.Logf("%d records, %d batches taken, %d came again, %d commits", len(got), counts.Batches.Load(), counts.Repeated.Load(), counts.Commits.Load())
	if !slices.Equal(want, got) {
		t.Errorf("the sensors have %d records, the collector %d", len(want), len(got))
	}
}

// sensor publishes for a while and gives what it published, as lines.
func sensor(t *testing.T, name, urls string, how time.Duration) []string {
	p, err := NewPublisher(NATS(urls, NATSOptions{Replicas: 3}), PublisherOptions{Origin: origin(name), Spool: t.TempDir(), Messages: true}, record.NopSink{})
	if err != nil {
		t.Error(err)
		return nil
	}
	var own []string
	start := time.Now()
	for n := int64(1); time.Since(start) < how; n++ {
		own = append(own, say(p, name, n)...)
		if n%20 == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Error(err)
	}
	return own
}

func origin(name string) Origin { return Origin{Sensor: name, Interface: "eth0", ClockOffset: 5e6} }

// say publishes a flow with a message and a finding, and gives them as held does.
func say(p *Publisher, name string, n int64) []string {
	m := record.Message{Flow: n, Message: 1, From: "client", Type: "text", Time: record.Time(n * 1e9), IsText: true, Data: []byte("hello"), Complete: true}
	p.Message(&m)
	f := record.Flow{Flow: n, End: record.Time(n * 60e9), Findings: []record.Finding{{Rule: "x", Severity: "note", Time: record.Time(n * 60e9)}}}
	p.FlowEnded(&f)
	p.Batch(m.Time)
	return []string{fmt.Sprintf("%s messages %d", name, n), fmt.Sprintf("%s flows %d", name, n), fmt.Sprintf("%s findings %d", name, n)}
}

// held is what a collector's folder holds, in the sensors' words.
func held(t *testing.T, folder string) []string {
	t.Helper()
	got, err := holds(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// holds is held, with an error where a collector moves files meanwhile.
func holds(t *testing.T, folder string) ([]string, error) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == stateName {
			return err
		}
		hour := filepath.Base(filepath.Dir(path))
		kind, _, _ := strings.Cut(d.Name(), "-")
		if strings.HasSuffix(path, "."+Parquet) {
			if _, err := os.Stat(path); err != nil {
				return err
			}
			for _, r := range rowsOf(t, path) {
				got = append(got, fmt.Sprintf("%s %s %d", r["sensor"], kind, r["flow"]))
			}
			return nil
		}
		data, err := os.ReadFile(path)
		for line := range strings.Lines(string(data)) {
			var x struct {
				Flow   int64  `json:"flow"`
				Sensor string `json:"sensor"`
			}
			h, e := readHead([]byte(line))
			if err := json.Unmarshal([]byte(line), &x); e != nil || err != nil || kind != h.Kind || hour != h.hour() {
				return fmt.Errorf("%s holds %s", path, line)
			}
			got = append(got, fmt.Sprintf("%s %s %d", x.Sensor, h.Kind, x.Flow))
		}
		return err
	})
	slices.Sort(got)
	return got, err
}

// rowsOf reads a Parquet file by its own schema.
func rowsOf(t *testing.T, path string) []map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	r := parquet.NewReader(bytes.NewReader(data), f.Schema())
	defer r.Close()
	var list []map[string]any
	for range f.NumRows() {
		row := map[string]any{}
		if err := r.Read(&row); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

// TestAbsentBrokerCostsDiskAndThenRecords: what does not fit the spool is dropped and told.
func TestAbsentBrokerCostsDiskAndThenRecords(t *testing.T) {
	var told bytes.Buffer
	spool := t.TempDir()
	p, err := NewPublisher(NATS("nats://127.0.0.1:1", NATSOptions{}), PublisherOptions{
		Origin: Origin{Sensor: "a"}, Spool: spool, SpoolLimit: 600 << 10, Messages: true, Tell: func(s string) { told.WriteString(s + "\n") },
	}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(5000) {
		p.Message(&record.Message{Flow: n, Type: "text", IsText: true, Data: make([]byte, 300)})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Close(ctx); err == nil {
		t.Error("nothing was said of what waits")
	}
	if p.Dropped()[Messages] == 0 || !strings.Contains(told.String(), "the spool is full") {
		t.Errorf("dropped %v, told %q", p.Dropped(), told.String())
	}
	s, err := openSpool(spool, "z", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	kept := int64(0)
	for {
		_, data, any, err := s.first()
		if err != nil || !any {
			break
		}
		kept += int64(bytes.Count(data, []byte(`"record":"messages"`)))
		s.sent()
	}
	if kept+p.Dropped()[Messages] != 5000 {
		t.Errorf("%d kept and %d dropped of 5000", kept, p.Dropped()[Messages])
	}
}

// TestStoreEndsWhatWasBrokenOff at any step of a commit.
func TestStoreEndsWhatWasBrokenOff(t *testing.T) {
	folder := t.TempDir()
	s, err := openStore(folder, packing{format: NDJSON})
	if err != nil {
		t.Fatal(err)
	}
	o := Origin{Sensor: "a"}
	line := o.line(nil, Flows, 0, []byte("{\"flow\":1}\n"))
	s.add("a.1", 1, line)
	if err := s.commit(time.Now()); err != nil {
		t.Fatal(err)
	}
	// As if the process had ended between the state and the name, with another commit begun.
	name := filepath.Join(folder, journalName, filepath.FromSlash(s.state.Files[0]))
	if err := os.Rename(name, name+".tmp"); err != nil {
		t.Fatal(err)
	}
	half, theirs := filepath.Join(folder, "flows-000000001-000000002.ndjson.tmp"), filepath.Join(folder, "notes.txt.tmp")
	os.WriteFile(half, line[:9], 0o666)
	os.WriteFile(theirs, nil, 0o666)
	if s, err = openStore(folder, packing{format: NDJSON}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("the half file is still there")
	}
	if err := os.Remove(theirs); err != nil {
		t.Errorf("another's file: %v", err)
	}
	if got := held(t, folder); !slices.Equal(got, []string{"a flows 1"}) {
		t.Errorf("holds %v", got)
	}
	for _, c := range []struct {
		seq   uint64
		isNew bool
	}{{1, false}, {3, true}, {2, true}, {3, false}, {4, true}, {2, false}} {
		if isNew, _ := s.add("a.1", c.seq, line); isNew != c.isNew {
			t.Errorf("batch %d: new %v", c.seq, isNew)
		}
	}
	if got := s.seen["a.1"]; got.Upto != 4 || len(got.Beyond) > 0 {
		t.Errorf("taken: %+v", got)
	}
}

// node is a broker that can be stopped and started again with what it had stored.
type node struct {
	opts   server.Options
	client string
	srv    *server.Server
}

func (n *node) start(t *testing.T) {
	t.Helper()
	opts := n.opts
	s, err := server.NewServer(&opts)
	if err != nil {
		t.Fatal(err)
	}
	n.srv = s
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the broker does not start")
	}
}

func (n *node) stop() {
	n.srv.Shutdown()
	n.srv.WaitForShutdown()
}

// cluster starts n brokers of one cluster.
func cluster(t *testing.T, n int) []*node {
	t.Helper()
	ports := free(t, 2*n)
	var routes []*url.URL
	for i := range n {
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", ports[n+i])})
	}
	var nodes []*node
	for i := range n {
		nodes = append(nodes, &node{client: fmt.Sprintf("nats://127.0.0.1:%d", ports[i]), opts: server.Options{
			ServerName: fmt.Sprintf("node-%d", i), Host: "127.0.0.1", Port: ports[i], JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "fleet", Host: "127.0.0.1", Port: ports[n+i]}, Routes: routes,
		}})
	}
	if n == 1 { // a cluster of one waits for others
		nodes[0].opts.Cluster, nodes[0].opts.Routes = server.ClusterOpts{}, nil
	}
	for _, node := range nodes {
		node.start(t)
		t.Cleanup(node.stop)
	}
	return nodes
}

// free gives ports that nothing listens on.
func free(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	var open []net.Listener
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, l)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	for _, l := range open {
		l.Close()
	}
	return ports
}

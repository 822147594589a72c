package fleet

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wscope/analyzer/record"
)

// said is what a client told, from any goroutine.
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
	return slices.ContainsFunc(s.list, func(line string) bool { return strings.Contains(strings.ToLower(line), part) })
}

// soon waits until something is so.
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

// TestRefusedSensorSendsWhenItIsLetInAgain: the broker refuses it many times, longer than NATS's
// own client would try, and meanwhile it says why.
func TestRefusedSensorSendsWhenItIsLetInAgain(t *testing.T) {
	n := cluster(t, 1)[0]
	n.stop()
	n.opts.Username, n.opts.Password = "sensor", "right"
	n.start(t)
	with := strings.Replace(n.client, "://", "://sensor:right@", 1)
	var told, collected said
	p, err := NewPublisher(NATS(with, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: t.TempDir(), Messages: true, Tell: told.tell}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	own := say(p, "a", 1)
	p.flush()
	soon(t, "sent", func() bool { return p.State().Batches == 0 })

	folder := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	counts := new(Counts)
	go func() {
		done <- Collect(ctx, with, CollectorOptions{Folder: folder, Every: 50 * time.Millisecond, Tell: collected.tell, Counts: counts})
	}()
	soon(t, "collected", func() bool { return counts.Commits.Load() > 0 })

	n.stop()
	n.opts.Password = "another"
	n.start(t)
	own = append(own, say(p, "a", 2)...)
	p.flush()
	before := p.State().Failures
	soon(t, "refused often", func() bool { return p.State().Failures > before+6 })
	if !told.has("authorization violation") || !collected.has("authorization violation") {
		t.Errorf("the sensor said %q, the collector %q", told.list, collected.list)
	}
	if len(told.list) > 8 {
		t.Errorf("it says it again and again: %q", told.list)
	}

	n.stop()
	n.opts.Password = "right"
	n.start(t)
	end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.Close(end); err != nil {
		t.Error(err)
	}
	soon(t, "all collected", func() bool { return counts.Commits.Load() > 1 && counts.Records.Load() >= int64(len(own)) })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	slices.Sort(own)
	if got := held(t, folder); !slices.Equal(got, own) {
		t.Errorf("held %v, want %v", got, own)
	}
}

// TestCollectorGivesUpWithAReason where it was told to.
func TestCollectorGivesUpWithAReason(t *testing.T) {
	n := cluster(t, 1)[0]
	n.stop()
	var told said
	err := Collect(context.Background(), n.client, CollectorOptions{Folder: t.TempDir(), GiveUp: 300 * time.Millisecond, Tell: told.tell})
	if err == nil || !strings.Contains(err.Error(), "no broker") {
		t.Errorf("%v", err)
	}
	if !told.has("no broker") {
		t.Errorf("told %q", told.list)
	}
}

// TestMissingAuthorityIsReported: a broker whose certificate nobody signed.
func TestMissingAuthorityIsReported(t *testing.T) {
	n := cluster(t, 1)[0]
	var told said
	_, err := NewPublisher(NATS(strings.Replace(n.client, "nats://", "tls://", 1), NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: filepath.Join(t.TempDir(), "s"), Tell: told.tell}, record.NopSink{})
	if err == nil {
		soon(t, "reported", func() bool { return told.has("no broker") })
	}
}

// TestReporterTellsAtOnceAndThenSeldom.
func TestReporterTellsAtOnceAndThenSeldom(t *testing.T) {
	var told said
	now := time.Unix(0, 0)
	r := Reporter{tell: told.tell, now: func() time.Time { return now }}
	for range 1000 {
		r.Failed("a")
		r.Failed("b")
		now = now.Add(time.Second)
	}
	if since, why := r.failing(); since != 1000*time.Second || why != "b" {
		t.Errorf("failing for %s: %s", since, why)
	}
	r.Mended("well")
	r.Mended("well")
	r.Failed("a")
	if want := []string{"a", "b", "a (300 times in 5m0s)", "b (300 times in 5m0s)", "a (300 times in 5m0s)", "b (300 times in 5m0s)", "a (300 times in 5m0s)", "b (300 times in 5m0s)", "well", "a"}; !slices.Equal(told.list, want) {
		t.Errorf("told %q", told.list)
	}
}

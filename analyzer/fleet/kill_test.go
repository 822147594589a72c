package fleet

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"wscope/analyzer/record"
)

// TestMain is also the process that the tests of this file kill: a sensor or a collector.
func TestMain(m *testing.M) {
	url, folder := os.Getenv("FLEET_URL"), os.Getenv("FLEET_FOLDER")
	switch os.Getenv("FLEET_ROLE") {
	case "sensor":
		speak(url, folder)
	case "collector":
		fmt.Println(Collect(context.Background(), url, often(folder, nil)))
	default:
		os.Exit(m.Run())
	}
}

// often are options of a collector that commits and packs often.
func often(folder string, counts *Counts) CollectorOptions {
	return CollectorOptions{Folder: folder, Every: 50 * time.Millisecond, Settle: 100 * time.Millisecond, Counts: counts, again: 500 * time.Millisecond}
}

// speak publishes without an end, and tells what it has published and when.
func speak(url, spool string) {
	p, err := NewPublisher(NATS(url, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: spool, Messages: true}, record.NopSink{})
	if err != nil {
		panic(err)
	}
	for n := int64(1); ; n++ {
		say(p, "a", n)
		fmt.Println(n, time.Now().UnixNano())
		time.Sleep(2 * time.Millisecond)
	}
}

// helper starts this program in a role.
func helper(t *testing.T, role, url, folder string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FLEET_ROLE="+role, "FLEET_URL="+url, "FLEET_FOLDER="+folder)
	cmd.Stderr = os.Stderr
	t.Cleanup(func() {
		if cmd.Process != nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return cmd
}

// until collects until there are so many records, or no more come.
func until(t *testing.T, url, folder string, records int) {
	t.Helper()
	counts := new(Counts)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Collect(ctx, url, often(folder, counts)) }()
	for quietFor, last := 0, int64(-1); records == 0 && quietFor < 20; quietFor++ {
		time.Sleep(100 * time.Millisecond)
		if now := counts.Batches.Load() + counts.Repeated.Load(); now != last {
			last, quietFor = now, 0
		}
	}
	// What a killed collector had in hand comes again only when the broker has waited for it.
	for end := time.Now().Add(time.Minute); records > 0 && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if got, err := holds(t, folder); err == nil && len(got) >= records {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestKilledSensorLosesWhatIsStated: the records of its last half second, and no more. What
// its spool holds the next run sends.
func TestKilledSensorLosesWhatIsStated(t *testing.T) {
	for _, there := range []bool{true, false} { // the broker, while it speaks
		t.Run(fmt.Sprintf("broker there %v", there), func(t *testing.T) {
			n := cluster(t, 1)[0]
			if !there {
				n.stop()
			}
			spool, folder := t.TempDir(), t.TempDir()
			cmd := helper(t, "sensor", n.client, spool)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var at []int64 // when record i+1 was published
			for lines := bufio.NewScanner(out); lines.Scan(); {
				var i, when int64
				if n, _ := fmt.Sscan(lines.Text(), &i, &when); n < 2 {
					break // it was killed inside a line
				}
				if at = append(at, when); len(at) == 800 {
					cmd.Process.Kill()
				}
			}
			cmd.Wait()
			if len(at) < 800 {
				t.Fatalf("the sensor ended by itself after %d records", len(at))
			}
			if !there {
				n.start(t)
			}
			p, err := NewPublisher(NATS(n.client, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: spool}, record.NopSink{})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			if err := p.Close(ctx); err != nil {
				t.Fatal(err)
			}
			until(t, n.client, folder, 0)
			got := map[string]int{}
			for _, r := range held(t, folder) {
				got[r]++
			}
			kept := 0
			for kept < len(at)+1 && got[fmt.Sprintf("a flows %d", kept+1)] == 1 && got[fmt.Sprintf("a messages %d", kept+1)] == 1 {
				kept++
			}
			least := 0
			for least < len(at) && at[least] < at[len(at)-2]-int64(batchTime) {
				least++
			}
			t.Logf("%d published, %d kept, at least %d must be", len(at), kept, least)
			if kept < least || len(got) > 3*kept+2 {
				t.Errorf("%d records of %d published are kept in a row, %d in all; at least %d must be", kept, len(at), len(got), least)
			}
			for r, n := range got {
				if n != 1 {
					t.Errorf("%s is there %d times", r, n)
				}
			}
		})
	}
}

// TestKilledCollectorLosesNothing, wherever in a commit or in packing it is killed, and has
// nothing twice.
func TestKilledCollectorLosesNothing(t *testing.T) {
	n := cluster(t, 1)[0]
	folder := t.TempDir()
	p, err := NewPublisher(NATS(n.client, NATSOptions{}), PublisherOptions{Origin: origin("a"), Spool: t.TempDir(), Messages: true}, record.NopSink{})
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for round := range int64(8) {
		cmd := helper(t, "collector", n.client, folder)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for i := range int64(100) {
			own = append(own, say(p, "a", 100*round+i+1)...)
			if i%20 == 0 {
				p.flush()
				time.Sleep(time.Duration(20+13*round) * time.Millisecond)
			}
		}
		cmd.Process.Kill()
		cmd.Wait()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	until(t, n.client, folder, len(own))
	slices.Sort(own)
	if got := held(t, folder); !slices.Equal(own, got) {
		t.Errorf("the sensor has %d records, the collector %d, of them %d distinct", len(own), len(got), len(slices.Compact(got)))
	}
	for _, r := range held(t, folder) {
		if strings.Contains(r, ".rejected") {
			t.Error(r)
		}
	}
}

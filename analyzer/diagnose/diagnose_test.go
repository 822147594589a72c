package diagnose

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// causes plant one cause each among flows, n times.
var causes = map[string]struct {
	plant   func(p *plant, n int)
	pattern string
	words   string // in the sentence
}{
	"idle time-out": {func(p *plant, n int) {
		limit := 5 + 100*p.r.Float64()
		for range n {
			silence := limit * (1 + 0.02*p.r.Float64())
			f := p.flow(400*p.r.Float64(), silence+200*p.r.Float64(), silence, record.Closing{By: "server", How: "fin"})
			f.Pace.LongestSilence = *seconds(min(limit, f.Pace.LongestSilence.Float()))
		}
	}, "idle", "an idle time-out of"},
	"age": {func(p *plant, n int) {
		limit := 20 + 100*p.r.Float64()
		for range n {
			p.flow(400*p.r.Float64(), limit*(1+0.005*p.r.Float64()), 8*p.r.Float64(), record.Closing{By: "server", How: "rst"})
		}
	}, "age", "on a connection's age"},
	"restart": {func(p *plant, n int) {
		at := 300 + 100*p.r.Float64()
		for i := range n {
			start := 250 * p.r.Float64()
			c := record.Closing{By: "server", How: []record.How{"fin", "rst"}[i%2]}
			f := p.flow(start, at-start+0.3*p.r.Float64(), 20*p.r.Float64(), c)
			f.Pace.LongestSilence = record.Seconds(30e9)
		}
	}, "moment", "one event"},
	"again and again": {func(p *plant, n int) {
		every := 40 + 40*p.r.Float64()
		for k := range 3 + n/2 {
			at := every * float64(k+1)
			for range 4 + n/2 {
				age := every - 0.01*p.r.Float64() // they came back together
				if k == 0 {
					age = every * p.r.Float64()
				}
				f := p.flow(at-age, age, 8*p.r.Float64(), record.Closing{By: "server", How: "handshake", Code: code(1012), Name: "service restart"})
				f.Pace.LongestSilence = record.Seconds(30e9)
			}
		}
	}, "moment", "the same event again and again"},
	"too large": {func(p *plant, n int) {
		for range n {
			f := p.flow(400*p.r.Float64(), 50*p.r.Float64(), 0.01, record.Closing{By: "server", How: "handshake", Code: code(1009), Name: "message too big"})
			f.Close.Largest = 300_000 + p.r.Int64N(10_000)
		}
	}, "size", "after a message of 30"},
	"missed pongs": {func(p *plant, n int) {
		for range n {
			f := p.flow(400*p.r.Float64(), 60+100*p.r.Float64(), 5+20*p.r.Float64(), record.Closing{By: "server", How: "rst"})
			f.Ping = &record.PingSum{Server: &record.PingSide{Sent: 4, Answered: 2}}
		}
	}, "ping", "no longer answered"},
	"refused": {func(p *plant, n int) {
		for range n {
			f := p.flow(400+20*p.r.Float64(), 0.1, 0, record.Closing{How: "none"})
			f.Pickup, f.Close, f.Handshake.Result, f.HTTP = "rejected", nil, "rejected", &record.HTTP{Status: 503}
		}
	}, "", "refused with 503 from"},
	"one backend": {func(p *plant, n int) {
		for i := range p.flows {
			p.flows[i].Server.IP = "10.2.0." + string('1'+rune(i%3))
		}
		for range n {
			age := 100 * p.r.Float64()
			p.flow(400*p.r.Float64(), age, age*p.r.Float64()*p.r.Float64(), record.Closing{By: "server", How: "rst"}).Server.IP = "10.2.0.9"
		}
	}, "", "nearly all at 10.2.0.9:80"},
}

// TestCausesAreFound plants each cause in many sizes, with healthy flows around.
func TestCausesAreFound(t *testing.T) {
	for name, cause := range causes {
		for seed := range uint64(60) {
			p := newPlant(seed)
			n := 3 + p.r.IntN(60)
			p.healthy(n/2+20+p.r.IntN(100), 600)
			cause.plant(p, n)
			list := p.diagnose()
			if len(list) == 0 {
				t.Errorf("%s, seed %d: nothing found of %d", name, seed, n)
				continue
			}
			e := list[0]
			if !strings.Contains(e.Sentence, cause.words) || e.Pattern != cause.pattern && cause.pattern != "" || 10*e.Flows < 9*int64(n) {
				t.Errorf("%s, seed %d, %d of %d flows: %q %s", name, seed, n, len(p.flows), e.Pattern, e.Sentence)
			}
		}
	}
}

// TestHealthyFlowsNeedNoWords holds that nothing is said of flows that end in good order.
func TestHealthyFlowsNeedNoWords(t *testing.T) {
	for seed := range uint64(100) {
		p := newPlant(seed)
		p.healthy(1+p.r.IntN(300), 600)
		if list := p.diagnose(); len(list) > 0 {
			t.Errorf("seed %d: %s", seed, list[0].Sentence)
		}
	}
}

// TestChanceIsNoCause holds that ends at random are told without a cause.
func TestChanceIsNoCause(t *testing.T) {
	wrong := 0
	for seed := range uint64(100) {
		p := newPlant(seed)
		p.healthy(50, 600)
		for range 3 + p.r.IntN(60) {
			age := 200 * p.r.Float64()
			p.flow(400*p.r.Float64(), age, min(age, p.r.ExpFloat64()*20), record.Closing{By: "client", How: "fin"})
		}
		for _, e := range p.diagnose() {
			if e.Pattern != "" {
				wrong++
				t.Logf("seed %d: %s", seed, e.Sentence)
			}
		}
	}
	if wrong > 1 {
		t.Errorf("%d causes in 100 captures that have none", wrong)
	}
}

// TestOrderDoesNotMatter gives all causes at once in several orders.
func TestOrderDoesNotMatter(t *testing.T) {
	p := newPlant(7)
	p.healthy(80, 600)
	for _, name := range []string{"idle time-out", "age", "restart", "too large", "missed pongs", "refused"} {
		causes[name].plant(p, 9)
	}
	first := p.diagnose()
	for range 5 {
		if list := p.diagnose(); !reflect.DeepEqual(list, first) {
			t.Fatalf("%+v\n%+v", first, list)
		}
	}
}

// TestMemoryIsBounded gives more flows than are kept.
func TestMemoryIsBounded(t *testing.T) {
	var d Diagnosis
	f := newPlant(1).flow(0, 10, 1, record.Closing{By: "server", How: "fin"})
	for i := range int64(3 * maxKept) {
		f.Flow = i + 1
		d.Add(f)
	}
	if len(d.ends) > maxKept || len(d.ends) < maxKept/4 || !d.Sampled() {
		t.Error(len(d.ends))
	}
}

// TestSentences holds the words of single ends.
func TestSentences(t *testing.T) {
	p := newPlant(3)
	p.flow(0, 20, 10.04, record.Closing{By: "server", How: "fin"})
	p.flow(1, 20, 0.5, record.Closing{By: "client", How: "rst"})
	p.flow(2, 20, 0.5, record.Closing{By: "server", How: "handshake", Code: code(1011), Name: "internal error", Reason: "a \x1b[2J b"})
	p.flow(3, 20, 0, record.Closing{How: "none"}).Close.TCP = "silence"
	var got []string
	for _, e := range p.diagnose() {
		got = append(got, fmt.Sprint(e.Sentence, e.Examples))
	}
	want := []string{
		"1 of 4 ended by the server's FIN, no Close, 10.0 s after the last frame[{1 10 }]",
		"1 of 4 ended by the client's RST, no Close, 0.5 s after the last frame[{2 20 }]",
		"1 of 4 ended by the server's Close 1011 (internal error) \"a \x1b[2J b\"[{3 30 }]",
		"1 of 4 fell silent: nothing more was captured of it, no end either[{4 0 }]",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

// TestOneScriptIsNoLimit holds that connections which do all the same, and then are closed in good order, accuse no limit;
// where their ages or their silences vary, what stays the same is one.
func TestOneScriptIsNoLimit(t *testing.T) {
	for _, c := range []struct {
		shows        string
		age, silence float64 // that vary by so much
		want         string
	}{{"one script", 0, 0, ""}, {"ages vary", 50, 0, "idle"}, {"silences vary", 0, 5, "age"}} {
		for seed := range uint64(30) {
			p := newPlant(seed)
			p.healthy(40, 900)
			for range 10 {
				f := p.flow(600*p.r.Float64(), 90+c.age*p.r.Float64(), 10-c.silence*p.r.Float64(), record.Closing{By: "server", How: "handshake", Code: code(1000)})
				f.Pace.LongestSilence = *seconds(10)
			}
			pattern := ""
			for _, e := range p.diagnose() {
				if e.By == "server" && (e.Pattern == "idle" || e.Pattern == "age") {
					pattern = e.Pattern
				}
			}
			if pattern != c.want {
				t.Errorf("%s, seed %d: %q, want %q", c.shows, seed, pattern, c.want)
			}
		}
	}
}

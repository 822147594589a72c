package sealed

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of testdata/sealed/ACCURACY.md")

const traces = "../../testdata/sealed"

// trace is a connection's record headers, as testdata/sealed/trace.py writes them, with what is true of it.
type trace struct {
	Name      string
	WebSocket bool
	Messages  [2]int64 // of any type, by side
	Payload   [2]int64
	Close     [2]string // by, how
	Facts     struct {
		Version, Cipher, ALPN string
		Offered               []string
		NoTickets             bool `json:"no_tickets"`
		EncryptThenMAC        bool `json:"encrypt_then_mac"`
	}
	Records [][4]int64 // side, content type, length, microseconds
	Ends    [][3]any   // side, fin or rst, microseconds
}

// replay gives the records to an estimator.
func (t *trace) replay(midway bool, from int) Estimate {
	f := Facts{Version: t.Facts.Version, Cipher: t.Facts.Cipher, ALPN: t.Facts.ALPN, Offered: t.Facts.Offered,
		NoTickets: t.Facts.NoTickets, EncryptThenMAC: t.Facts.EncryptThenMAC}
	if midway {
		f = Facts{}
	}
	c := New(func() Facts { return f }, midway)
	b := make([]byte, headerLen+maxBody)
	for i, r := range t.Records[min(from, len(t.Records)):] {
		b[0], b[1], b[2] = byte(r[1]), 3, 3
		binary.BigEndian.PutUint16(b[3:], uint16(r[2]))
		c.Data(Side(r[0]), b[:headerLen+r[2]], r[3]*1000, int64(i))
	}
	for _, e := range t.Ends {
		how := FIN
		if e[1] == "rst" {
			how = RST
		}
		c.End(Side(e[0].(float64)), how, int64(e[2].(float64)*1000))
	}
	return c.Estimate()
}

func readTraces(t *testing.T, name string) (list []*trace) {
	f, err := os.Open(filepath.Join(traces, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewReader(z); ; {
		line, err := s.ReadBytes('\n')
		if err != nil {
			return list
		}
		var one trace
		if err := json.Unmarshal(line, &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, &one)
	}
}

// sums are the results of a library, or of a kind of conversation.
type sums struct {
	connections, found, long, longFound int64
	directions, least, exact, within    int64
	messages, about, payload, estimated int64
	closes                              int64
	over                                int64
}

func abs(n int64) int64 { return max(n, -n) }

func (s *sums) add(t *trace, e *Estimate) {
	s.connections++
	n := t.Messages[0] + t.Messages[1]
	if n >= 10 {
		s.long++
	}
	if e.Likely != WebSocket {
		return
	}
	s.found++
	if n >= 10 {
		s.longFound++
	}
	by := ""
	switch k := e.Closing; {
	case k.Frames:
		by = []string{"client", "server"}[k.By] + " handshake"
	case k.Half:
		by = []string{"client", "server"}[k.By] + " half"
	}
	if by == t.Close[0]+" "+t.Close[1] || by == "" && (t.Close[1] == "fin" || t.Close[1] == "rst") {
		s.closes++
	}
	for i, d := range e.Sides {
		s.directions++
		s.messages, s.about = s.messages+t.Messages[i], s.about+d.About
		s.payload, s.estimated = s.payload+t.Payload[i], s.estimated+d.Payload
		if d.AtLeast <= t.Messages[i] {
			s.least++
		}
		if d.About == t.Messages[i] {
			s.exact++
		}
		if abs(d.Payload-t.Payload[i]) <= d.PayloadError {
			s.within++
		}
		s.over += abs(d.Payload - t.Payload[i])
	}
}

func (s *sums) row(name string) string {
	return fmt.Sprintf("| %s | %d of %d | %d of %d | %d of %d | %d, about %d | %d of %d | %.2f %% | %d of %d |\n", name, s.found, s.connections,
		s.least, s.directions, s.exact, s.directions, s.messages, s.about, s.within, s.directions,
		100*float64(s.over)/float64(max(s.payload, 1)), s.closes, s.found)
}

// A verdict is how the estimates of a set of connections compare with the truth.
type verdict struct {
	text            string
	long, longFound int64
	wrong, sure, n  int // of those that are no WebSockets: called one, with a confidence over 0.9, all
}

// assess compares the estimates of the traces in a folder of testdata/sealed with the truth.
func assess(t *testing.T, folder string) (v verdict) {
	var b strings.Builder
	by, all := map[string]*sums{}, &sums{}
	for _, one := range readTraces(t, folder+"websockets.jsonl.gz") {
		s := by[one.Name]
		if s == nil {
			s = &sums{}
			by[one.Name] = s
		}
		e := one.replay(false, 0)
		s.add(one, &e)
		all.add(one, &e)
		if e.Likely != WebSocket {
			t.Logf("%s, %v messages, is taken for %s: %v", one.Name, one.Messages, e.Likely, e.Why)
		}
		for s, d := range e.Sides {
			if d.Messages && d.AtLeast > one.Messages[s] {
				t.Errorf("%s: at least %d messages of %d by side %d", one.Name, d.AtLeast, one.Messages[s], s)
			}
		}
	}
	b.WriteString("| recording | recognized | at least holds | messages exact | messages | payload within its error | payload off by | close |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(by)) {
		b.WriteString(by[name].row(name))
	}
	b.WriteString(all.row("**all**"))
	fmt.Fprintf(&b, "\nOf the WebSockets with ten messages or more %d of %d were recognized.\n\n", all.longFound, all.long)

	kinds := map[string]map[string]int{}
	for _, one := range readTraces(t, folder+"others.jsonl.gz") {
		e := one.replay(false, 0)
		if kinds[one.Name] == nil {
			kinds[one.Name] = map[string]int{}
		}
		kinds[one.Name][e.Likely]++
		v.n++
		if e.Likely == WebSocket {
			v.wrong++
			t.Logf("%s: %v %v", one.Name, e.Confidence, e.Why)
			if e.Confidence > 0.9 {
				v.sure++
			}
		}
	}
	b.WriteString("| no WebSocket | connections | taken for |\n| --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		var parts []string
		sum := 0
		for _, likely := range slices.Sorted(maps.Keys(kinds[name])) {
			parts = append(parts, fmt.Sprintf("%s %d", likely, kinds[name][likely]))
			sum += kinds[name][likely]
		}
		fmt.Fprintf(&b, "| %s | %d | %s |\n", name, sum, strings.Join(parts, ", "))
	}
	fmt.Fprintf(&b, "\nOf %d connections of %d kinds that are no WebSocket %d were called one, %d of them with a confidence over 0.9.\n", v.n, len(kinds), v.wrong, v.sure)
	v.text, v.long, v.longFound = b.String(), all.long, all.longFound
	return v
}

// TestAccuracy holds the estimates to what the endpoints or the opened records say.
func TestAccuracy(t *testing.T) {
	text := "# How near the estimates are\n\nWritten by `go test ./analyzer/sealed -run Accuracy -update`, from the traces beside it.\n\n"
	for _, set := range []struct{ folder, title string }{
		{"", ""},
		{"heldout/", "\n## Programs that the classifier was not made with\n\nWhat the classifier said of them before it was changed is in heldout/FIRST.md.\n\n"},
	} {
		v := assess(t, set.folder)
		text += set.title + v.text
		if v.wrong*100 > v.n || v.sure > 0 {
			t.Errorf("%s%d of %d connections are called WebSockets and are none, %d of them surely", set.folder, v.wrong, v.n, v.sure)
		}
		if v.longFound*100 < v.long*95 {
			t.Errorf("%s%d of %d WebSockets of ten messages or more were recognized", set.folder, v.longFound, v.long)
		}
	}
	if *update {
		if err := os.WriteFile(filepath.Join(traces, "ACCURACY.md"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Log("\n" + text)
}

// TestBoundsWithoutTheHandshake takes the first records of a connection away, some of the handshake or all of it, so that the
// request, its answer and tickets look like messages: no bound may count them.
func TestBoundsWithoutTheHandshake(t *testing.T) {
	for _, one := range readTraces(t, "websockets.jsonl.gz") {
		for _, from := range []int{1, 3, 5, 6} {
			for s, d := range one.replay(true, from).Sides {
				if d.Messages && d.AtLeast > one.Messages[s] {
					t.Errorf("%s, from record %d: at least %d messages of %d by side %d", one.Name, from, d.AtLeast, one.Messages[s], s)
				}
			}
		}
	}
}

// TestAccuracyMidway takes the beginning away, and with it the handshake.
func TestAccuracyMidway(t *testing.T) {
	found, n, wrong, others := 0, 0, 0, 0
	for _, one := range readTraces(t, "websockets.jsonl.gz") {
		e := one.replay(true, 20)
		for s, d := range e.Sides {
			if d.Messages && d.AtLeast > one.Messages[s] {
				t.Errorf("%s: at least %d messages of %d", one.Name, d.AtLeast, one.Messages[s])
			}
		}
		n++
		if e.Likely == WebSocket {
			found++
		}
	}
	for _, one := range readTraces(t, "others.jsonl.gz") {
		others++
		if e := one.replay(true, 20); e.Likely == WebSocket {
			t.Logf("%s: %v %v", one.Name, e.Confidence, e.Why)
			wrong++
		}
	}
	t.Logf("joined midway: %d of %d recognized, %d of %d others called so", found, n, wrong, others)
	if wrong*100 > others {
		t.Errorf("%d of %d are called WebSockets", wrong, others)
	}
}

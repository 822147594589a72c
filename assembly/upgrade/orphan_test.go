package upgrade

import (
	"strings"
	"testing"
)

// A 101 whose request is late or missing: nothing of the client's heads may pass for frames.
func TestUpgradeWithoutItsRequest(t *testing.T) {
	asked := []string{"1 found client=A http=1.1 @3,3", "1 answered @2", "1 s: " + world, "1 c: " + hello}
	unasked := "1 found midstream client=A @1,0"
	hold(t, []behaviour{
		{name: "the request is late", script: script{"A^", "B:" + grant + world, "A:" + ask, "A:" + hello}, want: asked, change: midway},
		{name: "and comes behind a gap", script: script{"A-50", "B:" + grant + world, "A:" + ask, "A:" + hello}, want: asked},
		{name: "and another gap", script: script{"B:" + grant + world, "A-?", "A:" + ask, "A:" + hello},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @1", "1 s: " + world, "1 c: " + hello}, change: midway},
		{name: "after the server's end", script: script{"A-5", "B:" + grant + world, "B.", "A:" + ask + hello},
			want: []string{"1 found client=A http=1.1 @4,4", "1 answered @2", "1 s: " + world, "1 s fin 0", "1 c: " + hello}, uncut: true},
		{name: "and a gap of the server", script: script{"B:" + grant, "B-7", "A:" + ask, "A:" + hello},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @1", "1 s gap 7", "1 c: " + hello}, change: midway},
		{name: "it is missing", script: script{"B:" + grant + world, "A:" + hello + hello, "A.", "B."},
			want: []string{unasked, "1 s: " + world, "1 c: " + hello + hello, "1 c fin 0", "1 s fin 0"}, change: midway},
		{name: "with the first frames", script: script{"B:" + grant + world, "A-200", "A:" + hello},
			want: []string{unasked, "1 s: " + world, "1 c gap 200", "1 c: " + hello}, change: midway},
		{name: "frames that were understood first", script: script{"A-200", "A:" + hello, "A-7", "A:" + hello, "B:" + grant + world, "A:" + hello},
			want: []string{strings.Replace(unasked, "@1", "@5", 1), "1 s: " + world, "1 c gap 200", "1 c: " + hello, "1 c gap 7", "1 c: " + hello + hello}, uncut: true},
		{name: "the client says nothing", script: script{"B:" + grant + world, "B.", "A."},
			want: []string{unasked, "1 s: " + world, "1 s fin 0", "1 c fin 0"}, change: midway},
		{name: "an earlier request is seen", script: script{"A:" + get, "B:" + empty + grant + world, "A:" + ask + hello},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @2", "1 s: " + world, "1 c: " + hello}},
		{name: "a CONNECT before it is missing", script: script{"B:HTTP/1.1 200 Connection established\r\n\r\n", "A-60", "A:" + ask, "B:" + grant + world, "A:" + hello},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @4", "1 s: " + world, "1 c: " + hello}, uncut: true},
	})
}

// Where nothing of the client comes, what the server sends does not wait for ever.
func TestUpgradeWithoutItsRequestIsBounded(t *testing.T) {
	rec, _ := run(t, script{"B:" + grant, "B:" + strings.Repeat(world, maxTape/len(world)+1)}, whole, midway)
	if len(rec.flows) != 1 || rec.flows[0].Aligned != [2]bool{false, true} {
		t.Errorf("%d WebSockets: %q", len(rec.flows), rec.lines)
	}
}

// Nor does it wait for ever for a head that the client has begun and does not end.
func TestHeadThatDoesNotEnd(t *testing.T) {
	want := "1 found midstream client=A"
	for name, sc := range map[string]script{
		"much comes":      {"A:GET /", "B:" + grant, "B:" + strings.Repeat(world, maxTape/len(world)+1)},
		"the client ends": {"A:GET /", "B:" + grant + world, "A.", "B."},
		"a gap":           {"A:GET /", "B:" + grant, "B-5", "B:" + world, "A.", "B."},
	} {
		rec, _ := run(t, sc, whole, midway)
		if len(rec.flows) != 1 || !strings.HasPrefix(rec.lines[0], want) || !strings.Contains(rec.lines[1], world) && !strings.Contains(rec.lines[1], "gap") {
			t.Errorf("%s: %.300q", name, rec.lines)
		}
	}
}

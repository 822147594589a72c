package fleet

import (
	"encoding/json"
	"fmt"
	"testing"

	"wscope/analyzer/record"
)

// TestBatchGivesBackItsRecords: whatever an interface is called, and whatever stands in a record, each comes out as it went in.
func TestBatchGivesBackItsRecords(t *testing.T) {
	texts := []string{"eth0", "", `","at":"1970-01-01T00:00:00Z","flow":7,`, `\","record":"dropped"`, "a\nb\x00\u2028"}
	for _, name := range texts {
		for _, text := range texts {
			o := Origin{Sensor: "a", Interface: name, ClockOffset: -1}
			var lines []byte
			want := []Line{{Kind: Flows, At: 1e18 + 1, Flow: "12"}, {Kind: Dropped, At: 5}, {Kind: Messages, At: 0, Flow: "3"}}
			for i := range want {
				r := map[string]any{"x": text}
				b, _ := json.Marshal(r)
				if want[i].Flow != "" {
					b = fmt.Appendf(nil, `{"flow":%s,%s`, want[i].Flow, b[1:])
				}
				want[i].Record, want[i].ID = b, fmt.Sprintf("a.9.4.%d", i+1)
				want[i].Whole = o.line(nil, want[i].Kind, want[i].At, append(b, '\n'))
				lines = o.line(lines, want[i].Kind, want[i].At, append(b, '\n'))
			}
			b := Batch{Sensor: "a", Run: "9", Seq: 4, Lines: lines}
			n := 0
			b.Each(func(l Line) bool {
				if fmt.Sprintf("%+v", l) != fmt.Sprintf("%+v", want[n]) {
					t.Errorf("interface %q, text %q: %+v, want %+v", name, text, l, want[n])
				}
				n++
				return true
			})
			if n != len(want) {
				t.Errorf("interface %q: %d records of %d", name, n, len(want))
			}
		}
	}
}

// FuzzLines: a spool's file may be anything.
func FuzzLines(f *testing.F) {
	o := Origin{Sensor: "a", Interface: "eth0"}
	whole := o.line(nil, Flows, 1e18, []byte("{\"flow\":1}\n"))
	for i := range whole {
		f.Add(whole[:i])
	}
	f.Add(append(whole, whole...))
	f.Fuzz(func(t *testing.T, lines []byte) {
		b := Batch{Sensor: "a", Run: "1", Seq: 1, Lines: lines}
		b.Each(func(l Line) bool {
			_ = record.Time(l.At).String()
			if len(l.Record) == 0 || l.Record[0] != '{' {
				t.Errorf("%q", l.Record)
			}
			return true
		})
	})
}

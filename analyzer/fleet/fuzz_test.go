package fleet

import (
	"strings"
	"testing"
	"time"
)

// FuzzBatch gives a store what a sensor may send, or somebody in its place: each line is a record or
// counted as bad, none makes a file outside of the journal, and what is there can be packed.
func FuzzBatch(f *testing.F) {
	o := origin("a")
	lines := o.line(nil, Flows, 0, []byte("{\"flow\":1}\n"))
	f.Add("a.1", string(o.line(lines, Findings, 5, []byte("{\"flow\":1,\"severity\":\"error\"}\n"))))
	f.Add("../x.1", `{"record":"flows","at":"../../../etc/passwd:"}`+"\n")
	f.Add("a", "\n\nnothing")
	f.Fuzz(func(t *testing.T, source, batch string) {
		s, err := openStore(t.TempDir(), packing{format: NDJSON})
		if err != nil {
			t.Fatal(err)
		}
		isNew, c := s.add(source, 1, []byte(batch))
		if n := int64(0); isNew {
			for range strings.Lines(batch) {
				n++
			}
			if c.total()+c.bad != n {
				t.Errorf("%d records and %d bad of %d lines", c.total(), c.bad, n)
			}
		}
		for key := range s.files {
			hour, kind, ok := strings.Cut(key, "/")
			if _, err := time.Parse("2006-01-02T15", strings.TrimPrefix(hour, "-")); err != nil && len(hour) < 13 || !ok || strings.ContainsAny(hour, `/\.`) || strings.Contains(kind, "/") {
				t.Errorf("a file %q", key)
			}
		}
		if again, _ := s.add(source, 1, []byte(batch)); again {
			t.Error("the same batch is taken twice")
		}
		if err := s.commit(time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		if err := s.settle(time.Now(), true); err != nil {
			t.Fatal(err)
		}
	})
}

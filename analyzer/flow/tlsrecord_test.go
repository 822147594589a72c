package flow_test

import (
	"context"
	"os"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/analyzertest"
	"wscope/analyzer/record"
	"wscope/assembly/tlsopen"
)

// tlsRecords keeps what is told of connections by side: the bytes of their records, or of their frames.
type tlsRecords struct {
	analyzer.NopSink
	tls     map[[2]any][]record.TLSRecord
	flows   map[string]*record.Flow // by the client's address and port, that do not depend on what could be opened
	numbers map[int64]string
}

func (r *tlsRecords) FlowEnded(f *record.Flow) error {
	r.flows[clientOf(f)] = f
	return nil
}

func (r *tlsRecords) FlowBegun(f *record.Flow) error {
	r.numbers[f.Flow] = clientOf(f)
	return nil
}

func clientOf(f *record.Flow) string {
	return f.Client.IP + " " + string(rune(f.Client.Port))
}

func (r *tlsRecords) Gap(*record.Gap) error                { return nil }
func (r *tlsRecords) Finding(int64, *record.Finding) error { return nil }

func (r *tlsRecords) TLSRecord(t *record.TLSRecord) error {
	key := [2]any{r.numbers[t.Flow], t.From}
	r.tls[key] = append(r.tls[key], *t)
	return nil
}

// TestRecordsOfClosedConnections holds that the records told of connections without keys are as long as the
// frames that they turn out to hold once the keys are there, behind the request and the answer.
func TestRecordsOfClosedConnections(t *testing.T) {
	for _, name := range []string{"tls12-go", "tls12-node", "tls13-go", "tls13-go-node"} {
		path := analyzertest.Path("peers", "tls", name)
		all, _ := analyzertest.Load(t, path+".pcap")
		text, err := os.ReadFile(path + ".keys")
		if err != nil {
			t.Fatal(err)
		}
		run := func(keys *tlsopen.Keys) *tlsRecords {
			r := &tlsRecords{tls: map[[2]any][]record.TLSRecord{}, flows: map[string]*record.Flow{}, numbers: map[int64]string{}}
			opt := analyzer.Options{TLSRecords: true, Keys: keys}
			if _, err := analyzer.Run(context.Background(), &analyzertest.Packets{All: all, Keep: func(int) bool { return true }}, opt, r); err != nil {
				t.Fatal(err)
			}
			return r
		}
		keys := tlsopen.NewKeys()
		keys.Add(text)
		closed, opened := run(tlsopen.NewKeys()), run(keys)
		compared := 0
		for who, f := range opened.flows {
			if f.Pickup != "handshake" || closed.flows[who] == nil {
				continue
			}
			for _, d := range []struct {
				from string
				*record.Direction
			}{{"client", &f.ClientToServer}, {"server", &f.ServerToClient}} {
				if d.from == "server" && f.TLS.Version == "1.3" {
					continue // its tickets look like data
				}
				list := closed.tls[[2]any{who, record.Peer(d.from)}]
				if len(list) < 2 {
					t.Errorf("%s, %s %s: %d records", name, who, d.from, len(list))
					continue
				}
				var most, least int64
				var last record.Time
				for _, r := range list[1:] {
					most, least = most+r.Bytes, least+r.Bytes-r.Error
					if r.Time < last || r.Packet == 0 {
						t.Errorf("%s: a record at %v, packet %d", name, r.Time, r.Packet)
					}
					last = r.Time
				}
				if compared++; d.WireBytes > most+2 || d.WireBytes+40 < least { // a close_notify of TLS 1.3 looks like data
					t.Errorf("%s, %s %s: records of %d to %d bytes, frames of %d", name, who, d.from, least, most, d.WireBytes)
				}
			}
		}
		if compared < 1 {
			t.Errorf("%s: %d compared", name, compared)
		}
		if len(opened.tls) > 0 {
			t.Errorf("%s: records of connections that were opened", name)
		}
	}
}

package flow_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
)

// ledger is a direction's compression, computed from its frames.
type ledger struct {
	window, messages, plain, grew, in, out int64
	largest                                float64
	sums                                   []string // of what the data messages hold, in order
}

// ledgerOf inflates a direction's messages twice: by compress/flate, and by inflated, which
// sees distances.
func ledgerOf(t *testing.T, frames []*analyzer.Frame, takeover bool) (l ledger) {
	t.Helper()
	var history inflated
	var whole []byte
	compressed := false
	for _, f := range frames {
		switch f.Opcode {
		case "text", "binary":
			whole, compressed = nil, f.Reserved&4 != 0
		case "continuation":
		default:
			continue
		}
		if whole = append(whole, f.Payload...); !f.Finished {
			continue
		}
		content := whole
		if compressed {
			before := len(history.out)
			if !takeover {
				history.out, before = nil, 0
			}
			r := flate.NewReaderDict(io.MultiReader(bytes.NewReader(whole), strings.NewReader("\x00\x00\xff\xff\x01\x00\x00\xff\xff")), history.out[max(before-1<<15, 0):])
			given, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			history.message(whole)
			if content = history.out[before:]; !bytes.Equal(content, given) {
				t.Fatal("compress/flate inflates something else")
			}
			l.messages++
			l.in += int64(len(whole))
			l.out += int64(len(content))
			if len(whole) > len(content) {
				l.grew++
			}
			l.largest = max(l.largest, float64(len(content))/float64(len(whole)))
		} else {
			l.plain++
		}
		sum := sha256.Sum256(content)
		l.sums = append(l.sums, hex.EncodeToString(sum[:]))
	}
	l.window = int64(history.farthest)
	return l
}

// TestCompressionLedgerIsWhatOthersInflate computes the ledger of every flow that agreed on
// permessage-deflate anew, with other inflaters, whose content is what the senders' journals say.
func TestCompressionLedgerIsWhatOthersInflate(t *testing.T) {
	directions, farthest := 0, int64(0)
	for _, path := range analyzertest.Journals(t) {
		j := analyzertest.ReadJournal(t, path)
		if j.Capture == "snaplen-96.pcap" || strings.Contains(path, "gap") || strings.Contains(path, "invalid") {
			continue // not all of it is there, or it is no DEFLATE
		}
		got, _ := analyzertest.Analyze(t, filepath.Join(filepath.Dir(path), j.Capture), analyzer.Options{Frames: true})
		for i := range j.Flows {
			want := &j.Flows[i]
			f := analyzertest.FlowOf(got, want.ClientPort, want.StreamID, want.Path, i)
			if f == nil || want.Messages == nil {
				continue
			}
			for from, d := range map[string]*analyzer.Direction{"client": &f.ClientToServer, "server": &f.ServerToClient} {
				c := d.Compression
				if c == nil || d.LostBytes > 0 || d.LostMessages > 0 {
					continue
				}
				var frames []*analyzer.Frame
				for _, x := range got.Frames {
					if x.Flow == f.Flow && string(x.From) == from {
						frames = append(frames, x)
					}
				}
				l := ledgerOf(t, frames, c.Takeover)
				if c.Messages != l.messages || c.Uncompressed != l.plain || c.Grew != l.grew || c.In != l.in || c.Out != l.out ||
					int64(c.WindowUsed) != l.window || math.Abs(c.LargestFactor-l.largest) > 1e-9 || l.in > 0 && math.Abs(c.Ratio-float64(l.out)/float64(l.in)) > 1e-9 {
					t.Errorf("%s flow %d: the %s's ledger is %+v, computed anew %+v", path, f.Flow, from, *c, l)
				}
				if c.WindowUsed > c.WindowAgreed {
					t.Errorf("%s flow %d: the %s reaches %d back, %d is agreed", path, f.Flow, from, c.WindowUsed, c.WindowAgreed)
				}
				n := 0
				for _, m := range want.Messages {
					if m.From != from || m.Type != "text" && m.Type != "binary" {
						continue
					}
					if n >= len(l.sums) || l.sums[n] != m.SHA256 {
						t.Errorf("%s flow %d: message %d of the %s is not what it journaled", path, f.Flow, n+1, from)
						break
					}
					n++
				}
				directions++
				farthest = max(farthest, l.window)
			}
		}
	}
	if directions < 40 || farthest < 16384 {
		t.Errorf("only %d directions, and the farthest distance is %d", directions, farthest)
	}
	t.Logf("%d directions, farthest distance %d", directions, farthest)
}

package pcapng

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/record"
	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

const testdata = "../../../../testdata"

// told is a Notes that also keeps the records, and may want some flows alone.
type told struct {
	*Notes
	only     int64
	flows    []*record.Flow
	messages int
}

func (k *told) FlowEnded(f *record.Flow) error {
	if k.only != 0 && f.Flow != k.only {
		return nil
	}
	k.flows = append(k.flows, f)
	return k.Notes.FlowEnded(f)
}

func (k *told) Message(m *record.Message) error {
	k.messages++
	return k.Notes.Message(m)
}

func open(t testing.TB, path string) packet.Source {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

// first runs the first pass.
func first(t testing.TB, path string, keys []byte, only int64) (*told, *record.Summary) {
	t.Helper()
	k := &told{Notes: New(t.TempDir()), only: only}
	opt := analyzer.Options{Keys: tlsopen.NewKeys()}
	opt.Keys.Add(keys)
	opt.Want(k.Wants())
	sum, err := analyzer.Run(context.Background(), open(t, path), opt, k)
	if err != nil {
		t.Fatal(err)
	}
	return k, sum
}

// exported is the file that is made of a capture.
func exported(t testing.TB, path string, keys []byte, only int64) (string, *told, *record.Summary) {
	t.Helper()
	k, sum := first(t, path, keys, only)
	defer k.Close()
	var b bytes.Buffer
	err := k.Copy(context.Background(), &b, Second{Source: open(t, path), Link: &link.Decoder{}, KeyLog: keys, Application: "test"})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.pcapng")
	if err := os.WriteFile(out, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return out, k, sum
}

var otherKeys = regexp.MustCompile(`keys: ([a-z0-9/-]+\.keys)`)

// keysOf are the keys that stand beside a capture.
func keysOf(path string) []byte {
	stem := strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), filepath.Ext(strings.TrimSuffix(path, ".gz")))
	keys := stem + ".keys"
	if text, err := os.ReadFile(stem + ".log.json"); err == nil {
		if m := otherKeys.FindSubmatch(text); m != nil {
			keys = filepath.Join(testdata, "peers", string(m[1]))
		}
	}
	text, _ := os.ReadFile(keys)
	return text
}

// TestTheExportIsTheSameConversations exports every capture of testdata and the corpus and analyses the
// export with no keys but those that it carries: flows, counts and bytes are the same.
func TestTheExportIsTheSameConversations(t *testing.T) {
	corpus := os.Getenv("WSCOPE_CORPUS")
	if corpus == "" {
		corpus = filepath.Join(testdata, "../../shared/corpus") // other projects' captures, where they are
	}
	var paths []string
	for _, pattern := range []string{testdata + "/*.pcap*", testdata + "/*/*.pcap*", testdata + "/*/*/*.pcap*", corpus + "/*/*.pcap*"} {
		found, _ := filepath.Glob(pattern)
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		t.Fatal("no captures in testdata")
	}
	for _, path := range paths {
		if st, err := os.Stat(path); err != nil || st.IsDir() {
			continue
		}
		if strings.Contains(path, "renegotiated") {
			continue // its later keys are under a client random that no record tells; see doc.go
		}
		if strings.Contains(path, "/quic/") {
			continue // a known gap: the datagrams of QUIC connections are not copied yet
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			out, _, want := exported(t, path, keysOf(path), 0)
			_, got := first(t, out, nil, 0)
			for _, c := range []struct {
				what      string
				got, want any
			}{
				{"flows", got.Flows, want.Flows}, {"client", got.Client, want.Client}, {"server", got.Server, want.Server},
				{"pickups", got.ByPickup, want.ByPickup}, {"closes", got.Closes, want.Closes}, {"findings", got.Findings, want.Findings},
			} {
				if !reflect.DeepEqual(c.got, c.want) {
					t.Errorf("%s: %+v, want %+v", c.what, c.got, c.want)
				}
			}
			if len(got.Problems) > 0 {
				t.Errorf("the export is damaged: %v", got.Problems)
			}
		})
	}
}

// TestOneFlowAlone exports each flow of captures in which flows share ends or a connection.
func TestOneFlowAlone(t *testing.T) {
	for _, name := range []string{"derived/tuple-reused.pcap", "plain/ws-drop.pcap", "http2/h2c-many.pcap"} {
		path := filepath.Join(testdata, "peers", name)
		all, _ := first(t, path, nil, 0)
		for _, want := range all.flows {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(name), want.Flow), func(t *testing.T) {
				out, _, _ := exported(t, path, nil, want.Flow)
				again, sum := first(t, out, nil, 0)
				if sum.Connections != 1 {
					t.Errorf("%d connections, want 1", sum.Connections)
				}
				for _, got := range again.flows {
					if got.Start == want.Start && got.Client == want.Client {
						if !reflect.DeepEqual(got.ClientToServer, want.ClientToServer) || !reflect.DeepEqual(got.ServerToClient, want.ServerToClient) {
							t.Errorf("another flow: %+v, want %+v", got, want)
						}
						return
					}
				}
				t.Errorf("flow %d is not in it: %d others are", want.Flow, len(again.flows))
			})
		}
	}
}

// TestWiresharkShowsIt has tshark decrypt the export and show a comment for each message.
func TestWiresharkShowsIt(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	for _, name := range []string{"plain/ws-echo.pcap", "browser/chromium-wss.pcap", "derived/secrets.pcapng", "http2/h2c-many.pcap"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			path := filepath.Join(testdata, "peers", name)
			out, k, sum := exported(t, path, keysOf(path), 0)
			shown, err := exec.Command(tshark, "-r", out, "-T", "fields", "-e", "frame.comment", "-e", "_ws.malformed").Output()
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(shown), " message "); n != k.messages || n == 0 {
				t.Errorf("tshark shows comments on %d messages, want %d", n, k.messages)
			}
			frames, err := exec.Command(tshark, "-r", out, "-Y", "websocket", "-T", "fields", "-e", "websocket.opcode").Output()
			if err != nil {
				t.Fatal(err)
			}
			n := int64(len(strings.FieldsFunc(string(frames), func(r rune) bool { return r == '\n' || r == ',' })))
			if want := sum.Client.Frames + sum.Server.Frames; n != want && !strings.Contains(name, "http2") { // tshark shows few frames over HTTP/2
				t.Errorf("tshark shows %d frames, want %d", n, want)
			}
		})
	}
}

// TestOnlyTheKeysOfTheFlows puts the secrets of others beside the one that is needed.
func TestOnlyTheKeysOfTheFlows(t *testing.T) {
	path := filepath.Join(testdata, "peers/browser/chromium-wss.pcap")
	other := "CLIENT_TRAFFIC_SECRET_0 " + strings.Repeat("ab", 32) + " " + strings.Repeat("cd", 32)
	out, _, _ := exported(t, path, append(keysOf(path), "\n"+other+"\n"...), 0)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte(other)) {
		t.Error("the secret of another connection is in the export")
	}
}

// TestCommentsComeBackByPacket adds comments in no order, some of them through the file.
func TestCommentsComeBackByPacket(t *testing.T) {
	c := comments{dir: t.TempDir()}
	defer c.close()
	wanted := map[int64]bool{1: true}
	for i := range int64(100) {
		if err := c.add("a", comment{(i*37)%100 + 1, i % 2, fmt.Sprint((i*37)%100 + 1)}); err != nil {
			t.Fatal(err)
		}
		if i == 30 || i == 60 {
			if err := c.spill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.sorted()
	var got []string
	for packet := int64(1); packet <= 100; packet += 3 {
		var err error
		if got, err = c.take(got, "a", packet, wanted); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for packet := int64(1); packet <= 100; packet += 3 {
		if packet%2 == 0 { // i*37%100 is even where i is: odd flows have even packets
			want = append(want, fmt.Sprint(packet))
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// TestSpansTellConnectionsApart uses the same ends twice, and wants the first connection alone.
func TestSpansTellConnectionsApart(t *testing.T) {
	n := New(t.TempDir())
	n.want(&record.Flow{Client: record.Endpoint{IP: "10.0.0.1", Port: 1}, Server: record.Endpoint{IP: "10.0.0.2", Port: 2}, Connection: 100, End: 200})
	a := link.Addr{10: 0xff, 11: 0xff, 12: 10, 15: 1}
	b := link.Addr{10: 0xff, 11: 0xff, 12: 10, 15: 2}
	for _, s := range []struct {
		at    int64
		flags link.Flags
		seq   uint32
		want  bool
	}{
		{50, link.ACK, 1, false}, // the end of an earlier one
		{100, link.SYN, 7, true},
		{110, link.SYN, 7, true}, // sent again
		{150, link.ACK, 8, true},
		{200, link.FIN | link.ACK, 9, true},
		{210, link.ACK, 10, true}, // the last acknowledgement
		{300, link.SYN, 99, false},
		{310, link.ACK, 100, false},
	} {
		seg := link.Segment{Key: link.Key{Src: a, Dst: b, SrcPort: 1, DstPort: 2}, Flags: s.flags, Seq: s.seq, Mark: packet.Mark{Time: s.at}}
		if s.seq == 10 {
			seg.Key = seg.Key.Reverse()
		}
		if got := n.wanted(&seg, ""); got != s.want {
			t.Errorf("at %d: %v, want %v", s.at, got, s.want)
		}
	}
}

// TestQUICConnection copies a QUIC connection that moves, and its keys: what is read of the copy is what
// is read of the capture.
func TestQUICConnection(t *testing.T) {
	path := filepath.Join(testdata, "peers", "quic", "migration.pcap")
	keys, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	k, _ := first(t, path, keys, 0)
	var out bytes.Buffer
	if err := k.Copy(context.Background(), &out, Second{Source: open(t, path), Link: &link.Decoder{}, KeyLog: keys}); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copied.pcapng")
	if err := os.WriteFile(copied, out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	again, _ := first(t, copied, nil, 0)
	if len(again.flows) != 1 || again.messages != k.messages || again.messages != 42 {
		t.Fatalf("%d flows, %d messages in the copy, %d in the capture", len(again.flows), again.messages, k.messages)
	}
	if again.flows[0].QUIC.Migrations != 1 || !reflect.DeepEqual(again.flows[0].ClientToServer, k.flows[0].ClientToServer) {
		t.Errorf("%+v", again.flows[0].QUIC)
	}
}

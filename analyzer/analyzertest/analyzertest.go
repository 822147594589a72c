// Package analyzertest runs the recordings of testdata, and holds what their endpoints wrote down beside the records.
// It is for tests alone.
package analyzertest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/assembly/capture"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

// Path is a path below the repository's testdata.
func Path(elem ...string) string {
	root := "."
	for range 10 {
		if _, err := os.Stat(filepath.Join(root, "testdata", "peers")); err == nil {
			break
		}
		root = filepath.Join("..", root)
	}
	return filepath.Join(append([]string{root, "testdata"}, elem...)...)
}

// Journal is what the endpoints of a capture wrote down themselves; see testdata/README.md.
type Journal struct {
	Capture string
	Shows   string
	Breaks  *struct{ By, RFC string }
	Risk    string // the finding that is worth a look
	Flows   []struct {
		ClientPort  uint16 `json:"client_port"`
		ServerPort  uint16 `json:"server_port"`
		StreamID    uint64 `json:"stream_id"`
		Path        string
		Status      int
		Result      string
		Pickup      string
		Subprotocol string
		Extensions  string
		Close       *struct {
			By, How, Reason string
			Code            *int
			ReplyCode       *int `json:"reply_code"`
		}
		Messages []struct {
			From, Type, SHA256 string
			Length             int64
			Fragments          int
			RTT                float64 `json:"rtt_ms"`
		}
		Missing *struct { // the message that the capture no longer holds whole
			From, Type string
			Length     int64
		}
		Sent []any // in place of messages where raw sockets spoke
	}
}

// Records is a Sink that keeps copies of all records.
type Records struct {
	analyzer.NopSink
	Flows    []*analyzer.Flow
	Messages []*analyzer.Message
	Frames   []*analyzer.Frame
}

// FlowEnded implements analyzer.Sink.
func (k *Records) FlowEnded(f *analyzer.Flow) error { k.Flows = append(k.Flows, f); return nil }

// Message implements analyzer.Sink. It keeps a copy.
func (k *Records) Message(m *analyzer.Message) error {
	own := *m
	own.Data = bytes.Clone(m.Data)
	if m.App != nil {
		app := *m.App
		own.App = &app
	}
	k.Messages = append(k.Messages, &own)
	return nil
}

// Frame implements analyzer.Sink.
func (k *Records) Frame(f *analyzer.Frame) error { k.Frames = append(k.Frames, f); return nil }

var otherKeys = regexp.MustCompile(`keys: ([a-z0-9/-]+\.keys)`)

// Analyze runs a capture of testdata with all records kept.
func Analyze(t testing.TB, path string, opt analyzer.Options) (*Records, *analyzer.Summary) {
	t.Helper()
	return AnalyzeBy(t, analyzer.Run, path, opt)
}

// AnalyzeBy does it by run.
func AnalyzeBy(t testing.TB, run func(context.Context, packet.Source, analyzer.Options, analyzer.Sink) (*analyzer.Summary, error), path string, opt analyzer.Options) (*Records, *analyzer.Summary) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	opt.Messages, opt.Payload = true, true
	opt.Keys = tlsopen.NewKeys()
	keys := strings.TrimSuffix(path, filepath.Ext(path)) + ".keys"
	if text, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".log.json"); err == nil {
		if m := otherKeys.FindSubmatch(text); m != nil { // a derived capture: the original's keys open it
			keys = Path("peers", string(m[1]))
		}
	}
	if text, err := os.ReadFile(keys); err == nil {
		opt.Keys.Add(text)
	}
	k := &Records{}
	sum, err := run(context.Background(), src, opt, k)
	if err != nil {
		t.Fatal(err)
	}
	return k, sum
}

// Journals are all captures of testdata that stand beside their endpoints' journal.
func Journals(t testing.TB) []string {
	t.Helper()
	var paths []string
	for _, depth := range []string{"*", "*/*", "*/*/*"} {
		found, _ := filepath.Glob(Path(depth + ".log.json"))
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		t.Fatal("no journals in testdata")
	}
	return paths
}

// ReadJournal reads a Journal.
func ReadJournal(t testing.TB, path string) *Journal {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	j := &Journal{}
	if err := json.Unmarshal(text, j); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return j
}

// FlowOf finds the flow that a journal speaks of.
func FlowOf(k *Records, port uint16, stream uint64, path string, index int) *analyzer.Flow {
	var matches []*analyzer.Flow
	for _, f := range k.Flows {
		if f.Client.Port == port && (stream == 0 || f.HTTP != nil && f.HTTP.StreamID == stream) {
			matches = append(matches, f)
		}
	}
	for _, f := range matches {
		if int(f.Flow) == index+1 {
			return f
		}
	}
	for _, f := range matches {
		if f.HTTP == nil || f.HTTP.Path == path {
			return f
		}
	}
	return nil
}

// Packets is a Source that gives those packets that keep names.
type Packets struct {
	All  []packet.Packet
	Keep func(i int) bool
	at   int
}

// Read implements packet.Source.
func (p *Packets) Read(b *packet.Batch) error {
	b.Packets, b.Secrets = b.Packets[:0], b.Secrets[:0]
	for p.at < len(p.All) && len(b.Packets) < 512 {
		if p.Keep(p.at) {
			b.Packets = append(b.Packets, p.All[p.at])
		}
		p.at++
	}
	if len(b.Packets) == 0 {
		return io.EOF
	}
	return nil
}

// Files implements packet.Source.
func (p *Packets) Files() []string { return []string{"-"} }

// Problems implements packet.Source.
func (p *Packets) Problems() []packet.Problem { return nil }

// Close implements packet.Source.
func (p *Packets) Close() error { return nil }

// Load reads a capture of testdata and the secrets that open it.
func Load(t testing.TB, path string) (all []packet.Packet, keys []byte) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for {
		var b packet.Batch
		err := src.Read(&b)
		all = append(all, b.Packets...)
		for _, s := range b.Secrets {
			keys = append(keys, s.Data...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	name := strings.TrimSuffix(path, filepath.Ext(path)) + ".keys"
	if text, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".log.json"); err == nil {
		if m := otherKeys.FindSubmatch(text); m != nil {
			name = Path("peers", string(m[1]))
		}
	}
	text, _ := os.ReadFile(name)
	return all, append(keys, text...)
}

// Run runs what is kept of a capture.
func Run(t testing.TB, all []packet.Packet, secrets []byte, keep func(i int) bool) *Records {
	t.Helper()
	k := &Records{}
	opt := analyzer.Options{Messages: true, Payload: true, Keys: tlsopen.NewKeys()}
	opt.Keys.Add(secrets)
	if _, err := analyzer.Run(context.Background(), &Packets{All: all, Keep: keep}, opt, k); err != nil {
		t.Fatal(err)
	}
	return k
}

// Said counts the complete messages by sender, kind and content, and the findings that blame a peer.
func Said(k *Records) map[string]int {
	flows := map[int64]*analyzer.Flow{}
	n := map[string]int{}
	for _, f := range k.Flows {
		flows[f.Flow] = f
		for _, x := range f.Findings {
			if x.Severity != "note" {
				n[fmt.Sprintf("finding %s from %s %d-%d", x.Rule, x.From, f.Client.Port, f.Server.Port)]++
			}
		}
	}
	for _, m := range k.Messages {
		f := flows[m.Flow]
		if !m.Complete {
			continue
		}
		from, to := f.Client.Port, f.Server.Port
		if m.From == "server" {
			from, to = to, from
		}
		n[fmt.Sprintf("%s %d>%d %x", m.Type, from, to, sha256.Sum256(m.Data))]++
	}
	return n
}

// Encode is v as JSON.
func Encode(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

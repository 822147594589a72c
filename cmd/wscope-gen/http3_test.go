package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/analyzertest"
)

// TestHTTP3 reads captures of WebSockets over HTTP/3 back: all messages are there, nobody is blamed, and what the capture
// lacks is said to be lacking.
func TestHTTP3(t *testing.T) {
	for _, flags := range []string{
		"",
		"-kind deflate -size 2000",
		"-size 40000",
		"-size 0",
		"-mss 50 -messages 3",
		"-reorder 10 -retransmit 10 -messages 300",
		"-loss 5 -messages 300",
		"-kind chat",
		"-kind market",
		"-kind graphql",
	} {
		t.Run(flags, func(t *testing.T) {
			p, _, _, err := parse(append(strings.Fields("-http3 -conns 5 -messages 20"), strings.Fields(flags)...), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(t.TempDir(), "f.pcap")
			var out, keys strings.Builder
			if err := p.generate(&out, &keys); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{name: out.String(), strings.TrimSuffix(name, ".pcap") + ".keys": keys.String()} {
				if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			k, _ := analyzertest.Analyze(t, name, analyzer.Options{})
			if len(k.Flows) != p.conns {
				t.Fatalf("%d flows", len(k.Flows))
			}
			messages, lacks := 0, int64(0)
			for _, f := range k.Flows {
				if f.HTTP == nil || f.HTTP.Version != "3" || f.QUIC == nil || f.Close == nil || f.Close.How != "handshake" || len(f.Findings) > 0 {
					t.Errorf("%+v, %+v, %+v", f.HTTP, f.Close, f.Findings)
				}
				for _, d := range []*analyzer.Direction{&f.ClientToServer, &f.ServerToClient} {
					messages += int(d.Messages.Text + d.Messages.Binary)
					lacks += d.LostBytes + d.LostSealed
				}
			}
			if want := p.conns * p.messages; p.use == nil && (p.loss > 0 != (messages < want) || messages < want*8/10) {
				t.Errorf("%d messages of %d", messages, want)
			}
			if p.loss > 0 != (lacks > 0) {
				t.Errorf("%d bytes are said to be lacking", lacks)
			}
		})
	}
}

package apps

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer"
)

// truths are what is spoken in the recordings, by the longest beginning of their path below testdata: where none fits, nothing is spoken that has a name.
var truths = map[string]string{
	"apps/socketio/": "socket.io", "apps/engineio/": "engine.io", "apps/firebase/": "firebase", "apps/pusher/": "pusher", "apps/guacamole/": "guacamole",
	"apps/signalr/": "signalr", "apps/signalr2/": "signalr-2", "apps/discord/": "discord", "apps/rfb/": "rfb", "apps/mqtt/": "mqtt", "apps/phoenix/": "phoenix",
	"apps/jsonrpc/": "json-rpc", "apps/jsonrpc/mcp": "mcp", "apps/jsonrpc/devtools": "cdp", "apps/amqp/": "amqp", "apps/yjs/": "yjs",
	"apps/graphql/": "graphql-ws", "apps/graphql/transport-ws": "graphql-transport-ws", "apps/appsync/": "appsync-events", "apps/ddp/": "ddp", "apps/nostr/": "nostr",
	"apps/atproto/": "atproto", "apps/docker/": "docker", "apps/homeassistant/": "home-assistant", "apps/kubernetes/": "kubernetes", "apps/kubernetes/spdy": "spdy",
	"apps/sip/": "sip", "apps/xmpp/": "xmpp", "apps/formats/json": "json", "apps/formats/cbor": "cbor", "apps/formats/messagepack": "msgpack", "apps/formats/protobuf": "protobuf",
	"apps/actioncable/": "actioncable", "apps/anycable/": "actioncable", "apps/centrifugo/": "centrifugo", "apps/nats/": "nats", "apps/trpc/": "trpc",
	"apps/wamp/": "wamp", "apps/ocpp/": "ocpp", "apps/colyseus/": "colyseus", "apps/jupyter/": "jupyter", "apps/sockjs/": "sockjs", "apps/sockjs/stomp": "sockjs/stomp",
	"apps/bolt/": "bolt", "apps/stomp/": "stomp",
	"gate/kept/chat/": "socket.io", "gate/kept/feed/": "json", "gate/kept/game/": "msgpack", "gate/kept/gateway/": "discord", "gate/kept/graphql/": "graphql-transport-ws",
	"gate/kept/jupyter/": "jupyter", "gate/kept/mqtt/": "mqtt", "gate/kept/ocpp/": "ocpp", "gate/kept/phoenix/": "phoenix", "gate/kept/rpc/": "json-rpc", "gate/kept/terminal/": "json",
	"gate/kept/yjs/": "yjs", "gate/kept/depot/": "json", "gate/kept/deploys/": "trpc", "har/": "json", "why/": "json", "regressions/": "json", "regressions/others/builds": "json-rpc", "regressions/others/chat": "socket.io",
}

// truthOf is what truths says of a path below testdata.
func truthOf(path string) (truth string) {
	longest := -1
	for begin, spoken := range truths {
		if strings.HasPrefix(path, begin) && len(begin) > longest {
			longest, truth = len(begin), spoken
		}
	}
	return truth
}

// TestNothingIsTakenForAnother runs over all recordings of testdata, of which gate has one of a kind unless WSCOPE_SLOW is set: what
// is recognised is what is spoken, or nothing; and in the recordings of apps and gate it is recognised in every flow that says something.
func TestNothingIsTakenForAnother(t *testing.T) {
	const root = "../../testdata"
	var paths []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if err == nil && strings.Contains(d.Name(), ".pcap") && !strings.HasPrefix(path, root+"/peers/") { // those have a test of their own
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) < 100 {
		t.Fatal(len(paths), err)
	}
	table := map[[2]string]int{}
	for _, path := range paths {
		below := strings.TrimPrefix(path, root+"/")
		if strings.HasPrefix(below, "gate/") && os.Getenv("WSCOPE_SLOW") == "" && !strings.Contains(below, "/none.quiet") {
			continue
		}
		truth := truthOf(below)
		if truth == "" && strings.HasPrefix(below, "gate/") {
			t.Logf("what %s speaks is not said", below)
			continue
		}
		for _, f := range analyse(t, path, analyzer.Options{}).flows {
			got := ""
			if f.App != nil {
				got = f.App.Protocol
			}
			table[[2]string{truth, got}]++
			exact := strings.HasPrefix(below, "apps/") || strings.HasPrefix(below, "gate/")
			if got != "" && got != truth || got == "" && exact && !isSilent(f) {
				t.Errorf("%s flow %d: taken for %q, it is %q", below, f.Flow, got, truth)
			}
		}
	}
	for pair, n := range table {
		t.Logf("%-40s taken for %-20s %4d flows", pair[0], pair[1], n)
	}
}

// TestNothingIsTakenForAnotherElsewhere runs over other projects' captures, whose conversations are Socket.IO's, a Jupyter kernel's,
// or say nothing that has a name.
func TestNothingIsTakenForAnotherElsewhere(t *testing.T) {
	root := os.Getenv("WSCOPE_CORPUS")
	if root == "" {
		t.Skip("WSCOPE_CORPUS names no captures")
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(d.Name(), "cap") || strings.HasSuffix(d.Name(), ".py") {
			return err
		}
		for _, f := range analyse(t, path, analyzer.Options{}).flows {
			if f.App == nil {
				continue
			}
			isJupyter := strings.Contains(d.Name(), "jupyter") && f.App.Protocol == "jupyter" // as Zeek's is named
			if !isJupyter && !slices.Contains([]string{"socket.io", "engine.io", "json", "text"}, f.App.Protocol) {
				t.Errorf("%s flow %d is taken for %s by its %s", path, f.Flow, f.App.Protocol, f.App.By)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

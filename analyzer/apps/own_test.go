package apps

import (
	"os"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// ownExamples are the files of OWN.md, in its order.
func ownExamples(t testing.TB) []*Own {
	t.Helper()
	doc, err := os.ReadFile("OWN.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []*Own
	for _, part := range strings.Split(string(doc), "```yaml\n")[1:] {
		source, _, _ := strings.Cut(part, "```")
		o, err := ReadOwn([]byte(source))
		if err != nil {
			t.Fatalf("%v in\n%s", err, source)
		}
		list = append(list, o)
	}
	return list
}

// TestOwnProtocolsAreReadByTheirFiles reads what the examples of OWN.md are about.
func TestOwnProtocolsAreReadByTheirFiles(t *testing.T) {
	type message struct{ from, kind, data string }
	examples := ownExamples(t)
	for i, x := range []struct {
		path, subprotocol string
		messages          []message
		want              record.AppSummary
		op                string
		failed            int64
	}{
		{"/shop/1", "", []message{
			{"client", "text", `{"head":{"cmd":"getUser","seq":7},"body":{}}`},
			{"server", "text", `{"head":{"cmd":"getUser.res","re":7,"rc":0}}`},
			{"client", "text", `{"head":{"cmd":"getUser","seq":8},"body":{}}`},
			{"server", "text", `{"head":{"cmd":"getUser.res","re":8,"rc":4}}`},
			{"client", "text", `{"head":{"cmd":"alive"}}`},
			{"client", "text", `{"head":{"cmd":"getUser","seq":9},"body":{}}`},
		}, record.AppSummary{Protocol: "shop", Messages: 6, Unanswered: 1, Errors: 1}, "getUser", 1},
		{"/", "rpc.msgpack", []message{
			{"client", "binary", "\x94\x00\x05\xa3add\x92\x01\x02"},
			{"server", "binary", "\x94\x01\x05\xc0\x03"},
			{"server", "binary", "\x93\x02\xa4news\x90"},
		}, record.AppSummary{Protocol: "msgpack-rpc", Messages: 3}, "add", 0},
		{"/t", "", []message{
			{"client", "binary", "\x01\x00\x07rest"},
			{"server", "binary", "\x02\x00\x07\x01\x02"},
			{"client", "binary", "\x09"},
			{"client", "binary", "\x55no kind"},
		}, record.AppSummary{Protocol: "telemetry", Messages: 3, Unread: 1}, "read", 0},
	} {
		c := WithOwn(examples...)(nil)().Open(&record.Flow{HTTP: &record.HTTP{Path: x.path}, Handshake: &record.Handshake{Subprotocol: x.subprotocol}}).(*conversation)
		for _, m := range x.messages {
			check(t, c.Message(said(m.from, m.kind, []byte(m.data))))
		}
		var f record.Flow
		c.Done(&f)
		if a := f.App; a == nil || a.Protocol != x.want.Protocol || a.Messages != x.want.Messages || a.Unanswered != x.want.Unanswered || a.Errors != x.want.Errors || a.Unread != x.want.Unread ||
			len(a.Operations) != 1 || a.Operations[0].Name != x.op || a.Operations[0].Failed != x.failed {
			t.Errorf("example %d is read as %+v", i+1, f.App)
		}
	}
}

// TestMistakesInOwnFilesAreTold shows what is said of files that are wrong.
func TestMistakesInOwnFilesAreTold(t *testing.T) {
	for _, x := range []struct{ source, want string }{
		{"", "protocol"},
		{"protocol: a", "kind"},
		{"protocol: a\nkind: m.x\nkinds: m.y", "kinds"},
		{"protocol: a\nkind: m.(", "kind"},
		{"protocol: a\nkind: unknown", "unknown"},
		{"protocol: a\nkind: m.x\nencoding: xml", "xml"},
		{"protocol: a\nkind: m.x\npath: '[a'", "path"},
		{"protocol: [", ""},
	} {
		if _, err := ReadOwn([]byte(x.source)); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%q: %v", x.source, err)
		}
	}
}

// FuzzOwn gives any message to the examples.
func FuzzOwn(f *testing.F) {
	examples := ownExamples(f)
	f.Add(uint8(0), []byte(`{"head":{"cmd":"a","seq":7}}`), true)
	f.Add(uint8(1), []byte("\x94\x00\x05\xa3add\x92\x01\x02"), false)
	f.Add(uint8(2), []byte("\x01\x00\x07"), false)
	f.Fuzz(func(t *testing.T, which uint8, data []byte, isText bool) {
		c := opened("/", "")
		c.adopt(&language{protocol: "own"}, own{Own: examples[int(which)%len(examples)]}, "file")
		kind := "binary"
		if isText {
			kind = "text"
		}
		check(t, c.Message(said("client", kind, data)))
	})
}

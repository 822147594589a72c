package apps

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/apps/protoschema"
	"wscope/analyzer/record"
)

// chat is testdata's schema, with types named or not.
func chat(t testing.TB, name string, types ...string) *protoschema.Choice {
	t.Helper()
	s, err := protoschema.Load("../../testdata/apps/formats/"+name, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Choose(types)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMessagesAreWhatProtobufjsTakesThemFor holds each message, read by the source and by what protoc made
// of it, with its types named and found by fit, to what the endpoints' library made of it.
func TestMessagesAreWhatProtobufjsTakesThemFor(t *testing.T) {
	const path = "../../testdata/apps/formats/protobuf-schema"
	b, err := os.ReadFile(path + ".log.json")
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		App struct {
			Counts  [][]any
			Decoded map[string][]any
		}
	}
	if err := json.Unmarshal(b, &log); err != nil {
		t.Fatal(err)
	}
	for what, types := range map[string]*protoschema.Choice{
		"source": chat(t, "chat.proto"), "set": chat(t, "chat.pb"),
		"named": chat(t, "chat.pb", "client=ClientMessage", "server=chat.v1.ServerMessage"),
	} {
		out := analyse(t, path+".pcap", analyzer.Options{Apps: WithSchema(types)})
		next := map[string]int{}
		for _, m := range out.messages {
			if m.Type != "binary" {
				continue
			}
			if m.App == nil || m.App.Decoded == nil || m.App.DecodedCut {
				t.Fatalf("%s: message %d is told as %+v", what, m.Message, m.App)
			}
			var got any
			if err := json.Unmarshal(m.App.Decoded, &got); err != nil {
				t.Fatalf("%s: %s: %v", what, m.App.Decoded, err)
			}
			if want := log.App.Decoded[string(m.From)][next[string(m.From)]]; !reflect.DeepEqual(got, want) {
				t.Errorf("%s: message %d is %s, the endpoints say %v", what, m.Message, m.App.Decoded, want)
			}
			next[string(m.From)]++
			if m.App.Gist == "" || m.App.ID == "" || m.App.Name == "" {
				t.Errorf("%s: message %d is told as %+v", what, m.Message, *m.App)
			}
		}
		if next["client"] != len(log.App.Decoded["client"]) || next["server"] != len(log.App.Decoded["server"]) {
			t.Errorf("%s: %v messages", what, next)
		}
		if by := out.flows[0].App.By; by != "schema" {
			t.Errorf("%s: recognised by %s", what, by)
		}
		for _, c := range log.App.Counts {
			if got := count(out.flows, c[0].(string), c[1].(string), c[2].(string)); got != int64(c[3].(float64)) {
				t.Errorf("%s: %v, we counted %d", what, c, got)
			}
		}
	}
}

// TestSchemaLeavesOthersAlone gives the schema to conversations in everything else: what is recognised
// stays what it is, and texts among binary messages are still JSON.
func TestSchemaLeavesOthersAlone(t *testing.T) {
	types := chat(t, "chat.proto", "client=ClientMessage", "server=ServerMessage")
	for _, path := range captures(t) {
		if strings.Contains(path, "/formats/") {
			continue
		}
		plain, schemed := analyse(t, path, analyzer.Options{}), analyse(t, path, analyzer.Options{Apps: WithSchema(types)})
		for i, f := range plain.flows {
			if g := schemed.flows[i]; !isSilent(f) && (f.App.Protocol != g.App.Protocol || f.App.Messages != g.App.Messages) {
				t.Errorf("%s: %s, with a schema %s", path, f.App.Protocol, g.App.Protocol)
			}
		}
	}
	c := WithSchema(types)().Open(&record.Flow{}).(*conversation)
	join := []byte("\x08\x01\x12\x03\x0a\x01a")
	for _, x := range []struct{ kind, data, want string }{
		{"text", `{"type":"hello"}`, "type"}, {"binary", string(join), "chat.v1.ClientMessage"}, {"text", `{"type":"again"}`, "type"},
		{"binary", "\x08", ""}, {"binary", string(join), "chat.v1.ClientMessage"},
	} {
		got := ""
		a := c.Message(said("client", x.kind, []byte(x.data)))
		if a != nil {
			got = a.Kind
			if (a.Decoded != nil) != (x.kind == "binary") {
				t.Errorf("%q is decoded as %q", x.data, a.Decoded)
			}
		}
		if got != x.want {
			t.Errorf("%q is a %q, want %q", x.data, got, x.want)
		}
	}
	var f record.Flow
	if c.Done(&f); f.App.Protocol != "protobuf" || f.App.Messages != 4 || f.App.Unread != 1 {
		t.Errorf("summed up as %+v", f.App)
	}
}

// TestSeveralTypesThatFitAreNoneOfThem shows that no type is guessed where two are as good.
func TestSeveralTypesThatFitAreNoneOfThem(t *testing.T) {
	s, err := protoschema.Load("x", func(string) ([]byte, error) {
		return []byte(`message A { int32 n = 1; string s = 2; } message B { int32 n = 1; string s = 2; string more = 3; }`), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	types, err := s.Choose(nil)
	if err != nil {
		t.Fatal(err)
	}
	for data, want := range map[string]string{"\x08\x01\x12\x03abc": "message", "\x1a\x03abc\x08\x01": "B", "\x1a\x03abc\x20\x01": "message"} {
		c := WithSchema(types)().Open(&record.Flow{}).(*conversation)
		a := c.Message(said("client", "binary", []byte(data)))
		if a == nil || a.Kind != want {
			t.Errorf("%q is %+v, want %s", data, a, want)
		}
	}
}

package protoschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

const formats = "../../../testdata/apps/formats/"

// schema is one of a text and those that it imports.
func schema(t testing.TB, files map[string]string) (*Schema, error) {
	t.Helper()
	return Load("main.proto", func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	})
}

func one(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := schema(t, map[string]string{"main.proto": text})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSourceAndDescriptorSetAreTheSame loads chat.proto and what protoc made of it.
func TestSourceAndDescriptorSetAreTheSame(t *testing.T) {
	source, err := Load(formats+"chat.proto", os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	set, err := Load(formats+"chat.pb", os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range source.names() {
		a, b := source.messages[name], set.messages[name]
		if b == nil || a.own != b.own || a.inside != b.inside || len(a.fields) != len(b.fields) {
			if a.entry { // protoc writes their names in another way
				continue
			}
			t.Fatalf("%s: %+v by the source, %+v by protoc", name, a, b)
		}
		for number, f := range a.fields {
			g := b.fields[number]
			if f.name != g.name || f.kind != g.kind || f.repeated != g.repeated || f.oneof != g.oneof || (f.enum == nil) != (g.enum == nil) ||
				f.enum != nil && !reflect.DeepEqual(f.enum, g.enum) || f.message != nil && !f.message.entry && f.message.Name != g.message.Name {
				t.Errorf("%s.%s: %+v by the source, %+v by protoc", name, f.name, f, g)
			}
		}
	}
}

// TestTypesAreFoundAsProtocFindsThem names types from scopes inside and outside.
func TestTypesAreFoundAsProtocFindsThem(t *testing.T) {
	s, err := schema(t, map[string]string{
		"main.proto": `syntax = "proto2"; package a.b; import "x/other.proto"; import "nowhere/options.proto";
			option (nowhere.thing) = { a: 1 };
			extend Later { optional int32 more = 200; }
			message Outer {
				message In { optional int32 n = 1; }
				optional In own = 1; optional .a.b.In far = 2; optional a.Other third = 3; optional Other fourth = 4;
				optional group Sub = 5 { optional In deep = 1; }
				map<string, In> many = 6; oneof either { E e = 7; bytes raw = 8; }
				extensions 100 to 200;
			}
			message In { optional string s = 1; }
			enum E { A = 0; B = 1; option allow_alias = true; C = 1; }
			message Later { extensions 200; }
			service Not { rpc Of (In) returns (In); }`,
		"x/other.proto": `package a; message Other { optional bool y = 1; }`,
	})
	if err != nil {
		t.Fatal(err)
	}
	outer := s.messages["a.b.Outer"]
	for number, want := range map[int32]string{1: "a.b.Outer.In", 2: "a.b.In", 3: "a.Other", 4: "a.Other", 5: "a.b.Outer.Sub"} {
		if m := outer.fields[number].message; m == nil || m.Name != want {
			t.Errorf("%s is %+v, want %s", outer.fields[number].name, m, want)
		}
	}
	if f := outer.fields[6]; f.message == nil || !f.message.entry || f.message.fields[2].message.Name != "a.b.Outer.In" {
		t.Errorf("the map is %+v", f)
	}
	if f := outer.fields[7]; f.enum == nil || f.enum.names[1] != "B" || f.oneof != "either" {
		t.Errorf("the enum is %+v", f)
	}
	if f := s.messages["a.b.Later"].fields[200]; f == nil || f.name != "more" {
		t.Errorf("the extension is %+v", f)
	}
	var tops []string
	for _, m := range s.tops() {
		tops = append(tops, m.Name)
	}
	if want := []string{"a.b.Later", "a.b.Outer"}; !reflect.DeepEqual(tops, want) {
		t.Errorf("whole messages are %v, want %v", tops, want)
	}
}

// TestBadSchemasAreTold says what is wrong, and where.
func TestBadSchemasAreTold(t *testing.T) {
	for text, want := range map[string]string{
		`syntax = "proto3"; message M { Missing x = 1; }`:   "M.x: there is no type Missing",
		`import "gone.proto"; message M { Missing x = 1; }`: "and no file gone.proto",
		`message M {`:                          "main.proto",
		`syntax = "proto3"; enum E { A = 0; }`: "it declares no message",
		"":                                     "it declares no message",
	} {
		if _, err := schema(t, map[string]string{"main.proto": text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := Load("gone.proto", os.ReadFile); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	s := one(t, `package p; message A { message X {} } message B { message X {} int32 n = 1; }`)
	for name, want := range map[string]string{"C": "no message C; it has p.A, p.A.X, p.B, p.B.X", "X": "one of p.A.X, p.B.X", "anyone=A": "only client and server"} {
		if _, err := s.Choose([]string{name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// every is a type with each kind of field.
const every = `syntax = "proto3"; message M {
	double d = 1; float f = 2; int64 i64 = 3; uint64 u64 = 4; int32 i32 = 5; fixed64 f64 = 6; fixed32 f32 = 7; bool b = 8; string s = 9;
	M m = 10; bytes y = 11; uint32 u32 = 12; E e = 13; sfixed32 sf32 = 14; sfixed64 sf64 = 15; sint32 s32 = 16; sint64 s64 = 17;
	repeated int32 list = 18; map<bool, M> map = 19; repeated string words = 20; map<string, string> texts = 21; }
	enum E { ZERO = 0; ONE = 1; }`

// everyMessage has a value of each field.
func everyMessage() []byte {
	b := protowire.AppendTag(nil, 1, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, 0x3ff8000000000000)
	b = protowire.AppendTag(b, 2, protowire.Fixed32Type)
	b = protowire.AppendFixed32(b, 0x7f800000)
	for _, v := range []struct {
		number protowire.Number
		value  uint64
	}{{3, 1<<64 - 1}, {4, 1<<64 - 1}, {5, 1<<64 - 2}, {8, 1}, {12, 7}, {13, 1}, {16, 3}, {17, 4}, {18, 5}} {
		b = protowire.AppendVarint(protowire.AppendTag(b, v.number, protowire.VarintType), v.value)
	}
	b = protowire.AppendFixed64(protowire.AppendTag(b, 6, protowire.Fixed64Type), 9)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 7, protowire.Fixed32Type), 10)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 14, protowire.Fixed32Type), 1<<32-1)
	b = protowire.AppendFixed64(protowire.AppendTag(b, 15, protowire.Fixed64Type), 1<<64-1)
	for _, v := range []struct {
		number protowire.Number
		value  string
	}{
		{9, "a\"\x01é"}, {10, "\x28\x01"}, {10, "\x60\x02"}, {11, "\x00\xff"}, {18, "\x06\x07"}, {19, "\x08\x01\x12\x02\x28\x03"},
		{19, ""}, {20, "x"}, {20, "y"}, {21, "\x12\x01z"}, {50, "\x01"},
	} {
		b = protowire.AppendString(protowire.AppendTag(b, v.number, protowire.BytesType), v.value)
	}
	return b
}

const everyJSON = `{"d":1.5,"f":"Infinity","i64":"-1","u64":"18446744073709551615","i32":-2,"f64":"9","f32":10,"b":true,"s":"a\"\u0001é",` +
	`"m":{"i32":1,"u32":2},"y":"AP8=","u32":7,"e":"ONE","sf32":-1,"sf64":"-1","s32":-2,"s64":"2","list":[5,6,7],` +
	`"map":{"true":{"i32":3},"false":{}},"words":["x","y"],"texts":{"":"z"},"50":"AQ=="}`

// TestEachKindIsWrittenAsTheJSONMappingSays holds every kind of field to ProtoJSON.
func TestEachKindIsWrittenAsTheJSONMappingSays(t *testing.T) {
	m := one(t, every).messages["M"]
	b := everyMessage()
	if ok, known := m.fits(b, 0); !ok || known {
		t.Fatalf("fits %v, all known %v", ok, known)
	}
	var w Writer
	if got, whole := w.JSON(m, b); string(got) != everyJSON || !whole {
		t.Errorf("it is\n%s, want\n%s", got, everyJSON)
	}
	if got := w.Line(m, b[:20]); string(got) != "d: 1.5 f: \"Infinity\"" && !strings.HasPrefix(string(got), "d: 1.5 f: ") {
		t.Errorf("its line is %s", got)
	}
}

// TestEveryPrefixFitsOrNot cuts a message everywhere: what fits must be written as JSON.
func TestEveryPrefixFitsOrNot(t *testing.T) {
	m := one(t, every).messages["M"]
	b := everyMessage()
	for n := range b {
		hold(t, m, b[:n])
		for i := range n {
			bad := bytes.Clone(b[:n])
			bad[i] ^= 0xff
			hold(t, m, bad)
		}
	}
}

// hold holds what is written of a message to what is promised.
func hold(t testing.TB, m *Message, b []byte) {
	t.Helper()
	if ok, _ := m.fits(b, 0); !ok {
		return
	}
	var w Writer
	text, _ := w.JSON(m, b)
	if !json.Valid(text) {
		t.Fatalf("%x is written as %s", b, text)
	}
	if len(text) > 2*maxJSON {
		t.Fatalf("%d bytes are written of %d", len(text), len(b))
	}
	if line := w.Line(m, b); len(line) > 8*maxLine { // a control character is written as six
		t.Fatalf("a line of %d bytes", len(line))
	}
	m.Case(b)
	w.Text(m, b, "s")
}

// TestHostileMessagesAreBounded gives messages that say much in few bytes.
func TestHostileMessagesAreBounded(t *testing.T) {
	s := one(t, `message M { repeated M m = 1; repeated E e = 2; string s = 3; bytes b = 4; map<int32, M> map = 5; repeated group G = 6 { G inner = 1; } M single = 7; }
		enum E { `+strings.Repeat("LONG", 200)+` = 0; }`)
	m := s.messages["M"]
	nested := []byte{}
	for range 99 {
		nested = protowire.AppendBytes([]byte{1<<3 | 2}, nested)
	}
	for name, b := range map[string][]byte{
		"empty messages": bytes.Repeat([]byte{1<<3 | 2, 0}, 1<<20),
		"long names":     protowire.AppendBytes([]byte{2<<3 | 2}, make([]byte, 1<<20)),
		"a long text":    protowire.AppendBytes([]byte{3<<3 | 2}, bytes.Repeat([]byte("é"), 1<<20)),
		"long bytes":     protowire.AppendBytes([]byte{4<<3 | 2}, make([]byte, 1<<20)),
		"empty entries":  bytes.Repeat([]byte{5<<3 | 2, 0}, 1<<20),
		"unknown fields": bytes.Repeat([]byte{9 << 3, 0}, 1<<20),
		"one field":      bytes.Repeat([]byte{7<<3 | 2, 2, 3<<3 | 2, 0}, 1<<18),
		"deep":           nested,
	} {
		if ok, _ := m.fits(b, 0); !ok {
			t.Errorf("%s: it does not fit", name)
			continue
		}
		hold(t, m, b)
		var w Writer
		allocs := testing.AllocsPerRun(1, func() { w.JSON(m, b) })
		if _, whole := w.JSON(m, b); whole && name != "deep" {
			t.Errorf("%s: nothing is left out", name)
		}
		if allocs > 200 {
			t.Errorf("%s: %.0f allocations", name, allocs)
		}
	}
	for range 3 {
		nested = protowire.AppendBytes([]byte{1<<3 | 2}, nested)
	}
	if ok, _ := m.fits(nested, 0); ok {
		t.Error("102 messages inside each other fit")
	}
}

// FuzzMessage gives any bytes to a type with each kind of field.
func FuzzMessage(f *testing.F) {
	m := one(f, every).messages["M"]
	f.Add(everyMessage())
	f.Add([]byte{10<<3 | 2, 2, 10<<3 | 2, 0})
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, m, b) })
}

// FuzzDescriptorSet gives any bytes as a schema, and a message to each of its types.
func FuzzDescriptorSet(f *testing.F) {
	set, err := os.ReadFile(formats + "chat.pb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(set, []byte("\x08\x01\x12\x02\x08\x01"))
	f.Fuzz(func(t *testing.T, set, message []byte) {
		if descriptorSet(set) == nil {
			return // a source: its parser is another's
		}
		s, err := Load("any", func(string) ([]byte, error) { return set, nil })
		if err != nil {
			return
		}
		for _, m := range s.tops() {
			hold(t, m, message)
		}
	})
}

// TestImportsStayInTheSchemasFolder tries names that lead elsewhere, and those that a package allows.
func TestImportsStayInTheSchemasFolder(t *testing.T) {
	files := map[string]string{
		"/x/chat/v1/a.proto":      `syntax = "proto3"; package chat.v1; import "chat/common/b.proto"; message A { chat.common.B b = 1; }`,
		"/x/chat/common/b.proto":  `syntax = "proto3"; package chat.common; message B { int32 n = 1; }`,
		"/x/chat/v1/climb.proto":  `syntax = "proto3"; package chat.v1; import "etc/b.proto"; message A { string s = 1; etc.B b = 2; }`,
		"/etc/b.proto":            `syntax = "proto3"; package etc; message B { int32 n = 1; }`,
		"/x/chat/v1/dots.proto":   `syntax = "proto3"; import "../../../etc/b.proto"; message A { string s = 1; }`,
		"/x/chat/v1/abs.proto":    `syntax = "proto3"; import "/etc/b.proto"; message A { string s = 1; }`,
		"/x/chat/v1/slash.proto":  `syntax = "proto3"; import "..\\..\\etc\\b.proto"; message A { string s = 1; }`,
		"/x/chat/v1/inside.proto": `syntax = "proto3"; import "a/../../b.proto"; message A { string s = 1; }`,
		"/x/chat/v1/deep.proto":   `syntax = "proto3"; ` + strings.Repeat("message M {", 5000) + strings.Repeat("}", 5000),
	}
	for name, reason := range map[string]string{
		"a": "", "climb": "etc/b.proto", "dots": "leaves the folder", "abs": "leaves the folder", "slash": "leaves the folder", "inside": "leaves the folder", "deep": "nested deeper",
	} {
		_, err := Load("/x/chat/v1/"+name+".proto", func(name string) ([]byte, error) {
			if text, ok := files[name]; ok {
				return []byte(text), nil
			}
			return nil, fs.ErrNotExist
		})
		if reason == "" && err != nil || reason != "" && (err == nil || !strings.Contains(err.Error(), reason)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

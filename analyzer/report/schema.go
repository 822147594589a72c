package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// schemas are the JSON Schemas (draft 2020-12) of the records. They are made from the
// records' declarations by "go test -run TestSchemas -update", but for those of check and diff, whose
// records other packages declare: they are written by hand, and outputs are held to them like to all.
//
//go:embed schema/*.json
var schemas embed.FS

// Schema is the JSON Schema of one of SchemaKinds.
func Schema(kind string) ([]byte, error) {
	b, err := schemas.ReadFile("schema/" + kind + ".json")
	if err != nil {
		return nil, fmt.Errorf("there is no schema of %q: there are %s", kind, strings.Join(SchemaKinds, ", "))
	}
	return b, nil
}

// object is a JSON object whose members keep their order.
type object []pair

type pair struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(p.name)
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(append(append(name, ':'), value...))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// SchemaKinds are what has a schema: the records, the document of summary --format json, the lines of live, the
// reports of check and diff.
var SchemaKinds = []string{"flow", "message", "frame", "decoded-frame", "decoded-message", "summary", "document", "live", "check", "diff"}

// makeSchema makes the schema of a kind of records from their declaration.
func makeSchema(kind string) []byte {
	o := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "wscope " + kind}}
	switch kind {
	case "flow":
		o = append(o, schemaOf(record.FlowTable, nil, nil)...)
	case "summary":
		o = append(o, schemaOf(record.SummaryTable, nil, nil)...)
	case "document":
		flows := object{{"type", "array"}, {"items", schemaOf(record.FlowTable, nil, nil)}}
		o = append(o, closed("what summary --format json prints", object{{"flows", flows}, {"summary", schemaOf(record.SummaryTable, nil, nil)}})...)
	case "live":
		o = append(o, pair{"description", "a line of live"}, pair{"oneOf", []object{
			event(schemaOf(record.FlowTable, nil, nil), "open", "update", "close"),
			event(schemaOf(record.MessageTable, nil, payloadMembers("text", "base64")), "message"),
			event(schemaOf(record.SummaryTable, nil, []pair{{"capture", captureSchema()}}), "summary"),
		}})
	case "message":
		o = append(o, schemaOf(record.MessageTable, nil, payloadMembers("text", "base64"))...)
	case "frame":
		o = append(o, schemaOf(record.FrameTable, nil, payloadMembers("payload_text", "payload_bytes"))...)
	case "decoded-frame":
		o = append(o, schemaOf(record.FrameTable, []string{"flow", "from", "time", "packet", "file"}, payloadMembers("payload_text", "payload_bytes"))...)
	case "decoded-message":
		more := append(payloadMembers("text", "base64"), pair{"offset", typed("integer", "of its first byte in the stream, in bytes")})
		o = append(o, schemaOf(record.MessageTable, []string{"flow", "from", "time", "end", "packet", "file"}, more)...)
	}
	b, err := json.Marshal(o)
	if err != nil {
		panic("report: a schema that is no JSON: " + err.Error())
	}
	var out bytes.Buffer
	json.Indent(&out, b, "", "  ")
	out.WriteByte('\n')
	return out.Bytes()
}

// closed is an object that has these members, all of them and no others.
func closed(doc string, members object) object {
	required := make([]string, len(members))
	for i, m := range members {
		required[i] = m.name
	}
	return object{{"type", "object"}, {"description", doc}, {"properties", members}, {"required", required}, {"additionalProperties", false}}
}

// event is a record's schema with the first member of live's lines.
func event(line object, names ...string) object {
	for i := range line {
		switch line[i].name {
		case "properties":
			kind := object{{"enum", names}, {"description", "what happened"}}
			line[i].value = append(object{{"event", kind}}, line[i].value.(object)...)
		case "required":
			line[i].value = append([]string{"event"}, line[i].value.([]string)...)
		}
	}
	return line
}

// captureSchema is what live's summary says of the packets.
func captureSchema() object {
	count := func(doc string) object { return typed("integer", doc) }
	one := closed("an interface", object{
		{"name", typed("string", "")}, {"received", count("packets that the kernel took")},
		{"dropped", count("packets that the kernel dropped")}, {"interface_dropped", count("packets that the interface dropped")},
	})
	return closed("what became of the packets", object{
		{"interfaces", object{{"type", []string{"array", "null"}}, {"items", one}}},
		{"analysed_packets", count("packets that were analysed")}, {"shed_packets", count("packets of connections that were refused or given up")},
		{"refused_connections", count("connections of which nothing was analysed")},
		{"given_up", count("times that a sixteenth of the connections was given up")},
	})
}

func payloadMembers(text, bytes string) []pair {
	return []pair{
		{text, typed("string", "the payload, where it is valid UTF-8 of no binary message")},
		{bytes, append(typed("string", "the payload of all others, in base64"), pair{"contentEncoding", "base64"})},
		{"cut", typed("boolean", "--max-payload shortened it")},
	}
}

func typed(name, doc string) object {
	o := object{{"type", name}}
	if doc != "" {
		o = append(o, pair{"description", doc})
	}
	return o
}

// schemaOf is the schema of a record, without some members and with more.
func schemaOf(table *record.Table, without []string, more []pair) object {
	var members object
	required := []string{}
	for i := range table.Fields {
		f := &table.Fields[i]
		if slices.Contains(without, f.Name) {
			continue
		}
		members = append(members, pair{f.Name, memberSchema(f)})
		if !f.Omit {
			required = append(required, f.Name)
		}
	}
	for _, p := range more {
		if !slices.ContainsFunc(members, func(m pair) bool { return m.name == p.name }) {
			members = append(members, p)
		}
	}
	return object{{"type", "object"}, {"description", table.Doc}, {"properties", members}, {"required", required}, {"additionalProperties", false}}
}

func memberSchema(f *record.Field) object {
	o := typeSchema(f)
	if f.Pair {
		o = object{{"type", "array"}, {"items", o}, {"minItems", 2}, {"maxItems", 2}}
	}
	if f.List {
		o = object{{"type", "array"}, {"items", o}}
	}
	if f.Pointer || f.List && !f.Omit {
		o[0].value = []any{o[0].value, "null"} // absent or null where there is nothing
	}
	if f.Doc != "" {
		o = slices.DeleteFunc(o, func(p pair) bool { return p.name == "description" })
		o = append(o, pair{"description", f.Doc})
	}
	return o
}

// typeSchema is the schema of a field's values, or of the elements of a list.
func typeSchema(f *record.Field) object {
	switch f.Kind {
	case record.Nested:
		return schemaOf(f.Of, nil, nil)
	case record.Text:
		return object{{"type", "string"}}
	case record.Moment:
		return object{{"type", "string"}, {"format", "date-time"}}
	case record.Raw:
		return object{{"type", "object"}}
	}
	return object{{"type", f.Kind.String()}}
}

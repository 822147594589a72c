package report

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"go/ast"
)

// schemas are the JSON Schemas (draft 2020-12) of the records. They are made from the
// records' declarations by "go test -run TestSchemas -update".
//
//go:embed schema/*.json
var schemas embed.FS

// Schema is the JSON Schema of flow, message, frame, decoded-frame, decoded-message or summary.
func Schema(kind string) ([]byte, error) {
	b, err := schemas.ReadFile("schema/" + kind + ".json")
	if err != nil {
		return nil, fmt.Errorf("there is no schema of %q: there are flow, message, frame, decoded-frame, decoded-message, summary", kind)
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

// SchemaKinds are the records that have a schema.
var SchemaKinds = []string{"flow", "message", "frame", "decoded-frame", "decoded-message", "summary"}

// makeSchema makes the schema of a kind of records from their declaration.
func makeSchema(kind string) []byte {
	o := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "wscope " + kind + " record"}}
	switch kind {
	case "flow":
		o = append(o, schemaOf("Flow", nil, nil)...)
	case "summary":
		o = append(o, schemaOf("Summary", nil, nil)...)
	case "message":
		o = append(o, schemaOf("Message", nil, payloadMembers("text", "base64"))...)
	case "frame":
		o = append(o, schemaOf("Frame", nil, payloadMembers("payload_text", "payload_bytes"))...)
	case "decoded-frame":
		o = append(o, schemaOf("Frame", []string{"flow", "from", "time", "packet", "file"}, payloadMembers("payload_text", "payload_bytes"))...)
	case "decoded-message":
		more := append(payloadMembers("text", "base64"), pair{"offset", typed("integer", "of its first byte in the stream, in bytes")})
		o = append(o, schemaOf("Message", []string{"flow", "from", "time", "end", "packet", "file"}, more)...)
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

// schemaOf is the schema of a declared type, without some members and with more.
func schemaOf(name string, without []string, more []pair) object {
	d := declared()[name]
	var members object
	required := []string{}
next:
	for _, m := range d.fields {
		for _, w := range without {
			if m.json == w {
				continue next
			}
		}
		if m.json == "-" {
			continue
		}
		members = append(members, pair{m.json, memberSchema(m)})
		if !m.empty {
			required = append(required, m.json)
		}
	}
	for _, p := range more {
		if !has(members, p.name) {
			members = append(members, p)
		}
	}
	return object{{"type", "object"}, {"description", d.doc}, {"properties", members}, {"required", required}, {"additionalProperties", false}}
}

func has(o object, name string) bool {
	for _, p := range o {
		if p.name == name {
			return true
		}
	}
	return false
}

func memberSchema(m member) object {
	o := typeSchema(m.typ)
	if p, ok := m.typ.(*ast.StarExpr); ok {
		o = typeSchema(p.X)
		o[0].value = []any{o[0].value, "null"} // absent or null where there is nothing
	}
	if _, ok := m.typ.(*ast.ArrayType); ok && !m.empty {
		o[0].value = []any{"array", "null"}
	}
	if m.doc != "" {
		kept := object{}
		for _, p := range o {
			if p.name != "description" {
				kept = append(kept, p)
			}
		}
		o = append(kept, pair{"description", m.doc})
	}
	return o
}

func typeSchema(t ast.Expr) object {
	switch t := t.(type) {
	case *ast.StarExpr:
		return typeSchema(t.X)
	case *ast.ArrayType:
		o := object{{"type", "array"}, {"items", typeSchema(t.Elt)}}
		if t.Len != nil {
			o = append(o, pair{"minItems", 2}, pair{"maxItems", 2})
		}
		return o
	case *ast.Ident:
		switch t.Name {
		case "string":
			return object{{"type", "string"}}
		case "bool":
			return object{{"type", "boolean"}}
		case "float64", "Seconds":
			return object{{"type", "number"}}
		case "Time":
			return object{{"type", "string"}, {"format", "date-time"}}
		case "JSON":
			return object{{"type", "object"}}
		}
		if declared()[t.Name] != nil {
			return schemaOf(t.Name, nil, nil)
		}
	}
	return object{{"type", "integer"}}
}

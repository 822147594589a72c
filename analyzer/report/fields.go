package report

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"sync"

	"wscope/analyzer/record"
)

// Field is a name of the contract: a member of a record.
type Field struct {
	Name    string // as in JSON, members of objects behind a dot, of lists behind []
	Type    string // text, integer, number, boolean, time, list of …, object
	Unit    string // seconds, bytes; empty where there is none
	Absent  bool   // it may be absent or null
	Meaning string // what the code says of it
}

// declaration is a type of the contract as its declaration says.
type declaration struct {
	doc    string
	fields []member
}

type member struct {
	json  string // its name; "-" for what JSON does not have
	typ   ast.Expr
	empty bool // omitempty
	doc   string
}

// declared reads the declarations of the records.
var declared = sync.OnceValue(func() map[string]*declaration {
	records := map[string]*declaration{}
	for _, source := range record.Sources() {
		file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments)
		if err != nil {
			panic("report: our own source: " + err.Error())
		}
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gen.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					if s, ok := t.Type.(*ast.StructType); ok {
						records[t.Name.Name] = newDeclaration(t.Name.Name, gen.Doc.Text(), s)
					}
				}
			}
		}
	}
	return records
})

func newDeclaration(name, doc string, s *ast.StructType) *declaration {
	r := &declaration{doc: sentenceOf(strings.TrimPrefix(doc, name+" is "))}
	for _, f := range s.Fields.List {
		if f.Tag == nil || len(f.Names) == 0 {
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
		json, rest, _ := strings.Cut(tag, ",")
		doc := f.Comment.Text()
		if doc == "" {
			doc = strings.TrimPrefix(f.Doc.Text(), f.Names[0].Name+" is ")
		}
		r.fields = append(r.fields, member{json: json, typ: f.Type, empty: strings.Contains(rest, "omitempty"), doc: sentenceOf(doc)})
	}
	return r
}

// sentenceOf is a comment on one line, without a full stop.
func sentenceOf(doc string) string {
	return strings.TrimSuffix(strings.Join(strings.Fields(doc), " "), ".")
}

// Fields lists the names of a record: flow, message, frame or summary.
func Fields(kind string) ([]Field, error) {
	types := map[string]string{"flow": "Flow", "message": "Message", "frame": "Frame", "summary": "Summary"}
	name, ok := types[kind]
	if !ok {
		return nil, fmt.Errorf("%q is none of flow, message, frame, summary", kind)
	}
	list := fieldsOf(kind+".", name)
	switch kind {
	case "message":
		list = append(list,
			Field{"message.text", "text", "", true, "the payload, where it is valid UTF-8 of no binary message"},
			Field{"message.base64", "text", "", true, "the payload of all others, in base64"},
			Field{"message.json", "any", "", true, "in expressions alone: the payload's JSON, its members behind dots"})
	case "frame":
		list = append(list,
			Field{"frame.payload_text", "text", "", true, "with --payload: the unmasked payload, where it is valid UTF-8 of no binary frame"},
			Field{"frame.payload_bytes", "text", "", true, "with --payload: that of all others, in base64"},
			Field{"frame.cut", "boolean", "", true, "with --payload: --max-payload shortened it"})
	}
	return list, nil
}

func fieldsOf(prefix, name string) []Field {
	var list []Field
	for _, m := range declared()[name].fields {
		if m.json == "-" {
			continue
		}
		typ, absent := m.typ, m.empty
		if p, ok := typ.(*ast.StarExpr); ok {
			typ, absent = p.X, true
		}
		f := Field{Name: prefix + m.json, Absent: absent, Meaning: m.doc, Unit: unit(m, typ)}
		var nested []Field
		f.Type, nested = kindOf(typ, f.Name)
		if f.Meaning == "" && len(nested) > 0 {
			f.Meaning = docOf(typ)
		}
		if f.Meaning == "" {
			f.Meaning = strings.ReplaceAll(m.json, "_", " ")
		}
		list = append(append(list, f), nested...)
	}
	return list
}

func docOf(t ast.Expr) string {
	if l, ok := t.(*ast.ArrayType); ok {
		t = l.Elt
	}
	if id, ok := t.(*ast.Ident); ok && declared()[id.Name] != nil {
		return declared()[id.Name].doc
	}
	return ""
}

// kindOf names a type for people, and gives the members of an object.
func kindOf(t ast.Expr, path string) (string, []Field) {
	switch t := t.(type) {
	case *ast.StarExpr:
		return kindOf(t.X, path)
	case *ast.ArrayType:
		elem, nested := kindOf(t.Elt, path+"[]")
		if t.Len != nil {
			return "pair of " + elem, nil
		}
		return "list of " + elem, nested
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "text", nil
		case "bool":
			return "boolean", nil
		case "float64", "Seconds":
			return "number", nil
		case "Time":
			return "time", nil
		case "JSON":
			return "object", nil
		}
		if declared()[t.Name] != nil {
			return "object", fieldsOf(path+".", t.Name)
		}
	}
	return "integer", nil
}

// unit is what a number counts.
func unit(m member, t ast.Expr) string {
	if id, ok := t.(*ast.Ident); ok {
		switch {
		case id.Name == "Seconds":
			return "seconds"
		case id.Name == "string" || id.Name == "bool" || id.Name == "Time" || id.Name == "JSON" || declared()[id.Name] != nil:
			return ""
		}
	} else {
		return ""
	}
	switch {
	case strings.HasSuffix(m.json, "_bytes") || m.json == "bytes" || m.json == "length" || m.json == "offset" || strings.HasPrefix(m.json, "len_payload"),
		strings.Contains(m.doc, "bytes") && !strings.Contains(m.doc, "messages"):
		return "bytes"
	}
	return ""
}

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"slices"
	"strings"
)

// records are the declarations of package record.
type records struct {
	structs map[string]*object
	order   []string        // names of structs, as they are declared, file by file
	texts   map[string]bool // named types whose values are text
}

// object is a struct that JSON shows, or one with texts.
type object struct {
	name, doc string
	fields    []field
}

type field struct {
	name  string // in Go
	typ   ast.Expr
	json  string // "-" where JSON does not have it
	empty bool   // omitempty
	zero  bool   // omitzero
	doc   string
	tag   reflect.StructTag
}

// read reads the declarations in a folder.
func read(dir string) (*records, error) {
	//lint:ignore SA1019 the package has no build tags, and golang.org/x/tools would be a dependency for one call
	packages, err := parser.ParseDir(token.NewFileSet(), dir, func(f fs.FileInfo) bool {
		return !strings.HasSuffix(f.Name(), "_test.go") && !strings.HasSuffix(f.Name(), "_gen.go")
	}, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	r := &records{structs: map[string]*object{}, texts: map[string]bool{}}
	for _, p := range packages {
		var names []string
		for name := range p.Files {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			for _, decl := range p.Files[name].Decls {
				if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.TYPE {
					r.types(gen)
				}
			}
		}
	}
	return r, r.check()
}

func (r *records) types(gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		t := spec.(*ast.TypeSpec)
		switch typ := t.Type.(type) {
		case *ast.Ident:
			if typ.Name == "string" {
				r.texts[t.Name.Name] = true
			}
		case *ast.StructType:
			o := &object{name: t.Name.Name, doc: sentence(strings.TrimPrefix(gen.Doc.Text(), t.Name.Name+" is "))}
			for _, f := range typ.Fields.List {
				if f.Tag == nil || len(f.Names) == 0 {
					continue
				}
				o.fields = append(o.fields, newField(f))
			}
			if len(o.fields) > 0 {
				r.structs[o.name] = o
				r.order = append(r.order, o.name)
			}
		}
	}
}

func newField(f *ast.Field) field {
	tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
	name, rest, _ := strings.Cut(tag.Get("json"), ",")
	doc := f.Comment.Text()
	if doc == "" {
		doc = strings.TrimPrefix(f.Doc.Text(), f.Names[0].Name+" is ")
	}
	return field{name: f.Names[0].Name, typ: f.Type, json: name, empty: strings.Contains(rest, "omitempty"), zero: strings.Contains(rest, "omitzero"), doc: sentence(doc), tag: tag}
}

// sentence is a comment on one line, without a full stop.
func sentence(doc string) string {
	return strings.TrimSuffix(strings.Join(strings.Fields(doc), " "), ".")
}

// classes are the redaction classes that a tag may name.
var classes = map[string]string{
	"": "Unclassed", "open": "Open", "secret": "Secret", "name": "Name", "target": "Target", "scheme": "Scheme",
	"said": "Said", "headers": "Headers", "prose": "Prose", "drop": "Drop", "content": "Content", "parent": "Parent",
}

// check finds mistakes in tags.
func (r *records) check() error {
	for _, name := range r.order {
		for _, f := range r.structs[name].fields {
			if _, ok := classes[f.tag.Get("redact")]; !ok {
				return fmt.Errorf("%s.%s: there is no redaction class %q", name, f.name, f.tag.Get("redact"))
			}
			if unit := f.tag.Get("unit"); unit != "" && unit != "bytes" {
				return fmt.Errorf("%s.%s: there is no unit %q", name, f.name, unit)
			}
		}
	}
	return nil
}

// kind is what a field holds: its type in Go without pointers and lists.
type kind struct {
	elem    string // string, bool, int64, …, Time, Seconds, JSON, or the name of a struct
	pointer bool
	list    bool
	pair    bool // [2] of it, after list
}

func kindOf(t ast.Expr) (k kind) {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			k.pointer, t = true, x.X
		case *ast.ArrayType:
			if x.Len != nil {
				k.pair = true
			} else {
				k.list = true
			}
			t = x.Elt
		case *ast.Ident:
			k.elem = x.Name
			return k
		default:
			k.elem = "?"
			return k
		}
	}
}

// isText reports whether a type's values are text.
func (r *records) isText(elem string) bool { return elem == "string" || r.texts[elem] }

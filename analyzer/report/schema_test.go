package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

var update = flag.Bool("update", false, "renew the golden files and schemas")

// TestSchemas holds the schemas to the records' declarations.
func TestSchemas(t *testing.T) {
	for _, kind := range SchemaKinds {
		if kind == "check" || kind == "diff" {
			continue // written by hand
		}
		name := filepath.Join("schema", kind+".json")
		want := makeSchema(kind)
		if *update {
			if err := os.WriteFile(name, want, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not that of the records (%v): go test ./analyzer/report -run TestSchemas -update", name, err)
		}
	}
}

// TestFieldsAreTheRecords holds the list of names to the types that encoding/json sees.
func TestFieldsAreTheRecords(t *testing.T) {
	for kind, typ := range map[string]reflect.Type{
		"flow": reflect.TypeFor[record.Flow](), "message": reflect.TypeFor[record.Message](),
		"frame": reflect.TypeFor[record.Frame](), "summary": reflect.TypeFor[record.Summary](),
	} {
		fields, err := Fields(kind)
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, f := range fields {
			listed[f.Name] = true
			if f.Meaning == "" || f.Type == "" {
				t.Errorf("%s has no meaning or type: %+v", f.Name, f)
			}
		}
		for _, name := range jsonNames(typ, kind) {
			if !listed[name] {
				t.Errorf("%s is not listed", name)
			}
			delete(listed, name)
		}
		for name := range listed {
			switch name {
			case "message.text", "message.base64", "message.json", "frame.payload_text", "frame.payload_bytes", "frame.cut":
			default:
				t.Errorf("%s is listed, and is in no record", name)
			}
		}
	}
}

// TestFlowCellsAreTheRecord holds the columns of CSV to the record.
func TestFlowCellsAreTheRecord(t *testing.T) {
	cells := map[string]bool{}
	flowCells := strings.Split(strings.TrimSpace(string(FlowHead())), ",")
	for _, c := range flowCells {
		cells[c] = true
	}
	for _, name := range jsonNames(reflect.TypeFor[record.Flow](), "flow") {
		name = strings.TrimPrefix(name, "flow.")
		if strings.Contains(name, "[]") {
			continue
		}
		covered := false // by a column, by those of its members, or by the JSON of what it is a member of
		for _, c := range flowCells {
			covered = covered || name == c || strings.HasPrefix(c, name+".") || strings.HasPrefix(name, c+".")
		}
		if !covered {
			t.Errorf("%s is no column", name)
		}
		delete(cells, name)
	}
	for c := range cells {
		t.Errorf("column %s is not in the record", c)
	}
}

// jsonNames are the names of a type's members in JSON.
func jsonNames(t reflect.Type, prefix string) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || name == "" {
			continue
		}
		path, typ := prefix+"."+name, f.Type
		names = append(names, path)
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			if typ.Kind() == reflect.Slice {
				path += "[]"
			}
			typ = typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			names = append(names, jsonNames(typ, path)...)
		}
	}
	return names
}

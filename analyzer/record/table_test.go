package record

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// tables are the records that have one, by an empty record.
var tables = map[*Table]any{FlowTable: Flow{}, MessageTable: Message{}, FrameTable: Frame{}, SummaryTable: Summary{}, FindingTable: Finding{}}

// TestEveryTextHasAClass fails closed: who adds a text says how it is redacted.
func TestEveryTextHasAClass(t *testing.T) {
	seen := map[*Table]bool{}
	var look func(table *Table)
	look = func(table *Table) {
		if seen[table] {
			return
		}
		seen[table] = true
		for i := range table.Fields {
			f := &table.Fields[i]
			if (f.Kind == Text || f.Kind == Raw) && f.Class == Unclassed {
				t.Errorf("%s.%s has no redaction class", table.Name, f.Name)
			}
			if f.Of != nil {
				look(f.Of)
			}
		}
	}
	for table := range tables {
		look(table)
	}
}

// TestTablesAreTheRecords holds the tables to what encoding/json sees.
func TestTablesAreTheRecords(t *testing.T) {
	var look func(table *Table, typ reflect.Type)
	look = func(table *Table, typ reflect.Type) {
		i := 0
		for field := range typ.Fields() {
			name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "-" || name == "" {
				continue
			}
			if i == len(table.Fields) || table.Fields[i].Name != name {
				t.Fatalf("%s is not that of %s from %s on: go generate ./analyzer/record", table.Name, typ, name)
			}
			f := &table.Fields[i]
			zero := rest == "omitzero"
			if f.Omit != (rest == "omitempty" || zero) || f.Pointer != (field.Type.Kind() == reflect.Pointer || zero) || f.List != (field.Type.Kind() == reflect.Slice && f.Kind != Raw) {
				t.Errorf("%s.%s is not as declared: go generate ./analyzer/record", table.Name, name)
			}
			if f.Of != nil {
				of := field.Type
				for of.Kind() != reflect.Struct {
					of = of.Elem()
				}
				look(f.Of, of)
			}
			i++
		}
		if i != len(table.Fields) {
			t.Errorf("%s has fields that %s has not", table.Name, typ)
		}
	}
	for table, zero := range tables {
		look(table, reflect.TypeOf(zero))
	}
}

// TestValuesAreThoseOfJSON holds what the getters give to what encoding/json writes, of a record whose every field is set.
func TestValuesAreThoseOfJSON(t *testing.T) {
	for table, zero := range tables {
		p := reflect.New(reflect.TypeOf(zero))
		n := 0
		fill(p.Elem(), &n)
		b, err := json.Marshal(p.Interface())
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(plain(table, p.Interface()))
		if err != nil {
			t.Fatal(err)
		}
		var want, have any
		json.Unmarshal(b, &want)
		json.Unmarshal(got, &have)
		if !reflect.DeepEqual(want, have) {
			t.Errorf("%s: the table gives\n%s\nand JSON is\n%s", table.Name, got, b)
		}
		for _, c := range table.Columns() {
			if v := c.Value(p.Interface()); v.Kind == Absent || v.Kind != c.Field.Kind {
				t.Errorf("%s: column %v is a value of kind %v", table.Name, c.Path, v.Kind)
			}
			if v := c.Value(reflect.New(reflect.TypeOf(zero)).Interface()); v.Kind != Absent && !v.IsZero() {
				t.Errorf("%s: column %v of an empty record is %+v", table.Name, c.Path, v)
			}
		}
	}
}

// fill sets every field to something else.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), n)
			}
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[JSON]() {
			v.SetBytes([]byte(`{"a":1}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString("text " + strings.Repeat("x", *n%7))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		v.SetUint(uint64(*n % 200))
	}
}

// plain is a record as its table has it.
func plain(table *Table, of any) any {
	object := map[string]any{}
	for i := range table.Fields {
		f := &table.Fields[i]
		object[f.Name] = plainValue(f, f.Get(of), f.List)
	}
	return object
}

func plainValue(f *Field, v Value, list bool) any {
	if list {
		all := make([]any, v.Int)
		for i := range all {
			all[i] = plainValue(f, f.At(v.Any, i), false)
		}
		return all
	}
	switch {
	case f.Pair:
		return v.Any
	case v.Kind == Nested:
		return plain(f.Of, v.Any)
	case v.Kind == Text:
		return v.Text
	case v.Kind == Number:
		return v.Float
	case v.Kind == Boolean:
		return v.Int != 0
	case v.Kind == Moment:
		return Time(v.Int)
	case v.Kind == Span:
		return Seconds(v.Int)
	case v.Kind == Raw:
		return v.Any
	}
	return v.Int
}

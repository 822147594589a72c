package export

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/parquet-go/parquet-go"

	"wscope/analyzer/record"
)

// flowTable writes flows.parquet. Its columns are those of the field table, with the contract's names, nested ones
// joined by underscores; what one side sent is a group, client_to_server.frames and so on. Durations are seconds. A column
// is optional where the record may not have it. Lists of objects are JSON; findings is how many rows of findings.parquet there
// are, and record the whole record of the contract.
type flowTable struct {
	*parquet.GenericWriter[any]
	typ     reflect.Type // a struct, of a row
	columns []flowColumn
	origin  bool
}

// flowColumn is a column of the field table, and its place in a row's struct.
type flowColumn struct {
	record.Column
	index []int
	ns    []int // of the column with a time's nanoseconds
}

func newFlowTable(w io.Writer, origin bool, options []parquet.WriterOption) *flowTable {
	t := &flowTable{origin: origin}
	var row rowType
	if origin {
		for _, f := range reflect.VisibleFields(reflect.TypeFor[Origin]()) {
			row.add(f.Type, string(f.Tag))
		}
	}
	var side string   // that the columns in hand are of; empty for those of the flow
	var group rowType // of its columns
	flush := func() {
		if side != "" {
			row.add(reflect.StructOf(group.fields), tag(side))
		}
		side, group = "", rowType{}
	}
	for _, c := range record.FlowTable.Columns("app", "findings") {
		if c.Path[0] != side {
			flush()
		}
		if c.Path[0] != "client_to_server" && c.Path[0] != "server_to_client" {
			t.columns = append(t.columns, row.column(c, nil, strings.Join(c.Path, "_")))
			continue
		}
		side = c.Path[0]
		name := strings.TrimPrefix(strings.Join(c.Path[1:], "_"), "messages_")
		t.columns = append(t.columns, group.column(c, []int{len(row.fields)}, name))
	}
	flush()
	row.add(reflect.TypeFor[string](), tag("record", "json"))
	t.typ = reflect.StructOf(row.fields)
	schema := parquet.NewSchema("flow", parquet.SchemaOf(reflect.New(t.typ).Interface()))
	t.GenericWriter = parquet.NewGenericWriter[any](w, append(options, schema)...)
	return t
}

// rowType is the fields of a row's struct as they are found.
type rowType struct{ fields []reflect.StructField }

func (t *rowType) add(typ reflect.Type, tag string) int {
	i := len(t.fields)
	t.fields = append(t.fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: typ, Tag: reflect.StructTag(tag)})
	return i
}

func tag(name string, options ...string) string {
	return fmt.Sprintf("parquet:%q", strings.Join(append([]string{name}, options...), ","))
}

// column adds what a column of the field table needs.
func (t *rowType) column(c record.Column, in []int, name string) flowColumn {
	typ, options := parquetType(&c)
	if _, list := strings.CutPrefix(typ.String(), "[]"); list {
		return flowColumn{Column: c, index: append(in, t.add(typ, tag(name, "list")))}
	}
	if optional(&c) {
		typ = reflect.PointerTo(typ)
		options = append([]string{"optional"}, options...)
	}
	at := flowColumn{Column: c, index: append(in[:len(in):len(in)], t.add(typ, tag(name, options...)))}
	if c.Field.Kind == record.Moment {
		options = options[:len(options)-1]
		at.ns = append(in[:len(in):len(in)], t.add(typ, tag(name+"_ns", options...)))
	}
	return at
}

// optional reports whether a column may have no value.
func optional(c *record.Column) bool {
	return c.Optional || c.Field.Pointer || isJSON(c.Field)
}

// isJSON reports whether a field's value is given as JSON.
func isJSON(f *record.Field) bool {
	return f.Pair || f.Kind == record.Raw || f.Kind == record.Nested && f.Name != "findings"
}

// parquetType is a column's type, and the options of its tag.
func parquetType(c *record.Column) (reflect.Type, []string) {
	f := c.Field
	switch {
	case isJSON(f):
		return reflect.TypeFor[string](), []string{"json"}
	case f.Name == "findings":
		return reflect.TypeFor[int64](), nil
	case f.List && f.Kind == record.Text:
		return reflect.TypeFor[[]string](), nil
	case f.List:
		return reflect.TypeFor[[]int64](), nil
	}
	switch f.Kind {
	case record.Text:
		if f.Plain {
			return reflect.TypeFor[string](), nil
		}
		return reflect.TypeFor[string](), []string{"dict"}
	case record.Boolean:
		return reflect.TypeFor[bool](), nil
	case record.Number, record.Span:
		return reflect.TypeFor[float64](), nil
	case record.Moment:
		return reflect.TypeFor[int64](), []string{"timestamp(microsecond)"}
	}
	if f.Small {
		return reflect.TypeFor[int32](), nil
	}
	return reflect.TypeFor[int64](), nil
}

// Write adds a flow. origin is of a table with its columns.
func (t *flowTable) Write(f *record.Flow, origin *Origin) error {
	row := reflect.New(t.typ)
	r := row.Elem()
	if t.origin {
		of := reflect.ValueOf(*origin)
		for i := range of.NumField() {
			r.Field(i).Set(of.Field(i))
		}
	}
	for i := range t.columns {
		c := &t.columns[i]
		v := c.Value(f)
		if missing(&c.Column, &v) {
			continue
		}
		set(r.FieldByIndex(c.index), c.Field, v)
		if c.ns != nil {
			set(r.FieldByIndex(c.ns), &record.Field{Kind: record.Integer}, v)
		}
	}
	whole, err := json.Marshal(f)
	if err != nil {
		panic("export: a record that is no JSON: " + err.Error()) // records hold only what JSON can say
	}
	r.Field(r.NumField() - 1).SetString(string(whole))
	_, err = t.GenericWriter.Write([]any{row.Interface()})
	return err
}

// missing reports whether a column has no value: of what is optional an empty text is none, unless a peer said it, nor is what
// the contract leaves out.
func missing(c *record.Column, v *record.Value) bool {
	switch {
	case v.Kind == record.Absent:
		return true
	case !optional(c):
		return false
	case v.Kind == record.Text && !v.List && v.Text == "":
		return c.Field.Omit || c.Field.Class != record.Secret
	}
	return (c.Field.Omit || v.List) && v.IsZero()
}

// set puts a value into a column's field.
func set(to reflect.Value, f *record.Field, v record.Value) {
	if to.Kind() == reflect.Pointer {
		to.Set(reflect.New(to.Type().Elem()))
		to = to.Elem()
	}
	switch {
	case isJSON(f):
		b, err := json.Marshal(v.Any)
		if err != nil {
			panic("export: a record that is no JSON: " + err.Error())
		}
		to.SetString(string(b))
	case to.Kind() == reflect.Slice:
		to.Set(reflect.ValueOf(v.Any))
	case f.Kind == record.Text:
		to.SetString(v.Text)
	case f.Kind == record.Boolean:
		to.SetBool(v.Int != 0)
	case f.Kind == record.Number:
		to.SetFloat(v.Float)
	case f.Kind == record.Span:
		to.SetFloat(record.Seconds(v.Int).Float())
	case f.Kind == record.Moment:
		to.SetInt(micros(record.Time(v.Int)))
	default:
		to.SetInt(v.Int)
	}
}

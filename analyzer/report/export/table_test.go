package export

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// leaves are the names of a schema's columns.
func leaves(schema *parquet.Schema) (names []string) {
	for _, path := range schema.Columns() {
		path = slices.DeleteFunc(slices.Clone(path), func(s string) bool { return s == "list" || s == "element" })
		names = append(names, strings.Join(path, "_"))
	}
	slices.Sort(names)
	return names
}

// inParquet is the name of a column: those of the messages of a side have theirs without the word.
func inParquet(name string) string {
	if strings.HasPrefix(name, "sealed_") {
		return name
	}
	return strings.Replace(name, "_messages_", "_", 1)
}

// want is a table's columns as Parquet has them.
func want(columns []record.Column, more ...string) []string {
	names := more
	for _, c := range columns {
		name := inParquet(strings.Join(c.Path, "_"))
		if names = append(names, name); c.Field.Kind == record.Moment {
			names = append(names, name+"_ns")
		}
	}
	slices.Sort(names)
	return names
}

// TestParquetHasEveryField holds the columns of all three tables to the field tables.
func TestParquetHasEveryField(t *testing.T) {
	flows := newFlowTable(io.Discard, false, nil)
	for name, c := range map[string]struct{ got, want []string }{
		"flows":    {leaves(flows.Schema()), want(record.FlowTable.Columns("app", "findings"), "record")},
		"messages": {leaves(parquet.SchemaOf(messageRow{})), want(record.MessageTable.Columns(), "text", "binary")},
		"findings": {leaves(parquet.SchemaOf(findingRow{})), want(record.FindingTable.Columns(), "flow")},
	} {
		got, want := slices.DeleteFunc(c.got, func(s string) bool { return s == "cut" }), slices.DeleteFunc(c.want, func(s string) bool { return s == "cut" })
		if !slices.Equal(got, want) {
			t.Errorf("%s: the columns are\n%v\nand not\n%v", name, got, want)
		}
	}
	// Every column of CSV is one of Parquet.
	var csv []string
	for name := range strings.SplitSeq(strings.TrimSpace(string(report.FlowHead())), ",") {
		name = inParquet(strings.ReplaceAll(name, ".", "_"))
		csv = append(csv, name)
	}
	have := leaves(flows.Schema())
	for _, name := range csv {
		if !slices.Contains(have, name) {
			t.Errorf("%s of flows.csv is no column of flows.parquet", name)
		}
	}
}

// TestParquetKeepsEveryValue writes a flow whose every field is set, and reads each column back.
func TestParquetKeepsEveryValue(t *testing.T) {
	var b writeBuffer
	table := newFlowTable(&b, false, nil)
	f := new(record.Flow)
	fill(reflect.ValueOf(f).Elem())
	if err := table.Write(f, nil); err != nil {
		t.Fatal(err)
	}
	if err := table.Write(new(record.Flow), nil); err != nil {
		t.Fatal(err)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(&b, int64(len(b.data)))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]parquet.Row, 2)
	group := file.RowGroups()[0].Rows()
	defer group.Close()
	if n, err := group.ReadRows(rows); n != 2 {
		t.Fatalf("%d rows: %v", n, err)
	}
	for _, v := range rows[0] {
		if v.IsNull() {
			t.Errorf("%v of a whole record is null", file.Schema().Columns()[v.Column()])
		}
	}
}

type writeBuffer struct{ data []byte }

func (b *writeBuffer) Write(p []byte) (int, error) { b.data = append(b.data, p...); return len(p), nil }

func (b *writeBuffer) ReadAt(p []byte, at int64) (int, error) {
	n := copy(p, b.data[min(at, int64(len(b.data))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fill sets every field.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	}
}

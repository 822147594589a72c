package filter

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/expr-lang/expr/types"

	"wscope/analyzer/query"
	"wscope/analyzer/record"
)

// name is a name of the contract as expressions see it.
type name struct {
	typ    types.Type
	object bool  // it has members of its own; its value is nil or not
	index  []int // of the field, through the records' structs
}

// known are the members of flow. that are known while the flow lives.
var known = []string{"client", "server", "start", "pickup", "file", "packet", "tunnel", "real_client", "via", "tls", "http", "handshake"}

// namesOf are the names that a kind of records is chosen by.
func namesOf(k Kind) map[string]name { return tables()[k] }

var tables = sync.OnceValue(func() [3]map[string]name {
	var t [3]map[string]name
	for k := range t {
		t[k] = map[string]name{}
		add(t[k], "flow", reflect.TypeFor[record.Flow](), nil)
	}
	for _, k := range []Kind{Messages, Frames} {
		for path := range t[k] {
			member := strings.Split(path, ".")[1]
			if !slices.Contains(known, member) {
				delete(t[k], path)
			}
		}
	}
	add(t[Messages], "message", reflect.TypeFor[record.Message](), nil)
	t[Messages]["message.text"] = name{typ: types.String}
	t[Messages]["message.json"] = name{typ: types.Any}
	delete(t[Messages], "message.flow")
	add(t[Frames], "frame", reflect.TypeFor[record.Frame](), nil)
	t[Frames]["frame.payload_text"] = name{typ: types.String}
	delete(t[Frames], "frame.flow")
	return t
})

// add puts the members of a record into a table.
func add(table map[string]name, prefix string, t reflect.Type, index []int) {
	for i := range t.NumField() {
		field := t.Field(i)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == "" || tag == "-" {
			continue
		}
		path, at := prefix+"."+tag, append(slices.Clone(index), i)
		typ := field.Type
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			table[path] = name{typ: types.Any, object: true, index: at}
			add(table, path, typ, at)
			continue
		}
		table[path] = name{typ: typeOf(typ), index: at}
	}
}

func typeOf(t reflect.Type) types.Type {
	switch t {
	case reflect.TypeFor[record.Time]():
		return types.TypeOf(time.Time{})
	case reflect.TypeFor[record.Seconds]():
		return types.Float64
	case reflect.TypeFor[record.JSON]():
		return types.Any
	}
	switch t.Kind() {
	case reflect.String:
		return types.String
	case reflect.Bool:
		return types.Bool
	case reflect.Float64:
		return types.Float64
	case reflect.Slice:
		return types.Array(types.Any)
	}
	return types.Int
}

// records are what an expression is about.
type records struct {
	flow    *record.Flow
	message *record.Message
	frame   *record.Frame
}

// value is what a name stands for.
func (r *records) value(path string) any {
	switch path {
	case "message.text":
		if r.message.IsText {
			return string(r.message.Data)
		}
		return ""
	case "message.json":
		return query.JSON(r.message.Data)
	case "frame.payload_text":
		if r.frame.IsText {
			return string(r.frame.Payload)
		}
		return ""
	}
	switch path[:strings.IndexByte(path, '.')] {
	case "message":
		return field(reflect.ValueOf(r.message), tables()[Messages][path].index)
	case "frame":
		return field(reflect.ValueOf(r.frame), tables()[Frames][path].index)
	}
	return field(reflect.ValueOf(r.flow), tables()[Flows][path].index)
}

// field is a record's field in the few types that expressions know: absent ones are zero.
func field(v reflect.Value, index []int) any {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v = reflect.Zero(v.Type().Elem())
			} else {
				v = v.Elem()
			}
		}
		v = v.Field(i)
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() && v.Type().Elem().Kind() == reflect.Struct {
			return nil
		}
		if v.IsNil() {
			v = reflect.Zero(v.Type().Elem())
		} else {
			v = v.Elem()
		}
	}
	return plain(v)
}

func plain(v reflect.Value) any {
	switch v.Type() {
	case reflect.TypeFor[record.Time]():
		return time.Unix(0, v.Int()).UTC()
	case reflect.TypeFor[record.Seconds]():
		return float64(v.Int()) / 1e9
	case reflect.TypeFor[record.JSON]():
		return query.JSON(v.Bytes())
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Float64:
		return v.Float()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int(v.Uint())
	case reflect.Int, reflect.Int64:
		return int(v.Int())
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	}
	object := map[string]any{}
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag != "" && tag != "-" {
			object[tag] = plain(v.Field(i))
		}
	}
	return object
}

package filter

import (
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
	object bool // it has members of its own; its value is nil or not
	way    []*record.Field
}

// known are the members of flow. that are known while the flow lives.
var known = []string{"client", "server", "start", "pickup", "file", "packet", "tunnel", "real_client", "via", "tls", "http", "handshake"}

// namesOf are the names that a kind of records is chosen by.
func namesOf(k Kind) map[string]name { return tables()[k] }

var tables = sync.OnceValue(func() [3]map[string]name {
	var t [3]map[string]name
	for k := range t {
		t[k] = map[string]name{}
		add(t[k], "flow", record.FlowTable, nil)
	}
	for _, k := range []Kind{Messages, Frames} {
		for path := range t[k] {
			member := strings.Split(path, ".")[1]
			if !slices.Contains(known, member) {
				delete(t[k], path)
			}
		}
	}
	add(t[Messages], "message", record.MessageTable, nil)
	t[Messages]["message.text"] = name{typ: types.String}
	t[Messages]["message.json"] = name{typ: types.Any}
	delete(t[Messages], "message.flow")
	add(t[Frames], "frame", record.FrameTable, nil)
	t[Frames]["frame.payload_text"] = name{typ: types.String}
	delete(t[Frames], "frame.flow")
	return t
})

// add puts the members of a record into a table.
func add(names map[string]name, prefix string, table *record.Table, way []*record.Field) {
	for i := range table.Fields {
		f := &table.Fields[i]
		path, at := prefix+"."+f.Name, append(slices.Clone(way), f)
		switch {
		case f.List:
			names[path] = name{typ: types.Array(types.Any), way: at}
		case f.Kind == record.Nested:
			names[path] = name{typ: types.Any, object: true, way: at}
			add(names, path, f.Of, at)
		default:
			names[path] = name{typ: query.KindType(f.Kind), way: at}
		}
	}
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
		return value(r.message, tables()[Messages][path].way)
	case "frame":
		return value(r.frame, tables()[Frames][path].way)
	}
	return value(r.flow, tables()[Flows][path].way)
}

// value is a record's field in the few types that expressions know. What is absent is the zero value of its type; an absent
// object is nil.
func value(of any, way []*record.Field) any {
	last := way[len(way)-1]
	for _, f := range way[:len(way)-1] {
		v := f.Get(of)
		if v.Kind == record.Absent {
			return zero(last)
		}
		of = v.Any
	}
	v := last.Get(of)
	if v.Kind == record.Absent {
		return zero(last)
	}
	return query.Plain(last, v)
}

// zero is what stands for an absent value.
func zero(f *record.Field) any {
	if f.List {
		return []any{}
	}
	switch f.Kind {
	case record.Text:
		return ""
	case record.Boolean:
		return false
	case record.Number, record.Span:
		return 0.0
	case record.Moment:
		return time.Unix(0, 0).UTC()
	case record.Integer:
		return 0
	}
	return nil
}

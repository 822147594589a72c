package report

import (
	"fmt"
	"strings"

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

// Fields lists the names of a record: flow, message, frame or summary.
func Fields(kind string) ([]Field, error) {
	table := map[string]*record.Table{"flow": record.FlowTable, "message": record.MessageTable, "frame": record.FrameTable, "summary": record.SummaryTable}[kind]
	if table == nil {
		return nil, fmt.Errorf("%q is none of flow, message, frame, summary", kind)
	}
	list := fieldsOf(kind+".", table)
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

func fieldsOf(prefix string, table *record.Table) []Field {
	var list []Field
	for i := range table.Fields {
		f := &table.Fields[i]
		kind, path := f.Kind.String(), prefix+f.Name
		if f.Pair {
			kind = "pair of " + kind
		}
		if f.List {
			kind, path = "list of "+kind, path+"[]"
		}
		list = append(list, Field{Name: prefix + f.Name, Type: kind, Unit: f.Unit, Absent: f.Omit || f.Pointer, Meaning: meaning(f)})
		if f.Of != nil {
			list = append(list, fieldsOf(path+".", f.Of)...)
		}
	}
	return list
}

// meaning is what a field's declaration says of it, or that of what it holds; its name where neither says anything.
func meaning(f *record.Field) string {
	switch {
	case f.Doc != "":
		return f.Doc
	case f.Of != nil && f.Of.Doc != "":
		return f.Of.Doc
	}
	return strings.ReplaceAll(f.Name, "_", " ")
}

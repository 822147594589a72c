package report

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"wscope/analyzer/record"
)

// columns are those of a table of flows, in order: the contract's names, nested ones joined by dots. What a
// subprotocol said is one.
var columns = sync.OnceValue(func() []record.Column { return record.FlowTable.Columns("app") })

// FlowHead is the head of a table of flows, with the line's end.
func FlowHead() []byte {
	var b []byte
	for i, c := range columns() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, strings.Join(c.Path, ".")...)
	}
	return append(b, '\r', '\n')
}

// FlowRow appends a flow's row. Lists of texts are joined by "; "; headers, findings and
// other lists of objects are given as JSON. What a record does not have is empty.
func FlowRow(dst []byte, f *record.Flow) []byte {
	for i, c := range columns() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, c.Field, c.Value(f))
	}
	return append(dst, '\r', '\n')
}

// appendValue appends the cell of a value.
func appendValue(dst []byte, f *record.Field, v record.Value) []byte {
	switch {
	case v.Kind == record.Absent || f.List && v.Int == 0:
		return dst
	case f.List && f.Kind == record.Text && !f.Pair:
		return AppendCell(dst, strings.Join(v.Any.([]string), "; "))
	case f.List || v.Kind == record.Nested:
		b, err := json.Marshal(v.Any)
		if err != nil {
			panic("report: a record that is no JSON: " + err.Error()) // records hold only what JSON can say
		}
		return AppendCell(dst, escapeControls(b))
	}
	switch v.Kind {
	case record.Text:
		return AppendCell(dst, v.Text)
	case record.Number:
		return strconv.AppendFloat(dst, v.Float, 'g', -1, 64)
	case record.Boolean:
		return strconv.AppendBool(dst, v.Int != 0)
	case record.Moment:
		return record.Time(v.Int).Append(dst)
	case record.Span:
		return record.Seconds(v.Int).Append(dst)
	case record.Raw:
		return AppendCell(dst, []byte(v.Any.(record.JSON)))
	}
	return strconv.AppendInt(dst, v.Int, 10)
}

package query

import (
	"bytes"
	"encoding/json"
	"maps"
	"time"

	"wscope/analyzer/record"
)

// Values are what the names of an expression stand for.
type Values map[string]any

// OfFlow is a flow's values.
func OfFlow(f *record.Flow) Values {
	v := members(record.FlowTable, f)
	all := maps.Clone(v)
	all["flow"] = map[string]any(v)
	return all
}

// OfSummary is the values of a capture's summary.
func OfSummary(s *record.Summary) Values { return members(record.SummaryTable, s) }

// OfFinding is a finding's values, with the number of its flow.
func OfFinding(f *record.Finding, flow int64) Values {
	v := members(record.FindingTable, f)
	v["flow"] = int(flow)
	return v
}

// OfMessage is a message's values. flow is its flow's, of OfFlow; it may be nil. payload
// says that text and json are wanted: programs say by Uses whether they are.
func OfMessage(m *record.Message, flow Values, payload bool) Values {
	v := members(record.MessageTable, m)
	v["text"], v["json"] = nil, nil
	if payload && len(m.Data) <= MaxText {
		if m.IsText {
			v["text"] = string(m.Data)
		}
		v["json"] = JSON(m.Data)
	}
	all := maps.Clone(v)
	all["message"] = map[string]any(v)
	for _, name := range aboutFlow {
		all[name] = flow[name]
	}
	all["flow"] = flow["flow"]
	return all
}

// OfPing is the values of an answered ping.
func OfPing(flow int64, from record.Peer, at record.Time, rtt record.Seconds) Values {
	return Values{"flow": int(flow), "from": string(from), "time": time.Unix(0, int64(at)).UTC(), "rtt": rtt.Float()}
}

// JSON is a payload's JSON: an object or a list, which digits may stand before, as in
// Socket.IO; nil if it is none.
func JSON(data []byte) any {
	data = bytes.TrimLeft(bytes.TrimSpace(data), "0123456789")
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return nil
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	return v
}

// members are the values of a record, which is given by a pointer.
func members(table *record.Table, of any) Values {
	values := make(Values, len(table.Fields))
	for i := range table.Fields {
		f := &table.Fields[i]
		values[f.Name] = Plain(f, f.Get(of))
	}
	return values
}

// Plain is a field's value in the few types that expressions know. What is absent is nil, and so are all fields of an absent
// record.
func Plain(f *record.Field, v record.Value) any {
	switch {
	case v.Kind == record.Absent && f.Kind == record.Nested:
		return map[string]any(nil)
	case v.Kind == record.Absent:
		return nil
	case f.List:
		list := make([]any, v.Int)
		element := *f
		element.List = false
		for i := range list {
			list[i] = Plain(&element, f.At(v.Any, i))
		}
		return list
	case f.Pair:
		pair := v.Any.([2]string)
		return []any{pair[0], pair[1]}
	}
	switch v.Kind {
	case record.Text:
		return v.Text
	case record.Boolean:
		return v.Int != 0
	case record.Number:
		return v.Float
	case record.Span:
		return record.Seconds(v.Int).Float()
	case record.Moment:
		return time.Unix(0, v.Int).UTC()
	case record.Raw:
		return JSON(v.Any.(record.JSON))
	case record.Nested:
		return map[string]any(members(f.Of, v.Any))
	}
	return int(v.Int)
}

package query

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"time"

	"wscope/analyzer/record"
)

// Values are what the names of an expression stand for.
type Values map[string]any

// OfFlow is a flow's values.
func OfFlow(f *record.Flow) Values {
	v := members(reflect.ValueOf(f).Elem())
	all := maps.Clone(v)
	all["flow"] = map[string]any(v)
	return all
}

// OfSummary is the values of a capture's summary.
func OfSummary(s *record.Summary) Values { return members(reflect.ValueOf(s).Elem()) }

// OfFinding is a finding's values, with the number of its flow.
func OfFinding(f *record.Finding, flow int64) Values {
	v := members(reflect.ValueOf(f).Elem())
	v["flow"] = int(flow)
	return v
}

// OfMessage is a message's values. flow is its flow's, of OfFlow; it may be nil. payload
// says that text and json are wanted: programs say by Uses whether they are.
func OfMessage(m *record.Message, flow Values, payload bool) Values {
	v := members(reflect.ValueOf(m).Elem())
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
func OfPing(flow int64, from string, at record.Time, rtt record.Seconds) Values {
	return Values{"flow": int(flow), "from": from, "time": time.Unix(0, int64(at)).UTC(), "rtt": rtt.Float()}
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

func members(v reflect.Value) Values {
	values := make(Values, v.NumField())
	t := v.Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != reservedTag {
			values[name] = value(v.Field(i))
		}
	}
	return values
}

// value is a field's value in the few types that expressions know.
func value(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case record.Time:
		return time.Unix(0, int64(x)).UTC()
	case record.Seconds:
		return x.Float()
	case record.JSON:
		return JSON(x)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			if v.Type().Elem().Kind() == reflect.Struct {
				return map[string]any(nil) // whose fields are all nil
			}
			return nil
		}
		return value(v.Elem())
	case reflect.Struct:
		return map[string]any(members(v))
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = value(v.Index(i))
		}
		return list
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Float64:
		return v.Float()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int(v.Uint())
	}
	return int(v.Int())
}

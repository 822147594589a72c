package otlp

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Numbers of fields in opentelemetry/proto/common/v1/common.proto.
const (
	anyString, anyBool, anyInt, anyDouble, anyArray, anyMap = 1, 2, 3, 4, 5, 6

	keyName, keyValue = 1, 2
)

// message appends a field that is a message, or bytes.
func message(b []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), content)
}

// text appends a field of text; no byte that is no UTF-8, which receivers refuse.
func text(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), strings.ToValidUTF8(s, "\ufffd"))
}

func varint(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}

func fixed64(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), n)
}

func double(b []byte, field protowire.Number, f float64) []byte {
	return fixed64(b, field, math.Float64bits(f))
}

// value appends the fields of an AnyValue: v is what package json makes of JSON, with its Number. Names are in order.
func value(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return text(b, anyString, v)
	case bool:
		return varint(b, anyBool, protowire.EncodeBool(v))
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return varint(b, anyInt, uint64(n))
		}
		f, err := v.Float64()
		if err != nil {
			return text(b, anyString, v.String()) // beyond what a double holds
		}
		return double(b, anyDouble, f)
	case []any:
		var list []byte
		for _, x := range v {
			list = message(list, 1, value(nil, x))
		}
		return message(b, anyArray, list)
	case map[string]any:
		var list []byte
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = message(list, 1, pair(name, v[name]))
		}
		return message(b, anyMap, list)
	}
	return b // null: a value that is not there
}

// pair is a KeyValue.
func pair(name string, v any) []byte {
	return message(text(nil, keyName, name), keyValue, value(nil, v))
}

package behaviour

import "strings"

const (
	maxDepth    = 8
	maxChildren = 48 // names of one object: beyond them they are taken for identifiers
)

// addFields adds the places and types of one message's JSON. The order of lists and the
// values are left aside.
func (k *Kind) addFields(v any) {
	if k.Fields == nil {
		k.Fields = map[string]Tally{}
	}
	k.addField("$", v, 0)
}

func (k *Kind) addField(at string, v any, depth int) {
	if list, is := v.(repeated); is {
		for _, child := range list[:min(len(list), 100)] {
			k.addField(at, child, depth)
		}
		return
	}
	types, known := k.Fields[at]
	if !known {
		if len(k.Fields) >= maxFields {
			return
		}
		types = Tally{}
		k.Fields[at] = types
	}
	types[typeName(v)]++
	k.addValue(at, v)
	if depth == maxDepth {
		return
	}
	switch x := v.(type) {
	case map[string]any:
		seen := map[string]bool{} // a place counts once an object
		for key, child := range x {
			if len(x) > maxChildren {
				key = "{id}"
			}
			key = fieldName(key)
			place := at + "." + key
			if strings.ContainsAny(key, ".[] ") {
				place = at + "[" + key + "]"
			}
			if key == "{id}" {
				if seen[place] {
					continue
				}
				seen[place] = true
			}
			k.addField(place, child, depth+1)
		}
	case string:
		k.addLength(at, len(x))
	case []any:
		k.addLength(at, len(x))
		for _, child := range x[:min(len(x), 100)] {
			k.addField(at+"[]", child, depth+1)
		}
	}
}

// fieldName is a field's name, or {id} where it is an identifier. Short numbers are names: those of Protocol Buffers.
func fieldName(key string) string {
	if len(key) <= 3 && key != "" && key[0] >= '0' && key[0] <= '9' {
		return key
	}
	return withoutID(key)
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "list"
	}
	return "object"
}

// parent is the place that a place is in; "" for the root.
func parent(at string) string {
	if s, ok := strings.CutSuffix(at, "[]"); ok {
		return s
	}
	if strings.HasSuffix(at, "]") {
		return at[:strings.LastIndexByte(at, '[')]
	}
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		return at[:i]
	}
	return ""
}

// present is how many of the objects at its parent have a place, and how many objects those are.
// An element of a list is there as often as there are elements.
func (k *Kind) present(at string) (n, of int64) {
	above := parent(at)
	n = k.Fields[at].sum()
	if above == "" || strings.HasSuffix(at, "[]") {
		return n, n
	}
	of = k.Fields[above]["object"]
	return min(n, of), of
}

package behaviour

import (
	"maps"
	"slices"
	"strings"
)

// Schema is a JSON Schema of what a kind's messages hold, as far as they were seen.
func (k *Kind) Schema() any {
	below := map[string][]string{} // the places in a place
	for _, at := range slices.Sorted(maps.Keys(k.Fields)) {
		if at != "$" {
			below[parent(at)] = append(below[parent(at)], at)
		}
	}
	return k.schemaOf("$", below, 0)
}

var schemaTypes = map[string]string{"list": "array"}

func (k *Kind) schemaOf(at string, below map[string][]string, depth int) object {
	types := []any{}
	for _, t := range slices.Sorted(maps.Keys(k.Fields[at])) {
		if is := schemaTypes[t]; is != "" {
			t = is
		}
		types = append(types, t)
	}
	s := object{}
	switch len(types) {
	case 0:
	case 1:
		s["type"] = types[0]
	default:
		s["type"] = types
	}
	if values := k.Values[at]; isState(at) && len(values) > 0 && len(types) == 1 && types[0] == "string" {
		list := []any{}
		for _, v := range slices.Sorted(maps.Keys(values)) {
			list = append(list, v)
		}
		s["enum"] = list
	}
	if depth > maxDepth {
		return s
	}
	properties, required := object{}, []any{}
	for _, place := range below[at] {
		switch name := placeName(place, at); {
		case name == "[]":
			s["items"] = k.schemaOf(place, below, depth+1)
		case name == idWord:
			s["additionalProperties"] = k.schemaOf(place, below, depth+1)
		default:
			properties[name] = k.schemaOf(place, below, depth+1)
			if n, of := k.present(place); n == of {
				required = append(required, name)
			}
		}
	}
	if len(properties) > 0 {
		s["properties"] = properties
	}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// placeName is what a place is called in the one around it.
func placeName(at, above string) string {
	name := strings.TrimPrefix(at, above)
	if name == "[]" {
		return name
	}
	name = strings.TrimPrefix(name, ".")
	return strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
}

package apps

import (
	"encoding/json"
	"reflect"

	"github.com/fxamacker/cbor/v2"

	"wscope/analyzer"
)

// cborData reads CBOR (RFC 8949) of no known dialect: a message is one map whose keys
// are texts or small numbers, or a tagged item. An array is more likely MessagePack.
type cborData struct{ stateless }

func openCBOR() dialect { return cborData{} }

var (
	cborMode    = cborOptions(nil)
	cborMapText = cborOptions(map[string]any(nil)) // all keys are texts
)

func cborOptions(mapType any) cbor.DecMode {
	o := cbor.DecOptions{MaxNestedLevels: 32, MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 16}
	if mapType != nil {
		o.DefaultMapType = reflect.TypeOf(mapType)
	}
	m, err := o.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

func (cborData) read(c *conversation, m *analyzer.Message) bool {
	b := m.Data
	if m.Type != "binary" || len(b) < 3 || b[0]>>5 != 5 && b[0]>>5 != 6 || cborMode.Wellformed(b) != nil {
		return false
	}
	u := unit{kind: "map", gist: bytesOf(len(b))}
	if b[0]>>5 == 6 {
		u.kind = "tagged"
	}
	if len(b) <= 8*maxGist {
		if s, err := cbor.Diagnose(b); err == nil {
			u.gist = gist(s)
		}
	}
	if b[0]>>5 == 5 && len(b) <= maxHeld {
		var keys map[any]cbor.RawMessage
		if cborMode.Unmarshal(b, &keys) != nil || len(keys) == 0 {
			return false
		}
		for _, name := range discriminators[:fieldID] {
			var text string
			if raw, ok := keys[name]; ok && cborMode.Unmarshal(raw, &text) == nil && text != "" {
				u.kind, u.name = name, short(text)
				break
			}
		}
	}
	c.add(u)
	return true
}

// cborJSON is a CBOR item as JSON; nil where it is none that JSON can say.
func cborJSON(b []byte) []byte {
	var v any
	if cborMapText.Unmarshal(b, &v) != nil {
		return nil
	}
	out, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return out
}

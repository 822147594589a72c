package behaviour

import (
	"math"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// addValue counts a value of a place as long as the place holds few different ones, each a short word, a small number or a truth
// value. A place that holds others has a tally that is nil.
func (k *Kind) addValue(at string, v any) {
	values, known := k.Values[at]
	if known && values == nil || strings.HasSuffix(at, "[]") {
		return
	}
	text := ""
	switch x := v.(type) {
	case string:
		text = x
		if !word(x) || len(x) > 40 || name(x) != x {
			text = ""
		}
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 100000 {
			text = strconv.FormatFloat(x, 'f', -1, 64)
		}
	case bool:
		text = strconv.FormatBool(x)
	default:
		return
	}
	if k.Values == nil {
		k.Values = map[string]Tally{}
	}
	if text == "" || len(values) >= maxValues && values[text] == 0 || !known && len(k.Values) >= maxFields {
		k.Values[at] = nil
		return
	}
	values.add(text)
	k.Values[at] = values
}

// enumerations leaves of the values those of enumerations.
func (k *Kind) enumerations() {
	for at, values := range k.Values {
		if values == nil || !isState(at) && 3*int64(len(values)) > values.sum()+2 {
			delete(k.Values, at)
		}
	}
	if len(k.Values) == 0 {
		k.Values = nil
	}
}

// stateNames are what the fields are called that say how something went, or what state something is in.
var stateNames = []string{"status", "state", "result", "code", "ok", "success", "outcome", "errorcode", "error_code", "statuscode", "status_code", "returncode", "return_code", "reasoncode", "phase", "severity", "granted"}

// isState says whether a place is one of such.
func isState(at string) bool {
	last := strings.ToLower(at[strings.LastIndexByte(at, '.')+1:])
	for _, n := range stateNames {
		if last == n {
			return true
		}
	}
	return false
}

// credential is where the kinds of credentials are that messages carry.
const credential = "(credential)"

// addStates counts the codes that a subprotocol has for how something went.
func (k *Kind) addStates(m *record.Message) {
	if !isProtocol(m.App) {
		return
	}
	if m.App.Error != "" {
		k.addState("(error)", name(firstWords(m.App.Error)))
	} else {
		k.addState("(error)", "none")
	}
	if m.App.Credential != "" {
		k.addState(credential, m.App.Credential)
	}
	if code, ok := mqttCode(m); ok {
		k.addState("(return code)", strconv.Itoa(code))
	}
}

func (k *Kind) addState(at, value string) {
	if k.Values == nil {
		k.Values = map[string]Tally{}
	}
	values, known := k.Values[at]
	if known && values == nil || len(values) >= maxValues && values[value] == 0 {
		k.Values[at] = nil
		return
	}
	values.add(value)
	k.Values[at] = values
}

// firstWords is the head of a text, up to its first colon.
func firstWords(s string) string {
	s, _, _ = strings.Cut(s, ":")
	return strings.ToValidUTF8(s[:min(len(s), 40)], "")
}

// mqttCode is the return code of a CONNACK or SUBACK that comes alone in its message.
func mqttCode(m *record.Message) (int, bool) {
	if m.App.Protocol != "mqtt" || len(m.Data) < 4 || len(m.Data) != int(m.Data[1])+2 {
		return 0, false
	}
	switch m.Data[0] {
	case 0x20:
		return int(m.Data[3]), true
	case 0x90:
		return int(m.Data[len(m.Data)-1]), true
	}
	return 0, false
}

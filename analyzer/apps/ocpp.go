package apps

import (
	"slices"

	"wscope/analyzer/record"
)

// ocpp reads OCPP-J, the JSON of the Open Charge Point Protocol 1.6, 2.0.1 and 2.1
// (OCPP-J 1.6 §4, OCPP 2.0.1 part 4 §4): arrays that begin with their type.
type ocpp struct{ stateless }

func openOCPP() dialect { return ocpp{} }

// ocppSpot knows a call: [2,"id","BootNotification",{…}].
func ocppSpot(b []byte, _ side) bool {
	var f [4][]byte
	if i := space(b, 0); i == len(b) || b[i] != '[' {
		return false
	}
	if array(value(b), f[:]) != 4 || string(f[0]) != "2" || !isString(f[1]) || !isString(f[2]) || !isObject(f[3]) {
		return false
	}
	return slices.Contains(ocppActions, text(f[2]))
}

// ocppActions are those that a conversation without a subprotocol, or joined midway, is
// known by.
var ocppActions = []string{
	"Authorize", "BootNotification", "DataTransfer", "GetBaseReport", "GetConfiguration", "GetVariables", "Heartbeat", "MeterValues",
	"NotifyEvent", "NotifyReport", "RemoteStartTransaction", "RemoteStopTransaction", "RequestStartTransaction",
	"RequestStopTransaction", "Reset", "SetChargingProfile", "StartTransaction", "StatusNotification", "StopTransaction",
	"TransactionEvent", "TriggerMessage",
}

func (ocpp) read(c *conversation, m *record.Message) bool {
	var f [5][]byte
	n := array(value(m.Data), f[:])
	if n < 3 || !isString(f[1]) {
		return false
	}
	if c.version == "" {
		c.version = short(c.target.subprotocol)
	}
	u := unit{id: text(f[1])}
	switch string(f[0]) {
	case "2": // CALL
		u.kind, u.part, u.name, u.gist = "call", asks, text(f[2]), textOf(f[3])
		u.beat = u.name == "Heartbeat"
	case "6": // SEND, 2.1: asks for no answer
		u.kind, u.name, u.gist = "send", text(f[2]), textOf(f[3])
	case "3": // CALLRESULT
		u.kind, u.part, u.gist = "result", answers, textOf(f[2])
	case "4", "5": // CALLERROR; CALLRESULTERROR, 2.1
		u.kind, u.part, u.err, u.gist = "error", fails, join(text(f[2]), text(f[3])), textOf(f[4])
		if f[0][0] == '5' {
			u.kind, u.part = "result error", says
		}
	default:
		return false
	}
	if (u.kind == "call" || u.kind == "send") && (n != 4 || !isString(f[2])) {
		return false
	}
	c.add(u)
	return true
}

// ocppMidway knows calls with an object, and what answers them: [3,"id",{…}].
func ocppMidway(g *glance) int {
	var f [5][]byte
	n := array(g.json, f[:])
	if n < 3 || !isString(f[1]) {
		return 0
	}
	switch string(f[0]) {
	case "2":
		if n == 4 && isString(f[2]) && isObject(f[3]) {
			return 30
		}
	case "3":
		if n == 3 && isObject(f[2]) {
			return 30
		}
	case "4":
		if n == 5 && isString(f[2]) && isString(f[3]) && isObject(f[4]) {
			return 60
		}
	}
	return 0
}

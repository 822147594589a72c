package apps

import "wscope/analyzer"

// plainJSON reads JSON of no known dialect: the member that tells kinds of messages
// apart is found by looking.
type plainJSON struct{ stateless }

func openJSON() dialect { return plainJSON{} }

// discriminators is the members that may tell kinds of messages apart, by how sure one is.
var discriminators = []string{
	"type", "event", "op", "action", "method", "cmd", "command", "kind", "msg", "e", "t", "channel", "topic",
	"id", "request_id", "requestId", "req_id", "reqid", "error", "room", // not these: they are read in the same pass
}

const (
	fieldChannel = 11
	fieldTopic   = 12
	fieldID      = 13
	fieldError   = 18
	fieldRoom    = 19
)

func (plainJSON) read(c *conversation, m *analyzer.Message) bool {
	v := value(m.Data)
	if len(v) == 0 || v[0] != '{' && v[0] != '[' {
		return false // a lone number or word says nothing
	}
	u := unit{kind: "array", gist: words(v)}
	if isObject(v) {
		u.kind = "object"
		var f [20][]byte
		object(v, f[:], discriminators...)
		for i := range fieldID {
			if isString(f[i]) && len(f[i]) > 2 || i < fieldChannel && isNumber(f[i]) {
				u.kind, u.name = discriminators[i], text(f[i])
				break
			}
		}
		for i := fieldID; i < fieldError && u.id == ""; i++ {
			if isString(f[i]) || isNumber(f[i]) {
				u.id = text(f[i])
			}
		}
		for _, i := range [...]int{fieldChannel, fieldTopic, fieldRoom} {
			if isString(f[i]) && u.topic == "" && u.name != text(f[i]) {
				u.topic = text(f[i])
			}
		}
		if isString(f[fieldError]) || isObject(f[fieldError]) {
			u.err = complaint(f[fieldError])
		}
	}
	c.add(u)
	return true
}

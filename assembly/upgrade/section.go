package upgrade

import (
	"strconv"

	"wscope/assembly/h2"
	"wscope/wsparse"
)

// section is a decoded field section of HTTP/2 or HTTP/3.
type section struct {
	pseudo map[string]string // by name; nil while none
	fields []wsparse.Field
	room   int // bytes of fields that are still kept
}

// maxBlock is how much of a field section is kept and decoded.
const maxBlock = h2.MaxBlock

// headerBlock is the header blocks of one direction of HTTP/2, and the latest of them decoded.
type headerBlock struct {
	h2.Block
	section
}

// add takes a fragment. last says that it ends the block; the fields are then decoded.
// whole is false where some of them are not known.
func (k *headerBlock) add(b []byte, last bool) (whole bool) {
	if last {
		k.section = section{room: maxBlock}
	}
	if k.Emit == nil {
		k.Emit = k.field
	}
	return k.Add(b, last)
}

// field takes a decoded field.
func (k *section) field(name, value string) {
	if k.room -= len(name) + len(value) + 32; k.room < 0 {
		return
	}
	if len(name) > 0 && name[0] == ':' {
		if k.pseudo == nil {
			k.pseudo = make(map[string]string, 5)
		}
		k.pseudo[name] = value
		return
	}
	k.fields = append(k.fields, wsparse.Field{Name: name, Value: value})
}

// request is the section as a request of a version of HTTP.
func (k *section) request(version string) *wsparse.Request {
	return &wsparse.Request{
		Method:   k.pseudo[":method"],
		Target:   k.pseudo[":path"],
		Version:  version,
		Host:     k.pseudo[":authority"],
		Scheme:   k.pseudo[":scheme"],
		Protocol: k.pseudo[":protocol"],
		Fields:   k.fields,
	}
}

// response is the section as a response; nil where it has no status.
func (k *section) response(version string) *wsparse.Response {
	status, err := strconv.Atoi(k.pseudo[":status"])
	if err != nil {
		return nil
	}
	return &wsparse.Response{Version: version, Status: status, Fields: k.fields}
}

// granted reports whether the status of a response is 2xx, as far as it is known.
func (k *section) granted() bool {
	status := k.pseudo[":status"]
	return len(status) == 3 && status[0] == '2'
}

// packed reports whether the body that belongs to the section is compressed.
func (k *section) packed() bool {
	for _, f := range k.fields {
		if f.Name == "content-encoding" {
			return f.Value != "identity"
		}
	}
	return false
}

// mayBeWebSocket reports whether an answer whose request is not known can have opened a
// WebSocket: those have no content of a type or length.
func (k *section) mayBeWebSocket() bool {
	if k.pseudo[":status"] != "200" {
		return false
	}
	for _, f := range k.fields {
		if f.Name == "content-type" || f.Name == "content-length" {
			return false
		}
	}
	return true
}

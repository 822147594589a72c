package upgrade

import (
	"strconv"

	"golang.org/x/net/http2/hpack"

	"wscope/wsparse"
)

// h2Block collects and decodes the header blocks of one direction, RFC 9113 §4.3 and
// RFC 7541.
//
// The decoder's dynamic table is only known as far as every block was seen. Where one was
// missed the decoder begins anew with an empty table, and this is sound: entries are
// counted from the newest, so an index means what it says as soon as the entry was seen,
// and one that was not is an error, never a wrong field. How large the table may grow is
// the other side's SETTINGS_HEADER_TABLE_SIZE; the encoder says what it uses of that in
// the blocks themselves, which is all that a third party needs.
type h2Block struct {
	dec     *hpack.Decoder
	waiting []byte // fragments of a block that came in pieces
	over    bool   // the block is beyond the limit

	section
}

// section is a decoded field section of HTTP/2 or HTTP/3.
type section struct {
	pseudo map[string]string // by name; nil while none
	fields []wsparse.Field
	room   int // bytes of fields that are still kept
}

const (
	// maxTable bounds the dynamic table whatever the peers agree on.
	maxTable = 256 << 10
	// maxBlock is how much of a header block is kept and decoded.
	maxBlock = 128 << 10
)

// reset forgets the table: a block was missed.
func (k *h2Block) reset() {
	k.dec, k.waiting, k.over = nil, nil, false
}

// add takes a fragment. last says that it ends the block; the fields are then decoded.
// whole is false where some of them are not known.
func (k *h2Block) add(b []byte, last bool) (whole bool) {
	if !last || len(k.waiting) > 0 {
		if len(k.waiting)+len(b) > maxBlock {
			k.over, k.waiting = true, k.waiting[:0]
		}
		if !k.over {
			k.waiting = append(k.waiting, b...)
		}
		b = k.waiting
	}
	if !last {
		return false
	}
	k.section = section{room: maxBlock}
	if k.over {
		k.reset()
		return false
	}
	if k.dec == nil {
		k.dec = hpack.NewDecoder(4096, func(f hpack.HeaderField) { k.field(f.Name, f.Value) })
		k.dec.SetAllowedMaxDynamicTableSize(maxTable)
		k.dec.SetMaxStringLength(maxBlock)
	}
	_, err := k.dec.Write(b)
	if err == nil {
		err = k.dec.Close()
	}
	k.waiting = nil
	if err != nil {
		k.reset()
	}
	return err == nil
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

// granted says whether the status of a response is 2xx, as far as it is known.
func (k *section) granted() bool {
	status := k.pseudo[":status"]
	return len(status) == 3 && status[0] == '2'
}

// packed says whether the body that belongs to the section is compressed.
func (k *section) packed() bool {
	for _, f := range k.fields {
		if f.Name == "content-encoding" {
			return f.Value != "identity"
		}
	}
	return false
}

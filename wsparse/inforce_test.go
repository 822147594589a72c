package wsparse

import (
	"reflect"
	"testing"
)

// TestInForce reads what an answer says of extensions where the request was not captured.
func TestInForce(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		deflate      *DeflateParams
		others       bool
	}{
		{"none", "", nil, false},
		{"permessage-deflate", "Sec-WebSocket-Extensions: permessage-deflate\r\n", &DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}, false},
		{"with parameters, in any case", "sec-websocket-extensions: PerMessage-Deflate; server_no_context_takeover; client_max_window_bits=9\r\n",
			&DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 9}, false},
		{"another", "Sec-WebSocket-Extensions: x-sealed\r\n", nil, true},
		{"both, in two fields", "Sec-WebSocket-Extensions: x-sealed\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
			&DeflateParams{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}, true},
	} {
		r, err := ParseResponse([]byte("HTTP/1.1 101 Switching Protocols\r\n" + c.fields + "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		if deflate, others := r.InForce(); !reflect.DeepEqual(deflate, c.deflate) || others != c.others {
			t.Errorf("%s: %+v, others %v", c.name, deflate, others)
		}
	}
}

package rules

import (
	"fmt"
	"strings"

	"wscope/analyzer/record"
)

// The rules of this file judge TLS connections that could not be opened, by the estimate in flow.sealed. They are about
// those that are likely WebSockets, and let pass what may be an error of the estimate.

// likelyWebSocket selects the flows that they are about.
var likelyWebSocket = fmt.Sprintf(`sealed != nil and sealed.likely == "websocket" and sealed.confidence >= %g`, record.SealedSure)

var sealedRules = []Ready{
	{
		Name: "sealed-heartbeat", Doc: "WebSockets that could not be opened show a heartbeat, or are never silent for longer than it would leave them", sealed: true,
		Parameters: []Parameter{{Name: "every", Kind: "duration", Required: true, Doc: "the longest interval; connections that live for less than four of them are let pass"}},
		build: func(p *params) ([]check, error) {
			every := p.values["every"]
			const wander = 1.2 // intervals vary, and not only by the network
			return p.expect("flow", fmt.Sprintf(`%s and duration >= %g`, likelyWebSocket, 4*every),
				fmt.Sprintf(`sealed.heartbeat_seconds != nil and sealed.heartbeat_seconds <= %[1]g or
					sealed.longest_silence != nil and sealed.longest_silence <= %[1]g`, every*wander),
				fmt.Sprintf(`no heartbeat each %g s shows in the lengths of its records, and nobody spoke for {{sealed.longest_silence}} s`, every))
		},
	}, {
		Name: "sealed-close", Doc: "WebSockets that could not be opened end by Close frames, as far as lengths show them", sealed: true,
		build: func(p *params) ([]check, error) {
			return p.expect("flow", likelyWebSocket+` and close != nil and close.how != "none"`, `close.how in ["handshake", "half"]`,
				`the connection ended without Close frames that lengths show: {{close.how}} by {{close.by}}`)
		},
	}, {
		Name: "sealed-sizes", Doc: "WebSockets that could not be opened carry about so many bytes of payload", sealed: true,
		Parameters: []Parameter{
			{Name: "client-least", Kind: "size", Doc: "bytes of the client at least"},
			{Name: "client-most", Kind: "size", Doc: "and at most"},
			{Name: "server-least", Kind: "size", Doc: "bytes of the server at least"},
			{Name: "server-most", Kind: "size", Doc: "and at most"},
		},
		build: sealedSizes,
	},
}

// sealedSizes holds the payload of each side to its band, widened by the estimate's error.
func sealedSizes(p *params) ([]check, error) {
	var where, bands []string
	for _, side := range []struct{ name, field string }{{"client", "sealed.client_to_server"}, {"server", "sealed.server_to_client"}} {
		for _, bound := range []struct{ name, text string }{{"least", "%s.payload_bytes + %s.payload_bytes_error >= %.0f"}, {"most", "%s.payload_bytes - %s.payload_bytes_error <= %.0f"}} {
			if name := side.name + "-" + bound.name; p.nodes[name] != nil {
				bands = append(bands, fmt.Sprintf(bound.text, side.field, side.field, p.values[name]))
				where = append(where, fmt.Sprintf("%s != nil and %s.payload_bytes != nil", side.field, side.field))
			}
		}
	}
	if bands == nil {
		return nil, p.use.fail("sealed-sizes needs one of client-least, client-most, server-least and server-most")
	}
	return p.expect("flow", likelyWebSocket+" and "+strings.Join(where, " and "), strings.Join(bands, " and "),
		`about {{sealed.client_to_server.payload_bytes}} bytes from the client and {{sealed.server_to_client.payload_bytes}} from the server`)
}

package upgrade

import (
	"fmt"
	"strings"
	"testing"
	"wscope/assembly/h2"

	wire "golang.org/x/net/http2"

	"wscope/wsparse"
)

// What ended a stream, and what the server had said of extended CONNECT.
func TestHTTP2StreamEnds(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	on, off := wire.Setting{ID: wire.SettingEnableConnectProtocol, Val: 1}, wire.Setting{ID: wire.SettingEnableConnectProtocol}
	other := wire.Setting{ID: wire.SettingMaxConcurrentStreams, Val: 100}
	hello := func() string { c, s = newH2Side(), newH2Side(); return "A:" + h2.Preface + c.settings() }
	ask := func() string { return "A:" + c.headers(1, false, wsFields...) }
	ok := func() string { return "B:" + s.headers(1, false, okFields...) }
	for _, b := range []struct {
		name    string
		script  script
		enabled Setting
		ends    string
	}{
		{"END_STREAM of both, and a RST_STREAM that ends nothing any more",
			script{hello(), "B:" + s.settings(other, on), ask(), ok(), "A:" + c.data(1, true, ""), "B:" + s.data(1, true, "") + s.reset(1, wire.ErrCodeNo)},
			On, "END_STREAM c 0, END_STREAM s 0"},
		{"END_STREAM, then RST_STREAM by the other",
			script{hello(), "B:" + s.settings(on), ask(), ok(), "A:" + c.data(1, true, ""), "B:" + s.reset(1, wire.ErrCodeCancel)},
			On, "END_STREAM c 0, RST_STREAM s 8"},
		{"END_STREAM and RST_STREAM(NO_ERROR) by the same",
			script{hello(), "B:" + s.settings(on), ask(), ok(), "B:" + s.data(1, true, "") + s.reset(1, wire.ErrCodeNo)},
			On, "END_STREAM s 0, RST_STREAM s 0"},
		{"RST_STREAM by the server", script{hello(), "B:" + s.settings(on), ask(), ok(), "B:" + s.reset(1, wire.ErrCodeInternal)}, On, "RST_STREAM s 2"},
		{"RST_STREAM by the client", script{hello(), "B:" + s.settings(on), ask(), ok(), "A:" + c.reset(1, wire.ErrCodeCancel)}, On, "RST_STREAM c 8"},
		{"RST_STREAM by the client, what the server sent before it heard, and END_STREAM",
			script{hello(), "B:" + s.settings(on), ask(), ok(), "A:" + c.reset(1, wire.ErrCodeCancel), "B:" + s.data(1, false, world), "B:" + s.data(1, true, world)}, On, "RST_STREAM c 8, END_STREAM s 0"},
		{"GOAWAY for an error, then the connection's end by the other",
			script{hello(), "B:" + s.settings(on), ask(), ok(), "B:" + s.goAway(1, wire.ErrCodeEnhanceYourCalm), "A.", "B."}, On, "GOAWAY s 11"},
		{"GOAWAY by the client", script{hello(), "B:" + s.settings(on), ask(), ok(), "A:" + c.goAway(0, wire.ErrCodeProtocol), "A.", "B."}, On, "GOAWAY c 1"},
		{"GOAWAY without error that leaves the stream", script{hello(), "B:" + s.settings(on), ask(), ok(), "B:" + s.goAway(1, 0), "B.", "A."}, On, ""},
		{"GOAWAY that does not accept the stream", script{hello(), "B:" + s.settings(on), ask(), "B:" + s.goAway(0, 0), "B.", "A."}, On, "GOAWAY s 0"},
		{"the connection's end", script{hello(), "B:" + s.settings(on), ask(), ok(), "A.", "B."}, On, ""},
		{"not allowed", script{hello(), "B:" + s.settings(other), ask(), ok(), "A.", "B."}, Off, ""},
		{"refused in words", script{hello(), "B:" + s.settings(off) + s.ack(), ask(), ok(), "A.", "B."}, Off, ""},
		{"allowed later", script{hello(), "B:" + s.settings(), "B:" + s.settings(on), ask(), ok(), "A.", "B."}, On, ""},
		{"asked before the server's SETTINGS", script{hello(), ask(), "B:" + s.settings(on) + ok()[2:], "A.", "B."}, On, ""},
		{"SETTINGS lost", script{hello(), "B-30", "B:" + s.ping() + s.ping() + s.settings(other), ask(), ok(), "A.", "B."}, Unknown, ""},
	} {
		for name, cut := range map[string]cut{"whole": whole, "byte by byte": bytewise} {
			rec, _ := run(t, b.script, cut, nil)
			if len(rec.flows) != 1 {
				t.Errorf("%s, %s: %d WebSockets", b.name, name, len(rec.flows))
				continue
			}
			ws, ends, after := rec.flows[0], "", int64(0)
			for i, e := range ws.Ends {
				after += e.After
				if i > 0 {
					ends += ", "
				}
				ends += fmt.Sprint(e.Kind, " ", map[wsparse.Role]string{wsparse.FromClient: "c", wsparse.FromServer: "s"}[e.From], " ", e.Code)
			}
			if inFlight := strings.Contains(b.name, "before it heard"); inFlight != (after == int64(2*len(world))) {
				t.Errorf("%s, %s: %d bytes behind the reset", b.name, name, after)
			}
			if ends != b.ends || ws.Enabled != b.enabled {
				t.Errorf("%s, %s: ended by %q, enabled %d; want %q, %d", b.name, name, ends, ws.Enabled, b.ends, b.enabled)
			}
		}
	}
}

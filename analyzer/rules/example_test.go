package rules_test

import (
	"context"
	"fmt"
	"testing"

	"wscope/analyzer/rules"
)

// A Go test holds what it recorded against a rules file in one line: each breach is an
// error of the test.
func ExampleCheck() {
	var t *testing.T // the test's own
	_ = func() { rules.Check(t, "run.pcapng", "wscope.yaml") }
}

// Load tells where a rules file is wrong.
func ExampleLoad() {
	_, err := rules.Load("wscope.yaml", []byte("rules:\n  - name: quick\n    expect: handshake.latncy < 1\n"))
	fmt.Println(err)
	// Output: wscope.yaml:3:23: unknown field latncy
}

// recorder is a test that notes what it is told.
type recorder struct{ errors, fatals int }

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.errors++ }
func (r *recorder) Fatalf(string, ...any) { r.fatals++ }

func TestCheckTellsATest(t *testing.T) {
	const folder = "../../testdata/regressions/"
	rules.Check(t, folder+"same-1.before.pcap.gz", folder+"shop.yaml")
	r := &recorder{}
	rules.Check(r, folder+"larger-payload.after.pcap.gz", folder+"shop.yaml")
	rules.Check(r, folder+"absent.pcap", folder+"shop.yaml")
	rules.Check(r, folder+"same-1.before.pcap.gz", "absent.yaml")
	if r.errors != 3 || r.fatals != 2 {
		t.Errorf("%+v", r)
	}
}

// TestCheckSeesSubprotocols holds what a subprotocol says against rules, as the command does.
func TestCheckSeesSubprotocols(t *testing.T) {
	set, err := rules.Load("wscope.yaml", []byte("rules:\n  - name: subscribes\n    expect: app.protocol == 'graphql-transport-ws' and count(messages, app.kind == 'subscribe') > 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := set.CheckCapture(context.Background(), "../../testdata/apps/graphql/transport-ws.pcap")
	if err != nil || report.Failed("note") {
		t.Errorf("%v, %+v", err, report.Results[0])
	}
}

package correlate_test

import (
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
)

// TestBothHopsOfAProxyAreLinked uses captures that hold both sides of real proxies.
func TestBothHopsOfAProxyAreLinked(t *testing.T) {
	for name, by := range map[string]string{
		"nginx": "key", "nginx-tls": "key", "haproxy": "key", "haproxy-h1-to-h2": "key", "haproxy-h2-to-h1": "time and path",
		"proxy-v1": "key", "connect": "key",
	} {
		got, _ := analyzertest.Analyze(t, analyzertest.Path("peers", "proxy", name+".pcap"), analyzer.Options{})
		flows := map[int64]*analyzer.Flow{}
		for _, f := range got.Flows {
			flows[f.Flow] = f
		}
		for _, f := range got.Flows {
			p := f.Proxied
			if p == nil {
				t.Errorf("%s: flow %d has no other hop", name, f.Flow)
				continue
			}
			other := flows[p.Flow]
			if p.By != by || other.Proxied.Flow != f.Flow || other.HTTP.Path != f.HTTP.Path || other.Proxied.Role == p.Role {
				t.Errorf("%s: flow %d is linked as %+v, the other as %+v", name, f.Flow, *p, *other.Proxied)
			}
		}
	}
	got, _ := analyzertest.Analyze(t, analyzertest.Path("peers", "plain", "ws-keepalive.pcap"), analyzer.Options{})
	for _, f := range got.Flows {
		if f.Proxied != nil {
			t.Errorf("no proxy is in this capture, but flow %d has %+v", f.Flow, *f.Proxied)
		}
	}
}

package apps

import (
	"testing"

	"wscope/analyzer"
)

// TestLoginsInClearAreFindings shows that recorded logins are found as those of a handshake are.
func TestLoginsInClearAreFindings(t *testing.T) {
	for name, detail := range map[string]string{
		"xmpp/rfc7395": "SASL PLAIN password", "mqtt/v5": "MQTT CONNECT password", "homeassistant/api": "a login in a message", "sip/register": "SIP Authorization",
	} {
		out := analyse(t, "../../testdata/apps/"+name+".pcap", analyzer.Options{})
		found := false
		for _, f := range out.flows {
			for _, v := range f.Findings {
				found = found || v.Rule == "credentials-in-clear" && v.From == "client" && v.Detail == detail
			}
		}
		told := ""
		for _, m := range out.messages {
			if m.App != nil && m.App.Credential != "" {
				told = m.App.Credential
			}
		}
		if !found || told != detail {
			t.Errorf("%s: finding %v, told as %q, want %s", name, found, told, detail)
		}
	}
}

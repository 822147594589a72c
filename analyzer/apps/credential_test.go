package apps

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestCredentialsAreFoundInLogins gives logins of many protocols: what kind of credential it is is told, and it itself nowhere.
func TestCredentialsAreFoundInLogins(t *testing.T) {
	const secret = "hunter2hunter2"
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl"
	plain := base64.StdEncoding.EncodeToString([]byte("\x00alice\x00" + secret))
	for _, x := range []struct{ path, subprotocol, kind, data, want string }{
		{"/", "mqtt", "binary", "\x10\x24\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x05alice\x00\x0e" + secret, "MQTT CONNECT password"},
		{"/", "v12.stomp", "text", "CONNECT\nlogin:alice\npasscode:" + secret + "\nhost:a\n\n\x00", "STOMP CONNECT passcode"},
		{"/", "xmpp", "text", `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">` + plain + `</auth>`, "SASL PLAIN password"},
		{"/", "", "text", `{"type":"auth","access_token":"` + secret + `"}`, "a login in a message"},
		{"/", "", "text", `{"type":"say","text":"` + jwt + `"}`, "a JSON Web Token in a message"},
		{"/", "graphql-transport-ws", "text", `{"type":"connection_init","payload":{"headers":{"Authorization":"` + secret + `"}}}`, "GraphQL connection_init"},
		{"/", "nats", "binary", `CONNECT {"user":"alice","pass":"` + secret + `"}` + "\r\n", "NATS CONNECT credentials"},
		{"/", "", "text", `{"op":2,"d":{"token":"` + secret + `","properties":{}}}`, "a login in a message"},
		{"/socket.io/?EIO=4&transport=websocket", "", "text", `40{"token":"` + secret + `"}`, "Socket.IO auth"},
		{"/connection/websocket", "", "text", `{"id":1,"connect":{"token":"` + secret + `"}}`, "Centrifugo token"},
		{"/", "sip", "text", "REGISTER sip:a SIP/2.0\r\nCall-ID: 1\r\nCSeq: 2 REGISTER\r\nAuthorization: Digest response=\"" + secret + "\"\r\n\r\n", "SIP Authorization"},
	} {
		a := opened(x.path, x.subprotocol).Message(said("client", x.kind, []byte(x.data)))
		if a == nil || a.Credential != x.want {
			t.Errorf("%.40q: told as %+v, want %s", x.data, a, x.want)
			continue
		}
		for _, s := range []string{a.Kind, a.Name, a.ID, a.Topic, a.Error, a.Gist, a.Credential} {
			if strings.Contains(s, secret) {
				t.Errorf("%.40q: the secret is told in %q", x.data, s)
			}
		}
	}
	for _, data := range []string{`{"type":"say","text":"eyJ is how tokens begin"}`, `{"type":"page","token":""}`, `{"text":"password"}`} {
		if a := opened("/", "").Message(said("client", "text", []byte(data))); a == nil || a.Credential != "" {
			t.Errorf("%s: told as %+v", data, a)
		}
	}
}

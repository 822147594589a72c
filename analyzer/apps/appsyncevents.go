package apps

import (
	"strings"

	"wscope/analyzer/record"
)

// appSyncEvents reads AppSync's Event API, aws-appsync-event-ws: its subscriptions and publications are answered by name and id.
//
// https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html
type appSyncEvents struct{ stateless }

func openAppSyncEvents() dialect { return appSyncEvents{} }

func (appSyncEvents) read(c *conversation, m *record.Message) bool {
	var f [6][]byte
	if !object(value(m.Data), f[:], "type", "id", "channel", "errors", "event", "authorization") || !isString(f[0]) {
		return false
	}
	u := unit{kind: text(f[0]), id: text(f[1]), topic: text(f[2]), gist: textOf(f[4])}
	if f[5] != nil && c.from == client {
		c.credential("AppSync authorization")
	}
	switch asked, failed := strings.CutSuffix(u.kind, "_error"); {
	case u.kind == "connection_init":
		u.part, u.key = asks, "connection"
	case u.kind == "connection_ack":
		u.part, u.key = answers, "connection"
	case u.kind == "connection_error":
		u.part, u.key, u.err = fails, "connection", firstError(f[3])
	case u.kind == "ka":
		u.part = shows
	case u.kind == "subscribe", u.kind == "publish", u.kind == "unsubscribe":
		u.part, u.key = asks, u.kind+" "+u.id
	case strings.HasSuffix(u.kind, "_success"):
		u.part, u.key = answers, strings.TrimSuffix(u.kind, "_success")+" "+u.id
	case failed:
		u.part, u.key, u.err = fails, asked+" "+u.id, firstError(f[3])
	case u.kind == "data":
	default:
		return false
	}
	c.add(u)
	return true
}

// appSyncEventsMidway knows its publications, and what is answered by name.
func appSyncEventsMidway(g *glance) int {
	var f [6][]byte
	if g.binary || !g.object(f[:], "type", "id", "channel", "events", "event", "connectionTimeoutMs") || !isString(f[0]) {
		return 0
	}
	switch kind := string(raw(f[0])); {
	case g.from == client && (kind == "publish" && array(f[3], nil) >= 0 || kind == "subscribe") && isString(f[1]) && isString(f[2]),
		g.from == server && (kind == "subscribe_success" || kind == "publish_success" || kind == "unsubscribe_success") && isString(f[1]),
		g.from == server && kind == "data" && isString(f[1]) && isString(f[4]),
		g.from == server && kind == "connection_ack" && isNumber(f[5]):
		return certain
	case kind == "ka" && g.from == server && f[1] == nil:
		return 1
	}
	return 0
}

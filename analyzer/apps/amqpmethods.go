package apps

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// amqpMethods names the methods of AMQP 0-9-1 by class and number, §1.3 of its reference.
// An answer is the number after its request's, and ends in -ok.
var amqpMethods = map[[2]uint16]string{
	{10, 10}: "connection.start", {10, 11}: "connection.start-ok", {10, 20}: "connection.secure", {10, 21}: "connection.secure-ok",
	{10, 30}: "connection.tune", {10, 31}: "connection.tune-ok", {10, 40}: "connection.open", {10, 41}: "connection.open-ok",
	{10, 50}: "connection.close", {10, 51}: "connection.close-ok", {10, 60}: "connection.blocked", {10, 61}: "connection.unblocked",
	{20, 10}: "channel.open", {20, 11}: "channel.open-ok", {20, 20}: "channel.flow", {20, 21}: "channel.flow-ok",
	{20, 40}: "channel.close", {20, 41}: "channel.close-ok",
	{40, 10}: "exchange.declare", {40, 11}: "exchange.declare-ok", {40, 20}: "exchange.delete", {40, 21}: "exchange.delete-ok",
	{40, 30}: "exchange.bind", {40, 31}: "exchange.bind-ok", {40, 40}: "exchange.unbind", {40, 51}: "exchange.unbind-ok",
	{50, 10}: "queue.declare", {50, 11}: "queue.declare-ok", {50, 20}: "queue.bind", {50, 21}: "queue.bind-ok",
	{50, 30}: "queue.purge", {50, 31}: "queue.purge-ok", {50, 40}: "queue.delete", {50, 41}: "queue.delete-ok",
	{50, 50}: "queue.unbind", {50, 51}: "queue.unbind-ok",
	{60, 10}: "basic.qos", {60, 11}: "basic.qos-ok", {60, 20}: "basic.consume", {60, 21}: "basic.consume-ok",
	{60, 30}: "basic.cancel", {60, 31}: "basic.cancel-ok", {60, 40}: "basic.publish", {60, 50}: "basic.return", {60, 60}: "basic.deliver",
	{60, 70}: "basic.get", {60, 71}: "basic.get-ok", {60, 72}: "basic.get-empty", {60, 80}: "basic.ack", {60, 90}: "basic.reject",
	{60, 100}: "basic.recover-async", {60, 110}: "basic.recover", {60, 111}: "basic.recover-ok", {60, 120}: "basic.nack",
	{85, 10}: "confirm.select", {85, 11}: "confirm.select-ok",
	{90, 10}: "tx.select", {90, 11}: "tx.select-ok", {90, 20}: "tx.commit", {90, 21}: "tx.commit-ok", {90, 30}: "tx.rollback", {90, 31}: "tx.rollback-ok",
}

// method reads a frame of AMQP 0-9-1, §4.2.3; its end may be missing where it was too long.
func (d *amqp) method(c *conversation, b []byte) bool {
	size := binary.BigEndian.Uint32(b[3:])
	payload := b[7:]
	if uint64(size)+1 == uint64(len(payload)) {
		if payload[size] != 0xce {
			return false
		}
		payload = payload[:size]
	}
	channel := strconv.Itoa(int(binary.BigEndian.Uint16(b[1:])))
	switch b[0] {
	case 1:
	case 2:
		c.add(unit{kind: "content header", id: channel})
		return true
	case 3:
		c.add(unit{kind: "content body", id: channel, gist: payloadGist(payload)})
		return true
	case 8:
		c.add(unit{kind: "heartbeat", part: shows})
		return true
	default:
		return false
	}
	if len(payload) < 4 {
		return false
	}
	id := [2]uint16{binary.BigEndian.Uint16(payload), binary.BigEndian.Uint16(payload[2:])}
	name := amqpMethods[id]
	if name == "" {
		return false
	}
	u := unit{kind: "method", name: name, id: channel}
	if id[0] == 60 {
		amqpRoute(&u, id[1], payload[4:])
	}
	if asked, ok := amqpAsked(id, name); ok {
		if u.part = answers; asked == id {
			if u.part = asks; amqpNoWait(id, payload[4:]) {
				u.part = says
			}
		}
		u.key = amqpKey(channel, asked)
	}
	if id[1] == 50 && id[0] == 10 || id[1] == 40 && id[0] == 20 { // connection.close, channel.close
		f := fields{b: payload[4:]}
		code := f.uint16()
		reason := f.next(int(f.byte()))
		if failed := [2]uint16{f.uint16(), f.uint16()}; failed != [2]uint16{} { // what it answers, where that is its cause
			c.answered(amqpKey(channel, failed), c.from, true, d.at)
		}
		if u.gist = join(strconv.Itoa(int(code)), gist(reason)); code >= 300 {
			u.err = u.gist
		}
	}
	c.add(u)
	return true
}

// amqpAsked is the request that a method is, or answers; false where it is neither.
func amqpAsked(id [2]uint16, name string) ([2]uint16, bool) {
	switch {
	case id == [2]uint16{40, 51}: // the one answer that does not follow its request's number
		return [2]uint16{40, 40}, true
	case name == "basic.get-empty":
		return [2]uint16{60, 70}, true
	case strings.HasSuffix(name, "-ok"):
		return [2]uint16{id[0], id[1] - 1}, true
	case id == [2]uint16{40, 40}:
		return id, true
	}
	_, ok := amqpMethods[[2]uint16{id[0], id[1] + 1}]
	return id, ok
}

func amqpKey(channel string, id [2]uint16) string {
	return channel + " " + strconv.Itoa(int(id[0])) + " " + strconv.Itoa(int(id[1]))
}

// amqpRoute reads the exchange and routing key, or the queue, of a basic method.
func amqpRoute(u *unit, method uint16, b []byte) {
	f := fields{b: b}
	text := func() string { return short(f.next(int(f.byte()))) }
	switch method {
	case 20: // reserved, queue
		f.uint16()
		u.topic = text()
	case 40: // reserved, exchange, routing key
		f.uint16()
		exchange := text()
		u.topic = join(exchange, text())
	case 60: // consumer tag, delivery tag, redelivered, exchange, routing key
		text()
		f.next(9)
		exchange := text()
		u.topic = join(exchange, text())
	}
}

// amqpNoWaits says where the methods that have it keep their no-wait bit: what stands before it (h two bytes, s a short
// string), and which of the bits behind that it is.
var amqpNoWaits = map[[2]uint16]struct {
	before string
	bit    uint
}{
	{40, 10}: {"hss", 4}, {40, 20}: {"hs", 1}, {40, 30}: {"hsss", 0}, {40, 40}: {"hsss", 0},
	{50, 10}: {"hs", 4}, {50, 20}: {"hsss", 0}, {50, 30}: {"hs", 0}, {50, 40}: {"hs", 2},
	{60, 20}: {"hss", 3}, {60, 30}: {"s", 0}, {85, 10}: {"", 0},
}

// amqpNoWait reports whether a method asks for no answer.
func amqpNoWait(id [2]uint16, b []byte) bool {
	w, ok := amqpNoWaits[id]
	if !ok {
		return false
	}
	f := fields{b: b}
	for _, c := range w.before {
		if c == 'h' {
			f.uint16()
		} else {
			f.next(int(f.byte()))
		}
	}
	return f.byte()>>w.bit&1 == 1 && !f.short
}

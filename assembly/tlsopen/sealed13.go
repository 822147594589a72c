package tlsopen

import (
	"wscope/assembly"
)

// epoch is how far a side's keys have come in TLS 1.3 (RFC 8446 §7.1).
type epoch uint8

const (
	epochNone epoch = iota
	epochEarly
	epochHandshake
	epochApp
)

// label is the key-log label of this side's secret in an epoch.
func (t *stream) label(e epoch) label {
	switch {
	case e == epochEarly:
		return earlySecret
	case e == epochHandshake && t.client:
		return clientHandshake
	case e == epochHandshake:
		return serverHandshake
	case t.client:
		return clientTraffic
	}
	return serverTraffic
}

// opener13 makes the opener of an epoch; nil where its secret is unknown, or is none of the suite's.
func (t *stream) opener13(e epoch) *opener {
	n := t.c.neg
	secret := t.c.keys.secret(t.label(e), &n.clientRandom)
	if n.suite.kind == notOpened || len(secret) != n.suite.hash.Size() {
		return nil
	}
	return newOpener13(n.suite, secret)
}

// sealed13 reads a TLS 1.3 record after the ServerHello.
func (t *stream) sealed13(r record) bool {
	n := t.c.neg
	if r.kind() != typeData {
		// A compatibility CCS, or an alert from a peer that has no keys yet: both in the clear.
		if r.kind() == typeAlert {
			t.alert(r.b[headerLen:])
		}
		return true
	}
	if !n.haveClient {
		return t.awaitHello(r.at)
	}
	if t.epoch == epochNone && !t.choose(r.at) {
		return false
	}
	if t.client && t.epoch == epochHandshake && t.c.info.Finished == 0 {
		t.c.info.Finished = r.at.Time // the client's last flight; once it is opened, its Finished itself
	}
	if t.op == nil {
		t.op = t.opener13(t.epoch)
	}
	if t.op == nil && n.encryptedHello && t.findInner(r) {
		t.op = t.opener13(t.epoch)
	}
	if t.op == nil && !t.laterKey() {
		return t.noKey13(r)
	}
	w := scratches.Get().(*scratch)
	defer scratches.Put(w)
	var plain []byte
	var inner byte
	ok := false
	if t.op != nil {
		plain, inner, ok = t.op.open(w, r.b, t.seq)
	}
	for e := t.epoch + 1; !ok && e <= epochApp; e++ {
		// Without the secret of an epoch, or with its end lost, the next one's first record
		// shows itself: no other authenticates under its keys with number 0.
		if op := t.opener13(e); op != nil {
			if plain, inner, ok = op.open(w, r.b, 0); ok {
				t.enter(e, op)
			}
		}
	}
	if !ok {
		t.reject13(r)
		return true
	}
	t.opened13(r, plain, inner)
	return true
}

// choose finds the epoch of a side's first encrypted record. It returns false, and the
// stream is blocked, when that depends on what the server has yet to say.
func (t *stream) choose(at *assembly.Mark) bool {
	n := t.c.neg
	if t.client && n.early == earlyOffered {
		// Only EncryptedExtensions tell whether early data was accepted; if it was refused, the
		// client sends it again, and what the server never read must not be shown.
		server := t.c.other(t)
		readable := !server.ended && !server.dead && server.epoch < epochApp &&
			t.c.keys.secret(serverHandshake, &n.clientRandom) != nil
		if readable {
			return t.block(noHandshake)
		}
		if t.c.opts.Wait && t.opener13(epochApp) == nil {
			return t.block(t.c.missing(t.label(epochApp), n))
		}
		n.early = earlyRefused
		t.loss.note(assembly.Limit, at) // early data that nobody will know of, as likely as not
	}
	t.epoch = epochHandshake
	if t.client && n.early == earlyAccepted {
		t.epoch = epochEarly
	}
	return true
}

// noKey13 is what to do with a record for which neither this epoch's secret is known nor a later one's.
func (t *stream) noKey13(r record) bool {
	n := t.c.neg
	if n.suite.kind == notOpened {
		t.fail(reason{unsupported, "cipher suite " + n.name + " is not opened"}, r.at)
		return true
	}
	if o := t.c.other(t); !t.c.opts.Wait && !t.client && !o.sealed && !o.ended && t.starved < maxFailed {
		// The server speaks first, with its handshake. Whether the connection stays closed
		// is certain, and the handshake's time known, when the client answers.
		t.starved += len(r.b)
		t.await(t.c.missing(t.label(epochApp), n))
		return true
	}
	return t.noKey(t.c.missing(t.label(epochApp), n), r.at)
}

// laterKey is true where the secret of an epoch to come is known.
func (t *stream) laterKey() bool {
	for e := t.epoch + 1; e <= epochApp; e++ {
		if t.opener13(e) != nil {
			return true
		}
	}
	return false
}

// opened13 reads what a record held.
func (t *stream) opened13(r record, plain []byte, inner byte) {
	t.accept(len(plain))
	t.state, t.lines = t.op.state, t.op.lines
	switch {
	case inner == typeHandshake:
		t.handshake(plain, r.at)
	case inner == typeAlert:
		t.alert(plain)
	case inner == typeData && t.epoch != epochHandshake:
		t.deliver(r, plain, headerLen)
	}
}

// reject13 lets a record go that did not authenticate.
func (t *stream) reject13(r record) {
	t.failed += int32(len(r.b))
	switch {
	case t.epoch == epochEarly && t.op == nil:
		t.loss.note(assembly.Limit, r.at) // early data whose secret is unknown
	case t.epoch == epochApp || t.epoch == epochEarly:
		t.damaged(r.b, assembly.Lost, r.at)
	case t.failed > maxFailed:
		t.fail(t.c.misfit(t.c.neg), r.at)
	}
}

// enter begins an epoch with an opener (nil: to be found at its first record).
func (t *stream) enter(e epoch, op *opener) {
	t.epoch, t.op, t.seq, t.proved = e, op, 0, false
	t.messages = messages{}
	t.c.progress++
}

// message13 reads an encrypted handshake message.
func (t *stream) message13(kind byte, body []byte, at *assembly.Mark) {
	n := t.c.neg
	switch {
	case kind == msgEncryptedExtensions && !t.client && t.epoch == epochHandshake:
		alpn, accepted, ok := parseEncryptedExtensions(body)
		if !ok {
			return
		}
		t.c.info.ALPN = alpn
		if n.early == earlyOffered {
			n.early = earlyRefused
			if accepted {
				n.early, t.c.info.EarlyData = earlyAccepted, true
			}
			t.c.progress++
		}
	case kind == msgEndOfEarlyData && t.client && t.epoch == epochEarly:
		t.enter(epochHandshake, nil)
	case kind == msgFinished && t.epoch == epochHandshake:
		if t.client {
			t.c.info.Finished = at.Time
		}
		t.enter(epochApp, nil)
	case kind == msgKeyUpdate && t.epoch == epochApp && t.op != nil:
		t.enter(epochApp, t.op.next())
	}
}

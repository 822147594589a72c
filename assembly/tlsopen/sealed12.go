package tlsopen

import "wscope/assembly"

// changeCipher reads a ChangeCipherSpec of TLS 1.2 or before: what follows is under the
// keys of the latest handshake.
func (t *stream) changeCipher() {
	t.sealed, t.neg, t.op, t.seq, t.proved = true, t.c.neg, nil, 0, false
	t.messages = messages{}
	t.c.progress++
}

// sealed12 reads a record of TLS 1.2 or before that follows a ChangeCipherSpec.
func (t *stream) sealed12(r record) bool {
	if n := t.c.neg; r.kind() == typeCCS && (n == t.neg || !n.haveServer || !n.haveClient) {
		return t.awaitHello(r.at) // a renegotiation, of which the other side's half is still to come
	}
	if t.op == nil {
		t.op = t.opener12(t.neg)
	}
	if t.op == nil {
		t.finished(r)
		chained := t.neg.version == tls10 && t.c.opts.Wait // the next record needs this one
		if r.kind() != typeData && !chained {
			t.seq++ // its Finished, or an alert: nothing that is missed
			return true
		}
		if why := t.neg.unopened(); why != (reason{}) {
			t.fail(why, r.at)
			return true
		}
		return t.noKey(t.c.missing(masterSecret, t.neg), r.at)
	}
	w := scratches.Get().(*scratch)
	defer scratches.Put(w)
	plain, _, ok := t.op.open(w, r.b, t.seq)
	if !ok {
		t.failed += int32(len(r.b))
		if !t.proved && t.failed > maxFailed {
			t.fail(t.c.misfit(t.neg), r.at)
			return true
		}
		t.damaged(r.b, assembly.Lost, r.at)
		return true
	}
	t.opened12(r, plain)
	return true
}

// opened12 reads what a record held.
func (t *stream) opened12(r record, plain []byte) {
	t.accept(len(plain))
	t.state, t.lines = t.op.state, t.op.lines
	switch r.kind() {
	case typeData:
		t.deliver(r, plain, headerLen+t.op.before)
	case typeHandshake: // Finished, or a renegotiation
		t.finished(r)
		t.handshake(plain, r.at)
	case typeAlert:
		t.alert(plain)
	case typeCCS:
		t.changeCipher()
	}
}

// finished notes the time at which both sides' Finished had been sent.
func (t *stream) finished(r record) {
	if r.kind() == typeHandshake && t.c.other(t).sealed && t.c.info.Finished == 0 {
		t.c.info.Finished = r.at.Time
	}
}

// unopened says why a handshake's suite or version cannot be opened with any key; none
// where it can.
func (n *negotiation) unopened() reason {
	switch {
	case n.version == ssl30:
		return reason{unsupported, "SSL 3.0 is not opened"}
	case n.version < tls10 || n.version > tls13:
		return reason{unsupported, "this version of TLS is not opened"}
	case n.suite.kind == notOpened:
		return reason{unsupported, "cipher suite " + n.name + " is not opened"}
	case n.compressed:
		return reason{unsupported, "compressed TLS is not opened"}
	}
	return reason{}
}

// opener12 makes the opener of this side under a handshake's keys; nil where they are unknown.
func (t *stream) opener12(n *negotiation) *opener {
	if n.unopened() != (reason{}) || !n.haveServer {
		return nil
	}
	if n.suite.kind == nullCipher {
		return &opener{suite: n.suite, version: n.version, tagLen: n.suite.tagLen}
	}
	master := n.findMaster(t.c.keys)
	if master == nil {
		return nil
	}
	return newOpener12(n, master, t.client)
}

// findMaster looks the master secret up: by client random, by the session that is resumed,
// or by the premaster secret.
func (n *negotiation) findMaster(k *Keys) []byte {
	if n.master == nil && n.haveClient {
		n.master = k.secret(masterSecret, &n.clientRandom)
	}
	resumed := len(n.serverSession) > 0 && string(n.serverSession) == string(n.clientSession)
	if n.master == nil && resumed {
		n.master = k.session(n.serverSession)
	}
	if n.master == nil && resumed && n.ticket != nil {
		n.master = k.session(n.ticket)
	}
	if n.master == nil && resumed && n.haveClient {
		n.master = k.resumedMaster(&n.clientRandom)
	}
	if n.master == nil && n.haveClient && !n.extendedMaster {
		premaster := k.secret(premasterSecret, &n.clientRandom)
		if premaster == nil {
			premaster = k.premaster(n.encryptedPremaster)
		}
		if premaster != nil { // RFC 5246 §8.1
			seed := append(n.clientRandom[:len(n.clientRandom):len(n.clientRandom)], n.serverRandom[:]...)
			n.master = prf(n.version, n.suite.hash, premaster, "master secret", seed, 48)
		}
	}
	if n.master != nil { // for the sessions that resume this one
		k.recordSession(n.serverSession, n.master)
		k.recordSession(n.newTicket, n.master)
	}
	return n.master
}

package tlsopen

// maxInner is how many client randoms of the key log are tried for an encrypted ClientHello.
const maxInner = 1 << 12

// findInner looks for the client random under which the key log has the secrets of a connection whose
// ClientHello is encrypted (RFC 9849 §6.1): the inner one is never on the wire, but of all secrets that there are
// only the right ones open a record. It reports whether it found them.
func (t *stream) findInner(r record) bool {
	n, k := t.c.neg, t.c.keys
	if t.epoch != epochHandshake || t.seq != 0 || n.triedAt == k.Version()+1 || k.secret(t.label(epochHandshake), &n.clientRandom) != nil {
		return false
	}
	n.triedAt = k.Version() + 1
	w := scratches.Get().(*scratch)
	defer scratches.Put(w)
	l := t.label(epochHandshake)
	for _, random := range k.latest(l, maxInner) {
		secret := k.secret(l, &random)
		if len(secret) != n.suite.hash.Size() || n.suite.kind == notOpened {
			continue
		}
		if _, _, ok := newOpener13(n.suite, secret).open(w, r.b, 0); ok {
			n.clientRandom = random
			return true
		}
	}
	return false
}

// latest returns the client randoms that have a secret of a kind, at most so many, the latest first.
func (k *Keys) latest(l label, most int) (all [][32]byte) {
	k.mu.RLock()
	b := &k.randoms
	for i := range b.order {
		at := (b.next - 1 - i + 2*len(b.order)) % len(b.order)
		if len(all) == most {
			break
		}
		if s := b.of[b.order[at]]; s != nil && s[l] != nil {
			all = append(all, b.order[at])
		}
	}
	k.mu.RUnlock()
	if k.base != nil && len(all) < most {
		all = append(all, k.base.latest(l, most-len(all))...)
	}
	return all
}

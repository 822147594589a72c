package quic

// waitingPacket is a packet for which there is no key yet.
type waitingPacket struct {
	b    []byte
	kind kind
	side Side
	at   Mark
}

// wait keeps a packet until its keys are known: the handshake may be disordered, or its
// secrets may be written to the log later.
func (c *Conn) wait(x Side, b []byte, k kind, at *Mark) {
	st := &c.sides[x]
	if k == shortPacket && c.hopelessKeys(x) {
		c.seal(at)
		return
	}
	cost := len(b) + pieceCost
	if len(c.waiting) >= maxHeldPackets || c.waits+cost > maxHeldBytes || !c.TLS.Hold(cost) {
		if st.keys[appSpace] == nil && k == shortPacket {
			c.seal(at)
		}
		return
	}
	c.waits += cost
	c.waiting = append(c.waiting, waitingPacket{append([]byte(nil), b...), k, x, *at})
}

// hopelessKeys reports whether no key of a side's 1-RTT packets will be known: the handshake
// is known and none waits for a growing key log.
func (c *Conn) hopelessKeys(x Side) bool {
	return c.sealed || !c.asm.Wait && c.TLS.Suite() != 0 && c.TLS.HelloSeen()
}

// retryWaiting tries again what waits, where more is known than the last time.
func (c *Conn) retryWaiting() {
	v := c.TLS.Version()
	if len(c.waiting) == 0 || c.tried == c.progress && c.keysSeen == v {
		return
	}
	c.tried, c.keysSeen = c.progress, v
	list := c.waiting
	c.waiting = nil
	c.letWait()
	for i := range list {
		w := &list[i]
		if c.over {
			return
		}
		if w.kind == shortPacket {
			for b := w.b; len(b) > 0; {
				b = c.short(w.side, b, 0, &w.at)
			}
			continue
		}
		if h, ok := parseLong(w.b, len(w.b)); ok {
			c.long(w.side, w.b, &h, &w.at)
		}
	}
}

// letWait gives back the memory of what waited.
func (c *Conn) letWait() {
	if c.waits > 0 {
		c.TLS.Hold(-c.waits)
		c.waits = 0
	}
}

// seal gives up on opening the connection.
func (c *Conn) seal(at *Mark) {
	if c.sealed || c.sides[0].keys[appSpace] != nil || c.sides[1].keys[appSpace] != nil {
		return
	}
	c.sealed = true
	c.waiting = nil
	c.letWait()
	info := c.TLS.Info()
	info.Why, info.WhyKind = c.TLS.Missing(true, level(appSpace))
	if c.asm.Sealed != nil && c.TLS.HelloSeen() {
		c.asm.Sealed(c, at)
	}
}

// Sealed reports whether the connection could not be opened.
func (c *Conn) Sealed() bool { return c.sealed }

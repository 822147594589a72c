package assembly

// extra is what few connections have.
type extra struct {
	reset     *reset      // a RST that waits to be confirmed
	tunnels   []uint32    // others than that of Conn.Key in which segments travel
	multipath *multipath  // of Multipath TCP; nil for plain TCP
	subflow   *subflow    // what this is a subflow of, if it is
	idsn      [2]uint32   // low halves of the initial data sequence numbers; valid with multipath.keyed
	copies    *copies     // of a connection that the capture shows twice
	offsets   [2][]uint32 // by side: what a firewall adds to its sequence numbers; see translate
}

// more gives the connection's extra, made at first use.
func (c *Conn) more() *extra {
	if c.extra == nil {
		c.extra = new(extra)
	}
	return c.extra
}

package link

import (
	"bytes"
	"net/netip"
	"strconv"
	"sync"
)

// tunnelKind is a way of carrying packets in packets.
type tunnelKind uint8

const (
	vlanTag tunnelKind = iota
	ipInIP
	mplsInIP
	etherInIP
	greTunnel
	erspanTunnel
	vxlanTunnel
	geneveTunnel
	gtpTunnel
	teredoTunnel
	mplsInUDP
	l2tpTunnel
	tzspTunnel
	capwapTunnel
)

func (k tunnelKind) String() string {
	switch k {
	case vlanTag:
		return "vlan"
	case ipInIP:
		return "ip-in-ip"
	case mplsInIP:
		return "mpls-in-ip"
	case etherInIP:
		return "etherip"
	case greTunnel:
		return "gre"
	case erspanTunnel:
		return "erspan"
	case vxlanTunnel:
		return "vxlan"
	case geneveTunnel:
		return "geneve"
	case gtpTunnel:
		return "gtp-u"
	case teredoTunnel:
		return "teredo"
	case mplsInUDP:
		return "mpls-in-udp"
	case l2tpTunnel:
		return "l2tp"
	case tzspTunnel:
		return "tzsp"
	case capwapTunnel:
		return "capwap"
	}
	return "tunnel " + strconv.Itoa(int(k))
}

// identity is what makes a tunnel this one, in both directions.
type identity struct {
	parent uint32 // the tunnel that it is in, 0 for none
	kind   tunnelKind
	id     uint32 // VNI, key, session or VLAN; 0 where the kind has none
	a, b   Addr   // outer addresses, the lower first; zero for a VLAN
}

// tunnels numbers identities from 1 in the order in which they appear.
type tunnels struct {
	number map[identity]uint32
	mu     sync.RWMutex // of list: it is also read by those who ask for names
	list   []identity   // list[n-1] has the number n
}

// into enters a tunnel between outer's addresses, or a VLAN where outer is nil.
func (d *Decoder) into(kind tunnelKind, id uint32, outer *datagram) {
	i := identity{parent: d.tunnel, kind: kind, id: id}
	if outer != nil {
		i.a, i.b = outer.src, outer.dst
		if bytes.Compare(i.a[:], i.b[:]) > 0 {
			i.a, i.b = i.b, i.a
		}
	}
	d.tunnel = d.tunnels.of(i)
}

func (t *tunnels) of(i identity) uint32 {
	if n, ok := t.number[i]; ok {
		return n
	}
	if len(t.list) == maxTunnels {
		return maxTunnels + 1
	}
	if t.number == nil {
		t.number = make(map[identity]uint32)
	}
	t.mu.Lock()
	t.list = append(t.list, i)
	t.mu.Unlock()
	n := uint32(len(t.list))
	t.number[i] = n
	return n
}

// TunnelName names the tunnel that has the number n in Key.Tunnel, the outermost of a
// chain first: "vxlan 42 10.0.0.1-10.0.0.2", "vlan 7 > gre 10.0.0.1-10.0.0.2". It is
// empty for 0, outside any tunnel. Any goroutine may ask.
func (d *Decoder) TunnelName(n uint32) string {
	if n == 0 {
		return ""
	}
	d.tunnels.mu.RLock()
	list := d.tunnels.list
	d.tunnels.mu.RUnlock()
	if int(n) > len(list) {
		return "tunnels beyond " + strconv.Itoa(maxTunnels)
	}
	i := list[n-1]
	name := i.kind.String()
	if i.id != 0 || i.kind == vxlanTunnel || i.kind == geneveTunnel {
		name += " " + strconv.FormatUint(uint64(i.id), 10)
	}
	if i.kind != vlanTag {
		name += " " + i.a.String() + "-" + i.b.String()
	}
	if i.parent != 0 {
		name = d.TunnelName(i.parent) + " > " + name
	}
	return name
}

// String is the address as RFC 5952 writes it, IPv4 in dotted decimal.
func (a Addr) String() string {
	return netip.AddrFrom16(a).Unmap().String()
}

package export

import (
	"net/netip"
	"slices"
	"strings"
	"sync"

	"wscope/analyzer/record"
)

// connection writes the columns of conn.log that are not the identifier's. What the
// records do not say is unset: the bytes of IP and the tunnels, and what TCP did for the streams of
// HTTP/2, which share a connection.
func (z *Zeek) connection(l *zeekLog, f *record.Flow) {
	tcp := f.TCP
	if tcp == nil || f.HTTP != nil && f.HTTP.StreamID != 0 {
		tcp = &record.TCP{Bytes: [2]int64{-1, -1}, CaptureLoss: -1, Packets: [2]int64{-1, -1}}
	}
	l.text("tcp")
	l.text(strings.Join(services(f), ","))
	l.interval(f.Duration)
	l.known(tcp.Bytes[0])
	l.known(tcp.Bytes[1])
	l.text(connState(tcp.History))
	l.bool(isLocal(f.Client.IP))
	l.bool(isLocal(f.Server.IP))
	l.known(tcp.CaptureLoss)
	l.text(tcp.History)
	l.known(tcp.Packets[0])
	l.unset() // orig_ip_bytes
	l.known(tcp.Packets[1])
	l.unset() // resp_ip_bytes
	l.unset() // tunnel_parents: identifiers of connections that are no flows
	l.count(6)
}

// services are the protocols that Zeek's analyzers would confirm, in the order of the
// alphabet, with those that a tunnel's messages carry.
func services(f *record.Flow) []string {
	var list []string
	if f.HTTP != nil && f.HTTP.StreamID == 0 {
		list = append(list, "http")
	}
	if f.HTTP != nil && f.HTTP.StreamID != 0 {
		list = append(list, "http2")
	}
	if f.TLS != nil {
		list = append(list, "ssl")
	}
	if opened(f) {
		list = append(list, "websocket")
	}
	for i := range f.Findings {
		if n := &f.Findings[i]; n.Rule == "protocol-inside" {
			if name, ok := zeekServices[n.Detail]; ok && !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// zeekServices names what the finding protocol-inside tells of as Zeek does.
var zeekServices = map[string]string{"TLS": "ssl", "SSH": "ssh", "HTTP": "http"}

// connState is Zeek's summary of how a connection went, by its history: OTH where its
// beginning was not captured, RSTO and RSTR reset by the client or the server, SF closed by FINs of both,
// S2 and S3 of the client or the server alone, S1 open at the end; unset where there is no history.
func connState(history string) string {
	has := func(letter string) bool { return strings.Contains(history, letter) }
	client, server := strings.IndexByte(history, 'R'), strings.IndexByte(history, 'r')
	switch {
	case history == "":
		return ""
	case !has("S") || !has("h"):
		return "OTH"
	case has("F") && has("f"):
		return "SF"
	case client >= 0 && (server < 0 || client < server):
		return "RSTO"
	case server >= 0:
		return "RSTR"
	case has("F"):
		return "S2"
	case has("f"):
		return "S3"
	}
	return "S1"
}

// isLocal reports whether Zeek takes an address for local, as it does unless configured: where it is of no public
// network, as such or in 6to4.
//
// https://docs.zeek.org/en/master/scripts/base/utils/site.zeek.html#id-Site::private_address_space
func isLocal(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		if b := addr.As16(); b[0] == 0x20 && b[1] == 0x02 { // RFC 3056
			addr = netip.AddrFrom4([4]byte(b[2:6]))
		}
	}
	return slices.ContainsFunc(zeekLocal(), func(p netip.Prefix) bool { return p.Contains(addr) })
}

var zeekLocal = sync.OnceValue(func() (list []netip.Prefix) {
	for s := range strings.FieldsSeq(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
		192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/24 239.0.0.0/8 240.0.0.0/4
		::/128 ::1/128 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 fc00::/7 fe80::/10 fec0::/10`) {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
})

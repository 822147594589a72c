package export

import (
	"slices"
	"strings"

	"wscope/analyzer"
)

func (z *Zeek) connection(l *zeekLog, f *analyzer.Flow) {
	l.text("tcp")
	l.text(strings.Join(services(f), ","))
	l.interval(f.Duration)
	l.unset() // orig_bytes
	l.unset() // resp_bytes
	l.text(connState(f))
	l.unset() // local_orig
	l.unset() // local_resp
	if f.TCP != nil {
		l.count(f.TCP.CaptureLoss)
	} else {
		l.unset()
	}
	l.unset() // history
	l.unset() // orig_pkts
	l.unset() // orig_ip_bytes
	l.unset() // resp_pkts
	l.unset() // resp_ip_bytes
	l.unset() // tunnel_parents: identifiers of connections that are no flows
	l.count(6)
}

// services are the protocols that Zeek's analyzers would confirm, in the order of the
// alphabet, with those that a tunnel's messages carry.
func services(f *analyzer.Flow) []string {
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

// connState is Zeek's summary of how a connection went, as far as the records say it: S1
// open at the end of the capture, SF closed by FIN, RSTO and RSTR reset by the client or the
// server, OTH where its beginning was not captured.
func connState(f *analyzer.Flow) string {
	if f.TCP == nil || f.TCP.SYNACK == nil {
		return "OTH"
	}
	if f.Close == nil {
		return ""
	}
	switch f.Close.TCP {
	case "fin by client", "fin by server":
		return "SF"
	case "rst by client":
		return "RSTO"
	case "rst by server":
		return "RSTR"
	}
	return "S1"
}
